"""Runs the demo registry beside RegLite, in the same event loop, on a loopback port of its own."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn

from reglite.demo.images import fill_demo
from reglite.demo.registry import MemoryRegistry

DEMO_NAME = "demo"

Stop = Callable[[], Awaitable[None]]


class _EmbeddedServer(uvicorn.Server):
    """A server that leaves the process's signals to the one beside it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def start_demo(
    host: str = "127.0.0.1", *, registry: MemoryRegistry | None = None
) -> tuple[str, Stop]:
    """Start the demo on a free port; returns its address and a coroutine function that stops it.

    Without ``registry`` it is a fresh one with the demo's images.
    """
    if registry is None:
        registry = MemoryRegistry()
        fill_demo(registry)
    listener = socket.socket()
    listener.bind((host, 0))
    listener.listen()  # from here on connections wait, so nobody has to ask whether it is up
    config = uvicorn.Config(
        registry, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=2
    )
    server = _EmbeddedServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="demo registry")

    async def stop() -> None:
        server.should_exit = True
        await serving

    address, port = listener.getsockname()[:2]
    return f"http://{address}:{port}", stop
