"""Distribution 2.8's conversion of a schema2 manifest to schema1, for clients that ask too little.

What matters to a client is that the answer has another media type and another digest than the
tag's own manifest: acting on that digest acts on nothing that exists.
"""

import json

from reglite import media_types
from reglite.demo.store import StoredManifest, StoredRepository
from reglite.reference import Digest

_EMPTY_LAYER = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"


def convert_to_schema1(
    manifest: StoredManifest, held: StoredRepository, tag: str
) -> StoredManifest | None:
    """Return an unsigned schema1 manifest, or None where the config does not fit the layers."""
    document = json.loads(manifest.raw)
    blob = held.blobs.get(Digest(document.get("config", {}).get("digest", "")))
    config = {} if blob is None else json.loads(b"".join(blob.iterate()))
    history = config.get("history") or []
    filled = [step for step in history if not step.get("empty_layer")]
    diff_ids = config.get("rootfs", {}).get("diff_ids") or []
    if not (len(filled) == len(diff_ids) == len(document.get("layers") or ()) > 0):
        return None
    layers = iter(document["layers"])
    sums = [_EMPTY_LAYER if s.get("empty_layer") else next(layers)["digest"] for s in history]
    schema1 = {
        "schemaVersion": 1,
        "tag": tag,
        "architecture": config.get("architecture", ""),
        "fsLayers": [{"blobSum": digest} for digest in reversed(sums)],
        "history": [{"v1Compatibility": json.dumps(step)} for step in reversed(history)],
    }
    raw = json.dumps(schema1, indent=3).encode()
    return StoredManifest(media_types.DOCKER_SCHEMA1_SIGNED, raw)
