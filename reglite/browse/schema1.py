"""Docker's schema1 manifests, read-only, in the words of today's image config. Pure.

Everything is newest first there, each layer has one history entry with a config in a string, and
no sizes are given.
"""

from typing import Any

from reglite.browse.config import parse_config
from reglite.reference import Digest
from reglite.registry.document import read_digest, read_object, read_objects, read_text, read_texts
from reglite.registry.models import Descriptor, JsonObject

_LAYER_MEDIA_TYPE = "application/vnd.docker.container.image.rootfs.diff+x-gtar"


def read_schema1_layers(document: JsonObject) -> tuple[Descriptor | None, ...]:
    """Return the layers, base first, with sizes of 0 that mean nothing."""
    entries = reversed(read_objects(document.get("fsLayers")))
    digests = (read_digest(entry.get("blobSum")) for entry in entries)
    return tuple(None if digest is None else _build_layer(digest) for digest in digests)


def read_schema1_config(document: JsonObject) -> JsonObject:
    """Return what the newest entry says as an image config, its history oldest first."""
    entries = [_parse_entry(entry) for entry in read_objects(document.get("history"))]
    newest = entries[0] if entries else {}
    architecture = newest.get("architecture") or document.get("architecture")
    history = [_build_step(entry) for entry in reversed(entries)]
    return {**newest, "architecture": architecture, "history": history}


def _build_layer(digest: Digest) -> Descriptor:
    return Descriptor(_LAYER_MEDIA_TYPE, digest, 0)


def _parse_entry(entry: JsonObject) -> JsonObject:
    text = read_text(entry.get("v1Compatibility")) or ""
    return parse_config(text.encode()) or {}


def _build_step(entry: JsonObject) -> dict[str, Any]:
    command = read_texts(read_object(entry.get("container_config")).get("Cmd"))
    return {
        "created": entry.get("created"),
        "created_by": " ".join(command),
        "comment": entry.get("comment"),
    }
