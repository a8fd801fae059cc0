"""What the in-memory registry holds: repositories with manifests, tags and blobs."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from reglite.reference import Digest, Repository, Tag

_CHUNK_BYTES = 1 << 16


class Blob(Protocol):
    """Content that is addressed by digest."""

    @property
    def size_bytes(self) -> int:
        """How long the content is."""
        ...

    def iterate(self) -> Iterator[bytes]:
        """Yield the content in pieces."""
        ...


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """Bytes as they were pushed."""

    raw: bytes = field(repr=False)

    @property
    def size_bytes(self) -> int:
        """How long the content is."""
        return len(self.raw)

    def iterate(self) -> Iterator[bytes]:
        """Yield the content in pieces."""
        yield self.raw


@dataclass(frozen=True, slots=True)
class VirtualBlob:
    """A layer that has a believable size and takes no memory.

    Its bytes are made when they are asked for, out of ``seed``; they are not an archive and they
    do not hash to the digest under which the demo stores them: demo layers can be listed and
    weighed, not run.
    """

    seed: str
    size_bytes: int

    def iterate(self) -> Iterator[bytes]:
        """Yield the content in pieces."""
        block = hashlib.sha256(self.seed.encode()).digest() * (_CHUNK_BYTES // 32)
        for start in range(0, self.size_bytes, _CHUNK_BYTES):
            yield block[: self.size_bytes - start]


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """The exact bytes of a manifest and the media type it was pushed with."""

    media_type: str
    raw: bytes = field(repr=False)


@dataclass(slots=True)
class StoredRepository:
    """One repository; ``was_tagged`` tells an emptied one from one that never had a tag.

    ``hidden`` manifests are found by their tags alone, ``gone`` are tags that were removed.
    """

    manifests: dict[Digest, StoredManifest] = field(default_factory=dict)
    tags: dict[Tag, Digest] = field(default_factory=dict)
    blobs: dict[Digest, Blob] = field(default_factory=dict)
    was_tagged: bool = False
    hidden: set[Digest] = field(default_factory=set)
    gone: set[Tag] = field(default_factory=set)

    def find_tags(self, digest: Digest) -> list[Tag]:
        """Return every tag on a digest."""
        return [tag for tag, target in self.tags.items() if target == digest]

    def remove_tag(self, tag: Tag) -> None:
        """Drop one tag."""
        del self.tags[tag]
        self.gone.add(tag)

    def remove_manifest(self, digest: Digest) -> None:
        """Drop a manifest and every tag on it."""
        for tag in self.find_tags(digest):
            self.remove_tag(tag)
        del self.manifests[digest]


Store = dict[Repository, StoredRepository]
