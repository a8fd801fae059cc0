"""The functions on AWS Lambda: cold starts beside a bare hello, warm overhead, sizes.

Each zip runs under AWS's own runtime client; a cold start is the time from the process's start to
its first answer. The control is FastAPI and Mangum alone, packaged in the same way.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from reglite.bundle.bytecode import compile_folder, find_interpreter
from reglite.bundle.package import Package
from tests.benchmarks.measure import Row, Times
from tests.deploy.events import list_events
from tests.functions.conftest import Event
from tests.functions.content import REGISTRY, REPOSITORY, push
from tests.support.docker_registry import DockerRegistry
from tests.support.lambda_runtime import LambdaProcess, unpack
from tests.support.packages import PYTHON, make_packages

ROUNDS = 9
WARM_ROUNDS = 200
MAX_MEGABYTES = 7.0
QUICK = ("health", "registries")
ASKING = (
    *("status", "repositories", "tags", "summaries", "manifest", "manifests", "referrers"),
    *("blobs", "deletion_plan", "manifest_tags"),
)

BARE = "bare"
"""The hello's package: that of the functions prepares their own cold start when it is imported."""

_HELLO = """\
from fastapi import FastAPI
from mangum import Mangum

app = FastAPI()


@app.get("/api/v1/health")
async def hello() -> dict[str, str]:
    return {"hello": "world"}


handler = Mangum(app, lifespan="off")
"""


@dataclass(frozen=True, slots=True)
class _Bench:
    """The unpacked zips and the registry they ask."""

    folder: Path
    registry_url: str

    @contextmanager
    def start(self, name: str) -> Iterator[LambdaProcess]:
        """Start one function's process."""
        # JSON, as in a zip with a bundled inventory.
        inventory = {"inventory": {REGISTRY: {"url": self.registry_url}}, "docker_config": False}
        environ = {"REGLITE_INVENTORY": json.dumps(inventory)}
        package = BARE if name == "hello" else "functions"
        with (
            tempfile.TemporaryDirectory() as scratch,
            LambdaProcess(
                self.folder / name, f"{package}/{name}.handler", environ, scratch=Path(scratch)
            ) as process,
        ):
            yield process

    def time_cold(self, name: str, event: Event, taken: "_Cold") -> None:
        """Note the time from the process's start to its first answer."""
        with self.start(name) as process:
            result = process.await_result(event)
            assert result.document["statusCode"] == 200, result.document
            taken.elapsed.seconds.append(result.at - process.started_at)
            taken.processor.seconds.append(process.read_processor_seconds())


@dataclass(frozen=True, slots=True)
class _Cold:
    """Cold starts of one function: by the clock, and what the processor did of it."""

    elapsed: Times = field(default_factory=Times)
    processor: Times = field(default_factory=Times)


def bench_functions(registry: DockerRegistry, folder: Path) -> list[Row]:
    """Measure every reading function."""
    packages = make_packages(folder / "zips")
    for name in (*QUICK, *ASKING):
        unpack(packages[name].path, folder / "unpacked" / name)
    _make_hello(folder / "unpacked")
    push(registry)
    bench = _Bench(folder / "unpacked", registry.url)
    warm = _bench_warm(bench, registry.url)
    return [*_bench_cold(bench), *warm, *_list_sizes(packages)]


def _make_hello(unpacked: Path) -> None:
    """Put the hello beside the same packages, compiled as ours are."""
    folder = unpacked / "hello"
    (unpacked / "health").rename(folder)
    (folder / BARE).mkdir()
    (folder / BARE / "__init__.py").touch()
    (folder / BARE / "hello.py").write_text(_HELLO)
    interpreter = find_interpreter(PYTHON)
    assert interpreter is not None
    compile_folder(folder / BARE, interpreter)
    (unpacked / "health").symlink_to(folder)


def _bench_cold(bench: _Bench) -> Iterator[Row]:
    hello, health = _Cold(), list_events("health")[0]
    taken = {name: _Cold() for name in (*QUICK, *ASKING)}
    for _ in range(ROUNDS):
        bench.time_cold("hello", health, hello)
        for name, times in taken.items():
            bench.time_cold(name, list_events(name)[0], times)
    for name, times in taken.items():
        target = 1.15 if name in QUICK else 1.4
        ratio = times.elapsed.median / hello.elapsed.median
        work = times.processor.median / hello.processor.median
        detail = f"{times.elapsed} beside {hello.elapsed}, {ROUNDS} rounds; "
        detail += f"processor time {work:.2f} ×"
        yield Row(f"cold start of `{name}`", ratio, target, detail=detail)


def _bench_warm(bench: _Bench, registry_url: str) -> Iterator[Row]:
    """Time the tags of a repository through a warm function, and the same request sent raw.

    A bare hello tells what of it the runtime client takes and the Runtime API server of the tests.
    """
    event = list_events("tags")[0]
    event["headers"]["cache-control"] = "no-cache"
    path = f"{registry_url}/v2/{REPOSITORY}/tags/list"
    through, raw, empty = Times(), Times(), Times()
    health = list_events("health")[0]
    client = httpx.AsyncClient()
    with (
        bench.start("tags") as process,
        bench.start("hello") as bare,
        asyncio.Runner() as runner,
    ):
        process.await_result(event)
        bare.await_result(health)
        for _ in range(WARM_ROUNDS):
            through.seconds.append(process.await_result(event).seconds)
            empty.seconds.append(bare.await_result(health).seconds)
            start = time.perf_counter()
            runner.run(client.get(path)).raise_for_status()
            raw.seconds.append(time.perf_counter() - start)
        runner.run(client.aclose())
    name, overhead = "warm `tags` over its upstream request", (through.median - raw.median) * 1e3
    yield Row(name, overhead, 1.5, "ms", f"{through} as Lambda bills it, beside {raw}")
    own = overhead - empty.median * 1e3
    yield Row(f"{name} and a bare hello", own, None, "ms", f"the hello takes {empty}")


def _list_sizes(packages: dict[str, Package]) -> Iterator[Row]:
    sizes = [package.size_bytes / 1e6 for package in packages.values()]
    detail = f"{len(sizes)} zips of {min(sizes):.1f} to {max(sizes):.1f} MB"
    yield Row("largest zip", max(sizes), MAX_MEGABYTES, "MB", detail)
