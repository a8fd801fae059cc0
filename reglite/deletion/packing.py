"""JSON in a query string: what a plan found so far, packed small. Pure.

Whoever holds it may change it, so nothing in it is a right: a deletion reads protection anew.
"""

import base64
import json
import zlib
from typing import Any, Final

from reglite.errors import BadRequest

MAX_PACKED_CHARACTERS: Final = 6000
_MAX_JSON_BYTES = 1_000_000


def pack(document: Any) -> str | None:
    """Return the document as base64url text, or None if that would be too long for a URL."""
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return packed if len(packed) <= MAX_PACKED_CHARACTERS else None


def unpack(packed: str) -> Any:
    """Return the document; raises BadRequest for anything that `pack` can't have made."""
    if len(packed) > MAX_PACKED_CHARACTERS:
        raise _reject()
    try:
        compressed = base64.b64decode(packed + "=" * (-len(packed) % 4), b"-_", validate=True)
        decompressor = zlib.decompressobj()
        text = decompressor.decompress(compressed, _MAX_JSON_BYTES)
        if not decompressor.eof:
            raise _reject()
        return json.loads(text)
    except (ValueError, RecursionError, zlib.error) as exc:
        raise _reject() from exc


def _reject() -> BadRequest:
    return BadRequest("this cursor or plan is not one of RegLite's: begin with a new deletion plan")
