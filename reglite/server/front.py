"""The front of a server: everything below ``/api/`` to the API, the rest to the pages."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from reglite.api.envelope import refuse_place
from reglite.api.runtime import Runtime
from reglite.server.pages import lead_into_folder


class Front:
    """ASGI app that strips the base path where it still is, and closes the runtime at the end.

    A reverse proxy may strip the base path itself or leave it: both work. ``others`` are apps that
    answer one path each. The API itself checks where a request comes from; this does for all else.
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
            path = self._strip(scope["path"])
            app = self._choose(path, scope)
            if app is not self._api:
                app = refuse_place(scope, self._runtime) or app
            await app({**scope, "path": path, "raw_path": None, "root_path": ""}, receive, send)

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
