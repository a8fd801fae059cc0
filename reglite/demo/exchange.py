"""One HTTP exchange of the in-memory registry: request in, answer out, over ASGI."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON_TYPE = "application/json; charset=utf-8"
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Request:
    """What came in; ``headers`` has lower-case names, ``path`` is decoded."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False, default=b"")

    def get_query(self, name: str) -> str | None:
        """Return the first value of a query parameter."""
        return next((value for key, value in self.query if key == name), None)

    @property
    def origin(self) -> str:
        """Scheme and authority under which the client reached this server."""
        return f"{self.headers.get('x-scheme', 'http')}://{self.headers.get('host', 'memory')}"


@dataclass(slots=True)
class LoggedRequest:
    """What the request log keeps: no secret, only whether and how the request was authorised."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    authorization: str | None  # the scheme, lower case: "basic", "bearer"
    status: int | None = None  # None while it is being answered, or if a hook broke it off


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of the distribution spec before it gets its looks; detail None is left out."""

    code: str
    message: str
    detail: Any = None


@dataclass(slots=True)
class Answer:
    """What goes out; ``chunks`` instead of ``body`` for content that is made on the way."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunks: Iterable[bytes] | None = None
    failure: Failure | None = None


def answer_json(document: Any, *, headers: Mapping[str, str] | None = None) -> Answer:
    """Return 200 with a JSON document."""
    body = json.dumps(document, separators=(",", ":")).encode() + b"\n"
    return Answer(200, {"Content-Type": JSON_TYPE, **(headers or {})}, body)


def refuse(status: int, code: str, message: str, detail: Any = None) -> Answer:
    """Return an error in the distribution spec's terms."""
    return Answer(status, failure=Failure(code, message, detail))


def answer_plain(status: int, text: str) -> Answer:
    """Return what a server says for paths that are none of its API's."""
    return Answer(status, {"Content-Type": "text/plain; charset=utf-8"}, text.encode() + b"\n")


async def read_request(scope: Mapping[str, Any], receive: Receive) -> Request:
    """Collect a whole request."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
    headers["x-scheme"] = scope.get("scheme", "http")
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Request(scope["method"], scope["path"], tuple(query), headers, bytes(body))


def log_request(request: Request) -> LoggedRequest:
    """Return what may be kept of a request."""
    authorization = request.headers.get("authorization")
    headers = {k: v for k, v in request.headers.items() if k not in _SECRET_HEADERS}
    scheme = authorization.split(" ", 1)[0].lower() if authorization else None
    return LoggedRequest(request.method, request.path, dict(request.query), headers, scheme)


async def send_answer(answer: Answer, method: str, send: Send) -> None:
    """Send an answer; a HEAD gets its headers only."""
    chunks = (answer.body,) if answer.chunks is None else answer.chunks
    if answer.chunks is None and answer.status not in (204, 304):
        answer.headers.setdefault("Content-Length", str(len(answer.body)))
    headers = [
        (k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in answer.headers.items()
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if method != "HEAD":
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
