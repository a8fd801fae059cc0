"""Runs uvicorn on a bound socket, the way a server behind nothing or a reverse proxy needs it."""

import socket
from typing import Final

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS: Final = 25  # longer than any answer's budget


def make_server(app: ASGIApp, *, access_log: bool, debug: bool) -> uvicorn.Server:
    """Configure uvicorn.

    Proxy headers stay off: they would replace the peer's address by what the request claims.
    """
    config = uvicorn.Config(
        app,
        access_log=access_log,
        log_level="debug" if debug else "info" if access_log else "warning",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)


async def run_server(server: uvicorn.Server, bound: socket.socket) -> None:
    """Serve until a signal: what is being answered is finished first."""
    bound.listen(2048)
    await server.serve(sockets=[bound])
