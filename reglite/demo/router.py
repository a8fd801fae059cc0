"""Finds the operation of the distribution spec behind a path and a method, and who may do it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from reglite.demo import blobs, listing, manifests, pushes, referrers
from reglite.demo.authority import Access, Authority
from reglite.demo.exchange import Answer, Request, answer_plain, refuse
from reglite.demo.store import Store, StoredRepository
from reglite.demo.switches import Switches
from reglite.errors import RegliteError
from reglite.reference import (
    Digest,
    Reference,
    Repository,
    parse_digest,
    parse_reference,
    parse_repository,
)

_ROUTE = re.compile(
    r"/v2/(?P<name>.+)/"
    r"(?:(?P<tags>tags/list)|(?P<part>manifests|blobs/uploads|blobs|referrers)/(?P<rest>[^/]*))"
)
_PUSH = ("pull", "push")
_ACTIONS = {
    "GET": ("pull",),
    "HEAD": ("pull",),
    "DELETE": ("delete",),
    "PUT": _PUSH,
    "POST": _PUSH,
    "PATCH": _PUSH,
}
_METHODS = {
    "catalog": "GET",
    "tags": "GET",
    "referrers": "GET",
    "manifests": "DELETE, GET, HEAD, PUT",
    "blobs": "DELETE, GET, HEAD",
    "blobs/uploads": "DELETE, GET, HEAD, PATCH, POST, PUT",
}
_BARS = {
    "immutable": (412, "PRECONDITION", "configured as immutable, cannot be deleted or pushed"),
    "read-only": (405, "UNSUPPORTED", "the system is in read only mode, for maintenance"),
    "pull-through": (403, "DENIED", "this is a pull-through cache of another registry"),
}
_CATALOG = frozenset({Access("registry", "catalog", "*")})


@dataclass(frozen=True, slots=True)
class _Target:
    """What a path under ``/v2/<name>/`` names."""

    repository: Repository
    part: str
    rest: str


class Router:
    """Answers requests that have passed the log, the hooks and the limits."""

    def __init__(self, store: Store, switches: Switches, authority: Authority) -> None:
        self._store = store
        self._switches = switches
        self._authority = authority
        self._uploads = blobs.Uploads(store, switches)

    def answer(self, request: Request, path: str) -> Answer:
        """Answer a request; ``path`` is the request's without the switches' prefix."""
        if path == "/v2":
            return Answer(301, {"Location": f"{self._switches.prefix}/v2/"})
        if path == "/v2/":
            return self._authority.answer_ping(request)
        if path == "/api/v2.0/repositories" and self._switches.has_harbor_list:
            is_known = self._authority.knows_user(request)
            return listing.list_as_harbor(request, [*self._store]) if is_known else Answer(401)
        if path == "/v2/_catalog":
            return self._refuse(request, _CATALOG, "catalog") or self._answer_catalog(request)
        target = self._parse(path)
        if target is None:
            return answer_plain(404, "404 page not found")
        actions = _ACTIONS.get(request.method, ())
        wanted = frozenset(Access("repository", target.repository, action) for action in actions)
        return self._refuse(request, wanted, target.part) or self._dispatch(request, target)

    def _answer_catalog(self, request: Request) -> Answer:
        names = self._authority.choose_names(request, self._store)
        return listing.list_catalog(request, names, self._switches)

    def _parse(self, path: str) -> _Target | None:
        route = _ROUTE.fullmatch(path)
        if route is None:
            return None
        part = "tags" if route["tags"] else route["part"]
        if part == "referrers" and not self._switches.has_referrers:
            return None
        try:
            repository = parse_repository(route["name"])
        except RegliteError:
            return None
        return _Target(repository, part, route["rest"] or "")

    def _refuse(self, request: Request, wanted: frozenset[Access], part: str) -> Answer | None:
        """Return what ends a request before its work: no right, no such method, OPTIONS."""
        refusal = self._authority.check(request, wanted)
        if refusal is not None:
            return refusal
        if self._switches.bar is not None and wanted and request.method not in {"GET", "HEAD"}:
            return refuse(*_BARS[self._switches.bar])
        methods = _METHODS[part]
        if request.method == "OPTIONS":
            return Answer(200, {"Allow": methods})
        if request.method in methods.split(", "):
            return None
        answer = answer_plain(405, "Method not allowed")
        answer.headers["Allow"] = methods
        return answer

    def _dispatch(self, request: Request, target: _Target) -> Answer:
        if target.part == "tags":
            return listing.list_tags(request, target.repository, self._store, self._switches)
        if target.part == "blobs/uploads":
            return self._answer_upload(request, target.repository, target.rest)
        held = self._store.get(target.repository)
        try:
            if target.part == "manifests":
                return self._answer_manifest(request, target, parse_reference(target.rest), held)
            digest = parse_digest(target.rest)
        except RegliteError:
            return _refuse_reference(target.rest)
        if target.part == "referrers":
            return referrers.list_referrers(request, digest, held, self._switches)
        return self._answer_blob(request, digest, held)

    def _answer_manifest(
        self, request: Request, target: _Target, reference: Reference, held: StoredRepository | None
    ) -> Answer:
        if request.method == "PUT":
            held = self._store.setdefault(target.repository, StoredRepository())
            return pushes.push_manifest(request, target.repository, reference, held, self._switches)
        if request.method == "DELETE":
            return manifests.delete_manifest(reference, held, self._switches)
        if self._switches.failing_manifest_reads > 0:
            self._switches.failing_manifest_reads -= 1
            return refuse(500, "UNKNOWN", "unknown error", {})
        answer = manifests.read_manifest(
            request, target.repository, reference, held, self._switches
        )
        manifests.relabel(answer, self._switches)
        return answer

    def _answer_blob(
        self, request: Request, digest: Digest, held: StoredRepository | None
    ) -> Answer:
        if request.method == "DELETE":
            return blobs.delete_blob(digest, held, self._switches)
        blob = None if held is None else held.blobs.get(digest)
        return blobs.read_blob(request, digest, blob, self._switches)

    def _answer_upload(self, request: Request, repository: Repository, key: str) -> Answer:
        if not key:
            return self._uploads.begin(request, repository)
        operations: dict[str, Callable[[Request, Repository, str], Answer]] = {
            "PATCH": self._uploads.append,
            "PUT": self._uploads.finish,
            "DELETE": self._uploads.cancel,
        }
        return operations.get(request.method, self._uploads.inspect)(request, repository, key)


def _refuse_reference(text: str) -> Answer:
    """Answer a malformed reference as distribution does: no route for a tag, 400 for a digest."""
    if ":" not in text:
        return answer_plain(404, "404 page not found")
    return refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content", {})
