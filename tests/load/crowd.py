"""A crowd of clients that read without a pause, and the figures of what they saw."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.load.connection import Connection
from tests.support.command import Command

_SAMPLE_SECONDS = 0.25


@dataclass
class Figures:
    """Latencies in seconds, answers by status, and samples of the server's memory in MiB."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    memory_mib: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """The median latency, in seconds."""
        return median(self.latencies)

    @property
    def p99(self) -> float:
        """The latency that 99 % stay below, in seconds."""
        return quantiles(self.latencies, n=100)[98]

    @property
    def growth(self) -> float:
        """How far the memory of the last quarter is above that of the second, as a share."""
        quarter = len(self.memory_mib) // 4
        second = self.memory_mib[quarter : 2 * quarter]
        return median(self.memory_mib[-quarter:]) / median(second) - 1


def run_crowd(served: Command, paths: Sequence[str], *, clients: int, seconds: float) -> Figures:
    """Let clients read the paths in turn, each from another place on; a broken answer raises."""
    return asyncio.run(_read_and_watch(served, paths, clients, seconds))


async def _read_and_watch(
    served: Command, paths: Sequence[str], clients: int, seconds: float
) -> Figures:
    figures = Figures()
    ends_at = time.monotonic() + seconds

    async def read(number: int) -> None:
        async with Connection(served.url) as connection:
            while (now := time.monotonic()) < ends_at:
                status = await connection.ask(paths[number % len(paths)])
                figures.statuses[status] += 1
                figures.latencies.append(time.monotonic() - now)
                number += 1

    async def watch() -> None:
        while time.monotonic() < ends_at:
            figures.memory_mib.append(served.read_memory_mib())
            await asyncio.sleep(_SAMPLE_SECONDS)

    await asyncio.gather(watch(), *map(read, range(clients)))
    return figures


def list_mixed_reads(registry: str, busy: str, tags: Sequence[str]) -> list[str]:
    """Return the paths that a crowd of people with the pages open asks for."""
    base = f"/api/v1/registries/{registry}"
    repository = f"{base}/repositories/{busy}"
    query = "&".join(f"tag={tag}" for tag in tags[:20])
    return [
        "/",
        "/api/v1/health",
        "/api/v1/registries",
        f"{base}/repositories?n=100",
        f"{repository}/tags",
        f"{repository}/summaries?{query}",
        *(f"{repository}/tags/{tag}/manifest" for tag in tags[:20]),
    ]
