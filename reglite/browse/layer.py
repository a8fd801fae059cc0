"""Layers and the bytes they pin. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reglite.reference import Digest
from reglite.registry.document import read_descriptor
from reglite.registry.models import Descriptor, JsonObject


@dataclass(frozen=True, slots=True)
class LayerView:
    """One layer, base first; ``size_bytes`` is None where the manifest has no sizes (schema1)."""

    digest: Digest
    media_type: str
    size_bytes: int | None
    annotations: Mapping[str, str]
    urls: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "digest": self.digest,
            "media_type": self.media_type,
            "size_bytes": self.size_bytes,
            "annotations": dict(self.annotations),
            "urls": list(self.urls),
        }


def build_layer_view(layer: Descriptor, *, has_sizes: bool) -> LayerView:
    """Return the view of a layer's descriptor."""
    size_bytes = layer.size_bytes if has_sizes else None
    return LayerView(layer.digest, layer.media_type, size_bytes, layer.annotations, layer.urls)


def read_layers(document: JsonObject) -> tuple[Descriptor | None, ...]:
    """Return the layers in their order, or an artifact manifest's ``blobs``.

    None stands where one names no digest.
    """
    layers = document.get("layers", document.get("blobs"))
    return tuple(map(read_descriptor, layers)) if isinstance(layers, list) else ()


def collect_blobs(config: Descriptor | None, layers: Iterable[Descriptor | None]) -> dict[str, int]:
    """Return the distinct blobs that a manifest pins, digest to size in bytes; the first one wins.

    A manifest may name a blob twice and lie about its size the second time: it is stored once.
    """
    blobs: dict[str, int] = {}
    for blob in (config, *layers):
        if blob is not None:
            blobs.setdefault(blob.digest, blob.size_bytes)
    return blobs


def measure_blobs(parts: Iterable[Mapping[str, int]]) -> int:
    """Return the bytes of the union of several manifests' blobs, each blob once."""
    union: dict[str, int] = {}
    for blobs in parts:
        for digest, size_bytes in blobs.items():
            union.setdefault(digest, size_bytes)
    return sum(union.values())
