"""Manifests out of answers: media type told, digest checked against the exact bytes. Pure."""

import json
from base64 import urlsafe_b64decode
from typing import Any

from reglite import media_types
from reglite.errors import DigestInvalid, RegistryProtocol
from reglite.reference import (
    Digest,
    Reference,
    compute_digest,
    has_digest,
    is_digest,
    parse_digest,
    shorten,
)
from reglite.registry.call import Answer
from reglite.registry.models import Descriptor, Manifest


def read_manifest(answer: Answer, reference: Reference, where: str) -> Manifest:
    """Return the manifest of a GET; raises RegistryProtocol where a digest is not that of it."""
    media_type = tell_media_type(answer.media_type, answer.body)
    signed = read_signed_bytes(answer.body, media_type)
    declared = read_declared_digest(answer)
    digest = reference if is_digest(reference) else declared
    if digest is None:
        if not _parse_object(answer.body):  # nobody vouches for it: half an answer, or a web page
            raise RegistryProtocol(f"{where}: what the registry sent is no manifest: try again")
        digest = compute_digest(signed)
    for claim in {digest, declared or digest}:
        if not has_digest(signed, claim):
            raise RegistryProtocol(
                f"{where}: what the registry sent does not have the digest that it should: it is "
                "damaged, or the registry lies"
            )
    return Manifest(digest, media_type, answer.body)


def read_descriptor_headers(answer: Answer) -> Descriptor | None:
    """Return what a HEAD tells, or None where it leaves out digest, media type or size."""
    digest = read_declared_digest(answer)
    length = answer.headers.get("content-length", "")
    is_packed = answer.headers.get("content-encoding", "identity") != "identity"
    if digest is None or is_packed or not media_types.is_manifest(answer.media_type):
        return None
    if not (length.isascii() and length.isdigit()) or len(length) > 15:
        return None
    return Descriptor(answer.media_type, digest, int(length))


def read_declared_digest(answer: Answer) -> Digest | None:
    """Return the Docker-Content-Digest; None where it is absent or of an unknown algorithm."""
    try:
        return parse_digest(answer.headers.get("docker-content-digest", "").strip())
    except DigestInvalid:
        return None


def tell_media_type(declared: str, raw: bytes) -> str:
    """Return the media type: that of the document itself, the header's, or what its shape says."""
    document = _parse_object(raw)
    own = document.get("mediaType")
    if isinstance(own, str) and media_types.is_manifest(own):
        return own
    return declared if media_types.is_manifest(declared) else _guess(document, own, declared)


def _guess(document: dict[str, Any], own: Any, declared: str) -> str:
    if isinstance(document.get("manifests"), list):
        return media_types.OCI_INDEX
    if isinstance(document.get("layers"), list):
        return media_types.OCI_MANIFEST
    if isinstance(document.get("blobs"), list):
        return media_types.OCI_ARTIFACT
    if document.get("schemaVersion") == 1:
        signed = "signatures" in document
        return media_types.DOCKER_SCHEMA1_SIGNED if signed else media_types.DOCKER_SCHEMA1
    return shorten(own) if isinstance(own, str) and own else shorten(declared)


def read_signed_bytes(raw: bytes, media_type: str) -> bytes:
    """Return the bytes that the digest is of: without the signatures of a signed schema1 manifest.

    Their protected header says where the payload ends and what closes it (Docker's schema1 spec).
    """
    if media_type != media_types.DOCKER_SCHEMA1_SIGNED:
        return raw
    try:
        protected = json.loads(_decode(_parse_object(raw)["signatures"][0]["protected"]))
        return raw[: int(protected["formatLength"])] + _decode(protected["formatTail"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return raw


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _parse_object(raw: bytes) -> dict[str, Any]:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
