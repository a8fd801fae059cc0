"""What one client remembers of its registry, and the requests that its callers share."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from reglite.registry.cache import ContentCache
from reglite.registry.limits import FRESH_SECONDS
from reglite.registry.models import Manifest
from reglite.registry.sharing import InFlight

T = TypeVar("T")

_CATALOG = frozenset({"catalog", "catalog page"})
_TAGS = frozenset({"tags", "head"})


class Memory:
    """Short-lived answers and content by digest, both in the cache that all clients share.

    A write of ours begins a new epoch: whatever was read before it is not kept, nor waited for.
    """

    def __init__(self, registry: str, cache: ContentCache) -> None:
        self._registry = registry
        self._cache = cache
        self._in_flight = InFlight()
        self._epoch = 0

    async def recall(
        self,
        key: Hashable,
        work: Callable[[], Awaitable[T]],
        size: Callable[[T], int],
        *,
        fresh: bool = False,
        lifetime_seconds: float = FRESH_SECONDS,
    ) -> T:
        """Return what is known and fresh, else the outcome of this work, shared and remembered.

        Its age counts from before the registry was asked. ``fresh`` neither recalls nor shares.
        """
        if fresh:
            return await self._work(key, work, size, lifetime_seconds)
        known: T | None = self._cache.get(self._key(key))
        if known is not None:
            return known
        return await self._in_flight.share(
            (self._epoch, key), lambda: self._work(key, work, size, lifetime_seconds)
        )

    async def _work(
        self,
        key: Hashable,
        work: Callable[[], Awaitable[T]],
        size: Callable[[T], int],
        lifetime_seconds: float,
    ) -> T:
        epoch, expires_at = self._epoch, self._cache.now() + lifetime_seconds
        outcome = await work()
        if epoch == self._epoch:
            self._cache.put(self._key(key), outcome, size(outcome), expires_at=expires_at)
        return outcome

    async def share(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Share work of this epoch without remembering its outcome."""
        return await self._in_flight.share((self._epoch, key), work)

    def recall_fresh(self, key: Hashable) -> object | None:
        """Return what is known and not too old."""
        return self._cache.get(self._key(key))

    def recall_stale(self, key: Hashable) -> object | None:
        """Return what was known once, however old."""
        return self._cache.get_stale(self._key(key))

    def note(self, key: Hashable, value: object, size_bytes: int, asked_at: float) -> None:
        """Remember something that was learned on the way."""
        self._cache.put(self._key(key), value, size_bytes, expires_at=asked_at + FRESH_SECONDS)

    def now(self) -> float:
        """Return the cache's time, for ``note``."""
        return self._cache.now()

    @property
    def epoch(self) -> int:
        """Changes with every write."""
        return self._epoch

    def forget(self, repository: str, reference: str) -> None:
        """Begin a new epoch: a write has changed the tags, and the catalog perhaps.

        The manifest goes, too: an answer by digest must not bring a deleted one back.
        """
        self._epoch += 1
        self._cache.discard(self._key(("manifest", repository, reference)))
        self._cache.discard_where(lambda key: _is_touched(key, self._registry, repository))

    def get_manifest(self, repository: str, digest: str) -> Manifest | None:
        """Return a manifest that was read before."""
        kept = self._cache.get(self._key(("manifest", repository, digest)))
        return None if kept is None else Manifest(*kept)

    def keep_manifest(self, repository: str, manifest: Manifest) -> None:
        """Keep a manifest; its parsed document is not kept, for nobody could count its bytes."""
        self._cache.put(
            self._key(("manifest", repository, manifest.digest)),
            (manifest.digest, manifest.media_type, manifest.raw),
            len(manifest.raw),
        )

    def get_blob(self, repository: str, digest: str) -> bytes | None:
        """Return a blob that was read before."""
        kept: bytes | None = self._cache.get(self._key(("blob", repository, digest)))
        return kept

    def keep_blob(self, repository: str, digest: str, raw: bytes) -> None:
        """Keep a blob."""
        self._cache.put(self._key(("blob", repository, digest)), raw, len(raw))

    def _key(self, key: Hashable) -> Hashable:
        return (self._registry, key)


def _is_touched(key: Hashable, registry: str, repository: str) -> bool:
    match key:
        case (str() as owner, (str() as kind, *rest)) if owner == registry:
            is_here = rest[:1] == [repository]
            return kind in _CATALOG or (kind in _TAGS and is_here)
        case _:
            return False
