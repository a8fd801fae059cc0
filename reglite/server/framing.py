"""Where one request ends and the next begins, and whether its head is one to read at all. Pure.

The parser behind decides what a request is. This cuts what came into pieces of which none holds
more than one head, so that nothing is parsed before its turn.
"""

import re
from collections.abc import Iterable
from typing import Final

from reglite.errors import BadRequest, HeadTooLarge, RequestTooSlow, TargetTooLong
from reglite.reference import shorten
from reglite.server.bounds import Bounds
from reglite.server.chunks import Chunks

_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_LINE_ENDS: Final = b"\r\n"
_LENGTH_DIGITS: Final = 19


def skip_blank_lines(unread: bytearray) -> None:
    """Drop the line ends that some clients send between two requests (RFC 9112, 2.2)."""
    if unread[:1].isspace():
        unread[:] = unread.lstrip(_LINE_ENDS)


def measure_head(unread: bytearray, bounds: Bounds, *, searched: int = 0) -> int:
    """Return the size of the head that begins here, 0 while its end has not come.

    ``searched``: so many bytes were here the last time. Raises TargetTooLong, HeadTooLarge and
    BadRequest, also before the end has come.
    """
    if unread and not unread[:1].isalpha():
        raise BadRequest("this is not a request of HTTP/1.1")  # perhaps of TLS
    found = _BLANK_LINE.search(unread, max(0, searched - 2))
    size = found.end() if found else len(unread)
    first_line = unread.find(b"\n", 0, size)
    if (size if first_line < 0 else first_line) > bounds.target_bytes:
        raise TargetTooLong(f"the address is longer than {bounds.target_bytes} bytes")
    if size > bounds.head_bytes:
        raise HeadTooLarge(f"the headers are larger than {bounds.head_bytes} bytes")
    if unread.count(b"\n", 0, size) - (2 if found else 1) > bounds.header_lines:
        raise HeadTooLarge(f"there are more than {bounds.header_lines} headers")
    if not found:
        return 0
    _check_target(bytes(unread[:first_line]))
    return size


def _check_target(line: bytes) -> None:
    """Refuse what is asked of a proxy: an address with a host, or a tunnel."""
    _, _, target = line.partition(b" ")
    if target and not target.startswith(b"/"):
        raise BadRequest(
            f"'{shorten(target.decode('latin-1').rpartition(' ')[0])}' is no path: RegLite is no "
            "proxy; send the path alone, with the host in the Host header"
        )


class Body:
    """What is still to come of one request after its head; raises BadRequest."""

    def __init__(self, headers: Iterable[tuple[bytes, bytes]], bounds: Bounds) -> None:
        by_name = dict(headers)
        length, coding = by_name.get(b"content-length"), by_name.get(b"transfer-encoding")
        if length is not None and coding is not None:  # of which others may believe the length
            raise BadRequest("a body has a length or a transfer coding: send one of the headers")
        self._remaining = _parse_length(length or b"0")
        self._chunks = None if coding is None else Chunks(bounds.trailer_bytes)
        if b"upgrade" in by_name and (self._chunks or self._remaining):
            # of which parsers differ where it ends
            raise BadRequest("a request to upgrade has no body: send it without the header Upgrade")

    def take(self, unread: bytearray) -> int:
        """Return how much of what came may be read as part of the body, and count it."""
        if self._chunks is not None:
            return self._chunks.take(unread)
        size = min(self._remaining, len(unread))
        self._remaining -= size
        return size


def _parse_length(value: bytes) -> int:
    if len(value) > _LENGTH_DIGITS:  # zeros, else the parser refuses it
        raise BadRequest("the length of the body has too many digits")
    return int(value)


def too_slow(what: str, seconds: float) -> RequestTooSlow:
    """Make the error of a request that does not go on."""
    return RequestTooSlow(f"{what} did not come within {seconds:g} s: send it again, faster")
