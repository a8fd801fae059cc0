"""The connections of one registry: TLS, proxies, timeouts, and how many at once.

Every request to a registry, its token server or its blob storage leaves the process here.
"""

import asyncio
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from reglite import __version__
from reglite.config.proxy import Proxy, ProxySettings
from reglite.errors import ProxyFailed, RegistryProtocol
from reglite.inventory.registry_config import RegistryConfig
from reglite.registry import limits
from reglite.registry.body import read_body
from reglite.registry.call import Answer
from reglite.registry.guard import PeerCheck, Quote
from reglite.registry.pagination import get_origin
from reglite.registry.tls import build_plain_context, get_ssl_context

# Both log whole URLs, and object storages sign theirs: whoever has one can use it.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_log = logging.getLogger(__name__)

_USER_AGENT: Final = f"reglite/{__version__}"


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``where`` begins what its errors say."""

    where: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)
    max_bytes: int = limits.OTHER_BYTES


class Connections:
    """An httpx client per scheme and proxy, opened on first use.

    ``transport`` replaces the network, and then there is no proxy on the way.

    ``quote`` makes what a registry said, such as the URL of a redirect, fit for logs and messages.
    """

    def __init__(
        self, config: RegistryConfig, transport: httpx.AsyncBaseTransport | None, quote: Quote
    ) -> None:
        self._config = config
        self._transport = transport
        self._quote = quote
        self._slots = asyncio.Semaphore(config.max_connections)
        self._proxies = ProxySettings({} if transport is not None else os.environ)
        self._clients: dict[tuple[str, str | None], httpx.AsyncClient] = {}
        seconds = config.timeout_seconds
        timeout = httpx.Timeout(
            seconds, connect=limits.CONNECT_SECONDS, pool=max(limits.CALL_SECONDS, seconds)
        )
        self._extensions = {"timeout": timeout.as_dict()}
        self._origin = get_origin(config.url)

    async def aclose(self) -> None:
        """Close every connection; the next request opens new ones."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    async def send(self, asked: Request) -> Answer:
        """Send one request and read its answer.

        Raises httpx's errors, RegistryProtocol, and ProxyFailed for the proxy on the way.
        """
        request = self._build(asked)
        proxy = self.find_proxy(asked)
        async with self._slots:
            client = self._get_client(asked.url.partition(":")[0], proxy)
            began = time.perf_counter()
            with _refusing_hosts(), _blaming(proxy, asked.where, self._quote):
                response = await client.send(request, stream=True, follow_redirects=False)
            try:
                body = await _read_body(response, asked.max_bytes, asked.where)
            finally:
                await response.aclose()
            seconds = time.perf_counter() - began
        if _log.isEnabledFor(logging.INFO):
            bare = self._quote(asked.url.partition("?")[0])  # a query holds signatures or scopes
            status = response.status_code
            _log.info("%s %s: %d in %.0f ms", asked.method, bare, status, seconds * 1e3)
        headers = _join_headers(response.headers)
        with_credentials = "Authorization" in asked.headers
        return Answer(response.status_code, headers, body, asked.url, seconds, with_credentials)

    def _build(self, asked: Request) -> httpx.Request:
        # Built by hand: merging an AsyncClient's defaults costs more than all the rest of it.
        own = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
        with _refusing_hosts():
            request = httpx.Request(
                asked.method,
                asked.url,
                headers={**own, **asked.headers},
                content=asked.content,
                extensions=self._extensions,
            )
        if get_origin(asked.url) != self._origin:
            host = request.url.raw_host.decode("ascii")
            check = PeerCheck(host, asked.where, self._quote)
            request.extensions = {**self._extensions, "trace": check}
        return request

    def find_proxy(self, asked: Request) -> Proxy | None:
        """Return the proxy on the way of a request; raises ProxyFailed for one of no use."""
        try:
            return self._proxies.find(asked.url)
        except ProxyFailed as exc:
            raise ProxyFailed(f"{asked.where}: {exc.message}") from exc
        except ValueError as exc:
            raise httpx.InvalidURL("the port is no number") from exc

    def _get_client(self, scheme: str, proxy: Proxy | None) -> httpx.AsyncClient:
        key = (scheme, proxy.url if proxy else None)
        client = self._clients.get(key)
        if client is None:
            client = self._clients[key] = self._open_client(scheme, proxy)
        return client

    def _open_client(self, scheme: str, proxy: Proxy | None) -> httpx.AsyncClient:
        config = self._config
        is_plain = scheme == "http" or self._transport is not None
        return httpx.AsyncClient(
            transport=self._transport,
            verify=build_plain_context() if is_plain else get_ssl_context(config),
            trust_env=False,  # httpx reads the variables otherwise than Docker does
            proxy=proxy.url if proxy else None,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            limits=httpx.Limits(
                max_connections=None,  # the semaphore counts; httpx's own queue is slow when long
                max_keepalive_connections=config.max_connections,
                keepalive_expiry=limits.KEEPALIVE_SECONDS,
            ),
        )


@contextmanager
def _blaming(proxy: Proxy | None, where: str, quote: Quote) -> Iterator[None]:
    """Tell a failure of the proxy as the proxy's; what is behind it speaks for itself."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as exc:
        if proxy is None or _is_behind(exc):
            raise
        if isinstance(exc, httpx.ProxyError):
            raise ProxyFailed(
                f"{where}: {proxy} refuses the way there ({quote(str(exc))}): check its login and "
                "what it allows, or exclude this host in NO_PROXY"
            ) from exc
        raise ProxyFailed(
            f"{where}: {proxy} can't be reached: check that it runs, or exclude this host in "
            "NO_PROXY"
        ) from exc


def _is_behind(exc: Exception) -> bool:
    """Tell what TLS says: it begins behind the proxy."""
    return "SSL" in str(exc) or "certificate" in str(exc)


@contextmanager
def _refusing_hosts() -> Iterator[None]:
    """Turn into an httpx.InvalidURL what httpx lets through of a host such as ``xn--``."""
    try:
        yield
    except UnicodeError as exc:
        raise httpx.InvalidURL("the host is no name") from exc


async def _read_body(response: httpx.Response, max_bytes: int, where: str) -> bytes:
    if response.status_code < 300:
        return await read_body(response, max_bytes, where)
    try:
        return await read_body(response, limits.OTHER_BYTES, where)
    except RegistryProtocol:
        return b""  # the status of a refusal says enough


def _join_headers(headers: httpx.Headers) -> dict[str, str]:
    """Return the headers by their names in lower case, repeated ones joined (RFC 9110, 5.3)."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
