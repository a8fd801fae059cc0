"""``MemoryRegistry``: the OCI distribution spec in memory, as a plain ASGI application."""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from time import time
from typing import Any

from reglite.demo import blobs, listing, manifests, referrers
from reglite.demo.authority import Access, Authority
from reglite.demo.exchange import (
    Answer,
    LoggedRequest,
    Receive,
    Request,
    Send,
    answer_json,
    answer_plain,
    log_request,
    read_request,
    refuse,
    send_answer,
)
from reglite.demo.failures import render_failure
from reglite.demo.store import Store, StoredBlob, StoredManifest, StoredRepository, VirtualBlob
from reglite.demo.switches import Switches
from reglite.errors import RegliteError
from reglite.reference import (
    Digest,
    Repository,
    Tag,
    compute_digest,
    parse_digest,
    parse_reference,
    parse_repository,
)

__all__ = ["Answer", "LoggedRequest", "MemoryRegistry", "Request", "Switches"]

Hook = Callable[[Request], Answer | Awaitable[Answer | None] | None]
AnswerHook = Callable[[Request, Answer], Awaitable[None] | None]

_ROUTE = re.compile(
    r"/v2/(?P<name>.+)/(?P<part>manifests|blobs/uploads|blobs|tags|referrers)(?:/(?P<rest>[^/]*))?"
)
_ACTIONS = {
    "GET": ("pull",),
    "HEAD": ("pull",),
    "DELETE": ("delete",),
    "PUT": ("pull", "push"),
    "POST": ("pull", "push"),
    "PATCH": ("pull", "push"),
}
_ALLOWED = {
    "manifests": "DELETE, GET, HEAD, PUT",
    "blobs": "DELETE, GET, HEAD",
    "tags": "GET",
    "referrers": "GET",
    "catalog": "GET",
    "ping": "GET",
}


