"""The grammar of names: repository, tag and digest. Pure.

OCI distribution spec, "Pulling manifests" (``<name>`` and ``<reference>``) and OCI image spec,
"Digests". Everything is checked here before it can leave the process.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import NewType, TypeGuard

from reglite.errors import DigestInvalid, NameInvalid, TagInvalid

Repository = NewType("Repository", str)
Tag = NewType("Tag", str)
Digest = NewType("Digest", str)
Reference = Tag | Digest

MAX_REPOSITORY_LENGTH = 255
MAX_TAGS = 100
"""How many tags one call may name."""

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*", re.ASCII)
_TAG_PATTERN = r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}+"
_TAG = re.compile(_TAG_PATTERN, re.ASCII)
_TAG_LINES = re.compile(rf"(?:{_TAG_PATTERN}\n)*+", re.ASCII)
_DIGEST = re.compile(r"sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}", re.ASCII)
_REFERRERS_TAG = re.compile(r"sha(?:256|512)-[a-f0-9]{32,}(?:\..+)?", re.ASCII)

_SHOWN_LENGTH = 80


def shorten(text: str) -> str:
    """Return hostile text fit for a message: printable ASCII, at most 80 characters."""
    printable = text.encode("ascii", "backslashreplace").decode()
    printable = "".join(c if c.isprintable() else repr(c)[1:-1] for c in printable)
    if len(printable) <= _SHOWN_LENGTH:
        return printable
    return printable[: _SHOWN_LENGTH - 1] + "…"


def parse_repository(text: str) -> Repository:
    """Check a repository name such as ``team/project/app``; raises NameInvalid."""
    if len(text) > MAX_REPOSITORY_LENGTH or not _REPOSITORY.fullmatch(text):
        raise NameInvalid(
            f"'{shorten(text)}' is not a repository name: use lower-case letters, digits and "
            "single separators (. _ -) in parts divided by '/', 255 characters at most"
        )
    return Repository(text)


def parse_tag(text: str) -> Tag:
    """Check a tag such as ``1.4.2-rc.1``; raises TagInvalid."""
    if not _TAG.fullmatch(text):
        raise TagInvalid(
            f"'{shorten(text)}' is not a tag: use letters, digits and . _ -, begin with a letter, "
            "a digit or _, 128 characters at most"
        )
    return Tag(text)


def are_tags(names: Sequence[str]) -> TypeGuard[Sequence[Tag]]:
    """Tell whether all of these are tags; one match for 10,000 is eight times as fast as 10,000."""
    lines = "\n".join([*names, ""])
    return lines.count("\n") == len(names) and _TAG_LINES.fullmatch(lines) is not None


def parse_digest(text: str) -> Digest:
    """Check a digest, ``sha256:`` and 64 or ``sha512:`` and 128 hex digits; raises DigestInvalid.

    Algorithms that the image spec does not register are refused: distribution answers 500 to them.
    """
    if not _DIGEST.fullmatch(text):
        raise DigestInvalid(
            f"'{shorten(text)}' is not a digest: expected sha256: and 64, or sha512: and 128, "
            "lower-case hex digits"
        )
    return Digest(text)


def parse_reference(text: str) -> Reference:
    """Check a tag or a digest; a colon makes it a digest."""
    return parse_digest(text) if ":" in text else parse_tag(text)


def is_digest(reference: str) -> TypeGuard[Digest]:
    """Tell whether a checked reference is a digest: tags hold no colon."""
    return ":" in reference


def compute_digest(raw: bytes, algorithm: str = "sha256") -> Digest:
    """Return the digest of these exact bytes."""
    return Digest(f"{algorithm}:{hashlib.new(algorithm, raw, usedforsecurity=False).hexdigest()}")


def has_digest(raw: bytes, digest: Digest) -> bool:
    """Tell whether these exact bytes hash to that digest, by the digest's own algorithm."""
    return compute_digest(raw, digest.partition(":")[0]) == digest


def format_referrers_tag(digest: Digest) -> Tag:
    """Return the fallback tag of the referrers tag schema: ``sha256-<hex>``."""
    algorithm, _, encoded = digest.partition(":")
    return Tag(f"{algorithm[:32]}-{encoded[:64]}")


def is_referrers_tag(tag: str) -> bool:
    """Tell fallback tags, ``sha256-<hex>``, and cosign's, which add ``.sig`` and the like."""
    return tag.startswith("sha") and _REFERRERS_TAG.fullmatch(tag) is not None
