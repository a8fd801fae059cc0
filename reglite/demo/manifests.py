"""Manifests of the in-memory registry: read and delete, with the quirks of real servers."""

from reglite import media_types
from reglite.demo.documents import list_descriptors, parse_document
from reglite.demo.exchange import Answer, Request, answer_plain, refuse
from reglite.demo.schema1 import convert_to_schema1
from reglite.demo.store import StoredManifest, StoredRepository
from reglite.demo.switches import Switches
from reglite.reference import Digest, Reference, Repository, Tag, compute_digest, is_digest

_UNKNOWN_MESSAGE = "manifest unknown"
_DIGEST_MESSAGE = "provided digest did not match uploaded content"
_UNSUPPORTED_MESSAGE = "The operation is unsupported."


def read_manifest(
    request: Request,
    repository: Repository,
    reference: Reference,
    held: StoredRepository | None,
    switches: Switches,
) -> Answer:
    """Answer GET and HEAD of ``/v2/<name>/manifests/<reference>``."""
    if request.method == "HEAD" and switches.head_status is not None:
        return refuse(switches.head_status, "DENIED", "HEAD is not allowed here")
    digest = find_digest(held, reference)
    manifest = held.manifests.get(digest) if held is not None and digest is not None else None
    if reference in switches.damaged_tags and digest is not None:
        return refuse(500, "UNKNOWN", "unknown error", {})
    if held is not None and reference in held.hidden:
        manifest = None
    if held is None or digest is None or manifest is None:
        return _refuse_missing(repository, reference, digest)
    if switches.is_accept_strict:
        answer = _negotiate(request, reference, held, manifest)
        if answer is not None:
            return answer
    if f'"{digest}"' in request.headers.get("if-none-match", "") and switches.sends_content_digest:
        return Answer(304)
    return _answer_manifest(digest, manifest)


def relabel(answer: Answer, switches: Switches) -> None:
    """Take digest or media type off a manifest that is being answered, as the switches say."""
    if not switches.sends_content_digest:
        answer.headers.pop("Docker-Content-Digest", None)
        answer.headers.pop("ETag", None)
    if switches.manifest_content_type is not None and answer.status == 200:
        answer.headers["Content-Type"] = switches.manifest_content_type


def find_digest(held: StoredRepository | None, reference: Reference) -> Digest | None:
    """Resolve a reference; a digest resolves to itself."""
    if is_digest(reference):
        return Digest(reference)
    return None if held is None else held.tags.get(Tag(reference))


def delete_manifest(
    reference: Reference, held: StoredRepository | None, switches: Switches
) -> Answer:
    """Answer DELETE of ``/v2/<name>/manifests/<reference>``."""
    if not is_digest(reference) and switches.untag == "enabled":
        return _untag(Tag(reference), held)
    refusal = _refuse_deletion(reference, switches)
    if refusal is not None:
        return refusal
    digest = Digest(reference)
    if held is None or digest not in held.manifests or digest in held.hidden:
        return refuse(404, "MANIFEST_UNKNOWN", _UNKNOWN_MESSAGE)
    kept = _refuse_kept(digest, held, switches)
    if kept is not None:
        return kept
    if switches.half_deletions > 0 or switches.damaged_tags & held.tags.keys():
        switches.half_deletions = max(0, switches.half_deletions - 1)
        del held.manifests[digest]
        return refuse(500, "UNKNOWN", "unknown error", {})
    if switches.keeps_tags and held.find_tags(digest):
        held.hidden.add(digest)
    else:
        held.remove_manifest(digest)
    return Answer(202)


def _untag(tag: Tag, held: StoredRepository | None) -> Answer:
    if held is None or tag not in held.tags:
        return refuse(404, "MANIFEST_UNKNOWN", _UNKNOWN_MESSAGE, {"Tag": tag})
    held.remove_tag(tag)
    return Answer(202)