class MemoryRegistry:
    """A registry without a disk: for the demo, and with its switches for the tests.

    ``requests`` is the log. ``on_request`` runs before a request is answered and may change the
    registry, return an Answer of its own or raise, which breaks the exchange off; ``on_answer``
    runs when the work is done and the answer has not left yet. Both may be coroutine functions.
    """

    def __init__(self, switches: Switches | None = None) -> None:
        self.switches = switches or Switches()
        self.repositories: Store = {}
        self.requests: list[LoggedRequest] = []
        self.authority = Authority(self.switches)
        self.on_request: Hook | None = None
        self.on_answer: AnswerHook | None = None
        self._uploads = blobs.Uploads(self.repositories)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request; the ASGI entry point."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        request = await read_request(scope, receive)
        logged = log_request(request)
        self.requests.append(logged)
        answer = await self._answer(request)
        answer.headers = {**self.switches.server_headers, **answer.headers}
        render_failure(answer, self.switches.error_style)
        if self.on_answer is not None:
            await _settle(self.on_answer(request, answer))
        logged.status = answer.status
        await send_answer(answer, request.method, send)

    def put_manifest(self, repository: str, raw: bytes, media_type: str, *tags: str) -> Digest:
        """Store a manifest as it is, without any check, under these tags; returns its digest."""
        held = self._hold(repository)
        digest = compute_digest(raw)
        held.manifests[digest] = StoredManifest(media_type, raw)
        for tag in tags:
            self.move_tag(repository, tag, digest)
        return digest

    def put_blob(self, repository: str, raw: bytes) -> Digest:
        """Store a blob; returns its digest."""
        digest = compute_digest(raw)
        self._hold(repository).blobs[digest] = StoredBlob(raw)
        return digest

    def put_virtual_blob(self, repository: str, seed: str, size_bytes: int) -> Digest:
        """Store a layer that has a size and no bytes; its digest is made out of ``seed``."""
        digest = compute_digest(f"{seed}:{size_bytes}".encode())
        self._hold(repository).blobs[digest] = VirtualBlob(seed, size_bytes)
        return digest

    def move_tag(self, repository: str, tag: str, digest: str) -> None:
        """Point a tag at a digest, whether that manifest exists or not."""
        held = self._hold(repository)
        held.tags[Tag(tag)] = Digest(digest)
        held.was_tagged = True

    def remove_tag(self, repository: str, tag: str) -> None:
        """Drop a tag and nothing else."""
        del self._hold(repository).tags[Tag(tag)]

    def get_tags(self, repository: str) -> dict[str, str]:
        """Return the digest of every tag."""
        held = self.repositories.get(Repository(repository))
        return {} if held is None else {str(tag): str(d) for tag, d in held.tags.items()}

    def has_manifest(self, repository: str, digest: str) -> bool:
        """Tell whether a manifest is there."""
        held = self.repositories.get(Repository(repository))
        return held is not None and Digest(digest) in held.manifests

    def count_requests(self, method: str, path_pattern: str) -> int:
        """Count the logged requests whose path the pattern matches somewhere."""
        return sum(
            logged.method == method and re.search(path_pattern, logged.path) is not None
            for logged in self.requests
        )

    def _hold(self, repository: str) -> StoredRepository:
        return self.repositories.setdefault(Repository(repository), StoredRepository())

    async def _answer(self, request: Request) -> Answer:
        if self.on_request is not None:
            answer: Answer | None = await _settle(self.on_request(request))
            if answer is not None:
                return answer
        for pattern, seconds in self.switches.latency_seconds.items():
            if re.search(pattern, request.path):
                await asyncio.sleep(seconds)
        path = request.path.removeprefix(self.switches.prefix)
        if path == "/token" and self.switches.auth == "bearer":
            return self.authority.answer_token(request)
        if path.startswith("/storage/"):
            return self._serve_storage(request, path.removeprefix("/storage/"))
        limited = self._limit()
        return limited if limited is not None else self._route(request, path)

    def _limit(self) -> Answer | None:
        switches = self.switches
        if switches.rate_limited_requests <= 0:
            return None
        switches.rate_limited_requests -= 1
        answer = refuse(429, "TOOMANYREQUESTS", "too many requests")
        if switches.retry_after == "seconds":
            answer.headers["Retry-After"] = str(switches.retry_after_seconds)
        elif switches.retry_after == "date":
            when = formatdate(time() + switches.retry_after_seconds, usegmt=True)
            answer.headers["Retry-After"] = when
        return answer

    def _serve_storage(self, request: Request, digest: str) -> Answer:
        for held in self.repositories.values():
            blob = held.blobs.get(Digest(digest))
            if blob is not None:
                return blobs.serve_blob(request, Digest(digest), blob)
        return answer_plain(404, "no such object")

    def _route(self, request: Request, path: str) -> Answer:
        if path == "/v2":
            return Answer(301, {"Location": f"{self.switches.prefix}/v2/"})
        if path == "/v2/":
            return self._guard(request, frozenset(), "ping") or answer_json({})
        if path == "/v2/_catalog":
            wanted = frozenset({Access("registry", "catalog", "*")})
            return self._guard(request, wanted, "catalog") or listing.list_catalog(
                request, self.repositories, self.switches
            )
        return self._route_repository(request, path) or answer_plain(404, "404 page not found")

    def _guard(self, request: Request, wanted: frozenset[Access], part: str) -> Answer | None:
        refusal = self.authority.check(request, wanted)
        if refusal is not None:
            return refusal
        allowed = _ALLOWED.get(part)
        if request.method == "OPTIONS" and allowed:
            return Answer(200, {"Allow": allowed})
        if allowed and request.method not in allowed.split(", "):
            answer = answer_plain(405, "Method not allowed")
            answer.headers["Allow"] = allowed
            return answer
        return None

    def _route_repository(self, request: Request, path: str) -> Answer | None:
        route = _ROUTE.fullmatch(path)
        if route is None:
            return None
        try:
            repository = parse_repository(route["name"])
        except RegliteError:
            return None
        actions = _ACTIONS.get(request.method, ())
        wanted = frozenset(Access("repository", repository, action) for action in actions)
        refusal = self._guard(request, wanted, route["part"])
        if refusal is not None:
            return refusal
        return self._dispatch(request, repository, route["part"], route["rest"])

    def _dispatch(
        self, request: Request, repository: Repository, part: str, rest: str | None
    ) -> Answer | None:
        if part == "tags" and rest == "list":
            return listing.list_tags(request, repository, self.repositories, self.switches)
        if part == "blobs/uploads":
            return self._dispatch_upload(request, repository, rest or "")
        try:
            if part == "manifests":
                return self._dispatch_manifest(request, repository, parse_reference(rest or ""))
            if part in ("blobs", "referrers"):
                return self._dispatch_digest(request, repository, part, parse_digest(rest or ""))
        except RegliteError:
            return _refuse_reference(rest or "")
        return None

    def _dispatch_digest(
        self, request: Request, repository: Repository, part: str, digest: Digest
    ) -> Answer | None:
        held = self.repositories.get(repository)
        if part == "referrers":
            if not self.switches.has_referrers:
                return None
            return referrers.list_referrers(request, digest, held, self.switches)
        if request.method == "DELETE":
            return blobs.delete_blob(digest, held, self.switches)
        blob = None if held is None else held.blobs.get(digest)
        return blobs.read_blob(request, digest, blob, self.switches)

    def _dispatch_manifest(
        self, request: Request, repository: Repository, reference: str
    ) -> Answer:
        held = self.repositories.get(repository)
        if request.method == "PUT":
            held = self._hold(repository)
            return manifests.push_manifest(request, repository, reference, held, self.switches)
        if request.method == "DELETE":
            return manifests.delete_manifest(reference, held, self.switches)
        if self.switches.failing_manifest_reads > 0:
            self.switches.failing_manifest_reads -= 1
            return refuse(500, "UNKNOWN", "unknown error", {})
        answer = manifests.read_manifest(request, repository, reference, held, self.switches)
        self._relabel(answer)
        return answer

    def _relabel(self, answer: Answer) -> None:
        if not self.switches.sends_content_digest:
            answer.headers.pop("Docker-Content-Digest", None)
            answer.headers.pop("ETag", None)
        if self.switches.manifest_content_type is not None and answer.status == 200:
            answer.headers["Content-Type"] = self.switches.manifest_content_type

    def _dispatch_upload(self, request: Request, repository: Repository, key: str) -> Answer:
        if not key:
            return self._uploads.begin(request, repository)
        if request.method == "PATCH":
            return self._uploads.append(request, repository, key)
        if request.method == "PUT":
            return self._uploads.finish(request, repository, key)
        if request.method == "DELETE":
            return self._uploads.cancel(repository, key)
        return self._uploads.inspect(request, repository, key)


def _refuse_reference(text: str) -> Answer | None:
    """Answer a malformed reference as distribution does: no route for a tag, 400 for a digest."""
    if ":" not in text:
        return None
    message = "provided digest did not match uploaded content"
    return refuse(400, "DIGEST_INVALID", message, {})


async def _settle(outcome: Any) -> Any:
    return await outcome if inspect.isawaitable(outcome) else outcome


async def _live(receive: Receive, send: Send) -> None:
    """Serve the lifespan protocol: nothing to start, nothing to stop."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
