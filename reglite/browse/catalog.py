"""A walk over a registry's catalog that can stop anywhere and go on from there."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from reglite.browse.trail import MALFORMED, START, Trail, parse_trail
from reglite.errors import BadRequest
from reglite.registry.client import RegistryClient

_SEPARATOR: Final = "~"
_MAX_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Position:
    """Where to go on: an opaque upstream cursor, and how many names of its page to skip.

    ``size`` is the page size that the skip counts in; without a skip it does not matter. ``trail``
    remembers the way, so that pages which lead in a circle end.
    """

    upstream: str | None = None
    skip: int = 0
    size: int = 0
    trail: Trail = START

    def format(self) -> str:
        """Return the text that travels in our own ``next``."""
        parts = (str(self.skip), str(self.size), self.trail.format(), self.upstream or "")
        return _SEPARATOR.join(parts)


def start_after(last: str | None) -> Position:
    """Return the position after a name, by the registry's own order."""
    return Position(urlencode({"last": last}) if last else None)


def parse_position(text: str) -> Position:
    """Read a position that came back from a caller; raises BadRequest."""
    parts = text.split(_SEPARATOR, 3)
    if len(parts) != 4 or not all(map(_is_count, parts[:2])):
        raise BadRequest(MALFORMED)
    skip, size, trail, upstream = parts
    return Position(upstream or None, int(skip), int(size), parse_trail(trail))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """Names, each with the position after it, and the position after the page; None at the end."""

    names: tuple[tuple[str, Position | None], ...]
    following: Position | None


async def walk_catalog(
    client: RegistryClient, start: Position, size: int, *, fresh: bool = False
) -> AsyncGenerator[CatalogPage, None]:
    """Yield the pages from there on; order, page lengths and paging are the registry's.

    Pages that lead in a circle end with an empty one.
    """
    position: Position | None = start
    while position is not None:
        n = position.size if position.skip and position.size else size
        page = await client.list_repositories(n=n, cursor=position.upstream, fresh=fresh)
        # What is behind a skip was passed when its first names were shown.
        trail = position.trail if position.skip else position.trail.advance(page, position.upstream)
        if trail is None:
            yield CatalogPage((), None)
            return
        following = None if page.next is None else Position(page.next, trail=trail)
        names = range(1, len(page.items))
        inside = (Position(position.upstream, number, n, trail) for number in names)
        numbered = tuple(zip(page.items, (*inside, following), strict=False))
        yield CatalogPage(numbered[position.skip :], following)
        position = following
