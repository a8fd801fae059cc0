"""``MemoryRegistry``: the OCI distribution spec in memory, as a plain ASGI application."""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from email.utils import formatdate
from time import time
from typing import Any

from reglite.demo.authority import Authority
from reglite.demo.blobs import serve_blob
from reglite.demo.exchange import (
    Answer,
    LoggedRequest,
    Receive,
    Request,
    Send,
    answer_plain,
    log_request,
    read_request,
    refuse,
    send_answer,
)
from reglite.demo.failures import render_failure
from reglite.demo.router import Router
from reglite.demo.store import Store, StoredBlob, StoredManifest, StoredRepository, VirtualBlob
from reglite.demo.switches import Switches
from reglite.reference import (
    Digest,
    Repository,
    Tag,
    compute_digest,
)

__all__ = ["Answer", "LoggedRequest", "MemoryRegistry", "Request", "Switches"]

Hook = Callable[[Request], Answer | Awaitable[Answer | None] | None]
AnswerHook = Callable[[Request, Answer], Awaitable[None] | None]


class MemoryRegistry:
    """A registry without a disk: for the demo, and with its switches for the tests.

    ``requests`` is the log, whose older half is forgotten whenever it has ``log_length``.
    ``on_request`` runs before a request is answered and may change the registry, return an Answer
    of its own or raise, which breaks the exchange off; ``on_answer`` runs when the work is done and
    the answer has not left yet. Both may be coroutine functions. ``sleep`` may be replaced.
    """

    def __init__(self, switches: Switches | None = None) -> None:
        self._switches = switches or Switches()
        self.log_length = 200_000
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self.repositories: Store = {}
        self.requests: list[LoggedRequest] = []
        self.authority = Authority(self.switches)
        self.on_request: Hook | None = None
        self.on_answer: AnswerHook | None = None
        self._router = Router(self.repositories, self.switches, self.authority)

    @property
    def switches(self) -> Switches:
        """How this registry behaves; assigning other switches takes their values over."""
        return self._switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        for field in fields(Switches):
            setattr(self._switches, field.name, getattr(switches, field.name))

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request; the ASGI entry point."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        request = await read_request(scope, receive)
        logged = self._log(request)
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

    def _log(self, request: Request) -> LoggedRequest:
        if len(self.requests) >= self.log_length:
            del self.requests[: self.log_length // 2]
        logged = log_request(request)
        self.requests.append(logged)
        return logged

    def _hold(self, repository: str) -> StoredRepository:
        return self.repositories.setdefault(Repository(repository), StoredRepository())

    async def _answer(self, request: Request) -> Answer:
        if self.on_request is not None:
            answer: Answer | None = await _settle(self.on_request(request))
            if answer is not None:
                return answer
        for pattern, seconds in self.switches.latency_seconds.items():
            if re.search(pattern, request.path):
                await self.sleep(seconds)
        if not request.path.startswith(self.switches.prefix):
            return answer_plain(404, "404 page not found")
        path = request.path.removeprefix(self.switches.prefix)
        if path == "/token" and self.switches.auth == "bearer":
            return self.authority.answer_token(request)
        if path.startswith("/storage/"):
            return self._serve_storage(request, path.removeprefix("/storage/"))
        limited = self._limit()
        return limited if limited is not None else self._router.answer(request, path)

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
                return serve_blob(request, Digest(digest), blob)
        return answer_plain(404, "no such object")


async def _settle(outcome: Any) -> Any:
    return await outcome if inspect.isawaitable(outcome) else outcome


async def _live(receive: Receive, send: Send) -> None:
    """Serve the lifespan protocol: nothing to start, nothing to stop."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
