"""One request for everybody who asks the same at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

_ABANDONED = object()


class InFlight:
    """Identical work in flight is shared; for one event loop.

    The first to ask does the work in its own task, so that none is left over. If it is cancelled,
    one of those who wait takes the work up.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Future[Any]] = {}

    async def share(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Return what the work under this key returns, or raise what it raises."""
        while (running := self._running.get(key)) is not None:
            outcome: T | object = await asyncio.shield(running)
            if outcome is not _ABANDONED:
                return outcome  # type: ignore[return-value]
        return await self._lead(key, work)

    async def _lead(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        future = self._running[key] = asyncio.get_running_loop().create_future()
        try:
            outcome = await work()
        except Exception as exc:
            future.set_exception(exc)
            future.exception()  # marks it as seen: there may be nobody else who waits
            raise
        else:
            future.set_result(outcome)
            return outcome
        finally:
            del self._running[key]
            if not future.done():
                future.set_result(_ABANDONED)
