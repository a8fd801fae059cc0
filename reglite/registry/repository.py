"""One repository of a registry: the client's operations, bound to the name."""

from dataclasses import dataclass

from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import Digest, Reference, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.memory import Memory
from reglite.registry.models import Descriptor, Manifest, Referrers
from reglite.registry.pace import Pace


@dataclass(frozen=True, slots=True)
class RepositoryClient:
    """The operations of ``RegistryClient`` that are about a repository; they raise what it does."""

    client: RegistryClient
    name: Repository

    def __str__(self) -> str:
        return self.name

    @property
    def config(self) -> RegistryConfig:
        """The settings of its registry."""
        return self.client.config

    @property
    def memory(self) -> Memory:
        """What is remembered of its registry."""
        return self.client.memory

    @property
    def pace(self) -> Pace:
        """How its client spends time."""
        return self.client.pace

    async def list_tags(self, *, fresh: bool = False) -> tuple[Tag, ...]:
        """Return all tags in code point order."""
        return await self.client.list_tags(self.name, fresh=fresh)

    async def head_manifest(self, reference: Reference, *, fresh: bool = False) -> Descriptor:
        """Return digest, media type and size of a manifest."""
        return await self.client.head_manifest(self.name, reference, fresh=fresh)

    async def get_manifest(self, reference: Reference, *, fresh: bool = False) -> Manifest:
        """Return a manifest."""
        return await self.client.get_manifest(self.name, reference, fresh=fresh)

    async def put_manifest(self, reference: Reference, raw: bytes, media_type: str) -> Digest:
        """Push these exact bytes under a tag or their digest."""
        return await self.client.put_manifest(self.name, reference, raw, media_type)

    async def delete_manifest(self, digest: Digest) -> None:
        """Delete a manifest and with it every tag on it."""
        await self.client.delete_manifest(self.name, digest)

    async def delete_tag(self, tag: Tag) -> None:
        """Delete one tag through the registry's own API."""
        await self.client.delete_tag(self.name, tag)

    async def get_blob(self, digest: Digest, *, max_bytes: int, fresh: bool = False) -> bytes:
        """Return a blob."""
        return await self.client.get_blob(self.name, digest, max_bytes=max_bytes, fresh=fresh)

    async def list_referrers(self, digest: Digest, *, fresh: bool = False) -> Referrers:
        """Return the manifests whose subject is this digest."""
        return await self.client.list_referrers(self.name, digest, fresh=fresh)

    async def has_referrers(self) -> bool | None:
        """Tell whether the registry has the referrers API."""
        return await self.client.has_referrers(self.name)

    async def can_delete(self, *, fresh: bool = False) -> bool | None:
        """Tell whether the registry deletes manifests."""
        return await self.client.can_delete(self.name, fresh=fresh)

    async def can_untag(self, *, fresh: bool = False) -> bool | None:
        """Tell whether the registry deletes single tags."""
        return await self.client.can_untag(self.name, fresh=fresh)