def _refuse_deletion(reference: Reference, switches: Switches) -> Answer | None:
    if switches.delete == "plain-404":
        return answer_plain(404, "404 page not found")
    if switches.delete != "enabled":
        return refuse(int(switches.delete), "UNSUPPORTED", _UNSUPPORTED_MESSAGE)
    if is_digest(reference):
        return None
    if switches.untag == "plain-404":
        return answer_plain(404, "404 page not found")
    if switches.untag == "405":
        return refuse(405, "UNSUPPORTED", _UNSUPPORTED_MESSAGE)
    return refuse(400, "DIGEST_INVALID", _DIGEST_MESSAGE)


def _refuse_kept(digest: Digest, held: StoredRepository, switches: Switches) -> Answer | None:
    tags = held.find_tags(digest)
    if switches.is_tagged_kept and tags:
        return refuse(400, "GOOGLE_MANIFEST_DANGLING_TAG", "the manifest is still tagged")
    if switches.is_shared_digest_kept and len(tags) > 1:
        return refuse(409, "CONFLICT", "several tags share this manifest")
    if switches.is_child_kept and any(digest in _list_children(m) for m in held.manifests.values()):
        return refuse(405, "DENIED", "an index references this manifest")
    return None


def _refuse_missing(repository: Repository, reference: Reference, digest: Digest | None) -> Answer:
    """Refuse as distribution does, whose detail tells a tag that dangles from one that is not."""
    detail: dict[str, str] = {"Tag": reference}
    if digest is not None:
        detail = {"Name": repository, "Revision": digest}
    return refuse(404, "MANIFEST_UNKNOWN", _UNKNOWN_MESSAGE, detail)


def _answer_manifest(digest: Digest, manifest: StoredManifest) -> Answer:
    headers = {
        "Content-Type": manifest.media_type,
        "Docker-Content-Digest": digest,
        "ETag": f'"{digest}"',
    }
    return Answer(200, headers, manifest.raw)


def _read_accept(request: Request) -> set[str]:
    ranges = request.headers.get("accept", "").split(",")
    return {part.partition(";")[0].strip() for part in ranges}


def _negotiate(
    request: Request, reference: Reference, held: StoredRepository, manifest: StoredManifest
) -> Answer | None:
    """Do what distribution 2.8 does where the Accept header lacks the manifest's type."""
    accepted = _read_accept(request)
    if manifest.media_type in accepted:
        return None
    if manifest.media_type in (media_types.OCI_MANIFEST, media_types.OCI_INDEX):
        found = "index" if manifest.media_type == media_types.OCI_INDEX else "manifest"
        plural = "indexes" if found == "index" else "manifests"
        message = f"OCI {found} found, but accept header does not support OCI {plural}"
        return refuse(404, "MANIFEST_UNKNOWN", message)
    if is_digest(reference):  # what is asked for by digest is never replaced
        return None
    return _downgrade(accepted, reference, held, manifest)


def _downgrade(
    accepted: set[str], tag: str, held: StoredRepository, manifest: StoredManifest
) -> Answer:
    if manifest.media_type == media_types.DOCKER_MANIFEST_LIST:
        child = _find_amd64(held, manifest)
        if child is None:
            return refuse(404, "MANIFEST_UNKNOWN", _UNKNOWN_MESSAGE)
        digest, manifest = child
        if manifest.media_type in accepted:
            return _answer_manifest(digest, manifest)
    converted = convert_to_schema1(manifest, held, tag)
    if converted is None:
        return refuse(400, "MANIFEST_INVALID", "manifest invalid", {})
    return _answer_manifest(compute_digest(converted.raw), converted)


def _find_amd64(
    held: StoredRepository, manifest: StoredManifest
) -> tuple[Digest, StoredManifest] | None:
    for entry in list_descriptors(parse_document(manifest.raw), "manifests"):
        platform = entry.get("platform")
        if platform == {"os": "linux", "architecture": "amd64"}:
            digest = Digest(entry["digest"])
            child = held.manifests.get(digest)
            return None if child is None else (digest, child)
    return None


def _list_children(manifest: StoredManifest) -> set[str]:
    entries = list_descriptors(parse_document(manifest.raw), "manifests")
    return {entry["digest"] for entry in entries}
