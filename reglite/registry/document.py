"""Tolerant reading of registry JSON: a field of the wrong type is read as absent. Pure.

Everything out of a registry is hostile: labels that are lists, sizes that are text or negative,
halves of surrogate pairs that no answer could carry.
"""

from collections.abc import Mapping
from typing import Any, Final

from reglite.errors import DigestInvalid
from reglite.reference import Digest, parse_digest
from reglite.registry.models import Descriptor, JsonObject

_MAX_SIZE_BYTES: Final = 2**53 - 1
"""Sizes above this are no sizes, and JavaScript could not hold them."""


def read_text(value: Any) -> str | None:
    """Return text that is fit for UTF-8, or None where the value is no text."""
    if not isinstance(value, str):
        return None
    if value.isascii():
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_object(value: Any) -> JsonObject:
    """Return the JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def read_objects(value: Any) -> tuple[JsonObject, ...]:
    """Return the objects of a list in their order; whatever else it holds becomes an empty one."""
    return tuple(read_object(item) for item in value) if isinstance(value, list) else ()


def read_texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a list in their order, without whatever else it holds."""
    items = value if isinstance(value, list) else ()
    return tuple(text for item in items if (text := read_text(item)) is not None)


def read_text_map(value: Any) -> dict[str, str]:
    """Return the pairs of text and text of an object, such as annotations or labels."""
    pairs = read_object(value).items()
    return {
        read_text(key) or "": text for key, item in pairs if (text := read_text(item)) is not None
    }


def read_size(value: Any) -> int:
    """Return a size in bytes; 0 for whatever is no possible size."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 <= value <= _MAX_SIZE_BYTES else 0


def read_digest(value: Any) -> Digest | None:
    """Return a digest of the image spec's grammar, or None."""
    try:
        return parse_digest(value) if isinstance(value, str) else None
    except DigestInvalid:
        return None


def read_descriptor(value: Any) -> Descriptor | None:
    """Return the descriptor, or None where it names no digest (image spec, "Descriptors")."""
    document = read_object(value)
    digest = read_digest(document.get("digest"))
    if digest is None:
        return None
    platform = document.get("platform")
    return Descriptor(
        media_type=read_text(document.get("mediaType")) or "",
        digest=digest,
        size_bytes=read_size(document.get("size")),
        artifact_type=read_text(document.get("artifactType")) or None,
        annotations=read_text_map(document.get("annotations")),
        urls=read_texts(document.get("urls")),
        platform=platform if isinstance(platform, Mapping) else None,
        document=document,
    )
