"""The proxy variables of the environment, read as Go reads them, which Docker is written in.

``HTTP_PROXY``, ``HTTPS_PROXY`` and ``NO_PROXY``, in capitals before small letters; ``ALL_PROXY``,
which Go does not know, where neither of the two is set for a scheme. Pure.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from reglite.config.registry_url import is_loopback
from reglite.errors import ProxyFailed
from reglite.reference import shorten

_PORTS = {"http": 80, "https": 443}
_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy: its URL, which may hold a login, as it may be shown, and who names it."""

    url: str = field(repr=False)
    shown: str
    variable: str

    def __str__(self) -> str:
        """Name it for a message."""
        return f"the proxy {self.shown} ({self.variable})"


class ProxySettings:
    """Which proxy leads to which URL; reads the variables once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        # Under CGI anybody's header "Proxy" arrives as HTTP_PROXY.
        is_cgi = "REQUEST_METHOD" in environ
        names = {"http": ("http_proxy",) if is_cgi else ("HTTP_PROXY", "http_proxy")}
        names["https"] = ("HTTPS_PROXY", "https_proxy")
        self._named = {
            scheme: _pick(environ, (*own, "ALL_PROXY", "all_proxy"))
            for scheme, own in names.items()
        }
        excluded = _pick(environ, ("NO_PROXY", "no_proxy"))
        parts = excluded[1].replace(",", " ").split() if excluded else ()
        self._excluded = [_Exclusion(part) for part in parts]

    def find(self, url: str) -> Proxy | None:
        """Return the proxy for a URL, None for a direct way; raises ProxyFailed for no usable one.

        This machine is never behind a proxy.
        """
        parts = urlsplit(url)
        named, host = self._named.get(parts.scheme), (parts.hostname or "").rstrip(".")
        if named is None or is_loopback(f"[{host}]" if ":" in host else host):
            return None
        port = parts.port or _PORTS[parts.scheme]
        if any(each.covers(host, port) for each in self._excluded):
            return None
        return _parse(*named)


class _Exclusion:
    """One part of ``NO_PROXY``: ``*``, an address, a network, a name; but for ``*`` with a port."""

    def __init__(self, text: str) -> None:
        self._is_all = text == "*"
        self._network = _read_network(text)
        host, self._port = _split_port(text.lower())
        self._address = None if self._network else _read_network(host)
        host = host.removeprefix("*")
        # A leading dot stands for the names below alone, else the name itself belongs to them.
        self._name = "" if host.startswith(".") else host
        self._below = host if host.startswith(".") else f".{host}"

    def covers(self, host: str, port: int) -> bool:
        """Tell whether a host is asked directly."""
        if self._is_all:
            return True
        address = _read_network(host)
        if self._network is not None:
            return address is not None and _holds(self._network, address)
        if self._port not in {None, port}:
            return False
        if address is not None:
            return self._address == address
        return host == self._name or host.endswith(self._below)


def _pick(environ: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str] | None:
    return next(((name, environ[name]) for name in names if environ.get(name)), None)


def _read_network(text: str) -> IPv4Network | IPv6Network | None:
    """Read a network, or an address as the network of itself; an IPv4 one inside IPv6 is IPv4."""
    text = text.removeprefix("[").removesuffix("]")
    try:
        if "/" in text:
            return ip_network(text, strict=False)
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return ip_network(getattr(address, "ipv4_mapped", None) or address)


def _holds(network: IPv4Network | IPv6Network, address: IPv4Network | IPv6Network) -> bool:
    return network.version == address.version and address.network_address in network


def _split_port(text: str) -> tuple[str, int | None]:
    host, colon, port = text.rpartition(":")
    is_bare_ipv6 = ":" in host and not host.endswith("]")
    if not colon or is_bare_ipv6 or not port.isascii() or not port.isdigit():
        return text, None
    return host, int(port[:6])


def _parse(variable: str, text: str) -> Proxy:
    url = text.strip()
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if not host or scheme not in _SCHEMES:
        problem = f"'{shorten(scheme)}' is no scheme of a proxy" if host else "it is no URL"
        raise ProxyFailed(
            f"the proxy in {variable} can't be used: {problem}; write http://, https:// or "
            "socks5://host:port, or exclude this host in NO_PROXY"
        )
    if scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise ProxyFailed(
            f"the proxy in {variable} can't be used: for SOCKS install  pip install socksio  "
            "where RegLite runs, name an http:// proxy, or exclude this host in NO_PROXY"
        )
    authority = f"[{host}]" if ":" in host else host
    shown = f"{scheme}://{authority}" + (f":{port}" if port else "")
    return Proxy(url, shorten(shown), variable)
