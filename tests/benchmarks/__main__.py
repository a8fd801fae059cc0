"""What ``make bench`` runs; sections may be named, to run only these."""

import asyncio
import sys
import tempfile
from pathlib import Path

from reglite import media_types
from tests.benchmarks.client import bench_client, bench_memory, bench_sharing
from tests.benchmarks.crowd import bench_crowd
from tests.benchmarks.functions import bench_functions
from tests.benchmarks.measure import Row
from tests.benchmarks.report import Report
from tests.benchmarks.throughput import bench_throughput
from tests.benchmarks.ui import bench_ui
from tests.support.command import serve_inventory
from tests.support.docker_registry import DockerRegistry
from tests.support.filesystem import fill_filesystem, format_busy_tag

INVENTORY = "inventory:\n  bench:\n    url: {url}\ndocker_config: false\n"


def measure_client(registry: DockerRegistry, busy: str, folder: Path) -> list[Row]:
    """Run the sections on the registry client, on a server of its own."""
    with serve_inventory(INVENTORY.format(url=registry.url), folder) as served:
        rows = asyncio.run(bench_client(served, registry.url, busy))
    with serve_inventory(INVENTORY.format(url=registry.url), folder) as served:
        rows.append(asyncio.run(bench_sharing(served, registry, busy)))
    with serve_inventory(INVENTORY.format(url=registry.url), folder) as served:
        return [*rows, asyncio.run(bench_memory(served, busy))]


def measure_ui(registry: DockerRegistry, busy: str, folder: Path) -> list[Row]:
    """Run the section on the pages."""
    with serve_inventory(INVENTORY.format(url=registry.url), folder) as served:
        return bench_ui(served, busy)


def measure_throughput(registry: DockerRegistry, busy: str, folder: Path) -> list[Row]:
    """Run the section on answers per second."""
    with registry.client() as client:
        accept = {"Accept": media_types.ACCEPT_MANIFESTS}
        manifest = client.get(f"/v2/{busy}/manifests/{format_busy_tag(0)}", headers=accept).json()
    with serve_inventory(INVENTORY.format(url=registry.url), folder) as served:
        work = bench_throughput(served, registry.url, busy, manifest["config"]["digest"])
        return asyncio.run(work)


def measure_lambda(registry: DockerRegistry, busy: str, folder: Path) -> list[Row]:
    """Run the section on the functions' zips."""
    return bench_functions(registry, folder)


def measure_crowd(registry: DockerRegistry, busy: str, folder: Path) -> list[Row]:
    """Run the section on many clients at once."""
    with serve_inventory(INVENTORY.format(url=registry.url), folder) as served:
        return bench_crowd(served, busy)


SECTIONS = {
    "client": ("Registry client", measure_client),
    "throughput": ("Answers per second", measure_throughput),
    "load": ("Many clients", measure_crowd),
    "ui": ("Pages", measure_ui),
    "lambda": ("AWS Lambda", measure_lambda),
}


def main() -> None:
    """Measure what was named, or all; write each section into the report, and print it."""
    names = sys.argv[1:] or list(SECTIONS)
    if unknown := set(names) - set(SECTIONS):
        sys.exit(f"no section is called {', '.join(unknown)}: there are {', '.join(SECTIONS)}")
    report = Report([title for title, _ in SECTIONS.values()])
    with tempfile.TemporaryDirectory() as folder, DockerRegistry() as registry:
        busy = fill_filesystem(registry.storage, repositories=10_000, tags=10_000)
        for title, measure in (SECTIONS[name] for name in names):
            print(report.write(title, measure(registry, busy, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
