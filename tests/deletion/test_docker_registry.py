"""Deletion on the real registry server, version 2.8: it deletes by digest and nothing else."""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio
import httpx
import pytest

from reglite import media_types
from reglite.deletion.leftovers import find_leftovers, find_repository_leftovers
from reglite.deletion.plan import make_plan
from reglite.deletion.removal import delete_by_digest
from reglite.deletion.restore import restore
from reglite.deletion.untag import untag
from reglite.errors import (
    BlobUnknown,
    ManifestUnknown,
    PlanChanged,
    RegistryProtocol,
    RegliteError,
    TagMoved,
    TagProtected,
    Unsupported,
)
from reglite.reference import Digest, Repository, Tag, compute_digest
from reglite.registry.client import RegistryClient
from tests.deletion.conftest import MakeClient
from tests.deletion.content import DyingTransport, Killed
from tests.support.availability import find_program
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher, make_config

pytestmark = pytest.mark.anyio
PUSHERS = 3
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading the system's certificates is slow


class Truth:
    """What the registry itself says, tag by tag and manifest by manifest."""

    def __init__(self, registry: DockerRegistry, repository: str) -> None:
        self._client = registry.client()
        self._path = f"v2/{repository}"

    def read_tags(self) -> dict[str, str]:
        """Return the digest of every listed tag; "dangling" for one that answers 404."""
        answer = self._client.get(f"{self._path}/tags/list")
        names = (answer.json().get("tags") or []) if answer.status_code == 200 else []
        return {name: self._resolve(name) for name in names}

    def has(self, digest: str) -> bool:
        """Tell whether a manifest is there."""
        return self._resolve(digest) == digest

    def read_raw(self, digest: str) -> bytes:
        """Return a manifest's bytes."""
        accept = {"Accept": media_types.ACCEPT_MANIFESTS}
        return self._client.get(f"{self._path}/manifests/{digest}", headers=accept).content

    def _resolve(self, reference: str) -> str:
        accept = {"Accept": media_types.ACCEPT_MANIFESTS}
        answer = self._client.head(f"{self._path}/manifests/{reference}", headers=accept)
        return answer.headers["docker-content-digest"] if answer.status_code == 200 else "dangling"

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


@pytest.fixture
def truth(docker_registry: DockerRegistry, repository: str) -> Iterator[Truth]:
    truth = Truth(docker_registry, repository)
    yield truth
    truth.close()


@pytest.fixture
def name(repository: str) -> Repository:
    return Repository(repository)


@pytest.fixture
def real(make_client: MakeClient, docker_registry: DockerRegistry) -> RegistryClient:
    return make_client(url=docker_registry.url)


async def test_one_tag_goes_through_a_placeholder_and_its_siblings_stay(
    pusher: Pusher, name: Repository, truth: Truth, real: RegistryClient
) -> None:
    image = pusher.push_image("latest", "1.4.2", "stable")
    plan = await make_plan(real, name, image.digest)
    assert (plan.tags, plan.untag, plan.allowed) == (
        ("1.4.2", "latest", "stable"),
        "placeholder",
        True,
    )
    untagging = await untag(real, name, Tag("1.4.2"), expected_digest=image.digest)
    assert untagging.to_json() == {
        "untagged": "1.4.2",
        "digest": image.digest,
        "method": "placeholder",
    }
    assert truth.read_tags() == {"latest": image.digest, "stable": image.digest}
    assert truth.read_raw(image.digest) == image.raw


async def test_the_last_tag_goes_and_the_image_stays_until_it_is_deleted(
    pusher: Pusher, name: Repository, truth: Truth, real: RegistryClient
) -> None:
    image = pusher.push_docker_image("only")
    await untag(real, name, Tag("only"), expected_digest=image.digest)
    assert truth.read_tags() == {}
    assert truth.has(image.digest)
    plan = await make_plan(real, name, image.digest)
    assert (plan.tags, plan.complete, plan.allowed) == ((), True, True)
    await delete_by_digest(real, name, image.digest, plan=plan.plan)
    assert not truth.has(image.digest)


