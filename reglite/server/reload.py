"""Reloads open pages when a template changes: a watcher, a stream of events, a small module."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from reglite.server.pages import Pages

SCRIPT_PATH: Final = "/.reload/reload.js"
EVENTS_PATH: Final = "/.reload/events"
POLL_SECONDS: Final = 0.5

_HEADERS: Final = {"Cache-Control": "no-store"}
_SCRIPT: Final = f"""\
new EventSource("{EVENTS_PATH}").addEventListener("reload", () => location.reload());
"""

Stamps = Mapping[Path, tuple[int, int]]


class Reload:
    """ASGI app around the pages: answers its own two paths and leaves the rest to them."""

    def __init__(self, pages: Pages, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._pages = pages
        self._poll_seconds = poll_seconds
        self._generation = 0
        self.is_stopping: Callable[[], bool] = lambda: False

    def show(self, files: Mapping[str, bytes]) -> None:
        """Swap in another rendering and make every open page load itself again."""
        self._pages.replace(add_script(files))
        self._generation += 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app: ASGIApp = self._pages
        if scope["path"] == SCRIPT_PATH:
            app = Response(_SCRIPT, media_type="text/javascript", headers=_HEADERS)
        elif scope["path"] == EVENTS_PATH:
            events = self._wait(Request(scope, receive))
            app = StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)
        await app(scope, receive, send)

    async def _wait(self, request: Request) -> AsyncIterator[str]:
        """Yield an event per change, until either side leaves."""
        seen = self._generation
        yield "retry: 500\n\n"
        while not self.is_stopping() and not await request.is_disconnected():
            if self._generation != seen:
                seen = self._generation
                yield "event: reload\ndata:\n\n"
            await asyncio.sleep(self._poll_seconds)


def add_script(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the site with the reloading module in every document."""
    tag = f'<script type="module" src="{SCRIPT_PATH}"></script></head>'.encode()
    return {
        path: body.replace(b"</head>", tag, 1) if path.endswith(".html") else body
        for path, body in files.items()
    }


class Watcher:
    """Calls back after each change below a folder, while it is entered."""

    def __init__(
        self,
        folder: Path,
        on_change: Callable[[], object],
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._folder = folder
        self._on_change = on_change
        self._poll_seconds = poll_seconds
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Watcher":
        """Start to look."""
        seen = await asyncio.to_thread(read_stamps, self._folder)
        self._task = asyncio.create_task(self._watch(seen))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _watch(self, seen: Stamps) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            now = await asyncio.to_thread(read_stamps, self._folder)
            if now != seen:
                seen = now
                await asyncio.to_thread(self._on_change)


def read_stamps(folder: Path) -> Stamps:
    """Return time and size of every file; one that vanishes meanwhile is left out."""
    stamps: dict[Path, tuple[int, int]] = {}
    for path in sorted(folder.rglob("*")):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        stamps[path] = (status.st_mtime_ns, status.st_size)
    return stamps
