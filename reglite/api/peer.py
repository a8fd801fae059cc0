"""The other end of a connection: its address, and what its request says about the way it came.

Nothing here believes ``X-Forwarded-For``: anybody can send it. Only what AWS's load balancer adds
to its end is true.
"""

import base64
import binascii
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request

from reglite.errors import Unauthorized

_FORWARDING: Final = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip")


def get_peer_address(request: Request) -> str:
    """Return the address of the connection's other end; behind a gateway, what that says."""
    host = request.client.host if request.client and request.client.host else ""
    return host.rpartition(",")[2].strip()  # of a load balancer's event it is the whole header


def get_peer_place(request: Request) -> str:
    """Return what tries to sign in are counted by: the address, of IPv6 its network of 64 bits.

    One caller has all the addresses of such a network.
    """
    address = parse_address(get_peer_address(request))
    if isinstance(address, IPv6Address):
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address or get_peer_address(request))


def is_direct(request: Request) -> bool:
    """Tell a real connection from an AWS gateway's event, whose peer is only reported."""
    return "aws.event" not in request.scope


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an IP address; one of IPv4 mapped into IPv6 is the IPv4 address. None if it is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_forwarded(headers: Headers) -> bool:
    """Tell a request that passed a proxy: whoever sent it need not be at this machine."""
    return any(name in _FORWARDING or name.startswith("x-forwarded-") for name in headers)


def decode_header(text: str) -> str:
    """Read a header's text as UTF-8, which proxies send; what is none stays as it came."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def parse_basic(encoded: str) -> tuple[str, str]:
    """Read the user and password of basic credentials (RFC 7617); raises Unauthorized."""
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as exc:
        raise Unauthorized("the basic credentials can't be read") from exc
    user, separator, password = text.partition(":")
    if not separator:
        raise Unauthorized("the basic credentials have no colon between user and password")
    return user, password
