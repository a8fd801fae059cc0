"""What the tags of a repository name and reach at this moment, read past every cache.

A tag that could not be read is ``failed``, one that there was no time for is unread; neither is
ever taken for "not on this digest".
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from reglite import media_types
from reglite.errors import (
    Denied,
    ManifestBroken,
    ManifestDangles,
    NotFound,
    RegistryProtocol,
    RegistryUnreachable,
    RegliteError,
    TooManyRequests,
)
from reglite.reference import Digest, Tag
from reglite.registry.document import read_digest, read_objects, read_text
from reglite.registry.models import Descriptor, JsonObject, Manifest
from reglite.registry.repository import RepositoryClient

_T = TypeVar("_T")

# Distribution answers stray 500s under pushes (one HEAD in five, measured): the client's own tries
# are not enough for a repository of a thousand tags.
_PASSES: Final = 3
_PAUSE_SECONDS: Final = 0.1
_DAMAGE_PAUSES_SECONDS: Final = (0.3, 0.7)
_MOST_DAMAGED: Final = 20

_HOPELESS: Final = (Denied, RegistryUnreachable)
"""What would meet every tag alike."""


@dataclass(slots=True)
class TagReadings:
    """Each tag is in one of these, or in none if time ran out before it was read.

    ``absent`` answered 404 twice; ``dangling`` are those of them that name a manifest which is
    gone, as the registry says. ``damaged`` failed for seconds while others were read.
    """

    resolved: dict[Tag, Descriptor] = field(default_factory=dict)
    absent: set[Tag] = field(default_factory=set)
    dangling: set[Tag] = field(default_factory=set)
    damaged: set[Tag] = field(default_factory=set)
    failed: dict[Tag, RegliteError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Contents:
    """What an index lists, and which of it are indexes themselves."""

    children: tuple[Digest, ...] = ()
    indexes: tuple[Digest, ...] = ()


class RepositoryReader:
    """Reads tags and indexes of one repository until a deadline by its clock.

    ``recalls`` takes what a walk of the last minutes has read of tags, but for those that were
    written since; ``has_recalled`` tells whether there was any.
    """

    def __init__(
        self, repository: RepositoryClient, deadline: float, *, recalls: bool = False
    ) -> None:
        self._repository = repository
        self._deadline = deadline
        self._recalls = recalls
        self.has_recalled = False
        self._contents: dict[Digest, _Contents] = {}
        # A push shows half-written links for a moment, so only a second 404 counts.
        self._missed: set[Tag | Digest] = set()
        self.rate_limit: TooManyRequests | None = None

    @property
    def is_late(self) -> bool:
        """Tell whether there is no time left, or the registry wants no more requests for now."""
        return self._repository.pace.clock() >= self._deadline or self.rate_limit is not None

    async def read_tags(self, tags: Iterable[Tag]) -> TagReadings:
        """Resolve tags, those that fail once more; raises what would meet every tag alike."""
        readings = TagReadings()
        waiting = list(tags)
        for turn in range(_PASSES):
            await self._repository.pace.sleep(_PAUSE_SECONDS * turn)
            await self._visit(waiting, partial(self._read_tag, readings))
            waiting = list(readings.failed)
            if not waiting or self.is_late:
                break
        await self._find_damaged(readings)
        return readings

    async def _find_damaged(self, readings: TagReadings) -> None:
        """Tell tags that are damaged in the registry's storage from those that fail just now.

        Where nothing or not much can be read, it is the registry that fails and not a tag.
        """
        suspects = _list_broken(readings)
        for pause in _DAMAGE_PAUSES_SECONDS:
            if not 0 < len(suspects) <= min(_MOST_DAMAGED, len(readings.resolved)):
                return
            await self._repository.pace.sleep(pause)
            await self._visit(suspects, partial(self._read_tag, readings))
            if self.is_late:
                return
            suspects = _list_broken(readings)
        for tag in suspects:
            del readings.failed[tag]
            readings.damaged.add(tag)

    async def read_indexes(self, descriptors: Iterable[Descriptor]) -> None:
        """Read the indexes among these and all below them, as far as the registry gives them."""
        roots = {each.digest for each in descriptors if _may_be_index(each.media_type)}
        for turn in range(_PASSES):
            await self._repository.pace.sleep(_PAUSE_SECONDS * turn)
            await self._read_below(roots)
            if self.is_late or not self._list_unread(roots):
                return

    def reach(self, descriptor: Descriptor) -> frozenset[Digest] | None:
        """Return a manifest and all that it lists, nested indexes too; None if one is unread."""
        if not _may_be_index(descriptor.media_type):
            return frozenset({descriptor.digest})
        if self._list_unread({descriptor.digest}):
            return None
        return frozenset({descriptor.digest}) | self._list_below(descriptor.digest)

    async def _read_tag(self, readings: TagReadings, tag: Tag) -> None:
        try:
            descriptor = await self._resolve(tag)
        except NotFound as exc:
            self._note_missing_tag(readings, tag, exc)
        except _HOPELESS:
            raise
        except RegliteError as exc:
            self._note_rate_limit(exc)
            readings.failed[tag] = exc
        else:
            readings.failed.pop(tag, None)
            readings.resolved[tag] = descriptor

    async def _resolve(self, tag: Tag) -> Descriptor:
        memory, name = self._repository.memory, self._repository.name
        known = memory.recall_walked(name, tag) if self._recalls else None
        if known is not None:
            self.has_recalled = True
            return known
        return await memory.walk(name, tag, lambda: self._repository.head_manifest(tag, fresh=True))

    def _note_missing_tag(self, readings: TagReadings, tag: Tag, exc: NotFound) -> None:
        if tag in self._missed:
            readings.failed.pop(tag, None)
            readings.absent.add(tag)
            if isinstance(exc, ManifestDangles):
                readings.dangling.add(tag)
        else:
            readings.failed[tag] = exc
        self._missed.add(tag)

    async def _read_below(self, roots: Collection[Digest]) -> None:
        tried: set[Digest] = set()
        while frontier := self._list_unread(roots) - tried:
            tried |= frontier
            await self._visit(sorted(frontier), self._read_index)
            if self.is_late:
                return

    async def _read_index(self, digest: Digest) -> None:
        # What a digest names never changes, so the client's verified copy is as good as a new one.
        try:
            manifest = await self._repository.get_manifest(digest)
        except NotFound:
            if digest in self._missed:  # sparse index: nothing is below what isn't there
                self._contents[digest] = _Contents()
            self._missed.add(digest)
            return
        except _HOPELESS:
            raise
        except RegliteError as exc:
            self._note_rate_limit(exc)
            return
        self._contents[digest] = _read_contents(read_document(manifest))

    def _note_rate_limit(self, exc: RegliteError) -> None:
        if isinstance(exc, TooManyRequests):
            self.rate_limit = exc

    def _list_unread(self, roots: Iterable[Digest]) -> set[Digest]:
        return {digest for digest in self._walk(roots) if digest not in self._contents}

    def _list_below(self, root: Digest) -> set[Digest]:
        return {child for each in self._walk([root]) for child in self._contents[each].children}

    def _walk(self, roots: Iterable[Digest]) -> set[Digest]:
        """Return the indexes at and below the roots, as far as they have been read."""
        seen: set[Digest] = set()
        waiting = list(roots)
        while waiting:
            digest = waiting.pop()
            if digest not in seen:
                seen.add(digest)
                waiting.extend(self._contents.get(digest, _Contents()).indexes)
        return seen

    async def _visit(self, items: Iterable[_T], visit: Callable[[_T], Awaitable[None]]) -> None:
        """Visit items in their order, as many at a time as the registry has connections."""
        remaining = iter(items)

        async def work() -> None:
            for item in remaining:
                if self.is_late:
                    return
                async with asyncio.timeout_at(self._deadline):
                    await visit(item)

        tasks = [
            asyncio.create_task(work()) for _ in range(self._repository.config.max_connections)
        ]
        try:
            await asyncio.gather(*tasks)
        except TimeoutError:
            pass  # whatever was under way stays unread
        finally:
            await _cancel(tasks)


def _list_broken(readings: TagReadings) -> list[Tag]:
    return [tag for tag, exc in readings.failed.items() if isinstance(exc, ManifestBroken)]


async def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def read_document(manifest: Manifest) -> JsonObject:
    """Return a manifest's document; an empty one for rubbish, which refers to nothing."""
    try:
        return manifest.document
    except RegistryProtocol:
        return {}


def list_children(manifest: Manifest) -> tuple[Digest, ...]:
    """Return the digests that an index lists, each once, in its order; () for anything else."""
    return _read_contents(read_document(manifest)).children


def _read_contents(document: JsonObject) -> _Contents:
    children: dict[Digest, bool] = {}
    for entry in read_objects(document.get("manifests")):
        digest = read_digest(entry.get("digest"))
        if digest is not None:  # no registry can hold what isn't a digest
            nested = _may_be_index(read_text(entry.get("mediaType")) or "")
            children[digest] = children.get(digest, False) or nested
    return _Contents(
        tuple(children), tuple(digest for digest, nested in children.items() if nested)
    )


def _may_be_index(media_type: str) -> bool:
    """Tell what has to be read to know: everything but image manifests and schema1."""
    return media_types.is_index(media_type) or not media_types.is_manifest(media_type)
