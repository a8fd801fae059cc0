"""What the tags page shows of each tag, for many tags at once."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reglite.browse.content import Content, Unread, load_content
from reglite.browse.kind import Kind
from reglite.errors import BadRequest, RegliteError
from reglite.reference import MAX_TAGS, Digest, Repository, Tag, parse_tag
from reglite.registry.client import RegistryClient
from reglite.registry.key import Key, Known
from reglite.registry.repository import RepositoryClient

_TAGS_PER_CONNECTION: Final = 4  # enough that no connection ever waits for a tag


@dataclass(frozen=True, slots=True)
class PlatformSummary:
    """One image of a tag; ``size_bytes`` is None where the manifest has no sizes."""

    platform: str
    digest: Digest
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a digest stands for; it never changes, so it is kept."""

    digest: Digest
    media_type: str
    artifact_type: str | None
    kind: Kind
    created: str | None
    size_bytes: int | None
    platforms: tuple[PlatformSummary, ...]
    unread: tuple[Unread, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the API's object, but for the tag."""
        return {
            "digest": self.digest,
            "media_type": self.media_type,
            "artifact_type": self.artifact_type,
            "kind": self.kind,
            "created": self.created,
            "size_bytes": self.size_bytes,
            "platforms": [
                {"platform": row.platform, "digest": row.digest, "size_bytes": row.size_bytes}
                for row in self.platforms
            ],
            "unread": [unread.to_json() for unread in self.unread],
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """A tag and what it points at."""

    tag: Tag
    overview: Overview

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {"tag": self.tag, **self.overview.to_json()}


@dataclass(frozen=True, slots=True)
class FailedSummary:
    """A tag that could not be summarised, with the error's code and message."""

    tag: str
    code: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {"tag": self.tag, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class SummariesView:
    """Summaries in the order of the tags asked for; ``pending`` are those to ask for again."""

    registry: str
    repository: Repository
    summaries: tuple[Summary, ...]
    failed: tuple[FailedSummary, ...]
    pending: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "registry": self.registry,
            "repository": self.repository,
            "summaries": [summary.to_json() for summary in self.summaries],
            "failed": [failure.to_json() for failure in self.failed],
            "pending": list(self.pending),
        }


async def get_summaries(
    client: RegistryClient,
    repository: Repository,
    tags: Sequence[str],
    *,
    fresh: bool = False,
    budget_seconds: float | None = None,
) -> SummariesView:
    """Summarise up to ``MAX_TAGS`` tags: a HEAD for each, and a GET for each digest not known yet.

    A tag that fails, or is none at all, fails alone; one that does not fit in the budget is
    pending. Raises BadRequest for no tags or too many.
    """
    wanted = tuple(dict.fromkeys(tags))
    if not 1 <= len(wanted) <= MAX_TAGS:
        raise BadRequest(f"ask for 1 to {MAX_TAGS} tags at once, as tag=a&tag=b")
    seconds = client.pace.call_seconds if budget_seconds is None else budget_seconds
    work = _Summarising(client, repository, fresh=fresh)
    outcomes = await _run_within(seconds, [work.summarise(tag) for tag in wanted])
    return SummariesView(
        registry=client.config.name,
        repository=repository,
        summaries=tuple(item for item in outcomes if isinstance(item, Summary)),
        failed=tuple(item for item in outcomes if isinstance(item, FailedSummary)),
        pending=tuple(tag for tag, item in zip(wanted, outcomes, strict=True) if item is None),
    )


Outcome = Summary | FailedSummary


async def _run_within(
    budget_seconds: float, work: Sequence[Coroutine[Any, Any, Outcome]]
) -> list[Outcome | None]:
    """Run all of it; None for what is not done when time is up, and then is stopped."""
    tasks = [asyncio.create_task(part) for part in work]
    try:
        await asyncio.wait(tasks, timeout=budget_seconds)
        return [task.result() if task.done() else None for task in tasks]
    finally:
        for task in tasks:
            task.cancel()


class _Summarising:
    """One call's work; tags on one digest share it."""

    def __init__(self, client: RegistryClient, repository: Repository, *, fresh: bool) -> None:
        self._repository = RepositoryClient(client, repository)
        self._fresh = fresh
        # Connections are given in the order of asking. If all tags asked at once, their HEADs would
        # come before the first GET, and a slow registry's budget would end with none of them done.
        self._slots = asyncio.Semaphore(_TAGS_PER_CONNECTION * client.config.max_connections)

    async def summarise(self, tag: str) -> Outcome:
        """Return a tag's summary, or how it failed."""
        async with self._slots:
            return await self._summarise(tag)

    async def _summarise(self, tag: str) -> Outcome:
        try:
            named = parse_tag(tag)
            head = await self._repository.head_manifest(named, fresh=self._fresh)
            return Summary(
                named, await get_overview(self._repository, head.digest, fresh=self._fresh)
            )
        except RegliteError as exc:
            return FailedSummary(tag, exc.code, exc.message)


async def get_overview(
    repository: RepositoryClient, digest: Digest, *, fresh: bool = False
) -> Overview:
    """Return what a digest stands for, kept in the client's memory once it is complete.

    ``fresh`` reads it all again: a collection may have taken a platform or a config since.
    """
    key = Key(Known.OVERVIEW, repository.name, digest)
    if fresh:
        repository.memory.drop(key)
    kept: Overview | None = repository.memory.get(key)
    if kept is not None:
        return kept
    manifest = await repository.get_manifest(digest, fresh=fresh)
    content = await load_content(repository, manifest, fresh=fresh)
    overview = build_overview(content)
    if content.is_complete:
        repository.memory.keep(key, overview, _estimate_bytes(overview))
    return overview


def build_overview(content: Content) -> Overview:
    """Return the short form of what was read."""
    return Overview(
        digest=content.manifest.digest,
        media_type=content.manifest.media_type,
        artifact_type=content.artifact_type,
        kind=content.kind,
        created=content.created,
        size_bytes=content.size_bytes,
        platforms=tuple(
            PlatformSummary(row.platform, row.digest, row.size_bytes) for row in content.platforms
        ),
        unread=content.unread,
    )


def _estimate_bytes(overview: Overview) -> int:
    return 600 + 250 * len(overview.platforms)
