"""Lists in pages: the catalog and a repository's tags, walked to their end and no further."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic

from reglite.errors import Denied, RegistryProtocol, RegliteError, Unsupported
from reglite.reference import Repository, Tag
from reglite.registry import calls, limits
from reglite.registry.call import Answer, Call, Operation
from reglite.registry.deadline import deadline
from reglite.registry.key import Key, Known
from reglite.registry.lists import parse_repositories, parse_tags
from reglite.registry.memory import Memory
from reglite.registry.models import N, Page
from reglite.registry.pagination import (
    format_query,
    lower_page_size,
    parse_cursor,
    set_page_size,
)
from reglite.registry.transport import Transport

_NAME_BYTES = 64  # what a Python string costs beside its characters, which the body counts

Fetched = tuple[Page[N], int]
"""A page, and the bytes of its body."""

Walked = tuple[tuple[N, ...], int]
"""All names, and the bytes of the bodies that they were in."""


@dataclass(frozen=True, slots=True)
class _List(Generic[N]):
    """How a page of a list is asked for and read, and in which order all of it is."""

    build: Callable[[str], Call]
    parse: Callable[[Answer, str], tuple[N, ...]]
    merge: Callable[[Iterable[N]], list[N]]


_CATALOG: Final = _List(calls.list_repositories, parse_repositories, list)


def _name_tags(repository: Repository) -> _List[Tag]:
    return _List(partial(calls.list_tags, repository), parse_tags, sorted)


class ListReader:
    """Reads the lists of one registry; lowers ``n`` for good where the registry refuses it."""

    def __init__(self, transport: Transport, memory: Memory) -> None:
        self._transport = transport
        self._memory = memory
        self._refused_size: int | None = None  # the smallest n that the registry refused

    async def get_catalog_page(
        self, *, n: int, cursor: str | None, fresh: bool
    ) -> Page[Repository]:
        """Return one page of the catalog."""
        fields = {} if cursor is None else parse_cursor(cursor)
        page, _ = await self._memory.recall(
            Key(Known.CATALOG_PAGE, detail=(n, format_query(fields))),
            lambda: self._fetch_page(fields, n),
            lambda fetched: _measure(fetched[0].items, fetched[1]),
            fresh=fresh,
        )
        return page

    async def get_catalog(self, *, fresh: bool) -> tuple[Repository, ...]:
        """Return the whole catalog."""
        names, _ = await self._memory.recall(
            Key(Known.CATALOG),
            lambda: self._walk(_CATALOG),
            lambda walked: _measure(*walked),
            fresh=fresh,
        )
        return names

    async def get_tags(self, repository: Repository, *, fresh: bool) -> tuple[Tag, ...]:
        """Return all tags of a repository in code point order."""
        names, _ = await self._memory.recall(
            Key(Known.TAGS, repository),
            lambda: self._walk(_name_tags(repository)),
            lambda walked: _measure(*walked),
            fresh=fresh,
        )
        return names

    async def _walk(self, wanted: _List[N]) -> Walked[N]:
        """Follow the pages until there is no next one, or until one brings nothing new."""
        where = self._transport.where(wanted.build(""))
        async with deadline(self._transport.pace.call_seconds, where):
            names: dict[N, None] = {}
            fields: dict[str, str] = {}
            size_bytes = 0
            while True:
                page, body_bytes = await self._fetch(wanted, fields, limits.PAGE_SIZE)
                if page.next is None and not names:
                    return page.items, body_bytes  # distinct and in order already
                size_bytes += body_bytes
                known = len(names)
                names.update(dict.fromkeys(page.items))
                if page.next is None or len(names) == known:
                    return tuple(wanted.merge(names)), size_bytes
                if size_bytes > limits.LIST_BYTES:
                    raise RegistryProtocol(f"{where}: the list is without end")
                fields = parse_cursor(page.next)

    async def _fetch_page(self, fields: dict[str, str], n: int) -> Fetched[Repository]:
        """Return a page of the catalog; a guess at its next one is looked at, whether it is one."""
        page, size_bytes = await self._fetch(_CATALOG, fields, n)
        if page.is_next_guessed and page.next is not None:
            after, _ = await self._fetch(_CATALOG, parse_cursor(page.next), n)
            if not after.items or page.items[-1] in after.items:
                page = Page(page.items, None)
        return page, size_bytes

    async def _fetch(self, wanted: _List[N], fields: dict[str, str], size: int) -> Fetched[N]:
        """Return a page and its length in bytes; asks again with a smaller ``n`` if it has to."""
        asked = self._lower(size)
        while True:
            call = wanted.build(format_query(set_page_size(fields, asked)))
            answer = await self._exchange(call)
            if asked is None or not _refuses_size(answer, asked):
                break
            self._refused_size = min(asked, self._refused_size or asked)
            asked = self._lower(asked)
        if answer.status != 200:
            raise self._mark_no_catalog(call, self._transport.translate(call, answer))
        cursor = self._transport.read_next(answer)
        names = self._read(wanted, answer, self._transport.where(call))
        # Old Nexus cuts at n and says nothing of a next page.
        is_cut = cursor is None and asked is not None and len(names) == asked
        if is_cut and fields.get("last") not in names:
            cursor = format_query({"last": names[-1], "n": str(asked)})
        return Page(names, cursor, is_next_guessed=is_cut), len(answer.body)

    def _read(self, wanted: _List[N], answer: Answer, where: str) -> tuple[N, ...]:
        """Return the names in a body; the same bytes hold the same names as the last time."""
        key = Key(Known.NAMES, detail=(wanted.parse, hashlib.sha256(answer.body).digest()))
        known: tuple[N, ...] | None = self._memory.get(key)
        if known is not None:
            return known
        names = wanted.parse(answer, where)
        self._memory.keep(key, names, _measure(names, len(answer.body)))
        return names

    def _lower(self, size: int) -> int | None:
        asked: int | None = size
        while asked is not None and self._refused_size and asked >= self._refused_size:
            asked = lower_page_size(asked)
        return asked

    async def _exchange(self, call: Call) -> Answer:
        try:
            return await self._transport.exchange(call)
        except Denied as exc:  # a token server that grants no catalog scope (GitLab)
            raise self._mark_no_catalog(call, exc) from exc

    def _mark_no_catalog(self, call: Call, error: RegliteError) -> RegliteError:
        """Turn a refusal of the catalog into Unsupported where the inventory names repositories."""
        if call.operation is not Operation.CATALOG or not self._transport.config.repositories:
            return error
        return Unsupported(error.message) if isinstance(error, Denied) else error


def _refuses_size(answer: Answer, asked: int) -> bool:
    """Tell a refusal of ``n``; ECR calls one above 1000 UNSUPPORTED, as if it had no list."""
    if answer.status not in {400, 405}:
        return False
    is_suspect = asked > limits.PAGE_SIZE and "UNSUPPORTED" in answer.codes
    return is_suspect or "PAGINATION_NUMBER_INVALID" in answer.codes


def _measure(names: Sequence[str], body_bytes: int) -> int:
    return body_bytes + _NAME_BYTES * len(names)