async def test_a_multi_arch_index_goes_and_shared_children_stay(
    pusher: Pusher, name: Repository, truth: Truth, real: RegistryClient
) -> None:
    index = pusher.push_index("multi", "multi-too", has_attestations=True)
    children = [entry["digest"] for entry in index.document["manifests"]]
    sharing = pusher.push_index_of(index.document["manifests"][:1], "sharing")
    plan = await make_plan(real, name, index.digest)
    assert plan.children == tuple(sorted(children[1:]))
    assert plan.parents == ()
    assert (await make_plan(real, name, Digest(children[0]))).parents == tuple(
        sorted([index.digest, sharing.digest])
    )
    deletion = await delete_by_digest(real, name, index.digest, plan=plan.plan)
    assert deletion.tags == ("multi", "multi-too")
    assert truth.read_tags() == {"sharing": sharing.digest}
    assert all(truth.has(child) for child in children)


async def test_protection_holds_for_what_a_protected_index_reaches(
    pusher: Pusher,
    name: Repository,
    truth: Truth,
    docker_registry: DockerRegistry,
    make_client: MakeClient,
) -> None:
    index = pusher.push_nested_index("latest")
    inner = index.document["manifests"][0]["digest"]
    client = make_client(url=docker_registry.url, protect=("latest",))
    deep = (await client.get_manifest(name, inner)).document["manifests"][0]["digest"]
    for digest in (index.digest, inner, deep):
        with pytest.raises(TagProtected):
            await delete_by_digest(client, name, Digest(digest))
        assert truth.has(digest)
    with pytest.raises(TagProtected):
        await untag(client, name, Tag("latest"))
    assert truth.read_tags() == {"latest": index.digest}


async def test_a_tag_that_moved_between_plan_and_deletion_stops_it(
    pusher: Pusher, name: Repository, truth: Truth, real: RegistryClient
) -> None:
    image = pusher.push_image("latest", "stable")
    plan = await make_plan(real, name, image.digest)
    moved = pusher.push_image("stable", name="newer")
    with pytest.raises(PlanChanged) as caught:
        await delete_by_digest(real, name, image.digest, plan=plan.plan)
    assert caught.value.detail["tags"] == ["latest"]
    with pytest.raises(TagMoved):
        await untag(real, name, Tag("stable"), expected_digest=image.digest)
    assert truth.read_tags() == {"latest": image.digest, "stable": moved.digest}


async def test_deletion_switched_off_changes_nothing_at_all(
    undeletable_docker_registry: DockerRegistry, name: Repository, make_client: MakeClient
) -> None:
    truth = Truth(undeletable_docker_registry, name)
    with undeletable_docker_registry.client() as http:
        image = Pusher(http, name).push_image("latest", "1.4.2")
    folder = undeletable_docker_registry.storage
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    client = make_client(url=undeletable_docker_registry.url)
    plan = await make_plan(client, name, image.digest)
    assert (plan.allowed, plan.untag) == (False, "unsupported")
    assert "REGISTRY_STORAGE_DELETE_ENABLED=true" in (plan.reason or "")
    with pytest.raises(Unsupported):
        await untag(client, name, Tag("1.4.2"), expected_digest=image.digest)
    for plan_or_none in (plan.plan, None):
        with pytest.raises(Unsupported):
            await delete_by_digest(client, name, image.digest, plan=plan_or_none)
    assert truth.read_tags() == {"latest": image.digest, "1.4.2": image.digest}
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    truth.close()


async def test_an_undo_brings_back_the_bytes_and_the_tags(
    pusher: Pusher, name: Repository, truth: Truth, real: RegistryClient
) -> None:
    index = pusher.push_manifest_list("latest", "stable")
    before = truth.read_tags()
    deletion = await delete_by_digest(real, name, index.digest)
    assert truth.read_tags() == {}
    pusher.push_image("stable", name="newer")
    restoration = await restore(
        real, name, index.digest, index.raw, index.media_type, deletion.tags
    )
    assert (restoration.tags, restoration.kept) == (("latest",), ("stable",))
    assert truth.read_raw(index.digest) == index.raw
    assert truth.read_tags()["latest"] == before["latest"]


async def test_an_undo_without_its_blobs_says_so(
    pusher: Pusher, name: Repository, truth: Truth, real: RegistryClient
) -> None:
    document = {**pusher.push_image("a").document, "annotations": {"other": "digest"}}
    document["layers"][0]["digest"] = "sha256:" + "1" * 64
    raw = json.dumps(document).encode()
    with pytest.raises(BlobUnknown, match="push the image again"):
        await restore(real, name, compute_digest(raw), raw, None, (Tag("gone"),))
    assert "gone" not in truth.read_tags()


