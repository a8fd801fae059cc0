"""What an index lists: its images by platform, nested indexes flattened. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reglite import media_types
from reglite.browse.image import Image
from reglite.browse.layer import measure_blobs
from reglite.browse.platform import UNKNOWN, read_os_features, read_os_version, read_platform
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
    os_version: str | None = None
    os_features: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "platform": self.platform,
            "os_version": self.os_version,
            "os_features": list(self.os_features),
            "digest": self.digest,
            "media_type": self.media_type,
            "size_bytes": self.size_bytes,
            "created": self.created,
            "attestations": list(self.attestations),
        }


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of an index that is neither an image for a platform nor an attestation.

    ``size_bytes`` is what its blobs take, 0 where the registry lacks it.
    """

    digest: Digest
    media_type: str
    artifact_type: str | None
    size_bytes: int
    annotations: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "digest": self.digest,
            "media_type": self.media_type,
            "artifact_type": self.artifact_type,
            "size_bytes": self.size_bytes,
            "annotations": dict(self.annotations),
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
        """The platform, by the index first and by the config then; None for what is no image.

        An entry with an artifact type is none, whatever platform it names.
        """
        if self.is_attestation or self.descriptor.artifact_type is not None:
            return None
        listed = read_platform(self.descriptor.platform or {})
        if listed is not None or self.image is None:
            return listed
        return (self.image.platform or UNKNOWN) if self.image.kind == "image" else None

    @property
    def blobs(self) -> Mapping[str, int]:
        """The blobs that it pins, digest to size in bytes; it is one where it is no manifest."""
        if self.image is not None:
            return self.image.blobs
        named, size_bytes = self.descriptor.media_type, self.descriptor.size_bytes
        is_blob = named and not media_types.is_manifest(named)
        return {self.descriptor.digest: size_bytes} if is_blob else {}


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
        if (platform := child.platform) is not None:
            images.setdefault((platform, child.descriptor.digest), child)
    return images


def build_members(children: Sequence[Child]) -> tuple[Member, ...]:
    """Return what an index lists beside images and attestations, each digest once."""
    members: dict[Digest, Member] = {}
    for child in children:
        if child.platform is None and not child.is_attestation:
            members.setdefault(child.descriptor.digest, _build_member(child))
    return tuple(members.values())


def measure_children(children: Sequence[Child]) -> int:
    """Return the bytes of every distinct blob that any image or member of the index pins."""
    return measure_blobs(child.blobs for child in children if not child.is_attestation)


def build_platforms(children: Sequence[Child]) -> tuple[PlatformView, ...]:
    """Return a row for each image, with the attestations that are about it."""
    attestations = _group_attestations(children)
    return tuple(
        _build_row(platform, child, tuple(attestations.get(child.descriptor.digest, ())))
        for (platform, _), child in select_images(children).items()
    )


def build_own_platform(image: Image) -> tuple[PlatformView, ...]:
    """Return the one row of what is no index; none where its config names no platform."""
    if image.config is None or image.platform is None:
        return ()
    manifest = image.manifest
    return (
        PlatformView(
            platform=image.platform,
            digest=manifest.digest,
            media_type=manifest.media_type,
            size_bytes=measure_blobs([image.blobs]) if image.has_sizes else None,
            created=image.created,
            os_version=read_os_version(image.config),
            os_features=read_os_features(image.config),
        ),
    )


def _build_row(platform: str, child: Child, attestations: tuple[Digest, ...]) -> PlatformView:
    image, descriptor = child.image, child.descriptor
    listed = descriptor.platform or {}
    own = (image.config if image else None) or {}
    return PlatformView(
        platform=platform,
        digest=descriptor.digest,
        media_type=image.manifest.media_type if image else descriptor.media_type,
        size_bytes=measure_blobs([child.blobs]) if image is None or image.has_sizes else None,
        created=image.created if image else None,
        attestations=attestations,
        os_version=read_os_version(listed) or read_os_version(own),
        os_features=read_os_features(listed) or read_os_features(own),
    )


def _build_member(child: Child) -> Member:
    descriptor, image = child.descriptor, child.image
    artifact_type = descriptor.artifact_type or (image.artifact_type if image else None)
    media_type = image.manifest.media_type if image else descriptor.media_type
    size_bytes = measure_blobs([child.blobs])
    return Member(descriptor.digest, media_type, artifact_type, size_bytes, descriptor.annotations)


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
