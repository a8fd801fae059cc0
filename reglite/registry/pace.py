"""How a client spends time: what one call may take, by which clock, and how it pauses."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reglite.registry.limits import CALL_SECONDS


def choose_call_seconds(timeout_seconds: float) -> float:
    """Return what a call may take: as long as the inventory says, where nobody cuts it short.

    On AWS Lambda a gateway waits for 29 s, so more than our own bound counts for nothing there.
    """
    if is_on_lambda():
        return CALL_SECONDS
    return max(CALL_SECONDS, timeout_seconds)


def is_on_lambda() -> bool:
    """Tell whether this process is one of AWS Lambda's."""
    return "AWS_LAMBDA_RUNTIME_API" in os.environ


def get_loop_time() -> float:
    """Return the running loop's time."""
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Pace:
    """The time of one client; ``sleep`` makes every pause between tries.

    ``clock`` tells how old things are and whether it is late; what is under way when time runs
    out is stopped by the loop itself.
    """

    call_seconds: float = CALL_SECONDS
    clock: Callable[[], float] = get_loop_time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
