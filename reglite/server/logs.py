"""Bounds on what the server logs: whoever sends a request chooses a part of its lines."""

import logging
from typing import Any, Final

_MAX_CHARACTERS: Final = 700
_MAX_MESSAGE_CHARACTERS: Final = 3500


def bound_line(record: logging.LogRecord) -> bool:
    """Cut and escape what a line is made of; a filter that lets every record through.

    The access log's formatter needs its arguments one by one.
    """
    if record.name == "uvicorn.access" and isinstance(record.args, tuple):
        record.args = tuple(_bound(value, _MAX_CHARACTERS) for value in record.args)
        return True
    message = record.getMessage()
    bounded = _bound(message, _MAX_MESSAGE_CHARACTERS)
    if bounded != message:
        record.msg, record.args = bounded, ()
        record.__dict__.pop("color_message", None)
    return True


def _bound(value: Any, limit: int) -> Any:
    """Return short text as it is; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    head = value[:limit]
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in head)[:limit]
    left_out = len(value) - limit
    return f"{text}… ({left_out} more)" if left_out > 0 else text
