"""Ratios with their spread: ours and the control take turns and share the machine's moods."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    ``value`` is compared with ``target`` (at most); ``unit`` is "×" for a ratio. ``detail`` says
    what was measured in absolute terms, and the spread.
    """

    name: str
    value: float
    target: float | None
    unit: str = "×"
    detail: str = ""

    @property
    def is_met(self) -> bool | None:
        """Tell whether the target is met; None where there is none."""
        return None if self.target is None else self.value <= self.target


@dataclass(slots=True)
class Times:
    """Seconds of each round."""

    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median, in seconds."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        """Return the median and the range in milliseconds."""
        low, high = min(self.seconds) * 1000, max(self.seconds) * 1000
        return f"{self.median * 1000:.1f} ms ({low:.1f}–{high:.1f})"


async def compare(
    name: str, target: float | None, *, ours: Work, control: Work, rounds: int = 9
) -> Row:
    """Time two pieces of work in turns; the row's value is the ratio of their medians."""
    await ours()
    await control()
    ours_times, control_times = Times(), Times()
    for _ in range(rounds):
        control_times.seconds.append(await _time(control))
        ours_times.seconds.append(await _time(ours))
    ratio = ours_times.median / control_times.median
    detail = f"{ours_times} beside {control_times}, {rounds} rounds"
    return Row(name, ratio, target, detail=detail)


async def _time(work: Work) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start
