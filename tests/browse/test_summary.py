import asyncio
import json
from collections.abc import Callable

import pytest

from reglite import media_types
from reglite.browse.manifest import get_manifest_view
from reglite.browse.summary import SummariesView, get_summaries
from reglite.demo.exchange import Answer, Request
from reglite.demo.registry import MemoryRegistry
from reglite.errors import BadRequest
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.placeholder import build_placeholder
from tests.browse.conftest import MakeClient
from tests.browse.documents import CREATED, describe, make_digest
from tests.support.clients import make_config, open_clients

pytestmark = pytest.mark.anyio

REPOSITORY = Repository("team/project/app")


def put_image(
    registry: MemoryRegistry, name: str, *tags: str, platform: str = "linux/amd64"
) -> Digest:
    system, architecture = platform.split("/")
    config = {"os": system, "architecture": architecture, "created": CREATED, "name": name}
    raw = json.dumps(config).encode()
    described = describe("", len(raw), media_types.OCI_CONFIG)
    described["digest"] = registry.put_blob(REPOSITORY, raw)
    document = {"schemaVersion": 2, "config": described, "layers": [describe(name, 100)]}
    return registry.put_manifest(
        REPOSITORY, json.dumps(document).encode(), media_types.OCI_MANIFEST, *tags
    )


def put_index(registry: MemoryRegistry, *tags: str) -> Digest:
    children = [
        {
            "mediaType": media_types.OCI_MANIFEST,
            "digest": put_image(registry, platform, platform=platform),
            "size": 1,
            "platform": dict(zip(("os", "architecture"), platform.split("/"), strict=True)),
        }
        for platform in ("linux/amd64", "linux/arm64")
    ]
    document = {"schemaVersion": 2, "manifests": children}
    return registry.put_manifest(
        REPOSITORY, json.dumps(document).encode(), media_types.OCI_INDEX, *tags
    )


async def summarise(client: RegistryClient, *tags: str) -> SummariesView:
    return await get_summaries(client, REPOSITORY, tags)


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ("http://127.0.0.1:1", "keeps it at 127.0.0.1:1, which can't be reached from here"),
        ("http://169.254.169.254", "its redirect at http://169.254.169.254 was not asked"),
    ],
)
async def test_storage_out_of_reach_leaves_what_the_manifest_alone_tells(
    serve: Callable[..., str], memory_registry: MemoryRegistry, origin: str, said: str
) -> None:
    digest = put_image(memory_registry, "one", "v1")
    memory_registry.switches.blob_redirect = origin
    async with open_clients() as make:
        client = make(make_config(url=serve(memory_registry)))
        await expect_the_manifest_alone(client, memory_registry, digest, said)


async def expect_the_manifest_alone(
    client: RegistryClient, registry: MemoryRegistry, digest: Digest, said: str
) -> None:

    (summary,) = (await get_summaries(client, REPOSITORY, ["v1"])).summaries
    shown = await get_manifest_view(client, REPOSITORY, Tag("v1"))

    assert (summary.overview.kind, summary.overview.created) == ("image", None)
    assert summary.overview.size_bytes
    assert (shown.digest, shown.size_bytes) == (digest, summary.overview.size_bytes)
    assert shown.layers
    for unread in (*summary.overview.unread, *shown.unread):
        assert unread.digest == digest
        assert said in unread.message
        assert "storage.redirect.disable" in unread.message
    assert shown.unread

    registry.switches.blob_redirect = None
    (summary,) = (await get_summaries(client, REPOSITORY, ["v1"])).summaries
    assert (summary.overview.created, summary.overview.unread) == (CREATED, ())