async def test_an_undo_after_a_collection_under_the_running_server_is_told_as_lost(
    make_docker_registry: Callable[..., DockerRegistry], make_client: MakeClient, name: Repository
) -> None:
    """It takes the push, as its cache still has the blobs, and knows nothing of it afterwards."""
    registry = make_docker_registry(cache=True)
    with registry.client() as http:
        image = Pusher(http, name).push_image("latest", "stable")
    client = make_client(url=registry.url)
    deletion = await delete_by_digest(client, name, image.digest)
    program = find_program("docker-registry", "registry")
    config = registry.folder / "config.yml"
    await anyio.run_process([program, "garbage-collect", str(config)])
    undo = (client, name, image.digest, image.raw, image.media_type)
    restoration = await restore(*undo, deletion.tags)
    assert (restoration.tags, restoration.lost) == ((), ("latest", "stable"))
    assert restoration.reason is not None
    assert restoration.reason.code == "LOST_AFTER_COLLECTION"
    with pytest.raises(RegistryProtocol, match="restart the registry"):
        await restore(*undo)
    registry.restart()
    with pytest.raises(BlobUnknown, match="push the image again"):
        await restore(*undo, deletion.tags)


async def test_a_referrer_leaves_the_fallback_list_and_comes_back(
    pusher: Pusher, name: Repository, truth: Truth, real: RegistryClient
) -> None:
    image = pusher.push_image("latest")
    referrer = pusher.push_referrer(image)
    assert (await make_plan(real, name, image.digest)).referrers == (referrer.digest,)
    await delete_by_digest(real, name, referrer.digest)
    assert (await make_plan(real, name, image.digest)).referrers == ()
    await restore(real, name, referrer.digest, referrer.raw)
    assert (await make_plan(real, name, image.digest)).referrers == (referrer.digest,)


async def test_two_users_delete_at_once(
    pusher: Pusher,
    name: Repository,
    truth: Truth,
    make_client: MakeClient,
    docker_registry: DockerRegistry,
) -> None:
    image, other = pusher.push_image("a", "b", "c"), pusher.push_image("other", name="other")
    # Two names of one address have two locks, as two processes have.
    urls = (docker_registry.url, docker_registry.url.replace("127.0.0.1", "localhost"))
    clients = [make_client(url=url) for url in urls]
    outcomes = await asyncio.gather(
        *(untag(client, name, Tag("a"), expected_digest=image.digest) for client in clients),
        *(untag(client, name, Tag("b"), expected_digest=image.digest) for client in clients),
        return_exceptions=True,
    )
    assert all(
        isinstance(outcome, RegliteError) or not isinstance(outcome, BaseException)
        for outcome in outcomes
    )
    assert truth.read_tags() == {"c": image.digest, "other": other.digest}
    deletions = await asyncio.gather(
        *(delete_by_digest(client, name, image.digest) for client in clients),
        return_exceptions=True,
    )
    assert truth.read_tags() == {"other": other.digest}
    assert all(
        isinstance(outcome, ManifestUnknown) or not isinstance(outcome, BaseException)
        for outcome in deletions
    )


