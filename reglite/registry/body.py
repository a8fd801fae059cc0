"""Bodies of answers, read within a bound that counts what they unpack to."""

import zlib
from typing import TYPE_CHECKING

from reglite.errors import RegistryProtocol

if TYPE_CHECKING:
    import httpx

_GZIP = zlib.MAX_WBITS | 16
# Some object storages repeat "aws-chunked", which is how the upload was sent and says nothing now.
_PLAIN = {"", "identity", "aws-chunked"}


class BodyTooLong(RegistryProtocol):
    """The answer is longer than its call allows."""


async def read_body(response: "httpx.Response", max_bytes: int, where: str) -> bytes:
    """Return the whole body, unpacked; raises RegistryProtocol when it is longer than that."""
    codings = response.headers.get("content-encoding", "").lower().split(",")
    packed = {coding.strip() for coding in codings} - _PLAIN
    if not packed:
        return await _read_plain(response, max_bytes, where)
    if packed <= {"gzip", "x-gzip"}:
        return await _read_gzip(response, max_bytes, where)
    raise RegistryProtocol(f"{where}: the answer has a Content-Encoding that was not asked for")


async def _read_plain(response: "httpx.Response", max_bytes: int, where: str) -> bytes:
    declared = response.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:18]) > max_bytes:
        raise _too_long(max_bytes, where)
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.stream:  # type: ignore[union-attr]
        size += len(chunk)
        if size > max_bytes:
            raise _too_long(max_bytes, where)
        chunks.append(chunk)
    return b"".join(chunks)


async def _read_gzip(response: "httpx.Response", max_bytes: int, where: str) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    body = bytearray()
    try:
        async for chunk in response.stream:  # type: ignore[union-attr]
            body += unpacker.decompress(chunk, max_bytes + 1 - len(body))
            if len(body) > max_bytes:
                raise _too_long(max_bytes, where)
    except zlib.error as exc:
        raise RegistryProtocol(f"{where}: the answer is damaged gzip") from exc
    if not unpacker.eof and (body or unpacker.unconsumed_tail):
        raise RegistryProtocol(f"{where}: the answer is cut off")
    return bytes(body)


def _too_long(max_bytes: int, where: str) -> BodyTooLong:
    return BodyTooLong(f"{where}: longer than {max_bytes:,} bytes, which is the limit")
