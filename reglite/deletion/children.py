"""What an index held goes after it: its platforms and attestations that nothing else holds.

Their bytes are read before the index goes and answered with the deletion, so that an undo has them
whatever the registry took along. Each child is looked at again right before it goes; one that
can't be shown to be free, or can't be put back, stays and is named.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reglite.deletion.audit import keep_manifest
from reglite.deletion.plan import list_names
from reglite.deletion.reading import RepositoryReader, list_children
from reglite.errors import NotFound, RegistryTimeout, RegliteError
from reglite.reference import Digest
from reglite.registry.models import Manifest
from reglite.registry.repository import RepositoryClient

MAX_CHILDREN: Final = 256
MAX_UNDO_BYTES: Final = 1 << 20  # a tab stores a few of these, and a function's answer holds it
_SECONDS: Final = 8.0
_CHEAP_SECONDS: Final = 0.25

Remove = Callable[[Manifest], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class KeptChild:
    """A child that stays, with the code of the reason and its words."""

    digest: Digest
    code: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {"digest": self.digest, "code": self.code, "message": self.message}


@dataclass(slots=True)
class Children:
    """The children of one index, parents first: what goes or went, and what stays and why."""

    manifests: list[Manifest] = field(default_factory=list)
    kept: list[KeptChild] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return what the deletion's object gains; ``undo`` is in the order of putting back."""
        return {
            "children": [manifest.digest for manifest in self.manifests],
            "kept_children": [kept.to_json() for kept in self.kept],
            "undo": [
                {
                    "digest": manifest.digest,
                    "media_type": manifest.media_type,
                    "raw": manifest.raw.decode(),
                }
                for manifest in reversed(self.manifests)
            ],
        }

    def keep(self, digest: Digest, code: str, message: str) -> None:
        """Note a child that stays."""
        self.kept.append(KeptChild(digest, code, message))


async def read_children(
    repository: RepositoryClient, index: Manifest, digests: Iterable[Digest]
) -> Children:
    """Read the exact bytes of these children, as many as an undo can carry."""
    found, known = Children(), dict[Digest, Manifest]()
    room_bytes, deadline = MAX_UNDO_BYTES, repository.pace.clock() + _SECONDS
    for digest in sorted(digests):
        if len(known) == MAX_CHILDREN or repository.pace.clock() >= deadline:
            found.keep(digest, "TOO_MANY", "one deletion takes no more along, or no longer")
            continue
        try:
            manifest = await repository.get_manifest(digest, fresh=True)
        except NotFound:
            continue  # a sparse index: there is nothing to delete
        except RegliteError as exc:
            found.keep(digest, exc.code, exc.message)
            continue
        if len(manifest.raw) > room_bytes or not _is_text(manifest.raw):
            found.keep(digest, "UNDO_TOO_LARGE", "its bytes do not fit into the undo: it stays")
            continue
        room_bytes -= len(manifest.raw)
        known[digest] = manifest
    found.manifests = _order(index, known)
    return found


async def remove_children(repository: RepositoryClient, read: Children, remove: Remove) -> Children:
    """Delete those that nothing holds any more, one after another; raises nothing of ours."""
    done, look = Children(kept=list(read.kept)), _Look(repository)
    for manifest in read.manifests:
        try:
            if manifest.digest in await look.read_held():
                done.keep(manifest.digest, "HELD", "a tag or another index holds it by now")
                continue
            keep_manifest(manifest)
            await remove(manifest)
        except NotFound:
            pass  # the registry took it along with its index
        except RegliteError as exc:
            done.keep(manifest.digest, exc.code, exc.message)
            continue
        done.manifests.append(manifest)
    return done


class _Look:
    """What the tags hold at this moment; a look that was costly serves as long as it took."""

    def __init__(self, repository: RepositoryClient) -> None:
        self._repository = repository
        self._ends_at = repository.pace.clock() + _SECONDS
        self._held: frozenset[Digest] = frozenset()
        self._good_until: float | None = None

    async def read_held(self) -> frozenset[Digest]:
        """Return all that tags name and reach; raises RegliteError where that can't be known."""
        begun_at = self._repository.pace.clock()
        if begun_at >= self._ends_at:
            raise RegistryTimeout("there was no time left for it: it stays")
        if self._good_until is None or begun_at >= self._good_until:
            self._held = await self._read()
            ended_at = self._repository.pace.clock()
            self._good_until = ended_at + max(0.0, ended_at - begun_at - _CHEAP_SECONDS)
        return self._held

    async def _read(self) -> frozenset[Digest]:
        names = await list_names(self._repository)
        reader = RepositoryReader(self._repository, self._ends_at)
        readings = await reader.read_tags(names)
        found = readings.resolved
        await reader.read_indexes(found.values())
        reached = [reader.reach(descriptor) for descriptor in found.values()]
        is_whole = len(found) + len(readings.absent) == len(names)
        whole = [each for each in reached if each is not None]
        if not is_whole or len(whole) < len(reached):
            raise RegistryTimeout("not every tag could be read, and one may hold it: it stays")
        return frozenset().union(*whole)


def _order(index: Manifest, known: Mapping[Digest, Manifest]) -> list[Manifest]:
    """Return these manifests so that each comes before all that it lists."""
    ordered: list[Manifest] = []
    seen: set[Digest] = set()
    waiting = [(digest, False) for digest in list_children(index)]
    while waiting:
        digest, is_below_done = waiting.pop()
        if is_below_done and digest in known:
            ordered.append(known[digest])
        elif digest not in seen:
            seen.add(digest)
            waiting.append((digest, True))
            if digest in known:
                waiting.extend((child, False) for child in list_children(known[digest]))
    ordered.reverse()
    return ordered


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
