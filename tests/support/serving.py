"""An ASGI application under uvicorn in a thread, on a free loopback port."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.support.waiting import wait_for

_START_SECONDS = 20.0
_POLL_SECONDS = 0.005


@contextmanager
def serve_app(app: Callable[..., Any], **options: Any) -> Iterator[str]:
    """Serve an application; yields its address and shuts it down on leaving.

    ``options`` go to uvicorn. The socket is bound here, so no other process can take the port.
    """
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    defaults = {"log_level": "warning", "timeout_graceful_shutdown": 2, "ws": "none"}
    config = uvicorn.Config(app, **{"interface": "asgi3", **defaults, **options})
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        wait_for(
            lambda: server.started or not thread.is_alive(),
            lambda: "the application did not start in time",
            seconds=_START_SECONDS,
            pause_seconds=_POLL_SECONDS,
        )
        if not server.started:
            raise RuntimeError("the application did not start")
        scheme = "https" if "ssl_certfile" in options else "http"
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=_START_SECONDS)
        listener.close()
