"""Where a registry may send us: realms of token servers and targets of redirects.

Both are chosen by the registry, which may be hostile: they must not lead to addresses that answer
only because RegLite asks from inside, such as a cloud's metadata service.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from reglite.config.registry_url import is_loopback
from reglite.errors import RealmRefused, RedirectRefused, RegistryProtocol
from reglite.reference import shorten
from reglite.registry.pagination import get_origin

Resolve = Callable[[str], Awaitable[Iterable[str]]]
Quote = Callable[[str], str]
"""Makes what a registry said fit for a message."""

_FORBIDDEN_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16",
        "fe80::/10",
        "fd00:ec2::254/128",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "0.0.0.0/8",
        "::/128",
    )
)
_PLAIN_URL = re.compile(r"[!#-;=?-\[\]^_a-z{|}~]+", re.ASCII)
_FORBIDDEN_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data"})


def is_forbidden_address(text: str) -> bool:
    """Tell link-local, metadata and unspecified addresses, also inside IPv6 ones."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return any(
        candidate in network
        for candidate in _unwrap(address)
        for network in _FORBIDDEN_NETWORKS
        if candidate.version == network.version
    )


def _is_this_machine(text: str) -> bool:
    """Tell loopback's names and addresses, also inside IPv6 ones."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return is_loopback(text)
    return any(candidate.is_loopback for candidate in _unwrap(address))


def _unwrap(address: IPv4Address | IPv6Address) -> Iterable[IPv4Address | IPv6Address]:
    yield address
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            yield address.ipv4_mapped
        elif address.sixtofour is not None:
            yield address.sixtofour
        elif address in ip_network("64:ff9b::/96"):
            yield IPv4Address(int(address) & 0xFFFFFFFF)


async def resolve_host(host: str) -> tuple[str, ...]:
    """Return the addresses of a host name, none where it does not resolve here."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()  # a proxy may know it; without one, connecting fails and says so
    return tuple(str(entry[4][0]) for entry in found)


class PeerCheck:
    """httpx's ``trace`` of one request that refuses a connection to a forbidden address.

    A hostile name server may answer the check of a name with one address and the connection with
    another, so what counts is the peer, before anything is sent to it. A proxy's own address is
    its operator's choice.
    """

    def __init__(self, host: str, where: str, quote: Quote) -> None:
        self._host = host
        self._where = where
        self._quote = quote
        self._is_direct = True

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        """Look at the peer of a new connection; raises RegistryProtocol."""
        if event == "connection.connect_tcp.started":
            self._is_direct = info["host"] == self._host
        elif event == "connection.connect_tcp.complete" and self._is_direct:
            stream = info["return_value"]
            if is_forbidden_address(str(stream.get_extra_info("server_addr")[0])):
                await stream.aclose()
                raise RegistryProtocol(
                    f"{self._where}: {self._quote(self._host)} was not asked: it has a link-local "
                    "or metadata address"
                )


async def resolve_nothing(host: str) -> tuple[str, ...]:
    """Resolve no name: for a transport that connects nowhere."""
    del host
    return ()


STORAGE_REMEDY = (
    "make its storage reachable from here, or have it pass content on itself "
    "(storage.redirect.disable of distribution)"
)
"""What mends a storage that only the registry itself can reach."""


REALM_REMEDY = (
    "the registry's own configuration names it as realm (auth.token.realm of distribution): write "
    "an address there that its clients can use"
)
"""What mends a realm that is of no use to us."""


class Guard:
    """Checks the addresses that one registry names; ``base_url`` is the registry's own."""

    def __init__(
        self,
        registry: str,
        base_url: str,
        resolve: Resolve = resolve_host,
        quote: Quote = shorten,
    ) -> None:
        self._registry = registry
        self.base_url = base_url
        self._resolve = resolve
        self._quote = quote

    def is_own(self, url: str) -> bool:
        """Tell whether a URL is at the registry's own origin."""
        return get_origin(url) == get_origin(self.base_url)

    async def check_realm(self, realm: str) -> str:
        """Return the URL of a token server that may get the credentials.

        It is https; http only where it is on loopback, or where the inventory says http itself.
        It is on this machine only where the registry is: else credentials would go to whatever
        listens here.
        """
        parts = self._split(realm, "token server")
        is_plain = self.base_url.startswith("http://") or is_loopback(parts.netloc)
        if parts.scheme == "http" and not is_plain:
            raise self._refuse("token server", parts, "it is not https")
        await self._check_address(parts, "token server")
        return realm

    async def check_redirect(self, target: str) -> str:
        """Return the target of a redirect that may be followed, without credentials."""
        parts = self._split(target, "redirect")
        await self._check_address(parts, "redirect")
        return target

    def _split(self, url: str, role: str) -> SplitResult:
        try:
            if not _PLAIN_URL.fullmatch(url):
                raise ValueError(url)  # noqa: TRY301 - parsers read odd characters differently
            parts = urlsplit(url)
            get_origin(url)
        except ValueError as exc:
            raise self._refuse_text(role, "is no URL") from exc
        if not parts.scheme or not parts.hostname:
            raise self._refuse_text(role, "is no http(s) URL")
        if parts.scheme not in {"http", "https"}:
            raise self._refuse(role, parts, "it is no http(s) URL")
        if "@" in parts.netloc:
            raise self._refuse(role, parts, "its URL holds credentials")
        return parts

    async def _check_address(self, parts: SplitResult, role: str) -> None:
        if self.is_own(parts.geturl()):
            return
        addresses = await self._find_addresses(parts)
        if addresses & _FORBIDDEN_NAMES or any(map(is_forbidden_address, addresses)):
            raise self._refuse(role, parts, "it is a link-local or metadata address")
        if any(map(_is_this_machine, addresses)):
            own = await self._find_addresses(urlsplit(self.base_url))
            if not any(map(_is_this_machine, own)):
                raise self._refuse(role, parts, "it leads to this machine itself")

    async def _find_addresses(self, parts: SplitResult) -> frozenset[str]:
        """Return the host of a URL and what it resolves to."""
        host = (parts.hostname or "").rstrip(".").lower()
        return frozenset({host, *await self._resolve(host)})

    def _refuse(self, role: str, parts: SplitResult, reason: str) -> RegistryProtocol:
        there = self._quote(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
        return self._refuse_text(role, f"at {there} was not asked: {reason}")

    def _refuse_text(self, role: str, said: str) -> RegistryProtocol:
        message = f"registry '{self._registry}': its {role} {said}"
        if role == "redirect":
            return RedirectRefused(f"{message}; {STORAGE_REMEDY}")
        return RealmRefused(f"{message}; {REALM_REMEDY}")
