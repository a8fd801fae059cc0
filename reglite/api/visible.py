"""The repositories of a registry for someone who may see only some of them.

The registry's own cursors name repositories. So the whole catalog is walked and paged here, and
nothing that leaves names what the caller may not see.
"""

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from reglite.api.access import RegistryAccess
from reglite.browse.listing import RepositoriesView, list_repositories
from reglite.browse.next_link import format_next, format_repositories_path
from reglite.registry.deadline import deadline
from reglite.registry.limits import PAGE_SIZE

_MAX_PAGES: Final = 1000


async def list_visible(
    registry: RegistryAccess, *, n: int, last: str | None, q: str | None, fresh: bool
) -> dict[str, Any]:
    """Return the API's page of names, sorted by code point; raises RegistryTimeout."""
    name = registry.config.name
    async with deadline(registry.client.pace.call_seconds, f"reading the catalog of {name}"):
        known = await _walk(registry, q, fresh=fresh)
    rest = sorted(r for r in known if registry.caller.can_read(name, r) and r > (last or ""))
    page = tuple(rest[:n])
    query = {"n": n, "q": q or None, "last": page[-1] if page else None}
    following = format_next(format_repositories_path(name), query) if len(rest) > n else None
    return RepositoriesView(name, page, following).to_json()


async def _walk(registry: RegistryAccess, q: str | None, *, fresh: bool) -> set[str]:
    names: set[str] = set()
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        view = await list_repositories(
            registry.client, n=PAGE_SIZE, cursor=cursor, q=q, fresh=fresh
        )
        names.update(view.repositories)
        if view.next is None:
            break
        cursor = parse_qs(urlsplit(view.next).query)["cursor"][0]
    return names
