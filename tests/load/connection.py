"""A keep-alive HTTP/1.1 connection that costs next to nothing: the server is what is measured."""

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_LIMIT_BYTES = 16 * 1024 * 1024


class Connection:
    """One connection to a server on loopback; an async context manager."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        opened = await asyncio.open_connection(self._host, self._port, limit=_LIMIT_BYTES)
        self._reader, self._writer = opened
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._writer.close()

    async def ask(self, path: str, *, method: str = "GET", accept: str = "*/*") -> int:
        """Send a request, read its whole answer and return its status."""
        host = f"{self._host}:{self._port}"
        lines = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\n\r\n"
        self._writer.write(lines.encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if method != "HEAD":
            await self._read_body(head)
        return int(head[9:12])

    async def _read_body(self, head: str) -> None:
        _, found, rest = head.partition("\r\ncontent-length: ")
        if found:
            await self._reader.readexactly(int(rest.partition("\r\n")[0]))
            return
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            await self._reader.readexactly(size + 2)
        await self._reader.readexactly(2)
