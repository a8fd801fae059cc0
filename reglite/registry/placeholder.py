"""The placeholder that removes one tag and keeps its siblings; pure.

An OCI index without manifests, so that it needs no blob and no mount. Its annotations name what it
replaced; distribution 2.8, distribution 3 and olareg accept it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reglite import media_types
from reglite.errors import DigestInvalid, TagInvalid
from reglite.reference import Digest, Tag, parse_digest, parse_tag

DIGEST_ANNOTATION: Final = "dev.reglite.untag.digest"
TAG_ANNOTATION: Final = "dev.reglite.untag.tag"
NONCE_ANNOTATION: Final = "dev.reglite.untag.nonce"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What a placeholder remembers: the digest that the tag named before, the tag, a nonce."""

    digest: Digest
    tag: Tag
    nonce: str


def build_placeholder(digest: Digest, tag: Tag, nonce: str) -> bytes:
    """Return the bytes to PUT as an OCI index; the nonce makes their digest one of its own."""
    annotations = {DIGEST_ANNOTATION: digest, TAG_ANNOTATION: tag, NONCE_ANNOTATION: nonce}
    document = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_INDEX,
        "manifests": [],
        "annotations": annotations,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def parse_placeholder(document: Mapping[str, Any]) -> Placeholder | None:
    """Return what the placeholder remembers, or None for any other document.

    An index that lists anything is none, whatever its annotations say: deleting it would lose it.
    """
    annotations = document.get("annotations")
    if document.get("manifests") != [] or not isinstance(annotations, dict):
        return None
    digest, tag, nonce = (
        annotations.get(key) for key in (DIGEST_ANNOTATION, TAG_ANNOTATION, NONCE_ANNOTATION)
    )
    if not (isinstance(digest, str) and isinstance(tag, str) and isinstance(nonce, str)):
        return None
    try:
        return Placeholder(parse_digest(digest), parse_tag(tag), nonce)
    except (DigestInvalid, TagInvalid):
        return None
