"""How many refusals of strangers the audit log takes in a minute, before it only counts them."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

MAX_LINES_OF_A_PLACE: Final = 20
MAX_LINES: Final = 100
WINDOW_SECONDS: Final = 60.0

Report = Callable[[int], None]


class Refusals:
    """Lets the first of each place through, and reports how many it did not when the minute ends.

    That is the event loop's work; the next line and the end of the process make sure of it where
    the loop stands still, as on AWS Lambda.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends_at = 0.0
        self._lines: Counter[str] = Counter()
        self._left_out = 0
        self._report: Report | None = None
        self._ending: asyncio.TimerHandle | None = None

    def admits(self, place: str, report: Report) -> bool:
        """Tell whether this one has its line; if not, it is counted and ``report`` is told."""
        if self._clock() >= self._ends_at:
            self.end()
            self._ends_at = self._clock() + WINDOW_SECONDS
        if self._lines[place] < MAX_LINES_OF_A_PLACE and self._lines.total() < MAX_LINES:
            self._lines[place] += 1
            return True
        if self._report is None:
            self._report = report
            wait_seconds = self._ends_at - self._clock()
            self._ending = asyncio.get_running_loop().call_later(wait_seconds, self.end)
        self._left_out += 1
        return False

    def end_if_over(self) -> None:
        """Report, ahead of another line, what a minute that has passed left out."""
        if self._clock() >= self._ends_at:
            self.end()

    def end(self) -> None:
        """Report what was left out, if anything was, and begin anew."""
        if self._ending is not None:
            self._ending.cancel()
        report, left_out = self._report, self._left_out
        self._lines.clear()
        self._ends_at, self._left_out, self._report, self._ending = 0.0, 0, None, None
        if report is not None:
            report(left_out)
