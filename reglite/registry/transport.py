"""Calls on the wire: budget, retries, which scheme, and what a refusal means."""

import asyncio
from typing import Final
from urllib.parse import urlsplit

import httpx

from reglite.config.registry_url import is_loopback
from reglite.errors import (
    ProxyFailed,
    RegistryTimeout,
    RegistryUnreachable,
    RegliteError,
    TokenRefused,
    TokenServerFailed,
)
from reglite.inventory.registry_config import RegistryConfig
from reglite.registry.auth import Authenticator
from reglite.registry.call import Answer, Call, Operation
from reglite.registry.connection_failure import blame_storage, translate_exception
from reglite.registry.connections import Connections, Request
from reglite.registry.deadline import deadline, get_deadline
from reglite.registry.exchange import Exchange
from reglite.registry.failure import describe_answer, translate_answer, translate_storage
from reglite.registry.guard import REALM_REMEDY, Guard, Resolve, resolve_host, resolve_nothing
from reglite.registry.pace import Pace, get_loop_time, is_on_lambda
from reglite.registry.pagination import parse_next
from reglite.registry.recognition import recognise_server
from reglite.registry.remedy import explain_catalog
from reglite.registry.retry import send_with_retries
from reglite.registry.secrecy import quote
from reglite.registry.token import TokenRequest

_FORM: Final = "application/x-www-form-urlencoded"


