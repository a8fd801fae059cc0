"""Pushing a manifest into the in-memory registry, with distribution's checks."""

from typing import Any

from reglite import media_types
from reglite.demo.documents import list_descriptors, parse_document
from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.store import StoredManifest, StoredRepository
from reglite.demo.switches import Switches
from reglite.reference import (
    Digest,
    Reference,
    Repository,
    Tag,
    compute_digest,
    has_digest,
    is_digest,
)

_KNOWN = media_types.IMAGE_MANIFESTS | media_types.INDEXES | media_types.SCHEMA1_MANIFESTS
_FOREIGN_LAYERS = (
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
)


def push_manifest(
    request: Request,
    repository: Repository,
    reference: Reference,
    held: StoredRepository,
    switches: Switches,
) -> Answer:
    """Answer PUT of ``/v2/<name>/manifests/<reference>``."""
    media_type = request.headers.get("content-type", "")
    document = parse_document(request.body)
    if document is None or not _has_shape(document, media_type):
        return refuse(400, "MANIFEST_INVALID", "manifest invalid", {})
    if is_digest(reference) and not has_digest(request.body, Digest(reference)):
        message = "provided digest did not match uploaded content"
        return refuse(400, "DIGEST_INVALID", message)
    refusal = _check_content(document, media_type, held, switches)
    if refusal is not None:
        return refusal
    digest = _store(request.body, media_type, reference, held)
    switches.damaged_tags -= {reference}
    if switches.forgets_pushes:
        del held.manifests[digest]
    location = f"{request.origin}{switches.prefix}/v2/{repository}/manifests/{digest}"
    headers = {"Docker-Content-Digest": digest, "Location": location}
    for subject in list_descriptors(document, "subject"):
        if switches.has_referrers:
            headers["OCI-Subject"] = subject["digest"]
    return Answer(201, headers)


def _store(raw: bytes, media_type: str, reference: Reference, held: StoredRepository) -> Digest:
    algorithm = reference.partition(":")[0] if is_digest(reference) else "sha256"
    digest = compute_digest(raw, algorithm)
    held.manifests[digest] = StoredManifest(media_type, raw)
    if not is_digest(reference):
        held.tags[Tag(reference)] = digest
        held.was_tagged = True
    return digest


def _has_shape(document: dict[str, Any], media_type: str) -> bool:
    """Tell whether a document is what its media type says; only OCI may leave ``mediaType`` out."""
    if media_type not in _KNOWN:
        return False
    if media_types.is_schema1(media_type):
        return "fsLayers" in document
    default = media_type if media_type.startswith("application/vnd.oci.") else None
    if document.get("mediaType", default) != media_type:
        return False
    if media_types.is_index(media_type):
        return _is_list_of_descriptors(document, "manifests")
    return isinstance(document.get("config"), dict) and _is_list_of_descriptors(document, "layers")


def _is_list_of_descriptors(document: dict[str, Any], field: str) -> bool:
    value = document.get(field) or []
    return isinstance(value, list) and len(list_descriptors(document, field)) == len(value)


def _check_content(
    document: dict[str, Any], media_type: str, held: StoredRepository, switches: Switches
) -> Answer | None:
    is_empty = media_types.is_index(media_type) and not document.get("manifests")
    if is_empty and not switches.accepts_empty_index:
        return refuse(400, "MANIFEST_INVALID", "an index without manifests is refused", {})
    missing = _find_missing(document, held) if switches.checks_references else None
    if missing is not None:
        return refuse(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", missing)
    return None


def _find_missing(document: dict[str, Any], held: StoredRepository) -> str | None:
    for blob in list_descriptors(document, "config", "layers"):
        if blob["digest"] not in held.blobs and blob.get("mediaType") not in _FOREIGN_LAYERS:
            return str(blob["digest"])
    for child in list_descriptors(document, "manifests"):
        if child["digest"] not in held.manifests:
            return str(child["digest"])
    return None
