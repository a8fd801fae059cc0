"""uvicorn's HTTP/1.1 protocols, as they stand behind a gate."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reglite.errors import BadRequest
from reglite.server.gate import Gate
from reglite.server.speech import Speech


class _Gated:
    """Overrides what a uvicorn protocol leaves to its gate."""

    gate: Gate
    app: ASGIApp
    cycle: Any
    flow: Any
    headers: list[tuple[bytes, bytes]]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._app, self.app = self.app, self._run

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, if there is room: callers who leave don't end what they began."""
        if not self.gate.begin_answer():
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self.gate.end_answer()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Answer in the API's shape."""
        self.gate.refuse(BadRequest("this is not a request of HTTP/1.1"))

    def on_response_complete(self) -> None:
        """Let the next request through."""
        super().on_response_complete()  # type: ignore[misc]
        self.gate.answered()

    def timeout_keep_alive_handler(self) -> None:
        """Close what is idle."""
        self.gate.end_idleness()


class H11Gated(_Gated, H11Protocol):
    """The protocol in pure Python, which is always there."""


def find_protocol() -> type[Speech]:
    """Return the quick protocol where its parser is installed, else that in pure Python."""
    try:
        from uvicorn.protocols.http.httptools_impl import (  # noqa: PLC0415 - may be absent
            HttpToolsProtocol,
        )
    except ImportError:
        return H11Gated

    class HttpToolsGated(_Gated, HttpToolsProtocol):
        def on_header(self, name: bytes, value: bytes) -> None:
            is_trailer = self.cycle is not None and self.cycle.scope is self.scope
            if not is_trailer:  # of which proxies take no header away
                super().on_header(name, value)

    return HttpToolsGated
