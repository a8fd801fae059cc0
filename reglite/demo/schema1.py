"""Distribution 2.8's conversion of a schema2 manifest to schema1, for clients that ask too little.

What matters to a client is that the answer has another media type and another digest than the
tag's own manifest: acting on that digest acts on nothing that exists.
"""

import json

from reglite import media_types
from reglite.demo.store import StoredManifest, StoredRepository
from reglite.reference import Digest


def convert_to_schema1(
    manifest: StoredManifest, held: StoredRepository, tag: str
) -> StoredManifest | None:
    """Return an unsigned schema1 manifest, or None where the config is no image config."""
    document = json.loads(manifest.raw)
    blob = held.blobs.get(Digest(document.get("config", {}).get("digest", "")))
    config = {} if blob is None else json.loads(b"".join(blob.iterate()))
    history = config.get("history")
    if not history:
        return None
    layers = list(reversed(document.get("layers") or ()))
    schema1 = {
        "schemaVersion": 1,
        "tag": tag,
        "architecture": config.get("architecture", ""),
        "fsLayers": [{"blobSum": layer["digest"]} for layer in layers],
        "history": [{"v1Compatibility": json.dumps(step)} for step in reversed(history)],
    }
    raw = json.dumps(schema1, indent=3).encode()
    return StoredManifest(media_types.DOCKER_SCHEMA1_SIGNED, raw)
