"""What one stranger can do to a server's memory with nothing but sockets."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

MAX_PEAK_MIB = 150
CROWD = 1500
_MIB = 1024 * 1024
_GET = b"GET %s HTTP/1.1\r\nHost: localhost\r\n"

Attack = Callable[[str], Coroutine[Any, Any, None]]


async def pipeline_requests(url: str) -> None:
    """Send 38 MB of requests on one connection, and none of the answers read."""
    await _send(url, _repeat(_GET % b"/" + b"\r\n", 38 * _MIB))


async def pipeline_cheap_requests(url: str) -> None:
    """Send 1 MB of requests, 24,000 of them, whose answers are read at once."""
    await _send(url, _repeat(_GET % b"/api/none" + b"\r\n", _MIB), reads=True)


async def send_headers_without_end(url: str) -> None:
    """Send 100 MB of headers in one request."""
    await _send(url, [_GET % b"/", *_repeat(b"X-More: of the same\r\n", 100 * _MIB)])


async def send_a_header_without_end(url: str) -> None:
    """Send one header of 100 MB."""
    await _send(url, [_GET % b"/", b"X: ", *_repeat(b"x" * 1024, 100 * _MIB)])


async def send_an_address_without_end(url: str) -> None:
    """Send an address of 100 MB."""
    await _send(url, [b"GET /", *_repeat(b"x" * 1024, 100 * _MIB)])


async def send_bodies_unasked(url: str) -> None:
    """Send half of a body of 4 MB that nobody asked for on each of many connections."""
    head = _GET % b"/api/v1/health" + b"Content-Length: %d\r\n\r\n" % (4 * _MIB)
    async with _crowd(url, head + b"x" * (2 * _MIB)):
        pass


async def send_halves_of_heads(url: str) -> None:
    """Send most of a request's head, as much as is taken, on each of many connections."""
    head = _GET % (b"/" + b"x" * 30_000) + b"X: " + b"x" * 30_000
    async with _crowd(url, head):
        pass


async def pipeline_on_many_connections(url: str) -> None:
    """Ask for a page a thousand times on each of many connections, and read nothing."""
    async with _crowd(url, (_GET % b"/" + b"\r\n") * 1000):
        pass


async def open_connections(url: str) -> None:
    """Open connections that say nothing."""
    async with _crowd(url, b""):
        pass


ATTACKS: tuple[Attack, ...] = (
    pipeline_requests,
    pipeline_cheap_requests,
    send_headers_without_end,
    send_a_header_without_end,
    send_an_address_without_end,
    send_bodies_unasked,
    send_halves_of_heads,
    pipeline_on_many_connections,
    open_connections,
)


def _repeat(text: bytes, size_bytes: int) -> Iterator[bytes]:
    block = text * (65536 // len(text) + 1)
    for _ in range(size_bytes // len(block)):
        yield block


async def _send(url: str, parts: Iterator[bytes] | list[bytes], *, reads: bool = False) -> None:
    """Send until all is sent, or the server takes no more: for a second, or while it answers."""
    reader, writer = await _connect(url)
    reading = asyncio.create_task(_drop(reader)) if reads else None
    with contextlib.suppress(ConnectionError, TimeoutError):  # however the server ends it
        for part in parts:
            writer.write(part)
            await asyncio.wait_for(writer.drain(), 60 if reads else 1)
    if reading is not None:
        writer.write_eof()  # which comes after the requests, so what is left of them is answered
        await reading
    writer.transport.abort()


async def _drop(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while await reader.read(_MIB):
            pass


@asynccontextmanager
async def _crowd(url: str, request: bytes) -> AsyncIterator[None]:
    """Send the same on many connections that all stay open, as much of it as the server takes."""
    parts = urlsplit(url)
    address = (parts.hostname, parts.port)
    with contextlib.ExitStack() as stack:
        everybody = [stack.enter_context(_open(address)) for _ in range(CROWD)]
        for _ in range(3):
            for each in everybody:
                with contextlib.suppress(OSError):  # refused, or full
                    each.send(request)
            await asyncio.sleep(0.1)
        yield


def _open(address: object) -> socket.socket:
    opened = socket.create_connection(address, timeout=30)  # type: ignore[arg-type]
    opened.setblocking(False)
    return opened


async def _connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)
