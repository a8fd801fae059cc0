"""Memory for what registries said, within a byte bound; the least recently used goes first.

What is addressed by digest never changes and has no lifetime; lists and tags have a short one.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from reglite.registry.limits import CACHE_BYTES

_ENTRY_BYTES = 512  # key, entry and dictionary slot, roughly


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is kept, its size and how long it counts."""

    value: Any
    size_bytes: int
    expires_at: float | None


class ContentCache:
    """Values under keys; safe between threads.

    ``clock`` gives seconds that never go back.
    """

    def __init__(
        self, max_bytes: int = CACHE_BYTES, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._size_bytes = 0
        self._lock = Lock()

    @property
    def size_bytes(self) -> int:
        """What the entries take, their overhead estimated."""
        return self._size_bytes

    def now(self) -> float:
        """Return the clock's time: what a lifetime counts from."""
        return self._clock()

    def get(self, key: Hashable) -> Any | None:
        """Return the value while it is fresh, else None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.expires_at is not None and self._clock() >= entry.expires_at:
                return None
            self._entries.move_to_end(key)
            return entry.value

    def get_stale(self, key: Hashable) -> Any | None:
        """Return the value whatever its age, to ask the registry whether it still holds."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry.value

    def put(
        self, key: Hashable, value: Any, size_bytes: int, *, expires_at: float | None = None
    ) -> None:
        """Keep a value; one that is larger than a quarter of the bound is not kept."""
        size_bytes += _ENTRY_BYTES
        with self._lock:
            self._drop(key)
            if size_bytes > self._max_bytes // 4:
                return
            self._entries[key] = _Entry(value, size_bytes, expires_at)
            self._size_bytes += size_bytes
            while self._size_bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))

    def discard(self, key: Hashable) -> None:
        """Forget one value."""
        with self._lock:
            self._drop(key)

    def discard_where(self, is_stale: Callable[[Hashable, Any], bool]) -> None:
        """Forget every value that is told stale by its key, or by what it is."""
        with self._lock:
            stale = [key for key, entry in self._entries.items() if is_stale(key, entry.value)]
            for key in stale:
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size_bytes -= entry.size_bytes
