"""Reads stored manifests of any shape: what is pushed past the checks may be anything."""

import json
from typing import Any, TypeGuard


def parse_document(raw: bytes) -> dict[str, Any] | None:
    """Return the JSON object, or None where the bytes are none."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def list_descriptors(document: dict[str, Any] | None, *fields: str) -> list[dict[str, Any]]:
    """Return the descriptors in these fields, single ones and lists; nonsense is left out."""
    found: list[dict[str, Any]] = []
    for field in fields:
        value = (document or {}).get(field)
        found += filter(_is_descriptor, value if isinstance(value, list) else [value])
    return found


def _is_descriptor(entry: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(entry, dict) and isinstance(entry.get("digest"), str)
