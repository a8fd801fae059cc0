"""Undo: put the exact bytes of a deleted manifest back, and the tags that nothing else took."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from reglite import media_types
from reglite.deletion.fallback import add_referrer
from reglite.deletion.lock import lock_repository, run_to_end
from reglite.deletion.notes import Note, note_lost
from reglite.deletion.position import find_position
from reglite.deletion.protection import check_deletion_enabled, describe_tags
from reglite.errors import (
    BlobUnknown,
    DigestInvalid,
    ManifestInvalid,
    ManifestUnknown,
    NotFound,
    RegistryProtocol,
)
from reglite.reference import Digest, Reference, Repository, Tag, has_digest
from reglite.registry.client import RegistryClient
from reglite.registry.content import read_signed_bytes, tell_media_type
from reglite.registry.models import JsonObject, Manifest
from reglite.registry.placeholder import parse_placeholder
from reglite.registry.repository import RepositoryClient

_PAUSES_SECONDS: Final = (0.0, 0.1, 0.3)
_MEDIA_TYPES: Final = (
    media_types.IMAGE_MANIFESTS | media_types.INDEXES | media_types.SCHEMA1_MANIFESTS
)


@dataclass(frozen=True, slots=True)
class Restoration:
    """A digest that is back, its tags, and those that exist again and were left alone.

    ``lost`` are tags that were put back, and were not there afterwards, for the ``reason``.
    """

    restored: Digest
    tags: tuple[Tag, ...]
    kept: tuple[Tag, ...]
    lost: tuple[Tag, ...] = ()
    reason: Note | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "restored": self.restored,
            "tags": list(self.tags),
            "kept": list(self.kept),
            "lost": list(self.lost),
            "reason": None if self.reason is None else self.reason.to_json(),
        }


async def restore(  # noqa: PLR0917 - an undo has this many parts
    client: RegistryClient,
    repository: Repository,
    digest: Digest,
    raw: bytes,
    media_type: str | None = None,
    tags: Iterable[Tag] = (),
) -> Restoration:
    """Put a manifest back by digest, then under each of these tags that names nothing now.

    The document's own media type counts, ``media_type`` (a Content-Type) only where it has none.
    Raises DigestInvalid, ManifestInvalid, and BlobUnknown where the registry has cleared away what
    the manifest needs, RegistryProtocol where it took a manifest without tags and has it not.
    """
    check_deletion_enabled(client.config)
    manifest = read_manifest(digest, raw, media_type)
    async with lock_repository(client.config.url, repository):
        bound = RepositoryClient(client, repository)
        work = _put_back(bound, manifest, tuple(dict.fromkeys(tags)))
        return await run_to_end(work)


def read_manifest(digest: Digest, raw: bytes, media_type: str | None) -> Manifest:
    """Check bytes that claim to be a manifest of this digest; raises BadRequest's kinds."""
    given = (media_type or "").partition(";")[0].strip().lower()
    told = tell_media_type(given, raw)
    if not has_digest(read_signed_bytes(raw, told), digest):
        raise DigestInvalid(
            f"these bytes are not {digest}: send the manifest exactly as it was, without "
            "formatting or a line break at its end"
        )
    document = _parse(raw)
    if parse_placeholder(document) is not None:
        raise ManifestInvalid("this is RegLite's own placeholder: there is nothing to restore")
    if told not in _MEDIA_TYPES:
        raise ManifestInvalid(
            "the document names no media type of a manifest: send it as the Content-Type"
        )
    return Manifest(digest, told, raw)


def _parse(raw: bytes) -> JsonObject:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise ManifestInvalid("the body is not JSON: send the manifest's exact bytes") from exc
    if not isinstance(document, dict):
        raise ManifestInvalid("the body is not a JSON object, so it is no manifest")
    return document


async def _put_back(
    repository: RepositoryClient, manifest: Manifest, tags: tuple[Tag, ...]
) -> Restoration:
    await _put(repository, manifest, manifest.digest)
    restored: list[Tag] = []
    for tag in tags:
        position = await find_position(repository, tag, manifest.digest)
        # A placeholder of ours that remembers this digest is the image's own interrupted removal.
        if position.state in {"absent", "dangling", "on-placeholder"}:
            await _put(repository, manifest, tag)
            restored.append(tag)
    kept = tuple(tag for tag in tags if tag not in restored)
    lost = await _list_lost(repository, manifest.digest, restored)
    if not lost:
        await add_referrer(repository, manifest)
        return Restoration(manifest.digest, tuple(restored), kept)
    reason = note_lost(describe_tags(lost))
    back = tuple(tag for tag in restored if tag not in lost)
    return Restoration(manifest.digest, back, kept, lost, reason)


async def _list_lost(
    repository: RepositoryClient, digest: Digest, tags: list[Tag]
) -> tuple[Tag, ...]:
    """Look afterwards: an accepted push proves nothing where a collection ran under a server."""
    lost = [tag for tag in tags if await _is_lost(repository, tag)]
    if not lost and await _is_lost(repository, digest):
        raise RegistryProtocol(note_lost(digest).message)
    return tuple(lost)


async def _is_lost(repository: RepositoryClient, reference: Reference) -> bool:
    for pause in _PAUSES_SECONDS:
        await repository.pace.sleep(pause)
        try:
            await repository.head_manifest(reference, fresh=True)
        except NotFound:
            continue
        return False
    return True


async def _put(repository: RepositoryClient, manifest: Manifest, reference: Reference) -> None:
    try:
        await repository.put_manifest(reference, manifest.raw, manifest.media_type)
    except (BlobUnknown, ManifestUnknown) as exc:
        raise BlobUnknown(
            f"{manifest.digest} can't be put back: the registry has already cleared away what it "
            f"needs ({exc.message}); push the image again"
        ) from exc
