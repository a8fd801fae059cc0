"""What a registry says in a refusal: the spec's list of errors, out of any body. Pure.

Bodies are ``{"errors": [{code, message, detail}]}`` with ``detail`` an object, a string or absent,
or plain text, or HTML, or nothing; the Content-Type may lie.
"""

import json
from dataclasses import dataclass
from typing import Any

from reglite.reference import Digest
from reglite.registry.document import read_digest
from reglite.registry.limits import ERROR_BYTES


@dataclass(frozen=True, slots=True)
class RegistryFault:
    """One entry of the spec's error list; ``message`` is hostile text.

    ``revision`` is what distribution puts into the detail of a manifest that is not there: asked
    for by a tag it tells that the tag names it. ``is_damage`` is how 2.8 fails at a link file or a
    manifest that is empty or garbled: a detail without a word.
    """

    code: str
    message: str
    revision: Digest | None = None
    is_damage: bool = False


def parse_faults(body: bytes) -> tuple[RegistryFault, ...]:
    """Read the error list of any body; one that has none gives an empty tuple."""
    try:
        document = json.loads(body[:ERROR_BYTES])
    except (ValueError, RecursionError):
        return ()
    entries = document.get("errors") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        return ()
    return tuple(_read_fault(entry) for entry in entries if isinstance(entry, dict))


def _read_fault(entry: dict[str, Any]) -> RegistryFault:
    code, message, detail = entry.get("code"), entry.get("message"), entry.get("detail")
    texts = [text for text in (message, detail) if isinstance(text, str) and text]
    revision = read_digest(detail.get("Revision")) if isinstance(detail, dict) else None
    text = ": ".join(dict.fromkeys(texts))
    is_damage = code == "UNKNOWN" and isinstance(detail, dict) and detail.keys() <= {"Offset"}
    return RegistryFault(code if isinstance(code, str) else "", text, revision, is_damage)
