"""A line of the audit log: JSON in ASCII that is never longer than its limit. Pure.

No text in it can begin another line or hide one.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

_MAX_TEXT_BYTES: Final = 512
_ELLIPSIS: Final = "…"


def encode_line(fields: Mapping[str, Any], limit_bytes: int) -> str:
    """Write the object as one line, its end not counted.

    Texts are cut, and what does not fit of ``tags`` is left out and counted in ``tags_left_out``.
    """
    line: dict[str, Any] = {
        name: _cut(text) if isinstance(text, str) else text for name, text in fields.items()
    }
    if tags := line.get("tags"):
        without = {**line, "tags": [], "tags_left_out": len(tags)}
        line["tags"] = _take(tags, limit_bytes - len(json.dumps(without)))
        if left_out := len(tags) - len(line["tags"]):
            line["tags_left_out"] = left_out
    return json.dumps(line)


def _take(tags: list[str], room_bytes: int) -> list[str]:
    taken: list[str] = []
    for tag in tags:
        text = _cut(tag)
        room_bytes -= len(json.dumps(text)) + len(", ")
        if room_bytes < 0:
            break
        taken.append(text)
    return taken


def _cut(text: str) -> str:
    """Cut a text by what it takes when written: an escape is up to twelve bytes for a character."""
    head = text[: _MAX_TEXT_BYTES + 1]
    if len(json.dumps(head)) - 2 <= _MAX_TEXT_BYTES:
        return text
    room = _MAX_TEXT_BYTES - len(json.dumps(_ELLIPSIS)) + 2
    for end, character in enumerate(head):
        room -= len(json.dumps(character)) - 2
        if room < 0:
            return head[:end] + _ELLIPSIS
    return text
