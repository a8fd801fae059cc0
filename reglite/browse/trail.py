"""The way that a walk over pages came, so short that it fits into a cursor: circles are noticed.

Brent's algorithm: one earlier page is remembered, after one, two, four, eight further pages the
newest instead. Whatever the length of a circle, one of these lies on it. Pure.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

from reglite.errors import BadRequest
from reglite.registry.models import Page

MALFORMED: Final = "the page cursor is malformed: start again from the first page"

_TRAIL: Final = re.compile(r"([0-9a-f]{12})\.([0-9]{1,6})\.([0-9]{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trail:
    """The mark of one earlier page, the pages passed since, and after how many it moves on."""

    mark: str = ""
    passed: int = 0
    limit: int = 1

    def advance(self, page: Page[Any], cursor: str | None) -> "Trail | None":
        """Return the trail past a page that this cursor led to; None where it was there before."""
        mark = _fingerprint(page, cursor)
        if mark == self.mark:
            return None
        if self.passed + 1 >= self.limit:
            return Trail(mark, 0, 2 * self.limit)
        return Trail(self.mark, self.passed + 1, self.limit)

    def format(self) -> str:
        """Return what ``parse_trail`` reads; empty at the start."""
        return f"{self.mark}.{self.passed}.{self.limit}" if self.mark else ""


START: Final = Trail()


def parse_trail(text: str) -> Trail:
    """Read a trail that came back from a caller; raises BadRequest."""
    match = _TRAIL.fullmatch(text)
    if text and match is None:
        raise BadRequest(MALFORMED)
    return Trail(match[1], int(match[2]), int(match[3])) if match else START


def _fingerprint(page: Page[Any], cursor: str | None) -> str:
    """Tell pages apart by their names, for a circle's cursors may differ; empty ones by cursor."""
    text = "\n".join(page.items) or f"\n{cursor}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