@contextmanager
def pushing(registry: DockerRegistry, name: str) -> Iterator[Callable[[], dict[str, str]]]:
    """Push images without pause from three threads; yields what tells which tag is where."""
    stop = threading.Event()
    pushed: dict[str, str] = {}
    failures: list[BaseException] = []

    def push(worker: int) -> None:
        try:
            with registry.client() as http:
                pusher = Pusher(http, name)
                images = [pusher.push_image(name=f"pushed-{worker}-{n}") for n in range(2)]
                turn = 0
                while not stop.is_set():
                    image, tag = images[turn % 2], f"push-{worker}-{turn % 5}"
                    pusher.push_raw(image.raw, image.media_type, tag)
                    pushed[tag] = image.digest
                    turn += 1
        except BaseException as exc:  # noqa: BLE001 - handed to the test
            failures.append(exc)

    threads = [threading.Thread(target=push, args=(worker,)) for worker in range(PUSHERS)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: pushed
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []


async def test_removals_under_three_pushers_lose_nothing_and_heal(
    pusher: Pusher,
    name: Repository,
    truth: Truth,
    real: RegistryClient,
    docker_registry: DockerRegistry,
) -> None:
    tags = [f"t{number}" for number in range(12)]
    image = pusher.push_image("keep", *tags)
    doomed = pusher.push_image(*(f"d{number}" for number in range(4)), name="doomed")
    with pushing(docker_registry, name) as read_pushed:
        for tag in tags:
            await remove_persistently(real, name, Tag(tag), image.digest)
        await delete_persistently(real, name, doomed.digest)
    left = truth.read_tags()
    for leftover in await find_leftovers_of(real, name):
        await untag(real, name, leftover)
        left = truth.read_tags()
    assert left == {"keep": image.digest, **read_pushed()}
    assert not truth.has(doomed.digest)


async def remove_persistently(
    client: RegistryClient, name: Repository, tag: Tag, digest: Digest
) -> None:
    """Remove a tag as a person would: what fails is tried again, and gone is gone."""
    for _ in range(5):
        try:
            await untag(client, name, tag, expected_digest=digest)
        except ManifestUnknown:
            return
        except RegliteError as exc:
            assert exc.status >= 500, exc.message  # noqa: PT017 - anything else is wrong here
        else:
            return
    raise AssertionError(f"{tag} could not be removed")


async def delete_persistently(client: RegistryClient, name: Repository, digest: Digest) -> None:
    for _ in range(5):
        try:
            await delete_by_digest(client, name, digest)
        except ManifestUnknown:
            return
        except RegliteError as exc:
            assert exc.status >= 500, exc.message  # noqa: PT017
        else:
            return
    raise AssertionError(f"{digest} could not be deleted")


async def find_leftovers_of(client: RegistryClient, name: Repository) -> list[Tag]:
    return [leftover.tag for leftover in await find_repository_leftovers(client, name)]


async def test_tags_left_dangling_on_disk_are_found_and_healed(
    make_docker_registry: Callable[..., DockerRegistry], make_client: MakeClient, name: Repository
) -> None:
    registry = make_docker_registry()
    truth = Truth(registry, name)
    with registry.client() as http:
        image = Pusher(http, name).push_image("latest", "broken")
        doomed = Pusher(http, name).push_image("broken", name="doomed")
    algorithm, _, encoded = doomed.digest.partition(":")
    folder = registry.storage / "docker/registry/v2/repositories" / name / "_manifests"
    (folder / "revisions" / algorithm / encoded / "link").unlink()
    assert truth.read_tags() == {"latest": image.digest, "broken": "dangling"}
    client = make_client(url=registry.url)
    assert [leftover.state for leftover in await find_leftovers(client)] == ["dangling"]
    await untag(client, name, Tag("broken"))
    assert truth.read_tags() == {"latest": image.digest}
    assert await find_leftovers(client) == ()
    truth.close()


@pytest.mark.parametrize("is_sent", [True, False])
async def test_killed_at_any_request_no_image_loses_another_tag(
    pusher: Pusher,
    truth: Truth,
    make_client: MakeClient,
    docker_registry: DockerRegistry,
    is_sent: bool,
) -> None:
    name = Repository(pusher.repository)
    config = make_config()
    for dies_at in range(60):
        image = pusher.push_image("doomed", "latest", config={**config, "author": str(dies_at)})
        transport = DyingTransport(
            httpx.AsyncHTTPTransport(verify=NO_TLS), dies_at, is_sent=is_sent
        )
        dying = make_client(url=docker_registry.url, transport=transport)
        try:
            await untag(dying, name, Tag("doomed"), expected_digest=image.digest)
        except Killed:
            pass
        else:
            assert dies_at > 10
            return
        assert truth.read_tags()["latest"] == image.digest
        fresh = make_client(url=docker_registry.url)
        was_there = "doomed" in truth.read_tags()
        try:
            await untag(fresh, name, Tag("doomed"), expected_digest=image.digest)
        except ManifestUnknown:
            assert not was_there
        assert truth.read_tags() == {"latest": image.digest}
        assert truth.has(image.digest)
    raise AssertionError("it never ended")
