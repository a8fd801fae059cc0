"""What is to be known of a change that was done, as a code with its parts and in English. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reglite.deletion.protection import describe_tags
from reglite.reference import Tag

NoteCode = Literal["LIST_BEHIND", "TAGS_DANGLE", "LOST_AFTER_COLLECTION"]


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence; ``params`` are its variable parts."""

    code: NoteCode
    message: str
    params: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {"code": self.code, "params": dict(self.params), "message": self.message}


def note_list_behind(tags: Iterable[Tag]) -> Note:
    """Say that a list still names what is gone."""
    names = sorted(tags)
    message = (
        f"the registry's list is behind: it still names {describe_tags(names)}, which pull nothing "
        "any more"
    )
    return Note("LIST_BEHIND", message, {"tags": names})


def note_dangling(tags: Iterable[Tag], damaged: Iterable[Tag]) -> Note:
    """Say that tags stay listed because the registry fails at damaged ones."""
    names, broken = sorted(tags), sorted(damaged)
    message = (
        f"{describe_tags(names)} pull nothing any more but stay listed, because the registry can't "
        f"read {describe_tags(broken)}: remove that, then these"
    )
    return Note("TAGS_DANGLE", message, {"tags": names, "damaged": broken})


def note_lost(what: str) -> Note:
    """Say that the registry took a push and does not have it."""
    message = (
        f"{what} was taken and is not there: garbage collection ran while the registry did, and it "
        "still believes to have what that cleared away; restart the registry, then push the image "
        "again"
    )
    return Note("LOST_AFTER_COLLECTION", message, {"what": what})
