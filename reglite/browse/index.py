"""What an index lists: its images by platform, nested indexes flattened. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reglite.browse.image import Image
from reglite.browse.layer import measure_blobs
from reglite.browse.platform import UNKNOWN, read_platform
from reglite.reference import Digest
from reglite.registry.document import read_descriptor, read_digest, read_object
from reglite.registry.models import Descriptor, JsonObject

_REFERENCE_TYPE: Final = "vnd.docker.reference.type"
_REFERENCE_DIGEST: Final = "vnd.docker.reference.digest"
_ATTESTATION_REFERENCE: Final = "attestation-manifest"


@dataclass(frozen=True, slots=True)
class PlatformView:
    """One image of an index, or the image itself; one that the registry lacks has no bytes.

    ``size_bytes`` is None only where the manifest has no sizes (schema1).
    """

    platform: str
    digest: Digest
    media_type: str
    size_bytes: int | None
    created: str | None
    attestations: tuple[Digest, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "platform": self.platform,
            "digest": self.digest,
            "media_type": self.media_type,
            "size_bytes": self.size_bytes,
            "created": self.created,
            "attestations": list(self.attestations),
        }


@dataclass(frozen=True, slots=True)
class Child:
    """One entry of a flattened index; ``image`` is None where it was not or could not be read."""

    descriptor: Descriptor
    image: Image | None

    @property
    def is_attestation(self) -> bool:
        """Tell an attestation, by buildx's annotation or by what it holds."""
        return is_attestation(self.descriptor) or (
            self.image is not None and self.image.kind == "attestation"
        )

    @property
    def platform(self) -> str | None:
        """The platform, by the index first and by the config then; None for what is no image."""
        listed = read_platform(self.descriptor.platform or {})
        if listed is not None or self.image is None:
            return listed
        return (self.image.platform or UNKNOWN) if self.image.kind == "image" else None


def is_attestation(descriptor: Descriptor) -> bool:
    """Tell buildx's attestations: their platform is ``unknown/unknown``."""
    return descriptor.annotations.get(_REFERENCE_TYPE) == _ATTESTATION_REFERENCE


def read_entries(document: JsonObject) -> tuple[Descriptor, ...]:
    """Return the descriptors of an index, in their order, those without a digest left out."""
    entries = document.get("manifests")
    read = map(read_descriptor, entries) if isinstance(entries, list) else ()
    return tuple(entry for entry in read if entry is not None)


def select_images(children: Sequence[Child]) -> dict[tuple[str, Digest], Child]:
    """Return the images of an index by platform and digest; the first of equal ones stands."""
    images: dict[tuple[str, Digest], Child] = {}
    for child in children:
        platform = None if child.is_attestation else child.platform
        if platform is not None:
            images.setdefault((platform, child.descriptor.digest), child)
    return images


def measure_children(children: Sequence[Child]) -> int:
    """Return the bytes of every distinct blob that any image of the index pins."""
    images = (child.image for child in select_images(children).values())
    return measure_blobs(image.blobs for image in images if image is not None)


def build_platforms(children: Sequence[Child]) -> tuple[PlatformView, ...]:
    """Return a row for each image, with the attestations that are about it."""
    attestations = _group_attestations(children)
    return tuple(
        _build_row(platform, child, tuple(attestations.get(child.descriptor.digest, ())))
        for (platform, _), child in select_images(children).items()
    )


def build_own_platform(image: Image) -> tuple[PlatformView, ...]:
    """Return the one row of an image that is no index; none for charts, artifacts and the like."""
    if image.kind != "image" or image.platform is None:
        return ()
    manifest = image.manifest
    size_bytes = measure_blobs([image.blobs]) if image.has_sizes else None
    return (
        PlatformView(
            image.platform, manifest.digest, manifest.media_type, size_bytes, image.created
        ),
    )


def _build_row(platform: str, child: Child, attestations: tuple[Digest, ...]) -> PlatformView:
    image, descriptor = child.image, child.descriptor
    if image is None:
        return PlatformView(
            platform, descriptor.digest, descriptor.media_type, 0, None, attestations
        )
    return PlatformView(
        platform=platform,
        digest=descriptor.digest,
        media_type=image.manifest.media_type,
        size_bytes=measure_blobs([image.blobs]) if image.has_sizes else None,
        created=image.created,
        attestations=attestations,
    )


def _group_attestations(children: Sequence[Child]) -> Mapping[str, dict[Digest, None]]:
    groups: dict[str, dict[Digest, None]] = {}
    for child in children:
        subject = _find_subject(child) if child.is_attestation else None
        if subject is not None:
            groups.setdefault(subject, {})[child.descriptor.digest] = None
    return groups


def _find_subject(child: Child) -> Digest | None:
    named = read_digest(child.descriptor.annotations.get(_REFERENCE_DIGEST))
    if named is not None or child.image is None:
        return named
    return read_digest(read_object(child.image.manifest.document.get("subject")).get("digest"))
