"""Under what things are known of a registry: every kind that is kept or shared, in one place."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum, auto


class Known(Enum):
    """What is known, or is being asked for at this moment."""

    CATALOG = auto()
    CATALOG_PAGE = auto()
    NAMES = auto()  # of a list whose body had these bytes
    TAGS = auto()
    HEAD = auto()  # the descriptor that a reference names
    WALKED = auto()  # the descriptor that a tag named when all tags were read
    WALK_WAS_QUICK = auto()
    MANIFEST = auto()
    BLOB = auto()
    OVERVIEW = auto()  # what browsing made of a manifest
    PING = auto()
    REFERRERS = auto()
    REFERRERS_API = auto()
    CAN_DELETE = auto()
    CAN_UNTAG = auto()


@dataclass(frozen=True, slots=True)
class Key:
    """A kind, the repository that it is about, and which one of it: a digest, a page."""

    kind: Known
    repository: str = ""
    detail: Hashable = None
