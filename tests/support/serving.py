"""An ASGI application under uvicorn in a thread, on a free loopback port."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

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
        _await_start(server, thread)
        scheme = "https" if "ssl_certfile" in options else "http"
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=_START_SECONDS)
        listener.close()


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the application did not start")
        time.sleep(_POLL_SECONDS)
