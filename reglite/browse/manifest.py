"""One manifest as people want to see it: what it is, how big, for which platforms, made how."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reglite.browse.config import ImageView
from reglite.browse.content import Content, Unread, load_content
from reglite.browse.image import Image
from reglite.browse.index import Member, PlatformView, select_images
from reglite.browse.kind import Kind
from reglite.browse.layer import LayerView
from reglite.browse.platform import find_platform, parse_platform
from reglite.errors import ManifestUnknown
from reglite.reference import Digest, Reference, Repository, shorten
from reglite.registry.client import RegistryClient
from reglite.registry.deadline import deadline
from reglite.registry.document import read_descriptor, read_text_map
from reglite.registry.models import Descriptor
from reglite.registry.repository import RepositoryClient


@dataclass(frozen=True, slots=True)
class ManifestView:
    """A manifest in the API's words; sizes in bytes, ``raw`` the exact text.

    ``members`` are what an index lists beside images and attestations. ``image`` and ``layers`` of
    an index are those of the platform that was asked for.
    """

    registry: str
    repository: Repository
    reference: Reference
    digest: Digest
    media_type: str
    artifact_type: str | None
    kind: Kind
    created: str | None
    size_bytes: int | None
    manifest_bytes: int
    annotations: Mapping[str, str]
    subject: Descriptor | None
    platforms: tuple[PlatformView, ...]
    members: tuple[Member, ...]
    image: ImageView | None
    layers: tuple[LayerView, ...]
    unread: tuple[Unread, ...]
    raw: str

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "registry": self.registry,
            "repository": self.repository,
            "reference": self.reference,
            "digest": self.digest,
            "media_type": self.media_type,
            "artifact_type": self.artifact_type,
            "kind": self.kind,
            "created": self.created,
            "size_bytes": self.size_bytes,
            "manifest_bytes": self.manifest_bytes,
            "annotations": dict(self.annotations),
            "subject": None if self.subject is None else _format_subject(self.subject),
            "platforms": [platform.to_json() for platform in self.platforms],
            "members": [member.to_json() for member in self.members],
            "image": None if self.image is None else self.image.to_json(),
            "layers": [layer.to_json() for layer in self.layers],
            "unread": [unread.to_json() for unread in self.unread],
            "raw": self.raw,
        }


async def get_manifest_view(
    client: RegistryClient,
    repository: Repository,
    reference: Reference,
    *,
    platform: str | None = None,
    fresh: bool = False,
) -> ManifestView:
    """Read a manifest by tag or digest, with its config or its children.

    ``platform``, by name or by the digest of its image, matters for an index only. Raises
    BadRequest or DigestInvalid for a malformed one, ManifestUnknown with the index's platforms as
    detail for one that it does not have.
    """
    wanted = parse_platform(platform) if platform else None
    async with deadline(client.pace.call_seconds, f"reading {repository} at {reference}"):
        bound = RepositoryClient(client, repository)
        manifest = await bound.get_manifest(reference, fresh=fresh)
        content = await load_content(bound, manifest, fresh=fresh)
    shown = content.image or (_find_image(content, wanted) if wanted else None)
    return _build_view(client.config.name, repository, reference, content, shown)


def _find_image(content: Content, wanted: str | Digest) -> Image:
    images = select_images(content.children)
    names = list(dict.fromkeys(platform for platform, _ in images))
    chosen = [key for key in images if key[1] == wanted]
    if not chosen and (found := find_platform(wanted, names)):
        chosen = [key for key in images if key[0] == found]
    readable = (images[key].image for key in chosen)
    image = next((image for image in readable if image is not None), None)
    if image is None:
        known = shorten(", ".join(names)) or "none"
        lacks = "is listed but missing in the registry" if chosen else "is not in this index"
        raise ManifestUnknown(
            f"{wanted} {lacks}; its platforms: {known}", detail={"platforms": names}
        )
    return image


def _build_view(
    registry: str,
    repository: Repository,
    reference: Reference,
    content: Content,
    shown: Image | None,
) -> ManifestView:
    manifest = content.manifest
    return ManifestView(
        registry=registry,
        repository=repository,
        reference=reference,
        digest=manifest.digest,
        media_type=manifest.media_type,
        artifact_type=content.artifact_type,
        kind=content.kind,
        created=content.created,
        size_bytes=content.size_bytes,
        manifest_bytes=len(manifest.raw),
        annotations=read_text_map(manifest.document.get("annotations")),
        subject=read_descriptor(manifest.document.get("subject")),
        platforms=content.platforms,
        members=content.members,
        image=shown.build_view() if shown else None,
        layers=shown.build_layer_views() if shown else (),
        unread=content.unread,
        raw=manifest.raw.decode(errors="replace"),
    )


def _format_subject(subject: Descriptor) -> dict[str, Any]:
    return {
        "digest": subject.digest,
        "media_type": subject.media_type,
        "size_bytes": subject.size_bytes,
    }
