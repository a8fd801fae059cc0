"""A blob that can be read in a page: JSON or text, told by parsing, never by its name."""

import json
import unicodedata
from dataclasses import dataclass, field
from typing import Final, NoReturn

from reglite.errors import BadRequest, Unsupported
from reglite.reference import Digest, Repository
from reglite.registry.client import RegistryClient
from reglite.registry.deadline import deadline

MAX_BLOB_BYTES: Final = 4 * 1024 * 1024
JSON_TYPE: Final = "application/json"
TEXT_TYPE: Final = "text/plain; charset=utf-8"

_WHITE_SPACE: Final = frozenset("\t\n\r\f\x1b")
_SAMPLE_CHARACTERS: Final = 4096


@dataclass(frozen=True, slots=True)
class TextBlob:
    """The exact bytes of a blob and the media type to answer them with, JSON or plain text."""

    digest: Digest
    media_type: str
    content: bytes = field(repr=False)


async def get_text_blob(client: RegistryClient, repository: Repository, digest: Digest) -> TextBlob:
    """Read a JSON or text blob of at most 4 MiB.

    Raises Unsupported for anything else, naming the command that fetches it.
    """
    reference = f"{client.config.pull_host}/{repository}@{digest}"
    instead = f"fetch it with 'oras blob fetch --output blob {reference}'"
    try:
        async with deadline(client.pace.call_seconds, f"reading the blob {digest}"):
            content = await client.get_blob(repository, digest, max_bytes=MAX_BLOB_BYTES)
    except BadRequest as exc:  # the client's word for a blob beyond the limit
        raise Unsupported(f"the blob {digest} is longer than 4 MiB: {instead}") from exc
    media_type = tell_text_type(content)
    if media_type is None:
        raise Unsupported(f"the blob {digest} is neither JSON nor text: {instead}")
    return TextBlob(digest, media_type, content)


def tell_text_type(content: bytes) -> str | None:
    """Return the media type of JSON or UTF-8 text by what it is; None for binary content."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    if _is_json(text):
        return JSON_TYPE
    return None if _has_controls(text[:_SAMPLE_CHARACTERS]) or "\0" in text else TEXT_TYPE


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(c) == "Cc" and c not in _WHITE_SPACE for c in text)