async def test_a_summary_has_the_contracts_shape(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    digest = put_image(memory_registry, "app", "v1")

    view = (await summarise(client, "v1")).to_json()

    size = view["summaries"][0]["size_bytes"]
    assert size > 100
    assert view == {
        "registry": "memory:5000",
        "repository": REPOSITORY,
        "summaries": [
            {
                "tag": "v1",
                "digest": digest,
                "media_type": media_types.OCI_MANIFEST,
                "artifact_type": None,
                "kind": "image",
                "created": CREATED,
                "size_bytes": size,
                "platforms": [{"platform": "linux/amd64", "digest": digest, "size_bytes": size}],
                "unread": [],
            }
        ],
        "failed": [],
        "pending": [],
    }


async def test_an_index_is_summarised_with_its_platforms(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    put_index(memory_registry, "v1")

    overview = (await summarise(client, "v1")).summaries[0].overview

    assert overview.kind == "index"
    assert [row.platform for row in overview.platforms] == ["linux/amd64", "linux/arm64"]


async def test_tags_cost_a_head_each_and_digests_a_get_each(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    tags = [f"v{n}" for n in range(60)]
    for n in range(3):
        put_image(memory_registry, f"app {n}", *tags[n * 20 : n * 20 + 20])

    view = await summarise(client, *tags)

    assert [summary.tag for summary in view.summaries] == tags
    assert memory_registry.count_requests("HEAD", "/manifests/") == 60
    assert memory_registry.count_requests("GET", "/manifests/") == 3
    assert memory_registry.count_requests("GET", "/blobs/") == 3


async def test_a_digest_that_is_known_costs_nothing_more(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    put_index(memory_registry, "v1")
    await summarise(client, "v1")
    memory_registry.requests.clear()

    await summarise(client, "v1")
    assert memory_registry.requests == []


async def test_a_fresh_summary_looks_at_all_parts_anew(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    put_index(memory_registry, "v1")
    await summarise(client, "v1")
    asked = memory_registry.count_requests("GET", "")
    memory_registry.requests.clear()

    await get_summaries(client, REPOSITORY, ["v1"], fresh=True)

    assert memory_registry.count_requests("GET", "") == asked


async def test_a_tag_that_moved_is_seen_by_a_fresh_summary(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    put_image(memory_registry, "old", "v1")
    await summarise(client, "v1")
    digest = put_image(memory_registry, "new", "v1")

    view = await get_summaries(client, REPOSITORY, ["v1"], fresh=True)

    assert view.summaries[0].overview.digest == digest


async def test_an_index_with_gaps_is_read_again(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    put_index(memory_registry, "v1")
    held = memory_registry.repositories[REPOSITORY]
    missing = next(d for d, m in held.manifests.items() if m.media_type == media_types.OCI_MANIFEST)
    kept = held.manifests.pop(missing)
    before = (await summarise(client, "v1")).summaries[0].overview
    held.manifests[missing] = kept

    after = (await summarise(client, "v1")).summaries[0].overview

    assert before.size_bytes is not None
    assert after.size_bytes is not None
    assert before.size_bytes < after.size_bytes


async def test_bad_tags_fail_alone(memory_registry: MemoryRegistry, client: RegistryClient) -> None:
    put_image(memory_registry, "app", "good")
    memory_registry.move_tag(REPOSITORY, "dangling", make_digest("gone"))
    memory_registry.put_manifest(REPOSITORY, b"not json", media_types.OCI_MANIFEST, "broken")

    view = await summarise(client, "dangling", "good", "missing", "broken", "../../etc")

    assert [summary.tag for summary in view.summaries] == ["good"]
    assert [(failure.tag, failure.code) for failure in view.failed] == [
        ("dangling", "MANIFEST_UNKNOWN"),
        ("missing", "MANIFEST_UNKNOWN"),
        ("broken", "REGISTRY_PROTOCOL"),
        ("../../etc", "TAG_INVALID"),
    ]
    assert all(failure.to_json()["message"] for failure in view.failed)
    assert view.pending == ()


async def test_what_does_not_fit_in_the_budget_is_pending_and_nothing_runs_on(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    for name in ("a", "b", "c"):
        put_image(memory_registry, name, name)
    stuck = asyncio.Event()

    async def stall(request: Request) -> None:
        if request.path.endswith("/manifests/b"):
            await stuck.wait()

    memory_registry.on_request = stall
    running = len(asyncio.all_tasks())

    view = await get_summaries(client, REPOSITORY, ["a", "b", "c"], budget_seconds=2)

    assert [summary.tag for summary in view.summaries] == ["a", "c"]
    assert view.pending == ("b",)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) <= running
    memory_registry.on_request = None
    assert [summary.tag for summary in (await summarise(client, "b")).summaries] == ["b"]


async def test_the_first_tags_are_done_before_the_last_are_begun(
    memory_registry: MemoryRegistry, make_client: MakeClient
) -> None:
    tags = [f"v{n:02}" for n in range(20)]
    for tag in tags:
        put_image(memory_registry, tag, tag)
    client = make_client(max_connections=1)

    await summarise(client, *tags)

    asked = [(logged.method, logged.path.rpartition("/")[2]) for logged in memory_registry.requests]
    configs = [n for n, logged in enumerate(memory_registry.requests) if "/blobs/" in logged.path]
    assert configs[0] < asked.index(("HEAD", tags[10]))


async def test_no_more_requests_run_at_once_than_the_inventory_allows(
    memory_registry: MemoryRegistry, make_client: MakeClient
) -> None:
    tags = [f"v{n}" for n in range(30)]
    for tag in tags:
        put_image(memory_registry, tag, tag)
    running = most = 0

    async def enter(_: Request) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)

    async def leave(_: Request, __: Answer) -> None:
        nonlocal running
        await asyncio.sleep(0)
        running -= 1

    memory_registry.on_request, memory_registry.on_answer = enter, leave

    view = await summarise(make_client(max_connections=3), *tags)

    assert len(view.summaries) == 30
    assert most == 3


async def test_a_placeholder_is_told_from_an_empty_index(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    raw = build_placeholder(make_digest("app"), Tag("v1"), "nonce")
    memory_registry.put_manifest(REPOSITORY, raw, media_types.OCI_INDEX, "v1")
    memory_registry.put_manifest(REPOSITORY, b'{"manifests":[]}', media_types.OCI_INDEX, "v2")

    view = await summarise(client, "v1", "v2")

    assert [summary.overview.kind for summary in view.summaries] == ["placeholder", "index"]
    assert [summary.overview.size_bytes for summary in view.summaries] == [0, 0]


@pytest.mark.parametrize("count", [0, 101])
async def test_only_1_to_100_tags_are_summarised_at_once(
    client: RegistryClient, count: int
) -> None:
    with pytest.raises(BadRequest):
        await summarise(client, *(f"v{n}" for n in range(count)))


async def test_a_tag_that_is_asked_for_twice_is_answered_once(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    put_image(memory_registry, "app", "v1")

    assert len((await summarise(client, *["v1"] * 150)).summaries) == 1
