"""What was attached to a manifest: OCI referrers, and the tags that cosign leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reglite.browse.created import read_created_annotation
from reglite.errors import NameUnknown, NotFound
from reglite.reference import Digest, Repository, format_referrers_tag
from reglite.registry.client import RegistryClient
from reglite.registry.deadline import deadline
from reglite.registry.models import ReferrersSource


@dataclass(frozen=True, slots=True)
class ReferrerView:
    """One manifest whose ``subject`` is the digest that was asked for."""

    digest: Digest
    media_type: str
    artifact_type: str | None
    size_bytes: int
    annotations: Mapping[str, str]
    created: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "digest": self.digest,
            "media_type": self.media_type,
            "artifact_type": self.artifact_type,
            "size_bytes": self.size_bytes,
            "annotations": dict(self.annotations),
            "created": self.created,
        }


@dataclass(frozen=True, slots=True)
class ReferrersView:
    """Referrers, where they are listed, and related tags."""

    referrers: tuple[ReferrerView, ...]
    related_tags: tuple[str, ...]
    source: ReferrersSource

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "referrers": [referrer.to_json() for referrer in self.referrers],
            "related_tags": list(self.related_tags),
            "source": self.source,
        }


async def get_referrers_view(
    client: RegistryClient,
    repository: Repository,
    digest: Digest,
    *,
    artifact_type: str | None = None,
    fresh: bool = False,
) -> ReferrersView:
    """Read who refers to a digest, by the API or the fallback tag, and the tags named after it.

    A digest that the repository lacks has none; raises NameUnknown for an unknown repository.
    """
    async with deadline(client.pace.call_seconds, f"reading the referrers of {digest}"):
        found = await client.list_referrers(
            repository, digest, artifact_type=artifact_type, fresh=fresh
        )
        try:
            tags = await client.list_tags(repository, fresh=fresh)
        except NameUnknown:
            # 2.8 forgets a repository whose manifests have no tags: it is known all the same.
            if not (
                found.descriptors or await _has_manifest(client, repository, digest, fresh=fresh)
            ):
                raise
            tags = ()
    return ReferrersView(
        referrers=tuple(
            ReferrerView(
                digest=descriptor.digest,
                media_type=descriptor.media_type,
                artifact_type=descriptor.artifact_type,
                size_bytes=descriptor.size_bytes,
                annotations=descriptor.annotations,
                created=read_created_annotation(descriptor.annotations),
            )
            for descriptor in found.descriptors
        ),
        related_tags=find_related_tags(tags, digest),
        source=found.source,
    )


async def _has_manifest(
    client: RegistryClient, repository: Repository, digest: Digest, *, fresh: bool
) -> bool:
    try:
        await client.head_manifest(repository, digest, fresh=fresh)
    except NotFound:
        return False
    return True


def find_related_tags(tags: Iterable[str], digest: Digest) -> tuple[str, ...]:
    """Return cosign's tags for a digest, ``sha256-<hex>.sig`` and the like, sorted.

    The fallback tag itself is none of them: it is where the referrers are listed.
    """
    prefix = f"{format_referrers_tag(digest)}."
    return tuple(sorted(tag for tag in tags if tag.startswith(prefix)))
