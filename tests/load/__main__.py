"""``make load``: 200 clients for a minute, or as many seconds as the argument says; attacks."""

import asyncio
import sys
import tempfile
from pathlib import Path

import httpx

from tests.load.attacks import ATTACKS, MAX_PEAK_MIB, Attack
from tests.load.crowd import Figures, list_mixed_reads, run_crowd
from tests.support.command import serve_inventory
from tests.support.docker_registry import DockerRegistry
from tests.support.filesystem import fill_filesystem, format_busy_tag

CLIENTS = 200
SECONDS = 60.0
MAX_GROWTH = 0.10
MAX_SPREAD = 20

INVENTORY = "inventory:\n  load:\n    url: {url}\ndocker_config: false\n"


def main() -> int:
    """Run the crowd, print what it saw and return 1 where a bound is broken."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory() as folder, DockerRegistry() as registry:
        busy = fill_filesystem(registry.storage, repositories=1000, tags=2000)
        paths = list_mixed_reads("load", busy, [format_busy_tag(n) for n in range(100)])
        with serve_inventory(INVENTORY.format(url=registry.url), Path(folder)) as served:
            figures = run_crowd(served, paths, clients=CLIENTS, seconds=seconds)
    held = [_attack(attack) for attack in ATTACKS]
    return _report(figures, seconds, is_held=all(held))


def _attack(attack: Attack) -> bool:
    """Try one attack on a server of its own, and print what it took."""
    inventory = INVENTORY.format(url="http://127.0.0.1:9")
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_inventory(inventory, Path(folder)) as served,
    ):
        asyncio.run(attack(served.url))
        peak = served.read_memory_mib("VmHWM")
        status = httpx.get(f"{served.url}/api/v1/health", timeout=20).status_code
    words = (attack.__doc__ or attack.__name__).rstrip(".")
    print(f"{words}: {peak:.0f} MiB at most (of {MAX_PEAK_MIB}), then health answers {status}")
    return peak <= MAX_PEAK_MIB and status == 200


def _report(figures: Figures, seconds: float, *, is_held: bool) -> int:
    spread = figures.p99 / figures.p50
    print(
        f"{CLIENTS} clients, {seconds:g} s: {len(figures.latencies) / seconds:,.0f} answers/s, "
        f"statuses {dict(figures.statuses)}, p50 {figures.p50 * 1000:.0f} ms, "
        f"p99 {figures.p99 * 1000:.0f} ms ({spread:.1f} ×, at most {MAX_SPREAD}), memory "
        f"{figures.memory_mib[-1]:.0f} MiB, last quarter {figures.growth:+.1%} of the second"
    )
    is_fine = is_held and set(figures.statuses) == {200}
    is_fine = is_fine and spread <= MAX_SPREAD and abs(figures.growth) <= MAX_GROWTH
    print("all bounds are kept" if is_fine else "A BOUND IS BROKEN")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
