"""Runs uvicorn on a bound socket, the way a server behind nothing or a reverse proxy needs it."""

import asyncio
import contextlib
import functools
import logging
import signal
import socket
from collections.abc import Coroutine, Iterator
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from reglite.server.bounds import Bounds, find_bounds
from reglite.server.gate import Gate
from reglite.server.logs import bound_line
from reglite.server.protocol import find_protocol
from reglite.server.speech import Speech
from reglite.server.visitors import Visitors

GRACE_SECONDS: Final = 25  # longer than any answer's budget


class Server(uvicorn.Server):
    """A server whose end by a signal is a clean one: uvicorn's own would die of that signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Finish what is being answered at the first signal, and stop at once at the second."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Leave out what uvicorn cancels at a second Ctrl-C: it takes each for a crash."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def make_server(
    app: ASGIApp,
    *,
    access_log: bool,
    debug: bool,
    bounds: Bounds | None = None,
    speak: type[Speech] | None = None,
) -> Server:
    """Configure uvicorn, with the bounds of this process where none are given.

    Proxy headers stay off: they would replace the peer's address by what the request claims.
    """
    logging.basicConfig(
        format="%(levelname)s: %(message)s", level=logging.INFO if debug else logging.WARNING
    )
    bounds = bounds or find_bounds()
    gate: Any = functools.partial(Gate, speak or find_protocol(), bounds, Visitors(bounds))
    config = uvicorn.Config(
        app,
        access_log=access_log,
        log_level="info" if access_log else "warning",
        lifespan="on",
        http=gate,
        backlog=bounds.backlog,
        timeout_keep_alive=bounds.idle_seconds,
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_no_cancellation)
    for name in ("", "uvicorn", "uvicorn.access"):
        for handler in logging.getLogger(name).handlers:
            handler.addFilter(bound_line)
    return Server(config)


def run_in_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run this to its end, in uvloop's event loop where it is installed: it serves twice as much.

    Windows has none.
    """
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        asyncio.run(work)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def run_server(server: Server, listening: socket.socket) -> None:
    """Serve until a signal."""
    await server.serve(sockets=[listening])
