"""Reads what a manifest needs to be understood: its image config, or the children of an index."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final

from reglite.browse.config import parse_config
from reglite.browse.created import find_newest, read_created_annotation
from reglite.browse.image import Image, find_image_config, read_image
from reglite.browse.index import (
    Child,
    Member,
    PlatformView,
    build_members,
    build_own_platform,
    build_platforms,
    is_attestation,
    measure_children,
    read_entries,
)
from reglite.browse.kind import Kind, classify
from reglite.browse.layer import measure_blobs
from reglite.errors import BadRequest, Denied, NotFound, RedirectRefused, StorageFailed
from reglite.reference import Digest
from reglite.registry.document import read_text, read_text_map
from reglite.registry.gather import gather_all
from reglite.registry.models import Manifest
from reglite.registry.repository import RepositoryClient

MAX_CHILDREN: Final = 256
"""Manifests read for one index; images beyond are listed with their platform, without bytes."""

MAX_ENTRIES: Final = 2000
MAX_DEPTH: Final = 8
MAX_CONFIG_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Unread:
    """A manifest whose config can't be read, with the error's code and message."""

    digest: Digest
    code: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {"digest": self.digest, "code": self.code, "message": self.message}


@dataclass(frozen=True)
class Content:
    """A manifest, read as far as it takes: ``image``, or the ``children`` of an index."""

    manifest: Manifest
    kind: Kind
    image: Image | None
    children: tuple[Child, ...]

    @property
    def artifact_type(self) -> str | None:
        """The artifact type, None for images."""
        if self.image is None:
            return read_text(self.manifest.document.get("artifactType")) or None
        return self.image.artifact_type

    @property
    def created(self) -> str | None:
        """The image's date; of an index the newest of what it lists, else its annotation."""
        if self.image is not None:
            return self.image.created
        images = (child.image for child in self.children if not child.is_attestation)
        newest = find_newest(image.created for image in images if image is not None)
        annotations = read_text_map(self.manifest.document.get("annotations"))
        return newest or read_created_annotation(annotations)

    @property
    def size_bytes(self) -> int | None:
        """Every distinct config and layer blob, once; None where the manifest has no sizes."""
        if self.image is None:
            return measure_children(self.children)
        return measure_blobs([self.image.blobs]) if self.image.has_sizes else None

    @property
    def unread(self) -> tuple[Unread, ...]:
        """The manifests whose config could not be read, and why."""
        images = [self.image, *(child.image for child in self.children)]
        troubled = {image.manifest.digest: image.trouble for image in images if image is not None}
        return tuple(
            Unread(digest, trouble.code, trouble.message)
            for digest, trouble in troubled.items()
            if trouble is not None
        )

    @property
    def is_complete(self) -> bool:
        """Tell whether the registry had all of it: what it lacks today may be pushed tomorrow."""
        images = [child.image for child in self.children if not child.is_attestation]
        if self.image is not None:
            images.append(self.image)
        return all(image is not None and not image.lacks_config for image in images)

    @cached_property
    def platforms(self) -> tuple[PlatformView, ...]:
        """A row for each image."""
        if self.image is None:
            return build_platforms(self.children)
        return build_own_platform(self.image)

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """What an index lists beside images and attestations."""
        return build_members(self.children)


async def load_content(
    repository: RepositoryClient, manifest: Manifest, *, fresh: bool = False
) -> Content:
    """Read the config or the children; what the registry lacks is None, other failures raise."""
    kind = classify(manifest)
    if manifest.is_index:
        return Content(manifest, kind, None, await load_children(repository, manifest, fresh=fresh))
    return Content(manifest, kind, await load_image(repository, manifest, fresh=fresh), ())


async def load_image(
    repository: RepositoryClient, manifest: Manifest, *, fresh: bool = False
) -> Image:
    """Join a manifest to its image config, which may be missing, too long or no JSON at all.

    Where it is kept out of reach, the manifest is shown alone, with the reason.
    """
    config = find_image_config(manifest, classify(manifest))
    if config is None:
        return read_image(manifest)
    try:
        raw = await repository.get_blob(config.digest, max_bytes=MAX_CONFIG_BYTES, fresh=fresh)
    except (NotFound, BadRequest):  # the client's word for a blob beyond the limit
        return read_image(manifest)
    except (Denied, RedirectRefused, StorageFailed) as exc:
        return read_image(manifest, trouble=exc)
    return read_image(manifest, parse_config(raw))


async def load_children(
    repository: RepositoryClient, index: Manifest, *, fresh: bool = False
) -> tuple[Child, ...]:
    """Return the entries of an index in document order, those of nested indexes in their place.

    Every digest is read once, level by level, to a bounded depth and number: an index may name
    another a hundred times, and the order must not depend on which answer comes first.
    """
    read: dict[Digest, Image | Manifest | None] = {}
    level = [index]
    for _ in range(MAX_DEPTH):
        wanted = _choose(level, read)
        parts = await gather_all(_read_entry(repository, digest, fresh) for digest in wanted)
        read.update(zip(wanted, parts, strict=True))
        level = [part for part in parts if isinstance(part, Manifest)]
    return tuple(islice(_flatten(index, read, set()), MAX_ENTRIES))


def _choose(level: Iterable[Manifest], read: Mapping[Digest, object]) -> list[Digest]:
    entries = (entry for index in level for entry in read_entries(index.document))
    wanted = dict.fromkeys(entry.digest for entry in entries if not is_attestation(entry))
    unread = (digest for digest in wanted if digest not in read)
    return list(islice(unread, MAX_CHILDREN - len(read)))


async def _read_entry(
    repository: RepositoryClient,
    digest: Digest,
    fresh: bool,
) -> Image | Manifest | None:
    """Return a nested index as it is, an image with its config, None for what is missing."""
    try:
        manifest = await repository.get_manifest(digest, fresh=fresh)
    except NotFound:
        return None
    return manifest if manifest.is_index else await load_image(repository, manifest, fresh=fresh)


def _flatten(
    index: Manifest, read: Mapping[Digest, Image | Manifest | None], expanded: set[Digest]
) -> Iterator[Child]:
    expanded.add(index.digest)
    for entry in read_entries(index.document):
        part = read.get(entry.digest)
        if not isinstance(part, Manifest):
            yield Child(entry, part)
        elif part.digest not in expanded:
            yield from _flatten(part, read, expanded)
