"""A limit on failed sign-ins, kept in bounded memory."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from reglite.errors import TooManyRequests

MAX_FAILURES = 10
MAX_GUESSES = 100
WINDOW_SECONDS = 60.0
_MAX_KEYS = 10_000


@dataclass(slots=True)
class _Count:
    """Failed attempts, and when they are forgotten."""

    failures: int
    ends_at: float


class FailedAttempts:
    """Counts failures per key in windows of a minute; ten of them, or the limit, close it."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, max_keys: int = _MAX_KEYS
    ) -> None:
        self._clock = clock
        self._max_keys = max_keys
        self._counts: OrderedDict[Hashable, _Count] = OrderedDict()

    def check(self, key: Hashable, limit: int = MAX_FAILURES) -> None:
        """Raise TooManyRequests, with the seconds until the next try, where the limit is met.

        What is refused so counts as well: a higher limit can be met at a door that is closed.
        """
        count = self._current(key)
        if count is not None and count.failures >= limit:
            count.failures += 1
            wait_seconds = max(1, math.ceil(count.ends_at - self._clock()))
            raise TooManyRequests(
                f"too many failed sign-ins: wait {wait_seconds} seconds and try again",
                retry_after_seconds=wait_seconds,
            )

    def record(self, key: Hashable) -> None:
        """Count one failure; the oldest windows are forgotten when there are too many."""
        count = self._current(key)
        if count is None:
            count = self._counts[key] = _Count(0, self._clock() + WINDOW_SECONDS)
            if len(self._counts) > self._max_keys:
                self._counts.popitem(last=False)
        count.failures += 1

    def forgive(self, key: Hashable) -> None:
        """Take back one failure that was recorded ahead of its check."""
        count = self._current(key)
        if count is not None and count.failures > 0:
            count.failures -= 1

    def _current(self, key: Hashable) -> _Count | None:
        count = self._counts.get(key)
        if count is not None and count.ends_at <= self._clock():
            del self._counts[key]
            return None
        return count
