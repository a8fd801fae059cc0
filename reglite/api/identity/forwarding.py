"""Where a request came from before its proxies: for limits and the audit log, never for rights.

Each proxy adds the address that it saw to the end of ``X-Forwarded-For``. So the header is read
from its end, and only for as long as each hop, the peer first, is one of ``access.proxy.trusted``:
the first that is not is the client, and what stands before it is the client's own claim.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from starlette.datastructures import Headers

from reglite.api.identity.address import Address, Network, is_within, parse_node

_MAX_HOPS: Final = 32
_VIEWER: Final = "cloudfront-viewer-address"
# A quoted string without its end goes on to the end, so that each character is read once.
_PART: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?$)|[^",;]+|[,;]')
_QUOTED: Final = re.compile(r'"([^"\\]*)"')


def find_client(
    peer: Address | None, headers: Headers, trusted: Collection[Network]
) -> Address | None:
    """Return the last hop that trusted proxies vouch for; a hop that is no address ends the walk.

    Where all hops are trusted, CloudFront's own header says whom it answered.
    """
    client = peer
    for hop in _list_hops(headers):
        if not is_within(client, trusted):
            return client
        address = parse_node(hop)
        if address is None:
            return client
        client = address
    if not is_within(client, trusted):
        return client
    return _read_viewer(headers) or client


def _list_hops(headers: Headers) -> Iterator[str]:
    """List the hops, the nearest first; ``Forwarded`` (RFC 7239) where the other is absent."""
    if lines := headers.getlist("x-forwarded-for"):
        hops = ",".join(lines).rsplit(",", _MAX_HOPS)[-_MAX_HOPS:]
    else:
        hops = _parse_forwarded(",".join(headers.getlist("forwarded")))[-_MAX_HOPS:]
    yield from reversed(hops)


def _parse_forwarded(text: str) -> list[str]:
    """Return the ``for=`` of each element, empty where an element does not have one."""
    elements: list[list[str]] = [[""]]
    for part in _PART.findall(text):
        if part == ",":
            elements.append([""])
        elif part == ";":
            elements[-1].append("")
        else:
            elements[-1][-1] += part
    return [_read_for(pairs) for pairs in elements] if text else []


def _read_for(pairs: list[str]) -> str:
    split = [pair.strip(" \t").partition("=") for pair in pairs]
    values = [value for name, _, value in split if name.lower() == "for"]
    if len(values) != 1:
        return ""
    quoted = _QUOTED.fullmatch(values[0])
    return quoted[1] if quoted else values[0]


def _read_viewer(headers: Headers) -> Address | None:
    """Read ``ADDRESS:PORT``, of IPv6 without brackets; one that came twice is nobody's word."""
    lines = headers.getlist(_VIEWER)
    if len(lines) != 1:
        return None
    return parse_node(lines[0].rpartition(":")[0])
