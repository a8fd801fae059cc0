"""The other end of a connection: its address, and what its request says about the way it came.

Nothing here believes ``X-Forwarded-For``: anybody can send it. Only what AWS's load balancer adds
to its end is true.
"""

import base64
import binascii
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request

from reglite.api.identity.address import Address, format_address, parse_node
from reglite.errors import Unauthorized

_FORWARDING: Final = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip")


def get_peer(request: Request) -> Address | None:
    """Return the address of the connection's other end; behind a gateway, what that says."""
    return parse_node(_read_peer(request))


def get_peer_address(request: Request) -> str:
    """Return the peer's address as text; of what is no address, the beginning of what it is."""
    return format_address(get_peer(request), _read_peer(request))


def _read_peer(request: Request) -> str:
    host = request.client.host if request.client and request.client.host else ""
    return host.rpartition(",")[2].strip()  # of a load balancer's event it is the whole header


def is_direct(request: Request) -> bool:
    """Tell a real connection from an AWS gateway's event, whose peer is only reported."""
    return "aws.event" not in request.scope


def is_forwarded(headers: Headers) -> bool:
    """Tell a request that passed a proxy: whoever sent it need not be at this machine."""
    return any(name in _FORWARDING or name.startswith("x-forwarded-") for name in headers)


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
