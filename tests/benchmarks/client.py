"""RegLite's reading beside the same requests sent raw to the same registry."""

import asyncio
import json
from collections.abc import Sequence

import httpx

from reglite import media_types
from tests.benchmarks.measure import Row, compare
from tests.support.command import Command
from tests.support.docker_registry import DockerRegistry
from tests.support.filesystem import format_busy_tag

ACCEPT = {"Accept": media_types.ACCEPT_MANIFESTS}
FRESH = {"Cache-Control": "no-cache"}
CONCURRENCY = 4
TAGS = 1000
BATCH = 100


async def bench_client(served: Command, registry: str, busy: str) -> list[Row]:
    """Measure tag list, one manifest and summaries; the busy repository has 10,000 tags."""
    limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    async with (
        httpx.AsyncClient(base_url=registry, timeout=60, limits=limits) as raw,
        httpx.AsyncClient(base_url=_repository(served, busy), timeout=60) as ours,
    ):
        bench = _Bench(raw, ours, f"/v2/{busy}")
        return [
            await bench.tag_list(),
            await bench.manifest_cold(),
            await bench.manifest_warm(),
            await bench.summaries(),
        ]


def _repository(served: Command, busy: str) -> str:
    return f"{served.url}/api/v1/registries/bench/repositories/{busy}"


class _Bench:
    """The pairs of work; every one reads its whole answer."""

    def __init__(self, raw: httpx.AsyncClient, ours: httpx.AsyncClient, path: str) -> None:
        self._raw = raw
        self._ours = ours
        self._path = path

    async def tag_list(self) -> Row:
        async def control() -> object:
            return (await self._get_raw("/tags/list")).json()["tags"]

        async def ours() -> object:
            answer = await self._get_ours("/tags?n=10000", FRESH)
            assert len(answer.json()["tags"]) == 10_000
            return answer

        return await compare("tag list of 10,000 tags", 1.5, ours=ours, control=control)

    async def manifest_cold(self) -> Row:
        """Every round takes a digest that was never asked for: nothing of it is in the cache."""
        numbers = iter(range(20))

        async def ours() -> object:
            tag = format_busy_tag(next(numbers))
            return await self._get_ours(f"/tags/{tag}/manifest", FRESH)

        return await compare(
            "one manifest, cold", 2, ours=ours, control=self._read_manifest_raw, rounds=15
        )

    async def manifest_warm(self) -> Row:
        async def ours() -> object:
            return await self._get_ours(f"/tags/{format_busy_tag(30)}/manifest")

        return await compare(
            "one manifest, warm", 0.5, ours=ours, control=self._read_manifest_raw, rounds=31
        )

    async def summaries(self) -> Row:
        tags = [format_busy_tag(n) for n in range(TAGS)]

        async def control() -> object:
            await self._summarise_raw(tags)
            return None

        async def ours() -> object:
            for start in range(0, TAGS, BATCH):
                query = "&".join(f"tag={tag}" for tag in tags[start : start + BATCH])
                answer = await self._get_ours(f"/summaries?{query}", FRESH)
                assert len(answer.json()["summaries"]) == BATCH
            return None

        return await compare(
            f"summaries of {TAGS:,} tags", 1.3, ours=ours, control=control, rounds=3
        )

    async def _summarise_raw(self, tags: Sequence[str]) -> None:
        """HEAD every tag, then GET each distinct manifest and its config, 4 at a time."""
        turns = asyncio.Semaphore(CONCURRENCY)

        async def head(tag: str) -> str:
            async with turns:
                answer = await self._raw.head(f"{self._path}/manifests/{tag}", headers=ACCEPT)
            return answer.headers["Docker-Content-Digest"]

        async def read(digest: str) -> None:
            async with turns:
                await self._read_manifest_raw(digest)

        digests = set(await asyncio.gather(*map(head, tags)))
        await asyncio.gather(*map(read, digests))

    async def _read_manifest_raw(self, reference: str = format_busy_tag(30)) -> object:
        manifest = json.loads((await self._get_raw(f"/manifests/{reference}")).content)
        config = manifest["config"]["digest"]
        return json.loads((await self._get_raw(f"/blobs/{config}")).content)

    async def _get_raw(self, path: str) -> httpx.Response:
        return (await self._raw.get(self._path + path, headers=ACCEPT)).raise_for_status()

    async def _get_ours(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        url = httpx.URL(f"{self._ours.base_url}".rstrip("/") + path)
        return (await self._ours.get(url, headers=headers)).raise_for_status()


async def bench_sharing(served: Command, registry: DockerRegistry, busy: str) -> Row:
    """Ask for one manifest a hundred times at once, and count what the registry was asked."""
    path = f"/v2/{busy}/manifests/"
    before = registry.read_log().count(path)
    url = f"{_repository(served, busy)}/tags/{format_busy_tag(40)}/manifest"
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=100)) as client:
        answers = await asyncio.gather(*(client.get(url) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {200}
    asked = registry.read_log().count(path) - before
    detail = "requests for the manifest, in the registry's own log"
    return Row("100 identical requests at once", asked, 1, "", detail)


async def bench_memory(served: Command, busy: str) -> Row:
    """Walk the whole catalog, summarise 10,000 tags, and read the server's resident memory."""
    async with httpx.AsyncClient(base_url=served.url, timeout=60) as client:
        url: str | None = "/api/v1/registries/bench/repositories?n=1000"
        seen = 0
        while url:
            page = (await client.get(url)).raise_for_status().json()
            seen += len(page["repositories"])
            url = page["next"]
        base = f"/api/v1/registries/bench/repositories/{busy}/summaries"
        for start in range(0, 10_000, BATCH):
            query = "&".join(f"tag={format_busy_tag(n)}" for n in range(start, start + BATCH))
            (await client.get(f"{base}?{query}")).raise_for_status()
    detail = f"after {seen:,} repositories and 10,000 summaries"
    return Row("memory of `reglite serve`", served.read_memory_mib(), 120, "MiB", detail)
