"""What came of a deletion by digest: what went, and what is still there."""

from dataclasses import dataclass
from typing import Any

from reglite.deletion.children import Children
from reglite.deletion.notes import Note
from reglite.reference import Digest, Tag


@dataclass(frozen=True, slots=True)
class Left:
    """The tags that are still listed after a deletion, by what the registry says of each.

    A list can lag behind: a tag that answers 404 without naming a manifest is ``behind`` it.
    """

    dangling: frozenset[Tag] = frozenset()
    behind: frozenset[Tag] = frozenset()
    alive: frozenset[Tag] = frozenset()
    others: frozenset[Tag] = frozenset()


@dataclass(frozen=True, slots=True)
class Deletion:
    """A digest that is gone and the tags that were seen going with it.

    ``is_complete``: every tag of the repository had been read before, and all on the digest went.
    ``notes`` is what is to be known besides. ``children`` is None unless they were to go too.
    """

    deleted: Digest
    tags: tuple[Tag, ...]
    is_complete: bool
    notes: tuple[Note, ...] = ()
    children: Children | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        document = {
            "deleted": self.deleted,
            "tags": list(self.tags),
            "complete": self.is_complete,
            "notes": [note.to_json() for note in self.notes],
        }
        return document | (self.children.to_json() if self.children else {})
