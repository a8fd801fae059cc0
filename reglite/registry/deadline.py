"""A time budget for work that asks registries."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from reglite.errors import RegistryTimeout

_ENDS_AT: ContextVar[float] = ContextVar("ends_at", default=math.inf)


@asynccontextmanager
async def deadline(seconds: float, what: str) -> AsyncIterator[float]:
    """Give the block this long; raises RegistryTimeout naming what did not finish.

    The block gets the end of it in the running loop's time, or that of a deadline around it if
    that is earlier: a wait that would go beyond it is not worth beginning.
    """
    ends_at = min(asyncio.get_running_loop().time() + seconds, get_deadline())
    token = _ENDS_AT.set(ends_at)
    try:
        async with asyncio.timeout(seconds) as timeout:
            yield ends_at
    except TimeoutError as exc:
        if not timeout.expired():
            raise
        raise RegistryTimeout(
            f"{what} did not finish in {seconds:g} s: the registry is slow; try again"
        ) from exc
    finally:
        _ENDS_AT.reset(token)


def get_deadline() -> float:
    """Return when the earliest deadline around the caller ends, in the running loop's time."""
    return _ENDS_AT.get()
