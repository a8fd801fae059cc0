"""Serves a rendered site out of memory: right types, cache rules, compression, headers."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from reglite.api.response.answers import compute_etag, has_etag
from reglite.api.response.errors import answer_error
from reglite.api.response.security_headers import format_page_headers
from reglite.errors import MethodNotAllowed, NotFound
from reglite.reference import shorten

_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}
_COMPRESSED: Final = frozenset({"html", "css", "js", "json", "svg", "txt"})
_IMMUTABLE: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    compressed: bytes | None
    headers: Mapping[str, str]


class Pages:
    """An ASGI app over the files of one site; ``replace`` swaps all of them at once."""

    def __init__(self, files: Mapping[str, bytes], *, policy: str) -> None:
        self._headers = format_page_headers(policy)
        self._files: Mapping[str, _File] = {}
        self.replace(files)

    def replace(self, files: Mapping[str, bytes]) -> None:
        """Serve these files from the next request on."""
        self._files = {path: self._prepare(path, body) for path, body in files.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        await self._answer(request)(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            error = MethodNotAllowed(f"{shorten(request.method)} is not possible here")
            return answer_error(error, {"Allow": "GET, HEAD"})
        path = request.scope["path"].removeprefix("/")
        if path and f"{path}/index.html" in self._files:
            return lead_into_folder(request)
        is_folder = not path or path.endswith("/")
        file = self._files.get(f"{path}index.html" if is_folder else path)
        if file is None:
            return answer_error(NotFound(f"no page is at {shorten(request.scope['path'])}"))
        return _answer_file(file, request.headers, is_head=request.method == "HEAD")

    def _prepare(self, path: str, body: bytes) -> _File:
        suffix = path.rpartition(".")[2]
        compressed = gzip.compress(body, 9, mtime=0) if suffix in _COMPRESSED else None
        headers = {
            **self._headers,
            "Vary": "Accept-Encoding",
            "Content-Type": _TYPES.get(suffix, "application/octet-stream"),
            "Cache-Control": _IMMUTABLE if path.startswith("assets/") else "no-cache",
            "ETag": compute_etag(body),
        }
        return _File(body, compressed, headers)


def lead_into_folder(request: Request) -> Response:
    """Send who left out a folder's last slash there: else relative links lead beside it."""
    name = quote(request.scope["path"].rpartition("/")[2], safe="")
    query: str = request.scope["query_string"].decode("latin-1")  # bytes, as they were sent
    location = f"{name}/?{query}" if query else f"{name}/"
    return Response(status_code=307, headers={"Location": location})


def _answer_file(file: _File, headers: Headers, *, is_head: bool) -> Response:
    if has_etag(headers.get("if-none-match", ""), file.headers["ETag"]):
        return Response(status_code=304, headers=dict(file.headers))
    body, extra = file.body, {}
    if file.compressed is not None and "gzip" in headers.get("accept-encoding", ""):
        body, extra = file.compressed, {"Content-Encoding": "gzip"}
    all_headers = {**file.headers, **extra, "Content-Length": str(len(body))}
    return Response(b"" if is_head else body, headers=all_headers)
