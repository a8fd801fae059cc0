"""A walk over a registry's catalog that can stop anywhere and go on from there."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from reglite.errors import BadRequest
from reglite.registry.client import RegistryClient

_SEPARATOR: Final = "~"
_MAX_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class Position:
    """Where to go on: an opaque upstream cursor, and how many names of its page to skip.

    ``size`` is the page size that the skip counts in; without a skip it does not matter.
    """

    upstream: str | None = None
    skip: int = 0
    size: int = 0

    def format(self) -> str:
        """Return the text that travels in our own ``next``."""
        return _SEPARATOR.join((str(self.skip), str(self.size), self.upstream or ""))


def start_after(last: str | None) -> Position:
    """Return the position after a name, by the registry's own order."""
    return Position(urlencode({"last": last}) if last else None)


def parse_position(text: str) -> Position:
    """Read a position that came back from a caller; raises BadRequest."""
    skip, _, rest = text.partition(_SEPARATOR)
    size, separator, upstream = rest.partition(_SEPARATOR)
    if not separator or not (_is_count(skip) and _is_count(size)):
        raise BadRequest("the page cursor is malformed: start again from the first page")
    return Position(upstream or None, int(skip), int(size))


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

    A page that leads to itself is the last.
    """
    position: Position | None = start
    while position is not None:
        n = position.size if position.skip and position.size else size
        page = await client.list_repositories(n=n, cursor=position.upstream, fresh=fresh)
        leads_on = page.next is not None and page.next != position.upstream
        following = Position(page.next) if leads_on else None
        inside = (Position(position.upstream, number, n) for number in range(1, len(page.items)))
        numbered = tuple(zip(page.items, (*inside, following), strict=False))
        yield CatalogPage(numbered[position.skip :], following)
        position = following
