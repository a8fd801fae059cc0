"""What one client remembers of its registry, and the requests that its callers share."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar

from reglite.reference import Digest, Reference, Repository, Tag
from reglite.registry.cache import ContentCache
from reglite.registry.key import Key, Known
from reglite.registry.limits import FRESH_SECONDS
from reglite.registry.models import Descriptor, Manifest
from reglite.registry.sharing import InFlight

T = TypeVar("T")

_CATALOG = frozenset({Known.CATALOG, Known.CATALOG_PAGE})
_TAGS = frozenset({Known.TAGS, Known.HEAD})
_WALKED_SECONDS: Final = 300.0
_WALKED_BYTES: Final = 256


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
        key: Key,
        work: Callable[[], Awaitable[T]],
        size: Callable[[T], int],
        *,
        fresh: bool = False,
        lifetime_seconds: float | None = FRESH_SECONDS,
    ) -> T:
        """Return what is known and fresh, else the outcome of this work, shared and remembered.

        Its age counts from before the registry was asked; without a lifetime it never gets old.
        ``fresh`` neither recalls nor shares.
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
        key: Key,
        work: Callable[[], Awaitable[T]],
        size: Callable[[T], int],
        lifetime_seconds: float | None,
    ) -> T:
        epoch, asked_at = self._epoch, self._cache.now()
        outcome = await work()
        if epoch == self._epoch:
            expires_at = None if lifetime_seconds is None else asked_at + lifetime_seconds
            self._cache.put(self._key(key), outcome, size(outcome), expires_at=expires_at)
        return outcome

    async def share(self, key: Key, work: Callable[[], Awaitable[T]]) -> T:
        """Share work of this epoch without remembering its outcome."""
        return await self._in_flight.share((self._epoch, key), work)

    def get(self, key: Key) -> Any | None:
        """Return what is known and not too old."""
        return self._cache.get(self._key(key))

    def get_stale(self, key: Key) -> Any | None:
        """Return what was known once, however old."""
        return self._cache.get_stale(self._key(key))

    def keep(self, key: Key, value: object, size_bytes: int) -> None:
        """Keep what is addressed by its content: it never gets old."""
        self._cache.put(self._key(key), value, size_bytes)

    def note(self, key: Key, value: object, size_bytes: int, asked_at: float) -> None:
        """Remember for a while something that was learned on the way."""
        self._cache.put(self._key(key), value, size_bytes, expires_at=asked_at + FRESH_SECONDS)

    def now(self) -> float:
        """Return the cache's time, for ``note``."""
        return self._cache.now()

    def recall_walked(self, repository: Repository, tag: Tag) -> Descriptor | None:
        """Return what a tag named when it was read among all, minutes ago at the most."""
        known: Descriptor | None = self.get(Key(Known.WALKED, repository, tag))
        return known

    async def walk(
        self, repository: Repository, tag: Tag, read: Callable[[], Awaitable[Descriptor]]
    ) -> Descriptor:
        """Read a tag, past all that is known, and keep what it names for ``recall_walked``."""
        return await self._work(
            Key(Known.WALKED, repository, tag), read, lambda _: _WALKED_BYTES, _WALKED_SECONDS
        )

    def note_walk(self, repository: Repository, *, is_quick: bool) -> None:
        """Keep whether all tags were read at once, for as long as what they name."""
        expires_at = self._cache.now() + _WALKED_SECONDS
        key = self._key(Key(Known.WALK_WAS_QUICK, repository))
        self._cache.put(key, is_quick, _WALKED_BYTES, expires_at=expires_at)

    def was_walk_quick(self, repository: Repository) -> bool:
        """Tell whether the last walk of minutes ago read all tags at once."""
        return self.get(Key(Known.WALK_WAS_QUICK, repository)) is True

    @property
    def epoch(self) -> int:
        """Changes with every write."""
        return self._epoch

    def forget(self, repository: Repository, reference: Reference) -> None:
        """Begin a new epoch: a write has changed the tags, and the catalog perhaps.

        The manifest goes, too: an answer by digest must not bring a deleted one back. Of the tags
        that were read among all, those go that are this reference, or were on it.
        """
        self._epoch += 1
        self._cache.discard(self._key(Key(Known.MANIFEST, repository, reference)))
        self._cache.discard_where(
            lambda key, value: _is_touched(key, value, self._registry, repository, reference)
        )

    def drop(self, key: Key) -> None:
        """Forget one thing that is to be read anew: it may be gone by now."""
        self._cache.discard(self._key(key))

    def get_manifest(self, repository: Repository, digest: Digest) -> Manifest | None:
        """Return a manifest that was read before."""
        kept = self.get(Key(Known.MANIFEST, repository, digest))
        return None if kept is None else Manifest(*kept)

    def keep_manifest(self, repository: Repository, manifest: Manifest) -> None:
        """Keep a manifest; its parsed document is not kept, for nobody could count its bytes."""
        self.keep(
            Key(Known.MANIFEST, repository, manifest.digest),
            (manifest.digest, manifest.media_type, manifest.raw),
            len(manifest.raw),
        )

    def _key(self, key: Key) -> Hashable:
        return (self._registry, key)


def _is_touched(
    known: Hashable, value: object, registry: str, repository: Repository, reference: Reference
) -> bool:
    match known:
        case (str() as owner, Key(kind=kind) as key) if owner == registry:
            if kind in _CATALOG or key.repository != repository:
                return kind in _CATALOG
            was_on_it = isinstance(value, Descriptor) and value.digest == reference
            is_walked = kind is Known.WALKED and (key.detail == reference or was_on_it)
            return kind in _TAGS or is_walked
        case _:
            return False
