"""The front of a server: everything below ``/api/`` to the API, the rest to the pages."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reglite.api.response.envelope import refuse_place
from reglite.api.response.errors import answer_unexpected
from reglite.api.response.security_headers import complete_headers
from reglite.api.runtime import Runtime
from reglite.server.pages import lead_into_folder


class Front:
    """ASGI app that strips the base path where it still is, and closes the runtime at the end.

    A reverse proxy may strip the base path itself or leave it: both work. ``others`` are apps that
    answer one path each. The API itself checks where a request comes from; this does for all else.
    Whichever part answers, its answer leaves with every security header, and one that fails is a
    500 in the API's shape.
    """

    def __init__(
        self,
        *,
        api: ASGIApp,
        pages: ASGIApp,
        runtime: Runtime,
        base_path: str = "/",
        others: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self._api = api
        self._pages = pages
        self._prefix = base_path.rstrip("/")
        self._others = others or {}
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or go through start-up and shutdown."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, _Reply(send))

    async def _answer(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        path = self._strip(scope["path"])
        inner = {**scope, "path": path, "raw_path": None, "root_path": ""}
        try:
            app = self._choose(path, scope)
            if app is not self._api:
                app = refuse_place(scope, self._runtime) or app
            await app(inner, receive, reply)
        except Exception as exc:  # whatever it is: the server's own words would bear no headers
            if reply.has_started:
                raise
            await answer_unexpected(exc)(inner, receive, reply)

    def _choose(self, path: str, scope: Scope) -> ASGIApp:
        if self._prefix and scope["path"] == self._prefix:
            return lead_into_folder(Request(scope))
        fallback = self._api if path.startswith("/api/") else self._pages
        return self._others.get(path, fallback)

    def _strip(self, path: str) -> str:
        if path == self._prefix or path.startswith(f"{self._prefix}/"):
            return path[len(self._prefix) :] or "/"
        return path

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
                continue
            await self._runtime.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return


class _Reply:
    """Completes the headers of an answer on its way out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            message = {**message, "headers": complete_headers(message["headers"])}
        await self._send(message)