class Transport:
    """Sends the calls of one registry in one event loop; opens connections on first use.

    ``transport`` replaces the network, for tests; ``resolve`` replaces name resolution.
    """

    def __init__(
        self,
        config: RegistryConfig,
        transport: httpx.AsyncBaseTransport | None,
        resolve: Resolve | None,
        pace: Pace,
    ) -> None:
        self.config = config
        self.pace = pace
        self._connections = Connections(config, transport, self._quote)
        self._base_lock = asyncio.Lock()
        # Whatever the settings say: nobody but loopback is ever asked over http instead.
        self._is_base_known = not (
            config.http_fallback and is_loopback(urlsplit(config.url).netloc)
        )
        self._guard = Guard(
            config.name,
            config.url,
            resolve or (resolve_nothing if transport else resolve_host),
            self._quote,
        )
        self.auth = Authenticator(
            config.name,
            config.credential,
            self._guard,
            self._ask_token_server,
            pace.clock,
            may_volunteer=self._may_volunteer,
        )

    @property
    def proxy(self) -> str | None:
        """The URL of the proxy to the registry without its login; None where none is of use."""
        try:
            found = self._connections.find_proxy(Request(self._name, "GET", self._guard.base_url))
        except ProxyFailed:
            return None  # what is asked says so
        return found.shown if found else None

    @property
    def base_url(self) -> str:
        """The registry's own address, without a slash at its end."""
        return self._guard.base_url

    async def aclose(self) -> None:
        """Close every connection; the next call opens new ones."""
        await self._connections.aclose()

    def where(self, call: Call) -> str:
        """Return how a message about this call begins."""
        return f"{self._name}, {call.about}" if call.about else self._name

    def _name_limit(self, where: str) -> str:
        """Name what does not finish in time, and a timeout_seconds that counts for less here."""
        seconds, most = self.config.timeout_seconds, self.pace.call_seconds
        if seconds <= most or not is_on_lambda():
            return where
        return f"{where} (timeout_seconds: {seconds:g} counts as {most:g} on AWS Lambda)"

    def translate(self, call: Call, answer: Answer) -> RegliteError:
        """Return the error that an unexpected answer stands for."""
        if not self._guard.is_own(answer.url):
            return translate_storage(self.where(call), call, answer, self.auth.secrets)
        if self.auth.refuses_granted_token(answer):
            said = describe_answer(answer, self.auth.secrets, call.about)
            return TokenRefused(
                f"{self.where(call)}: the registry does not accept the token that its own token "
                f"server gave ({said}): check that both clocks are right, and at the registry that "
                "auth.token names this token server's issuer and certificate"
            )
        remedy = self.auth.explain_refusal(with_credentials=answer.with_credentials)
        if call.operation is Operation.CATALOG:
            server = recognise_server(answer.headers, self.auth.challenge)
            remedy += explain_catalog(server)
        return translate_answer(
            self.where(call), call, answer, remedy=remedy, secrets=self.auth.secrets
        )

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
        async with deadline(self.pace.call_seconds, self._name_limit(where)) as ends_at:
            exchange = Exchange(call, where, self._guard, self.auth, self._connections)
            try:
                if not self._is_base_known:
                    await self._find_base()
                return await send_with_retries(
                    exchange.send,
                    is_read=call.is_read,
                    is_manifest=call.operation is Operation.MANIFEST,
                    ends_at=ends_at,
                    sleep=self.pace.sleep,
                )
            except (httpx.TransportError, httpx.InvalidURL) as exc:
                if exchange.storage is not None:
                    raise blame_storage(exc, where, exchange.storage, self._quote) from exc
                raise translate_exception(exc, where, self.config, self._quote) from exc

    def read_next(self, answer: Answer) -> str | None:
        """Return the cursor of the page after this one; raises RegistryProtocol."""
        return parse_next([answer.headers.get("link", "")])

    async def ask_own_api(self, url: str, authorization: str | None, about: str) -> Answer:
        """Ask an API of the server's own, where the credentials may go: GitLab's, Harbor's."""
        asked = TokenRequest("GET", await self._guard.check_realm(url), authorization)
        return await self._ask_beside(asked, f"{self._name}, {about}")

    async def _ask_token_server(self, asked: TokenRequest) -> Answer:
        host = self._quote(urlsplit(asked.url).netloc)
        try:
            return await self._ask_beside(asked, f"{self._name}, its token server {host}")
        except ProxyFailed:
            raise
        except (RegistryTimeout, RegistryUnreachable) as exc:
            raise TokenServerFailed(f"{exc.message}; {REALM_REMEDY}") from exc

    async def _ask_beside(self, asked: TokenRequest, where: str) -> Answer:
        headers = {"Accept": "application/json"}
        if asked.authorization is not None:
            headers["Authorization"] = asked.authorization
        if asked.content is not None:
            headers["Content-Type"] = _FORM

        request = Request(where, asked.method, asked.url, headers, asked.content)
        ends_at = min(get_loop_time() + self.pace.call_seconds / 2, get_deadline())
        try:
            return await send_with_retries(
                lambda: self._connections.send(request),
                is_read=asked.method == "GET",
                is_manifest=False,
                ends_at=ends_at,
                sleep=self.pace.sleep,
            )
        except (httpx.TransportError, httpx.InvalidURL) as exc:
            raise translate_exception(exc, where, self.config, self._quote) from exc

    def _may_volunteer(self) -> bool:
        """Tell whether credentials may go to the registry before it asks for them."""
        parts = urlsplit(self._guard.base_url)
        if parts.scheme == "https" or is_loopback(parts.netloc):
            return True
        return self.config.source != "docker-config" and self.config.url.startswith("http://")

    async def _find_base(self) -> None:
        """Settle on https or http for a loopback host that Docker's config names without scheme."""
        async with self._base_lock:
            if self._is_base_known:
                return
            try:
                await self._ask_bare(self.config.url)
            except httpx.TransportError:
                plain = "http://" + self.config.url.partition("://")[2]
                if not await self._is_registry(plain):
                    raise  # what https said: a certificate, mostly
                self._guard.base_url = plain
            self._is_base_known = True

    async def _is_registry(self, base_url: str) -> bool:
        try:
            answer = await self._ask_bare(base_url)
        except httpx.TransportError:
            return False
        return answer.status in {200, 401}

    async def _ask_bare(self, base_url: str) -> Answer:
        return await self._connections.send(Request(self._name, "GET", f"{base_url}/v2/"))

    @property
    def _name(self) -> str:
        return f"registry '{self.config.name}'"

    def _quote(self, text: str) -> str:
        return quote(text, self.auth.secrets)
