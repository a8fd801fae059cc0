"""Answers per second at 1, 8 and 64 connections, beside the same requests to the registry."""

import asyncio
import time
from dataclasses import dataclass

from reglite import media_types
from tests.benchmarks.measure import Row
from tests.load.connection import Connection
from tests.support.command import Command
from tests.support.filesystem import format_busy_tag

CONNECTIONS = (1, 8, 64)
SECONDS = 3.0
SUMMARIES = 20


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to ask for: a request to RegLite, and those to the registry that tell the same."""

    name: str
    ours: str
    theirs: tuple[tuple[str, str], ...]


async def bench_throughput(
    served: Command, registry: str, busy: str, config_digest: str
) -> list[Row]:
    """Measure each work at each number of connections, and the server's memory after each."""
    rows: list[Row] = []
    for work in _list_works(busy, config_digest):
        for connections in CONNECTIONS:
            ours = await _count(served.url, (("GET", work.ours),), connections)
            theirs = await _count(registry, work.theirs, connections)
            how = (
                f"the registry {theirs:,.0f}/s ({ours / theirs:.2f} ×); "
                f"memory afterwards {served.read_memory_mib():.0f} MiB"
            )
            label = "1 connection" if connections == 1 else f"{connections} connections"
            rows.append(Row(f"{work.name}, {label}", ours, None, "/s", how))
    return rows


def _list_works(busy: str, config_digest: str) -> tuple[Work, ...]:
    tags = [format_busy_tag(n) for n in range(SUMMARIES)]
    base = f"/api/v1/registries/bench/repositories/{busy}"
    query = "&".join(f"tag={tag}" for tag in tags)
    manifest = ("GET", f"/v2/{busy}/manifests/{tags[0]}")
    config = ("GET", f"/v2/{busy}/blobs/{config_digest}")
    heads = tuple(("HEAD", f"/v2/{busy}/manifests/{tag}") for tag in tags)
    return (
        Work("health", "/api/v1/health", (("GET", "/v2/"),)),
        Work("10,000 tags", f"{base}/tags?n=10000", (("GET", f"/v2/{busy}/tags/list"),)),
        Work("warm manifest", f"{base}/tags/{tags[0]}/manifest", (manifest, config)),
        Work(f"{SUMMARIES} warm summaries", f"{base}/summaries?{query}", heads),
    )


async def _count(url: str, requests: tuple[tuple[str, str], ...], connections: int) -> float:
    """Return how often per second all of the requests were answered."""
    done = 0
    begins_at = time.monotonic()

    async def repeat() -> None:
        nonlocal done
        async with Connection(url) as connection:
            while time.monotonic() - begins_at < SECONDS:
                for method, path in requests:
                    status = await connection.ask(
                        path, method=method, accept=media_types.ACCEPT_MANIFESTS
                    )
                    assert status == 200
                done += 1

    await asyncio.gather(*(repeat() for _ in range(connections)))
    return done / (time.monotonic() - begins_at)
