"""Compresses answers for clients that accept gzip; what has an ETag is compressed only once.

Long lists are asked for again and again and seldom change: compressing one costs a third of
answering it.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reglite.registry.cache import ContentCache

_SHORT_BYTES: Final = 1024  # saves no packet
_LONG_BYTES: Final = 256 * 1024  # in a thread, for others wait meanwhile
_KEPT_BYTES: Final = 4 * 1024 * 1024
_LEVEL: Final = 1

Pack = Callable[[bytes, str | None], Awaitable[bytes]]


class Compression:
    """ASGI middleware around an app whose answers' ETags are those of their bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = ContentCache(_KEPT_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        accepted = Headers(scope=scope).get("accept-encoding", "")
        reply = _Reply(send, self._pack if "gzip" in accepted else None)
        await self._app(scope, receive, reply)

    async def _pack(self, body: bytes, etag: str | None) -> bytes:
        packed: bytes | None = self._packed.get(etag) if etag else None
        if packed is None:
            is_long = len(body) > _LONG_BYTES
            packed = await asyncio.to_thread(_compress, body) if is_long else _compress(body)
            if etag:
                self._packed.put(etag, packed, len(packed))
        return packed


def _compress(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)


class _Reply:
    """Holds the head of an answer back until its body is known."""

    def __init__(self, send: Send, pack: Pack | None) -> None:
        self._send = send
        self._pack = pack
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            message = await self._complete(MutableHeaders(raw=start["headers"]), message)
            await self._send(start)
        await self._send(message)

    async def _complete(self, headers: MutableHeaders, message: Message) -> Message:
        body: bytes = message.get("body", b"")
        is_whole = not message.get("more_body", False) and "content-encoding" not in headers
        if not is_whole or len(body) < _SHORT_BYTES:
            return message
        headers.add_vary_header("Accept-Encoding")
        if self._pack is None:
            return message
        packed = await self._pack(body, headers.get("etag"))
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(packed))
        return {**message, "body": packed}
