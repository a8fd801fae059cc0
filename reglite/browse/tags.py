"""The tags of a repository: sorted, filtered, paged, without the tags that signatures leave."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from reglite.browse.next_link import format_next, format_tags_path
from reglite.reference import Repository, is_referrers_tag
from reglite.registry.client import RegistryClient
from reglite.registry.deadline import deadline

DEFAULT_TAGS: Final = 1000


@dataclass(frozen=True, slots=True)
class TagsView:
    """One page of tags by code point; ``hidden`` counts what ``all=true`` would add to the list."""

    registry: str
    repository: Repository
    tags: tuple[str, ...]
    hidden: int
    next: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "registry": self.registry,
            "repository": self.repository,
            "tags": list(self.tags),
            "hidden": self.hidden,
            "next": self.next,
        }


async def list_tags(
    client: RegistryClient,
    repository: Repository,
    *,
    n: int = DEFAULT_TAGS,
    last: str | None = None,
    q: str | None = None,
    include_all: bool = False,
    fresh: bool = False,
) -> TagsView:
    """Return up to ``n`` tags after ``last`` that contain ``q``, letter case aside.

    The registry's own paging is not trusted: distribution 2.8 ignores it and sorts nothing. Raises
    NameUnknown for a repository that the registry does not know.
    """
    async with deadline(client.pace.call_seconds, f"listing the tags of {repository}"):
        names = await client.list_tags(repository, fresh=fresh)
    matching = filter_names(names, q)
    shown = matching if include_all else drop_referrers_tags(matching)
    rest = shown if last is None else shown[bisect_right(shown, last) :]
    page = rest[:n]
    query = {"n": n, "last": page[-1] if page else None, "q": q or None}
    query["all"] = "true" if include_all else None
    path = format_tags_path(client.config.name, repository)
    return TagsView(
        registry=client.config.name,
        repository=repository,
        tags=page,
        hidden=len(matching) - len(shown),
        next=format_next(path, query) if len(rest) > n else None,
    )


def drop_referrers_tags(ordered: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names without the tags that signatures leave, which stand together when sorted."""
    start, end = bisect_left(ordered, "sha"), bisect_left(ordered, "shb")
    kept = tuple(tag for tag in ordered[start:end] if not is_referrers_tag(tag))
    return ordered if len(kept) == end - start else ordered[:start] + kept + ordered[end:]


def filter_names(names: Iterable[str], q: str | None) -> tuple[str, ...]:
    """Return the names that contain the text, letter case aside; all of them without a text."""
    if not q:
        return tuple(names)
    text = q.casefold()
    return tuple(name for name in names if text in name.casefold())
