"""Calls on the wire: budget, retries, authentication, redirects, and what a refusal means."""

import asyncio
from contextlib import AbstractContextManager
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from reglite.config.registry_url import is_loopback
from reglite.errors import RegistryProtocol, RegliteError
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import shorten
from reglite.registry import limits
from reglite.registry.auth import Authenticator
from reglite.registry.call import Answer, Call, Operation
from reglite.registry.challenge import parse_challenges
from reglite.registry.connection_failure import translate_exception
from reglite.registry.connections import Connections
from reglite.registry.deadline import deadline, get_deadline
from reglite.registry.failure import concealing, translate_answer
from reglite.registry.guard import Guard, Resolve, resolve_host, resolve_nothing
from reglite.registry.pagination import get_origin
from reglite.registry.retry import send_with_retries
from reglite.registry.token import TokenRequest

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FORM: Final = "application/x-www-form-urlencoded"


class Transport:
    """Sends the calls of one registry in one event loop; opens connections on first use.

    ``transport`` replaces the network, for tests; ``resolve`` replaces name resolution.
    """

    def __init__(
        self,
        config: RegistryConfig,
        transport: httpx.AsyncBaseTransport | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self.config = config
        self._connections = Connections(config, transport)
        self._base_lock = asyncio.Lock()
        # Whatever the settings say: nobody but loopback is ever asked over http instead.
        self._is_base_known = not (
            config.http_fallback and is_loopback(urlsplit(config.url).netloc)
        )
        self._guard = Guard(
            config.name, config.url, resolve or (resolve_nothing if transport else resolve_host)
        )
        self.auth = Authenticator(
            config.name, config.credential, self._guard, self._ask_token_server, self._now
        )

    async def aclose(self) -> None:
        """Close every connection; the next call opens new ones."""
        await self._connections.aclose()

    def where(self, call: Call) -> str:
        """Return how a message about this call begins."""
        return f"registry '{self.config.name}'" + (f", {call.about}" if call.about else "")

    def translate(self, call: Call, answer: Answer) -> RegliteError:
        """Return the error that an unexpected answer stands for."""
        remedy, secrets = self.auth.remedy, self.auth.secrets
        if not self._guard.is_own(answer.url):
            remedy = (
                f"it led to {shorten(answer.host)}, which refused: try again, and check the "
                "registry's own storage settings"
            )
        return translate_answer(self.where(call), call, answer, remedy=remedy, secrets=secrets)

    async def ask(self, call: Call, *expected: int) -> Answer:
        """Send a call and return its answer of an expected status (200); raises for any other."""
        answer = await self.exchange(call)
        if answer.status not in (expected or (200,)):
            raise self.translate(call, answer)
        return answer

    async def exchange(self, call: Call) -> Answer:
        """Send a call and return the registry's answer, whatever its status.

        Raises RegistryUnreachable, RegistryTimeout and RegistryProtocol, and what getting a token
        raises.
        """
        where = self.where(call)
        async with deadline(limits.CALL_SECONDS, where) as ends_at:
            with self.concealing(where):
                return await self._exchange(call, where, ends_at)

    def concealing(self, where: str) -> AbstractContextManager[None]:
        """Keep our own secrets out of the errors of a block."""
        return concealing(where, lambda: self.auth.secrets)

    async def _exchange(self, call: Call, where: str, ends_at: float) -> Answer:
        try:
            if not self._is_base_known:
                await self._find_base()
            return await send_with_retries(
                lambda: self._send_authorized(call, where),
                is_read=call.is_read,
                is_manifest=call.operation is Operation.MANIFEST,
                ends_at=ends_at,
            )
        except (httpx.TransportError, httpx.InvalidURL) as exc:
            raise translate_exception(exc, where, self.config) from exc

    async def _send_authorized(self, call: Call, where: str) -> Answer:
        authorization = await self.auth.get_authorization(call.scope)
        answer = await self._send_following(call, authorization, where)
        if answer.status != 401 or not self._guard.is_own(answer.url):
            return answer
        challenges = parse_challenges([answer.headers.get("www-authenticate", "")])
        renewed = await self.auth.answer_challenge(challenges, call.scope, authorization)
        if renewed is None:
            return answer
        return await self._send_following(call, renewed, where)

    async def _send_following(self, call: Call, authorization: str | None, where: str) -> Answer:
        url = f"{self._guard.base_url}{call.path}" + (f"?{call.query}" if call.query else "")
        for _ in range(limits.REDIRECTS + 1):
            answer = await self._send_call(call, url, authorization, where)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            target = _join(url, location, where)
            if call.operation is Operation.REFERRERS and not self._guard.is_own(target):
                return answer  # GHCR, which has no such API, sends us to a web page of GitHub's
            url = await self._check_redirect(call, target, where)
            if not self._guard.is_own(url):
                authorization = None  # for good: who was sent away does not come back with it
        raise RegistryProtocol(f"{where}: the registry redirects without end")

    async def _check_redirect(self, call: Call, target: str, where: str) -> str:
        await self._guard.check_redirect(target)
        if call.is_content or (call.is_read and self._guard.is_own(target)):
            return target
        parts = urlsplit(target)
        raise RegistryProtocol(
            f"{where}: the registry redirects to {shorten(f'{parts.scheme}://{parts.netloc}')}: "
            "if that is where it is now, change its url in the inventory"
        )

    async def _send_call(
        self, call: Call, url: str, authorization: str | None, where: str
    ) -> Answer:
        headers = {"Accept-Encoding": call.encoding, **dict(call.headers)}
        if authorization is not None:
            headers["Authorization"] = authorization
        return await self._connections.send(
            call.method,
            url,
            headers,
            where=where,
            content=call.content,
            max_bytes=call.max_bytes,
        )

    async def ask_token_host(self, url: str, authorization: str) -> Answer:
        """Ask another path of the host that the credentials go to for tokens (GitLab's API)."""
        return await self._ask_token_server(
            TokenRequest("GET", await self._guard.check_realm(url), authorization)
        )

    async def _ask_token_server(self, asked: TokenRequest) -> Answer:
        where = f"registry '{self.config.name}', its token server"
        headers = {"Accept": "application/json"}
        if asked.authorization is not None:
            headers["Authorization"] = asked.authorization
        if asked.content is not None:
            headers["Content-Type"] = _FORM

        async def send() -> Answer:
            return await self._connections.send(
                asked.method, asked.url, headers, where=where, content=asked.content
            )

        ends_at = min(self._now() + limits.CALL_SECONDS / 2, get_deadline())
        try:
            return await send_with_retries(
                send, is_read=asked.method == "GET", is_manifest=False, ends_at=ends_at
            )
        except (httpx.TransportError, httpx.InvalidURL) as exc:
            raise translate_exception(exc, where, self.config) from exc

    async def _find_base(self) -> None:
        """Settle on https or http for a loopback host that Docker's config names without scheme."""
        async with self._base_lock:
            if self._is_base_known:
                return
            where = f"registry '{self.config.name}'"
            try:
                await self._ask_bare(self.config.url, where)
            except httpx.TransportError:
                plain = "http://" + self.config.url.partition("://")[2]
                if not await self._is_registry(plain, where):
                    raise  # what https said: a certificate, mostly
                self._guard.base_url = plain
            self._is_base_known = True

    async def _is_registry(self, base_url: str, where: str) -> bool:
        try:
            answer = await self._ask_bare(base_url, where)
        except httpx.TransportError:
            return False
        return answer.status in {200, 401}

    async def _ask_bare(self, base_url: str, where: str) -> Answer:
        return await self._connections.send("GET", f"{base_url}/v2/", {}, where=where)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _join(url: str, location: str, where: str) -> str:
    try:
        target = urljoin(url, location)
        get_origin(target)
    except ValueError as exc:
        raise RegistryProtocol(f"{where}: the registry redirects to what is no URL") from exc
    return target
