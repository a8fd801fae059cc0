"""The repositories of a registry: its catalog, and what the inventory adds or stands in for."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from reglite.browse.catalog import CatalogPage, Position, parse_position, start_after, walk_catalog
from reglite.browse.next_link import format_next, format_repositories_path
from reglite.browse.tags import filter_names
from reglite.browse.trail import MALFORMED
from reglite.errors import BadRequest, RegistryTimeout, RegliteError, Unsupported
from reglite.registry.client import RegistryClient
from reglite.registry.limits import PAGE_SIZE

DEFAULT_REPOSITORIES: Final = 100

_OWN: Final = "own~"
"""Begins the cursor of a page that goes on in the inventory's own list."""

_MAX_OFFSET_DIGITS: Final = 6

PATIENCE_SECONDS: Final = 3.0
"""How long the names of the inventory wait for the catalog's to be shown with them."""


@dataclass(frozen=True, slots=True)
class RepositoriesView:
    """One page of repositories; a short page is the last one only where ``next`` is None.

    ``catalog_error`` is why those that the inventory names are all there is.
    """

    registry: str
    repositories: tuple[str, ...]
    next: str | None
    catalog_error: RegliteError | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        error = self.catalog_error
        return {
            "registry": self.registry,
            "repositories": list(self.repositories),
            "next": self.next,
            "catalog_error": error and {"code": error.code, "message": error.message},
        }


async def list_repositories(
    client: RegistryClient,
    *,
    n: int = DEFAULT_REPOSITORIES,
    last: str | None = None,
    cursor: str | None = None,
    q: str | None = None,
    fresh: bool = False,
    budget_seconds: float | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> RepositoriesView:
    """Return up to ``n`` repositories; ``q`` filters over all pages, as far as the budget lasts.

    ``cursor`` is what an earlier ``next`` carried, ``last`` a name to start after. Raises
    Unsupported where there is no catalog and the inventory names no ``repositories:``.
    """
    seconds = client.pace.call_seconds if budget_seconds is None else budget_seconds
    listing = _Listing(client, n, q, fresh, seconds, patience_seconds)
    names, following, error = await listing.get_page(last, cursor)
    query = {"n": n, "q": q or None, "cursor": following}
    if following is not None and following.startswith(_OWN):
        query["last"] = last or None  # the catalog, where it starts after it, is yet to come
    path = format_repositories_path(client.config.name)
    return RepositoriesView(
        registry=client.config.name,
        repositories=tuple(names),
        next=None if following is None else format_next(path, query),
        catalog_error=error,
    )


@dataclass(frozen=True, slots=True)
class _Listing:
    """The inventory's own list first, then the catalog without it: no name comes twice."""

    client: RegistryClient
    n: int
    q: str | None
    fresh: bool
    budget_seconds: float
    patience_seconds: float

    async def get_page(
        self, last: str | None, cursor: str | None
    ) -> tuple[list[str], str | None, RegliteError | None]:
        """Return the names of one page, the cursor of the next, and what kept the catalog away."""
        if cursor is not None and not cursor.startswith(_OWN):
            names, position = await self._collect(parse_position(cursor), self.n)
            return names, _format(position), None
        offset = _parse_offset(cursor)
        own = self._list_own(last)[offset:]
        if len(own) > self.n:
            return own[: self.n], f"{_OWN}{offset + self.n}", None
        start = start_after(last)
        try:
            async with asyncio.timeout(self.patience_seconds if own else None) as patience:
                names, position = await self._collect(start, self.n - len(own))
        except TimeoutError:
            if not patience.expired():
                raise
            return own, _format(start), None  # a slow catalog comes as a page of its own
        except RegliteError as exc:
            self._check_stand_in(exc)
            return own, None, None if isinstance(exc, Unsupported) else exc
        return _merge(own, names), _format(position), None

    def _list_own(self, last: str | None) -> list[str]:
        matching = filter_names(
            sorted(set(self.client.config.repositories), key=_by_component), self.q
        )
        return [name for name in matching if not last or _by_component(name) > _by_component(last)]

    def _check_stand_in(self, exc: RegliteError) -> None:
        """Let the failure pass only where the inventory's list stands in for the catalog."""
        if self.client.config.repositories:
            return
        if isinstance(exc, Unsupported):
            raise Unsupported(
                f"{self.client.config.name} has no catalog: open a repository by its name, or "
                f"list what to show under repositories: in inventory.{self.client.config.name}"
            ) from exc
        raise exc

    async def _collect(self, start: Position, room: int) -> tuple[list[str], Position | None]:
        """Gather names until the page is full, the catalog ends or, filtering, time is up."""
        gathering = _Gathering(start, room, frozenset(self.client.config.repositories), self.q)
        # Never less than a full upstream page: distribution walks from the start for every page,
        # and one server has neither order nor Link, so what a small page lacks is lost.
        size = PAGE_SIZE if self.q else max(self.n, PAGE_SIZE)
        try:
            async with asyncio.timeout(self.budget_seconds) as timeout:
                pages = walk_catalog(self.client, start, size, fresh=self.fresh)
                async with aclosing(pages):
                    async for page in pages:
                        gathering.add(page)
                        if gathering.is_done:
                            break
        except TimeoutError as exc:
            if not timeout.expired():
                raise
            if gathering.position == start:
                raise RegistryTimeout(
                    f"the catalog of {self.client.config.name} did not answer in "
                    f"{self.budget_seconds:g} s: try again, or ask for fewer with n="
                ) from exc
        return gathering.names, gathering.position


class _Gathering:
    """What a walk brought so far, and where the next one would go on."""

    def __init__(self, start: Position, room: int, without: frozenset[str], q: str | None) -> None:
        self.names: list[str] = []
        self.position: Position | None = start
        self._room = room
        self._without = without
        self._q = q
        self._is_full = False

    @property
    def is_done(self) -> bool:
        """A page of a plain list is shown as it comes; a filter goes on until the page is full."""
        is_enough = self._is_full or (bool(self.names) and not self._q)
        return self.position is None or is_enough

    def add(self, page: CatalogPage) -> None:
        """Take what fits of one upstream page."""
        wanted = set(filter_names((name for name, _ in page.names), self._q)) - self._without
        for name, after in page.names:
            if name in wanted and len(self.names) >= self._room:
                self._is_full = True
                return
            if name in wanted:
                self.names.append(name)
            self.position = after
        self.position = page.following


def _by_component(name: str) -> list[str]:
    """Sort as registries walk their folders: ``a/b`` before ``a-b``."""
    return name.split("/")


def _merge(own: list[str], names: list[str]) -> list[str]:
    """Put the inventory's names where they belong in the registry's order, else before it."""
    merged = own + names
    for key in (_by_component, str):
        if names == sorted(names, key=key):
            return sorted(merged, key=key)
    return merged


def _parse_offset(cursor: str | None) -> int:
    digits = (cursor or f"{_OWN}0").removeprefix(_OWN)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_OFFSET_DIGITS):
        raise BadRequest(MALFORMED)
    return int(digits)


def _format(position: Position | None) -> str | None:
    return None if position is None else position.format()
