"""Harbor's own list of repositories: its catalog is for administrators.

Harbor REST API v2.0: "List all authorized repositories".
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from reglite.errors import BadRequest
from reglite.reference import Repository
from reglite.registry.call import Answer
from reglite.registry.document import read_text
from reglite.registry.key import Key, Known
from reglite.registry.lists import read_repository
from reglite.registry.models import Page
from reglite.registry.own_list import OwnListReader
from reglite.registry.pagination import parse_cursor
from reglite.registry.recognition import recognise_server
from reglite.registry.token import format_basic

_CURSOR: Final = "harbor_page"
_SIZE: Final = "harbor_size"
_MAX_SIZE: Final = 100
_NAME_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class _Place:
    """A page of the list, and how many repositories a page has."""

    number: int
    size: int

    def format(self) -> str:
        return f"{_CURSOR}={self.number}&{_SIZE}={self.size}"


class HarborReader(OwnListReader):
    """Reads what Harbor shows to an account, or to strangers: the repositories of its projects."""

    about = "Harbor's list of repositories"
    right = "an account, or a robot, with the right to list repositories"
    is_catalog_hidden = True

    def is_own_cursor(self, cursor: str | None) -> bool:
        """Tell a cursor of Harbor's list from one of the catalog."""
        return cursor is not None and cursor.startswith(f"{_CURSOR}=")

    async def get_page(self, cursor: str | None, *, n: int, fresh: bool) -> Page[Repository] | None:
        """Return up to ``n`` names, 100 at most; None where this is no Harbor, or one without."""
        if recognise_server({}, await self._learn_challenge()) != "harbor":
            return None
        place = _Place(1, max(1, min(n, _MAX_SIZE))) if cursor is None else _parse_place(cursor)
        return await self._memory.recall(
            Key(Known.CATALOG_PAGE, detail=place),
            lambda: self._fetch(place),
            lambda page: sum(len(name) + _NAME_BYTES for name in page.items) if page else 0,
            fresh=fresh,
        )

    async def _fetch(self, place: _Place) -> Page[Repository] | None:
        query = urlencode({"page": place.number, "page_size": place.size})
        url = f"{self._transport.base_url}/api/v2.0/repositories?{query}"
        credentials = await self._transport.config.credential.resolve()
        basic = None
        if credentials is not None and credentials.password:
            basic = format_basic(credentials.username, credentials.password)
        answer = await self._ask_for(url, basic)
        if answer.status == 404:
            return None
        self._check(answer)
        items = self._parse_list(answer)
        names = dict.fromkeys(name for item in items if (name := _read_name(item)) is not None)
        following = _Place(place.number + 1, place.size).format()
        return Page(tuple(names), following if _has_more(answer, place, len(items)) else None)


def _read_name(item: dict[str, Any]) -> Repository | None:
    return read_repository(read_text(item.get("name")) or "")


def _has_more(answer: Answer, place: _Place, count: int) -> bool:
    """Tell whether a page follows: by the number of all, else by a full page."""
    total = answer.headers.get("x-total-count", "").strip()
    if total.isascii() and total.isdigit() and len(total) <= 9:
        return count > 0 and place.number * place.size < int(total)
    return count >= place.size


def _parse_place(cursor: str) -> _Place:
    fields = parse_cursor(cursor)
    numbers = [fields.get(name, "") for name in (_CURSOR, _SIZE)]
    if not all(text.isascii() and text.isdigit() and len(text) <= 6 for text in numbers):
        raise BadRequest("the page cursor is malformed: start again from the first page")
    number, size = map(int, numbers)
    return _Place(number, max(1, min(size, _MAX_SIZE)))
