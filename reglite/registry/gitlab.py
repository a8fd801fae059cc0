"""GitLab's own list of repositories: its registry shows no catalog to GitLab's users.

GitLab REST API: "Projects" (those the token's owner is a member of) and "Container registry".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from reglite.errors import BadRequest
from reglite.reference import Repository
from reglite.registry.call import Answer
from reglite.registry.document import read_text
from reglite.registry.gather import gather_all
from reglite.registry.key import Key, Known
from reglite.registry.lists import read_repository
from reglite.registry.models import Page
from reglite.registry.own_list import OwnListReader
from reglite.registry.pagination import parse_cursor

_REALM_PATH: Final = "/jwt/auth"
_CURSOR: Final = "gitlab_page"
_SIZE: Final = "gitlab_size"
_PROJECTS: Final = 20
_REPOSITORIES: Final = 100
_MAX_PAGES: Final = 20
_NAME_BYTES: Final = 64


def find_gitlab(realm: str | None) -> str | None:
    """Return the base URL of the GitLab that a token realm belongs to; None for other realms."""
    try:
        parts = urlsplit(realm or "")
    except ValueError:
        return None
    if not parts.path.endswith(_REALM_PATH):
        return None
    return urlunsplit((parts.scheme, parts.netloc, parts.path.removesuffix(_REALM_PATH), "", ""))


@dataclass(frozen=True, slots=True)
class _Place:
    """A page of projects, and how many projects a page has."""

    number: int
    size: int

    def format(self) -> str:
        return f"{_CURSOR}={self.number}&{_SIZE}={self.size}"


class GitLabReader(OwnListReader):
    """Reads a page of projects and what each keeps in the registry."""

    about = "GitLab's list of repositories"
    right = "a token with the scope read_api: use one as password"

    def is_own_cursor(self, cursor: str | None) -> bool:
        """Tell a cursor of GitLab's list from one of the catalog."""
        return cursor is not None and cursor.startswith(f"{_CURSOR}=")

    async def get_page(self, cursor: str | None, *, n: int, fresh: bool) -> Page[Repository] | None:
        """Return the repositories of up to ``n`` projects; None where there is no GitLab to ask.

        Raises Denied where the token may not use GitLab's API.
        """
        challenge = await self._learn_challenge()
        base = find_gitlab(challenge.get("realm") if challenge else None)
        if base is None or await self._find_secret() is None:
            return None
        place = _Place(1, min(n, _PROJECTS)) if cursor is None else _parse_place(cursor)
        return await self._memory.recall(
            Key(Known.CATALOG_PAGE, detail=place),
            lambda: self._fetch(base, place),
            lambda page: sum(len(name) + _NAME_BYTES for name in page.items),
            fresh=fresh,
        )

    async def _fetch(self, base: str, place: _Place) -> Page[Repository]:
        query = {"membership": "true", "simple": "true", "order_by": "id", "sort": "asc"}
        query |= {"per_page": str(place.size), "page": str(place.number)}
        answer = await self._ask(f"{base}/api/v4/projects?{urlencode(query)}")
        self._check(answer)
        projects = (project.get("id") for project in self._parse_list(answer))
        numbers = [project for project in projects if type(project) is int]
        parts = await gather_all(self._list_repositories(base, project) for project in numbers)
        names = dict.fromkeys(name for part in parts for name in part)
        following = _read_next(answer, place.number)
        return Page(tuple(names), _Place(following, place.size).format() if following else None)

    async def _list_repositories(self, base: str, project: int) -> list[Repository]:
        """Return a project's repositories; none where its registry is off or not ours to see."""
        names: list[Repository] = []
        page: int | None = 1
        while page is not None and page <= _MAX_PAGES:
            query = urlencode({"per_page": _REPOSITORIES, "page": page})
            url = f"{base}/api/v4/projects/{project}/registry/repositories?{query}"
            answer = await self._ask(url)
            if answer.status in {403, 404}:
                break
            self._check(answer)
            names.extend(_read_paths(self._parse_list(answer)))
            page = _read_next(answer, page)
        return names

    async def _ask(self, url: str) -> Answer:
        return await self._ask_for(url, f"Bearer {await self._find_secret()}")

    async def _find_secret(self) -> str | None:
        credentials = await self._transport.config.credential.resolve()
        return (credentials and (credentials.identity_token or credentials.password)) or None


def _parse_place(cursor: str) -> _Place:
    fields = parse_cursor(cursor)
    numbers = [fields.get(name, "") for name in (_CURSOR, _SIZE)]
    if not all(text.isascii() and text.isdigit() and len(text) <= 6 for text in numbers):
        raise BadRequest("the page cursor is malformed: start again from the first page")
    number, size = map(int, numbers)
    return _Place(number, max(1, min(size, _PROJECTS)))


def _read_paths(repositories: Iterable[dict[str, Any]]) -> list[Repository]:
    names = (read_repository(read_text(each.get("path")) or "") for each in repositories)
    return [name for name in names if name is not None]


def _read_next(answer: Answer, number: int) -> int | None:
    """Return the next page's number; only the one that follows, so that no answer makes a loop."""
    following = answer.headers.get("x-next-page", "").strip()
    return number + 1 if following == str(number + 1) else None
