"""Reads what a manifest needs to be understood: its image config, or the children of an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Final

from reglite import media_types
from reglite.browse.config import parse_config
from reglite.browse.created import find_newest, read_created_annotation
from reglite.browse.gather import gather_all
from reglite.browse.image import Image, find_image_config, read_image
from reglite.browse.index import (
    Child,
    PlatformView,
    build_own_platform,
    build_platforms,
    is_attestation,
    measure_children,
    read_entries,
)
from reglite.browse.kind import Kind, classify, get_artifact_type
from reglite.browse.layer import measure_blobs
from reglite.errors import NotFound
from reglite.reference import Repository
from reglite.registry.client import RegistryClient
from reglite.registry.document import read_text, read_text_map
from reglite.registry.models import Descriptor, Manifest

MAX_CHILDREN: Final = 256
"""Manifests read for one index; images beyond are listed with their platform, without bytes."""

MAX_DEPTH: Final = 4
MAX_CONFIG_BYTES: Final = 4 * 1024 * 1024


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
        document = self.manifest.document
        if self.image is None:
            return read_text(document.get("artifactType")) or None
        return get_artifact_type(document)

    @property
    def created(self) -> str | None:
        """The image's date; of an index the newest of its images', else its annotation."""
        if self.image is not None:
            return self.image.created
        newest = find_newest(row.created for row in self.platforms)
        annotations = read_text_map(self.manifest.document.get("annotations"))
        return newest or read_created_annotation(annotations)

    @property
    def size_bytes(self) -> int | None:
        """Every distinct config and layer blob, once; None where the manifest has no sizes."""
        if self.image is None:
            return measure_children(self.children)
        return measure_blobs([self.image.blobs]) if self.image.has_sizes else None

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


async def load_content(
    client: RegistryClient, repository: Repository, manifest: Manifest
) -> Content:
    """Read the config or the children; what the registry lacks is None, other failures raise."""
    kind = classify(manifest)
    if manifest.is_index:
        children = await _Flattening(client, repository).expand(manifest)
        return Content(manifest, kind, None, tuple(children))
    return Content(manifest, kind, await load_image(client, repository, manifest), ())


async def load_image(client: RegistryClient, repository: Repository, manifest: Manifest) -> Image:
    """Join a manifest to its image config, which may be missing or no JSON at all."""
    config = find_image_config(manifest, classify(manifest))
    if config is None:
        return read_image(manifest)
    try:
        raw = await client.get_blob(repository, config.digest, max_bytes=MAX_CONFIG_BYTES)
    except NotFound:
        return read_image(manifest)
    return read_image(manifest, parse_config(raw))


class _Flattening:
    """The walk over an index and those nested in it: each once, to a bounded depth and number."""

    def __init__(self, client: RegistryClient, repository: Repository) -> None:
        self._client = client
        self._repository = repository
        self._left = MAX_CHILDREN
        self._expanded: set[str] = set()

    async def expand(self, index: Manifest, depth: int = 0) -> list[Child]:
        """Return the entries of an index in document order."""
        if index.digest in self._expanded or depth > MAX_DEPTH:
            return []
        self._expanded.add(index.digest)
        entries = read_entries(index.document)
        chosen = [not is_attestation(entry) and self._take() for entry in entries]
        work = (self._read(entry, depth) for entry in compress(entries, chosen))
        parts = iter(await gather_all(work))
        return [
            child
            for entry, is_chosen in zip(entries, chosen, strict=True)
            for child in (next(parts) if is_chosen else (Child(entry, None),))
        ]

    async def _read(self, entry: Descriptor, depth: int) -> Sequence[Child]:
        try:
            manifest = await self._client.get_manifest(self._repository, entry.digest)
        except NotFound:
            return [Child(entry, None)]
        if media_types.is_index(manifest.media_type):
            return await self.expand(manifest, depth + 1)
        return [Child(entry, await load_image(self._client, self._repository, manifest))]

    def _take(self) -> bool:
        self._left -= 1
        return self._left >= 0
