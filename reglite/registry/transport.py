"""Calls on the wire: connections, limits, authentication, redirects, and httpx's exceptions.

Every request to a registry, its token server or its blob storage leaves the process here.
"""

import asyncio
import logging
import time
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from reglite import __version__
from reglite.errors import RegistryProtocol, RegliteError
from reglite.reference import shorten
from reglite.registry import limits
from reglite.registry.auth import Authenticator
from reglite.registry.body import read_body
from reglite.registry.call import Answer, Call, Operation
from reglite.registry.challenge import parse_challenges
from reglite.registry.connection_failure import translate_exception
from reglite.registry.deadline import deadline
from reglite.registry.failure import translate_answer
from reglite.registry.guard import Guard, Resolve, resolve_host, resolve_nothing
from reglite.registry.retry import send_with_retries
from reglite.registry.tls import build_plain_context, get_ssl_context
from reglite.registry.token import TokenRequest
from reglite.registry_config import RegistryConfig
from reglite.registry_url import is_loopback

# Both log whole URLs, and object storages sign theirs: whoever has one can use it.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_log = logging.getLogger(__name__)

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_USER_AGENT: Final = f"reglite/{__version__}"
_FORM: Final = "application/x-www-form-urlencoded"


class Transport:
    """The connections of one registry in one event loop; opened on first use.

    ``transport`` replaces the network, for tests and for the embedded registry.
    """

    def __init__(
        self,
        config: RegistryConfig,
        transport: httpx.AsyncBaseTransport | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self.config = config
        self._transport = transport
        self._slots = asyncio.Semaphore(config.max_connections)
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._base_lock = asyncio.Lock()
        self._is_base_known = not config.http_fallback
        self._guard = Guard(
            config.name, config.url, resolve or (resolve_nothing if transport else resolve_host)
        )
        self.auth = Authenticator(
            config.name, config.credential, self._guard, self._ask_token_server, self._now
        )

    async def aclose(self) -> None:
        """Close every connection; the next call opens new ones."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    def where(self, call: Call) -> str:
        """Return how a message about this call begins."""
        return f"registry '{self.config.name}'" + (f", {call.about}" if call.about else "")

    def translate(self, call: Call, answer: Answer) -> RegliteError:
        """Return the error that an unexpected answer stands for."""
        remedy, secrets = self.auth.remedy, self.auth.secrets
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
        async with deadline(limits.CALL_SECONDS, where) as timeout:
            try:
                if not self._is_base_known:
                    await self._find_base()
                return await send_with_retries(
                    lambda: self._send_authorized(call, where),
                    is_read=call.is_read,
                    is_manifest=call.operation is Operation.MANIFEST,
                    ends_at=timeout.when() or 0.0,
                )
            except (httpx.TransportError, httpx.InvalidURL) as exc:
                raise translate_exception(exc, where, self.config) from exc

    async def _send_authorized(self, call: Call, where: str) -> Answer:
        authorization = await self.auth.get_authorization(call.scope)
        answer = await self._send_following(call, authorization, where)
        if answer.status != 401 or not self._guard.is_own(answer.url):
            return answer
        challenges = parse_challenges(answer.headers.get_list("www-authenticate"))
        renewed = await self.auth.answer_challenge(challenges, call.scope, authorization)
        if renewed is None:
            return answer
        return await self._send_following(call, renewed, where)

    async def _send_following(self, call: Call, authorization: str | None, where: str) -> Answer:
        url = f"{self._guard.base_url}{call.path}" + (f"?{call.query}" if call.query else "")
        for _ in range(limits.REDIRECTS + 1):
            if not self._guard.is_own(url):
                authorization = None  # for good: who was sent away does not come back with it
            answer = await self._send_call(call, url, authorization, where)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not target:
                return answer
            url = await self._check_redirect(call, urljoin(url, target), where)
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
        headers = dict(call.headers)
        headers["Accept-Encoding"] = call.encoding
        if authorization is not None:
            headers["Authorization"] = authorization
        request = self._get_client(url).build_request(
            call.method, url, headers=headers, content=call.content
        )
        return await self._send(request, call.max_bytes, where)

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
            request = self._get_client(asked.url).build_request(
                asked.method, asked.url, headers=headers, content=asked.content
            )
            return await self._send(request, limits.OTHER_BYTES, where)

        ends_at = self._now() + limits.CALL_SECONDS / 2
        try:
            return await send_with_retries(
                send, is_read=asked.method == "GET", is_manifest=False, ends_at=ends_at
            )
        except (httpx.TransportError, httpx.InvalidURL) as exc:
            raise translate_exception(exc, where, self.config) from exc

    async def _send(self, request: httpx.Request, max_bytes: int, where: str) -> Answer:
        async with self._slots:
            client = self._get_client(str(request.url))
            began = time.perf_counter()
            response = await client.send(request, stream=True, follow_redirects=False)
            try:
                if response.status_code >= 300:
                    max_bytes = limits.OTHER_BYTES
                body = await read_body(response, max_bytes, where)
            finally:
                await response.aclose()
            seconds = time.perf_counter() - began
        bare = request.url.copy_with(query=None)  # a signature or a scope would be in the query
        _log.info("%s %s: %d in %.0f ms", request.method, bare, response.status_code, seconds * 1e3)
        return Answer(response.status_code, response.headers, body, str(request.url), seconds)

    def _get_client(self, url: str) -> httpx.AsyncClient:
        scheme = url.partition(":")[0]
        client = self._clients.get(scheme)
        if client is None:
            client = self._clients[scheme] = self._open_client(scheme)
        return client

    def _open_client(self, scheme: str) -> httpx.AsyncClient:
        config = self.config
        is_plain = scheme == "http" or self._transport is not None
        return httpx.AsyncClient(
            transport=self._transport,
            verify=build_plain_context() if is_plain else get_ssl_context(config),
            # A proxy of the environment is for the others: nobody's proxy reaches our loopback.
            trust_env=self._transport is None and not is_loopback(urlsplit(config.url).netloc),
            headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=httpx.Timeout(
                config.timeout_seconds, connect=limits.CONNECT_SECONDS, pool=limits.CALL_SECONDS
            ),
            limits=httpx.Limits(
                max_connections=None,  # the semaphore counts; httpx's own queue is slow when long
                max_keepalive_connections=config.max_connections,
                keepalive_expiry=limits.KEEPALIVE_SECONDS,
            ),
        )

    async def _find_base(self) -> None:
        """Settle on https or http for a loopback host that Docker's config names without scheme."""
        async with self._base_lock:
            if self._is_base_known:
                return
            where = f"registry '{self.config.name}'"
            try:
                await self._ask_bare(self.config.url, where)
            except httpx.ConnectError:
                plain = "http://" + self.config.url.partition("://")[2]
                if (await self._ask_bare(plain, where)).status not in {200, 401}:
                    raise
                self._guard.base_url = plain
            self._is_base_known = True

    async def _ask_bare(self, base_url: str, where: str) -> Answer:
        url = f"{base_url}/v2/"
        return await self._send(
            self._get_client(url).build_request("GET", url), limits.OTHER_BYTES, where
        )

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
