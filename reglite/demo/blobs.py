"""Blobs of the in-memory registry: read, delete, and push in one piece, in chunks or by mount."""

import re
import secrets
from dataclasses import dataclass, field

from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.store import Blob, Store, StoredBlob, StoredRepository
from reglite.demo.switches import Switches
from reglite.errors import DigestInvalid
from reglite.reference import Digest, Repository, has_digest, parse_digest

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_CONTENT_RANGE = re.compile(r"(?:bytes )?(\d+)-(\d+)(?:/\d+|/\*)?")
_DIGEST_MESSAGE = "provided digest did not match uploaded content"


def read_blob(request: Request, digest: Digest, blob: Blob | None, switches: Switches) -> Answer:
    """Answer GET and HEAD of a blob, whole or a range, or send the client to object storage."""
    if blob is None:
        return refuse(404, "BLOB_UNKNOWN", "blob unknown to registry", digest)
    if switches.blob_redirect is not None and request.method == "GET":
        target = f"{switches.blob_redirect}{switches.prefix}/storage/{digest}?X-Signature=signed"
        return Answer(307, {"Location": target})
    return serve_blob(request, digest, blob)


def serve_blob(request: Request, digest: Digest, blob: Blob) -> Answer:
    """Return the content of a blob."""
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "max-age=31536000",
        "Content-Type": "application/octet-stream",
        "Docker-Content-Digest": digest,
        "ETag": f'"{digest}"',
        "Content-Length": str(blob.size_bytes),
    }
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None:
        return Answer(200, headers, chunks=blob.iterate())
    start, end = int(asked[1]), min(int(asked[2] or blob.size_bytes), blob.size_bytes - 1)
    part = b"".join(blob.iterate())[start : end + 1]
    headers["Content-Length"] = str(len(part))
    headers["Content-Range"] = f"bytes {start}-{end}/{blob.size_bytes}"
    return Answer(206, headers, part)


def delete_blob(digest: Digest, held: StoredRepository | None, switches: Switches) -> Answer:
    """Answer DELETE of a blob."""
    if switches.delete != "enabled":
        return refuse(405, "UNSUPPORTED", "The operation is unsupported.")
    if held is None or held.blobs.pop(digest, None) is None:
        return refuse(404, "BLOB_UNKNOWN", "blob unknown to registry")
    return Answer(202)


@dataclass(slots=True)
class _Upload:
    repository: Repository
    content: bytearray = field(default_factory=bytearray)


class Uploads:
    """The blob uploads that are under way (distribution spec, "Pushing blobs")."""

    def __init__(self, store: Store, switches: Switches) -> None:
        self._store = store
        self._switches = switches
        self._open: dict[str, _Upload] = {}

    def begin(self, request: Request, repository: Repository) -> Answer:
        """Answer POST: mount from another repository, take it whole, or open an upload."""
        mounted = self._mount(request, repository)
        if mounted is not None:
            return mounted
        key = secrets.token_hex(16)
        self._open[key] = _Upload(repository)
        if request.get_query("digest") is not None and request.body:
            return self.finish(request, repository, key)
        return self._describe(request, key, 202)

    def append(self, request: Request, repository: Repository, key: str) -> Answer:
        """Answer PATCH: the next chunk; a ``Content-Range`` must begin where the last ended."""
        upload = self._find(repository, key)
        if upload is None:
            return _refuse_upload()
        declared = _CONTENT_RANGE.fullmatch(request.headers.get("content-range", ""))
        if declared is not None and int(declared[1]) != len(upload.content):
            answer = refuse(416, "BLOB_UPLOAD_INVALID", "the chunk is out of order")
            answer.headers.update(self._describe(request, key, 416).headers)
            return answer
        upload.content += request.body
        return self._describe(request, key, 202)

    def finish(self, request: Request, repository: Repository, key: str) -> Answer:
        """Answer PUT: the last bytes, and the digest that all of them must have."""
        upload = self._find(repository, key)
        if upload is None:
            return _refuse_upload()
        content = bytes(upload.content + request.body)
        digest = _read_digest(request.get_query("digest"), content)
        if digest is None:
            return refuse(400, "DIGEST_INVALID", _DIGEST_MESSAGE)
        del self._open[key]
        self._store.setdefault(repository, StoredRepository()).blobs[digest] = StoredBlob(content)
        return self._answer_created(request, repository, digest)

    def inspect(self, request: Request, repository: Repository, key: str) -> Answer:
        """Answer GET: how far an upload has come."""
        if self._find(repository, key) is None:
            return _refuse_upload()
        return self._describe(request, key, 204)

    def cancel(self, _request: Request, repository: Repository, key: str) -> Answer:
        """Answer DELETE: forget an upload."""
        if self._find(repository, key) is None:
            return _refuse_upload()
        del self._open[key]
        return Answer(204)

    def _find(self, repository: Repository, key: str) -> _Upload | None:
        upload = self._open.get(key)
        return upload if upload is not None and upload.repository == repository else None

    def _mount(self, request: Request, repository: Repository) -> Answer | None:
        digest, source = request.get_query("mount"), request.get_query("from")
        held = self._store.get(Repository(source)) if source else None
        blob = held.blobs.get(Digest(digest)) if held is not None and digest else None
        if blob is None or digest is None:
            return None
        self._store.setdefault(repository, StoredRepository()).blobs[Digest(digest)] = blob
        return self._answer_created(request, repository, Digest(digest))

    def _answer_created(self, request: Request, repository: Repository, digest: Digest) -> Answer:
        location = f"{request.origin}{self._switches.prefix}/v2/{repository}/blobs/{digest}"
        return Answer(201, {"Location": location, "Docker-Content-Digest": digest})

    def _describe(self, request: Request, key: str, status: int) -> Answer:
        upload = self._open[key]
        path = f"{self._switches.prefix}/v2/{upload.repository}/blobs/uploads/{key}"
        headers = {
            "Location": f"{request.origin}{path}?_state={key}",
            "Range": f"0-{max(len(upload.content) - 1, 0)}",
            "Docker-Upload-UUID": key,
        }
        return Answer(status, headers)


def _read_digest(text: str | None, content: bytes) -> Digest | None:
    try:
        digest = parse_digest(text or "")
    except DigestInvalid:
        return None
    return digest if has_digest(content, digest) else None


def _refuse_upload() -> Answer:
    return refuse(404, "BLOB_UPLOAD_INVALID", "blob upload invalid")
