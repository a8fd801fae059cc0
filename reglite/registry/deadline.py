"""A time budget for work that asks registries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reglite.errors import RegistryTimeout


@asynccontextmanager
async def deadline(seconds: float, what: str) -> AsyncIterator[asyncio.Timeout]:
    """Give the block this long; raises RegistryTimeout naming what did not finish."""
    try:
        async with asyncio.timeout(seconds) as timeout:
            yield timeout
    except TimeoutError as exc:
        if not timeout.expired():
            raise
        raise RegistryTimeout(
            f"{what} did not finish in {seconds:g} s: the registry is slow; try again"
        ) from exc
