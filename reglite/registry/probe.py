"""What a registry can do, found out without changing anything there. Pure."""

import secrets
from typing import Final, Literal

from reglite.reference import Digest, Repository, Tag
from reglite.registry.call import Answer

ZERO_DIGEST: Final = Digest("sha256:" + "0" * 64)
"""No manifest has it."""
PROBE_REPOSITORY: Final = Repository("reglite/probe")

PlainNotFound = Literal["plain-404"]


def make_absent_tag() -> Tag:
    """Return a tag that nobody has: deleting it tells whether tags can be deleted."""
    return Tag(f"reglite-probe-{secrets.token_hex(16)}")


def read_deletion(answer: Answer) -> bool | None:
    """Tell from the deletion of an unknown digest whether deletion is on.

    A plain 404 is no proof: a registry without DELETE may answer it to anything.
    """
    if answer.status == 404 and "MANIFEST_UNKNOWN" in answer.codes:
        return True
    return False if answer.status == 405 or "UNSUPPORTED" in answer.codes else None


def read_untagging(answer: Answer) -> bool | PlainNotFound | None:
    """Tell from the deletion of a tag that does not exist whether tags can be deleted alone.

    404 means that they can, but a plain one means it only where deletions get through at all.
    """
    if answer.status == 404 and not answer.faults:
        return "plain-404"
    if answer.status in {202, 404}:
        return True
    return False if answer.status in {400, 405, 501} else None
