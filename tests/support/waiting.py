"""Wait for what another process or thread does, by looking again and again."""

import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")


def wait_for(
    look: Callable[[], Found | None],
    explain: Callable[[], str],
    *,
    process: "subprocess.Popen[Any] | None" = None,
    seconds: float = 60.0,
    pause_seconds: float = 0.02,
) -> Found:
    """Return the first true thing that ``look`` returns.

    Raises RuntimeError with the explanation when the time is over, or when the ``process`` that
    is waited for has ended.
    """
    ends_at = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > ends_at or (process is not None and process.poll() is not None):
            raise RuntimeError(explain())
        time.sleep(pause_seconds)
    return found
