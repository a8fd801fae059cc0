"""Where a chunked body ends (RFC 9112, 7.1), and bounds on what comes between its bytes.

The parser behind reads the same again. Lines that one could read in another way don't reach it.
"""

import re
from typing import Final

from reglite.errors import BadRequest, HeadTooLarge

_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;[^\r]*)?")
_LINE_END: Final = b"\r\n"


class Chunks:
    """One body; ``max_bytes`` bounds each line, and all trailers together."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._remaining = 0  # of a chunk and the line's end behind it
        self._trailer_bytes = 0
        self._is_trailing = False
        self._is_whole = False

    def take(self, unread: bytearray) -> int:
        """Return how much of what came belongs to the body, without half a line at its end.

        Raises BadRequest and HeadTooLarge.
        """
        taken = self._take_chunk(len(unread))
        while taken < len(unread) and (size := self._take_line(unread, taken)):
            taken += size + self._take_chunk(len(unread) - taken - size)
        return taken

    def _take_chunk(self, available: int) -> int:
        size = min(self._remaining, available)
        self._remaining -= size
        return size

    def _take_line(self, unread: bytearray, start: int) -> int:
        if self._is_whole:
            return 0
        end = unread.find(b"\n", start) + 1
        size = (end or len(unread)) - start
        if size + self._trailer_bytes > self._max_bytes:
            raise HeadTooLarge(
                f"a chunked body has lines or trailers of more than {self._max_bytes} bytes"
            )
        if not end:
            return 0
        line = bytes(unread[start:end])
        if not line.endswith(_LINE_END):
            raise _misshapen()
        if self._is_trailing:
            self._trailer_bytes += size
            self._is_whole = line == _LINE_END
        else:
            self._read_size(line.removesuffix(_LINE_END))
        return size

    def _read_size(self, line: bytes) -> None:
        found = _SIZE.fullmatch(line)
        if found is None:
            raise _misshapen()
        size = int(found[1], 16)
        self._is_trailing = not size
        self._remaining = size and size + len(_LINE_END)


def _misshapen() -> BadRequest:
    return BadRequest("the chunks of the request's body are not as HTTP/1.1 has them")
