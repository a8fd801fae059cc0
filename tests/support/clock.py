"""Time that passes when a test says so."""

import asyncio

from reglite.registry.pace import Pace


class Clock:
    """Seconds that never pass by themselves."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


async def rest_not(seconds: float) -> None:
    """Let everybody else go on, and take no time."""
    del seconds
    await asyncio.sleep(0)


HURRIED = Pace(sleep=rest_not)
"""For a registry in this process, which needs no rest between tries."""
