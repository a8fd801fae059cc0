"""One image whose bytes, and so whose digest, are the same in every run: the events name it."""

import json

from reglite import media_types
from reglite.demo.registry import MemoryRegistry
from reglite.reference import compute_digest
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher

REGISTRY = "88.88.88.88:5000"
REPOSITORY = "team/project/app"
TAG = "1.4.2"

CONFIG = json.dumps(
    {
        "architecture": "arm64",
        "os": "linux",
        "variant": "v8",
        "created": "2024-03-12T09:30:00Z",
        "config": {"Cmd": ["/app"], "Labels": {"team": "project"}},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{'1' * 64}"]},
        "history": [{"created": "2024-03-12T09:30:00Z", "created_by": "COPY app /app"}],
    }
).encode()
LAYER = b"a layer of twenty-eight bytes"


def _describe(media_type: str, raw: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": compute_digest(raw), "size": len(raw)}


MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": _describe(media_types.OCI_CONFIG, CONFIG),
        "layers": [_describe("application/vnd.oci.image.layer.v1.tar+gzip", LAYER)],
    }
).encode()
DIGEST = compute_digest(MANIFEST)


def fill(registry: MemoryRegistry) -> None:
    """Put the image into the registry, under two tags."""
    for blob in (CONFIG, LAYER):
        registry.put_blob(REPOSITORY, blob)
    registry.put_manifest(REPOSITORY, MANIFEST, media_types.OCI_MANIFEST, TAG, "latest")


def push(registry: DockerRegistry) -> None:
    """Push the image into a real registry, under the same tags."""
    with registry.client() as client:
        pusher = Pusher(client, REPOSITORY)
        for blob in (CONFIG, LAYER):
            pusher.push_blob(blob)
        pusher.push_raw(MANIFEST, media_types.OCI_MANIFEST, TAG, "latest")
