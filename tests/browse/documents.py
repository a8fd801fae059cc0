"""Documents for the tests of browsing, and a client that serves them from a dictionary."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from reglite import media_types
from reglite.errors import BlobUnknown, ManifestUnknown
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import Digest, Repository, compute_digest
from reglite.registry.cache import ContentCache
from reglite.registry.client import RegistryClient
from reglite.registry.models import Manifest
from reglite.registry.pace import Pace

REPOSITORY = Repository("team/project/app")
CREATED = "2026-01-02T03:04:05Z"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def make_digest(name: str) -> Digest:
    """Return the digest of a blob that is called so."""
    return compute_digest(name.encode())


def describe(name: str, size: Any = 10, media_type: str = LAYER, **fields: Any) -> dict[str, Any]:
    """Return a descriptor of a blob that is called so."""
    return {"mediaType": media_type, "digest": make_digest(name), "size": size, **fields}


def make_manifest(document: Any, media_type: str = media_types.OCI_MANIFEST) -> Manifest:
    """Return a manifest with these contents."""
    raw = json.dumps(document).encode()
    return Manifest(compute_digest(raw), media_type, raw)


class Shelf:
    """Manifests and blobs in memory, with what RegistryClient has to read them; counts requests."""

    def __init__(self) -> None:
        self.config = RegistryConfig(
            name="shelf", url="http://127.0.0.1:5000", source="inventory", pull_host="shelf"
        )
        self.cache = ContentCache()
        self.pace = Pace()
        self.manifests: dict[str, Manifest] = {}
        self.blobs: dict[str, bytes] = {}
        self.requests: list[str] = []

    @property
    def client(self) -> RegistryClient:
        """The shelf in the place of a client."""
        return cast("RegistryClient", self)

    async def get_manifest(
        self,
        repository: Repository,
        reference: str,
        *,
        fresh: bool = False,  # noqa: ARG002
    ) -> Manifest:
        """Return a manifest by tag or digest."""
        self.requests.append(reference)
        if reference not in self.manifests:
            raise ManifestUnknown(f"no {reference} in {repository}")
        return self.manifests[reference]

    async def get_blob(
        self,
        repository: Repository,
        digest: str,
        *,
        max_bytes: int,  # noqa: ARG002
        fresh: bool = False,  # noqa: ARG002
    ) -> bytes:
        """Return a blob."""
        self.requests.append(digest)
        if digest not in self.blobs:
            raise BlobUnknown(f"no {digest} in {repository}")
        return self.blobs[digest]

    def add(
        self, document: Any, *tags: str, media_type: str = media_types.OCI_MANIFEST
    ) -> dict[str, Any]:
        """Keep a manifest; returns its descriptor."""
        manifest = make_manifest(document, media_type)
        self.manifests.update(dict.fromkeys((manifest.digest, *tags), manifest))
        return {
            "mediaType": media_type,
            "digest": manifest.digest,
            "size": len(manifest.raw),
        }

    def add_blob(self, raw: bytes, media_type: str = media_types.OCI_CONFIG) -> dict[str, Any]:
        """Keep a blob; returns its descriptor."""
        digest = compute_digest(raw)
        self.blobs[digest] = raw
        return {"mediaType": media_type, "digest": digest, "size": len(raw)}

    def add_image(
        self,
        *tags: str,
        platform: str = "linux/amd64",
        layers: Iterable[Mapping[str, Any]] = (),
        created: str | None = CREATED,
        **config: Any,
    ) -> dict[str, Any]:
        """Keep an OCI image; returns its descriptor, with the platform."""
        system, architecture, *variant = platform.split("/")
        named = {"os": system, "architecture": architecture}
        named.update(dict(zip(("variant",), variant, strict=False)))
        content = {**named, "created": created, **config}
        descriptor = self.add_blob(json.dumps(content).encode())
        document = {"schemaVersion": 2, "config": descriptor, "layers": list(layers)}
        return {**self.add(document, *tags), "platform": named}

    def add_index(
        self, children: Iterable[Mapping[str, Any]], *tags: str, **fields: Any
    ) -> dict[str, Any]:
        """Keep an OCI index; returns its descriptor."""
        document = {"schemaVersion": 2, "manifests": list(children), **fields}
        return self.add(document, *tags, media_type=media_types.OCI_INDEX)
