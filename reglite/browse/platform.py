"""Platforms as people write them, ``os/arch[/variant]`` (image spec, "Image Index"). Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from reglite.errors import BadRequest
from reglite.reference import Digest, parse_digest, shorten
from reglite.registry.document import read_text, read_texts

UNKNOWN: Final = "unknown/unknown"
"""The platform of an image that names none."""

_PLATFORM: Final = re.compile(r"[A-Za-z0-9._+-]+(?:/[A-Za-z0-9._+-]+){1,2}", re.ASCII)
_MAX_LENGTH: Final = 255


def read_platform(document: Mapping[str, Any]) -> str | None:
    """Return the platform of an index's entry or of an image config; None where it names none.

    ``unknown/unknown`` is what buildx gives to attestations: no platform either.
    """
    system = read_text(document.get("os"))
    architecture = read_text(document.get("architecture"))
    if not system or not architecture or (system, architecture) == ("unknown", "unknown"):
        return None
    variant = read_text(document.get("variant"))
    return f"{system}/{architecture}/{variant}" if variant else f"{system}/{architecture}"


def read_os_version(document: Mapping[str, Any]) -> str | None:
    """Return ``os.version``, which tells Windows' images apart; None where it is not named."""
    return read_text(document.get("os.version")) or None


def read_os_features(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return ``os.features``, which tells images of other formats apart, in their order."""
    return read_texts(document.get("os.features"))


def parse_platform(text: str) -> str | Digest:
    """Check ``?platform=``: a platform, or the digest of its image; raises BadRequest."""
    if ":" in text:
        return parse_digest(text)
    if len(text) > _MAX_LENGTH or not _PLATFORM.fullmatch(text):
        raise BadRequest(
            f"'{shorten(text)}' is not a platform: write os/arch or os/arch/variant, "
            "such as linux/amd64 or linux/arm/v7, or the digest of its image"
        )
    return text


def find_platform(wanted: str, platforms: Iterable[str]) -> str | None:
    """Return the platform that the text names; without a variant the first that has one will do."""
    known = tuple(platforms)
    if wanted in known:
        return wanted
    return next((platform for platform in known if platform.startswith(f"{wanted}/")), None)
