"""Referrers where a registry has no API for them: the list under the tag ``sha256-<hex>``.

The distribution spec leaves it to clients to keep that list ("Deleting Manifests", "Referrers Tag
Schema").
"""

import json
from collections.abc import Mapping
from typing import Any

from reglite.browse.kind import get_artifact_type
from reglite.deletion.reading import read_document
from reglite.errors import NotFound
from reglite.media_types import OCI_INDEX
from reglite.reference import Digest, format_referrers_tag
from reglite.registry.document import read_digest, read_object, read_objects, read_text_map
from reglite.registry.models import JsonObject, Manifest
from reglite.registry.repository import RepositoryClient


def get_subject(manifest: Manifest) -> Digest | None:
    """Return the digest that a referrer refers to (image spec, ``subject``)."""
    return read_digest(read_object(read_document(manifest).get("subject")).get("digest"))


async def list_referrers(repository: RepositoryClient, digest: Digest) -> tuple[Digest, ...]:
    """Return the digests of all referrers as they are now, sorted."""
    found = await repository.list_referrers(digest, fresh=True)
    return tuple(sorted({each.digest for each in found.descriptors}))


async def drop_referrer(repository: RepositoryClient, manifest: Manifest) -> None:
    """Take a deleted referrer off its subject's list, where clients keep that list."""
    await _edit_list(repository, manifest, ())


async def add_referrer(repository: RepositoryClient, manifest: Manifest) -> None:
    """Put a restored referrer on its subject's list, where clients keep that list."""
    await _edit_list(repository, manifest, (_describe(manifest),))


async def _edit_list(
    repository: RepositoryClient,
    manifest: Manifest,
    entry: tuple[JsonObject, ...],
) -> None:
    """Let the list hold this entry for the referrer, or none; what is right is not written."""
    subject = await _find_listed_subject(repository, manifest)
    if subject is None:
        return
    document = await _read_list(repository, subject)
    entries = read_objects(document.get("manifests"))
    others = [other for other in entries if other.get("digest") != manifest.digest]
    if len(others) + len(entry) != len(entries):
        await _write_list(repository, subject, {**document, "manifests": [*others, *entry]})


async def _find_listed_subject(repository: RepositoryClient, manifest: Manifest) -> Digest | None:
    subject = get_subject(manifest)
    if subject is None or await repository.has_referrers() is not False:
        return None
    return subject


async def _read_list(repository: RepositoryClient, subject: Digest) -> JsonObject:
    try:
        tag = format_referrers_tag(subject)
        return (await repository.get_manifest(tag, fresh=True)).document
    except NotFound:
        return {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}


async def _write_list(
    repository: RepositoryClient, subject: Digest, document: Mapping[str, Any]
) -> None:
    raw = json.dumps(document, separators=(",", ":")).encode()
    await repository.put_manifest(format_referrers_tag(subject), raw, OCI_INDEX)


def _describe(manifest: Manifest) -> dict[str, Any]:
    """Return the descriptor of a referrer (distribution spec, "Listing Referrers")."""
    descriptor: dict[str, Any] = {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.raw),
    }
    artifact_type = get_artifact_type(manifest.document)
    annotations = read_text_map(manifest.document.get("annotations"))
    if artifact_type:
        descriptor["artifactType"] = artifact_type
    if annotations:
        descriptor["annotations"] = annotations
    return descriptor
