"""Two hundred clients that read for a minute: errors, latencies and memory."""

from tests.benchmarks.measure import Row
from tests.load.__main__ import CLIENTS, MAX_GROWTH, MAX_SPREAD, SECONDS
from tests.load.crowd import list_mixed_reads, run_crowd
from tests.support.command import Command
from tests.support.filesystem import format_busy_tag


def bench_crowd(served: Command, busy: str) -> list[Row]:
    """Let the crowd read and compare with the bounds of ``make load``."""
    paths = list_mixed_reads("bench", busy, [format_busy_tag(n) for n in range(100)])
    figures = run_crowd(served, paths, clients=CLIENTS, seconds=SECONDS)
    errors = figures.statuses.total() - figures.statuses[200]
    rate = figures.statuses.total() / SECONDS
    latencies = f"p50 {figures.p50 * 1000:.0f} ms, p99 {figures.p99 * 1000:.0f} ms"
    memory = (
        f"{figures.memory_mib[-1]:.0f} MiB at the end; "
        f"last quarter {figures.growth:+.1%} beside the second"
    )
    who = f"{CLIENTS} clients, {SECONDS:g} s"
    return [
        Row(f"errors, {who}", errors, 0, "", f"{rate:,.0f} answers/s of mixed reads"),
        Row(f"p99 beside p50, {who}", figures.p99 / figures.p50, MAX_SPREAD, detail=latencies),
        Row(f"change of memory, {who}", abs(figures.growth) * 100, MAX_GROWTH * 100, "%", memory),
    ]
