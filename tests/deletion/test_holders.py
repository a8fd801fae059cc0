"""Which tags hold a manifest, and what it is to them; several plans on one walk."""

import json
from dataclasses import replace

import pytest

from reglite import media_types
from reglite.deletion.holders import find_holders
from reglite.deletion.plan import make_plan
from reglite.deletion.untag import untag
from reglite.demo.exchange import Request
from reglite.errors import ManifestUnknown
from reglite.reference import Digest, Tag, parse_digest
from reglite.registry.client import RegistryClient
from reglite.registry.pace import get_loop_time
from tests.deletion.conftest import MakeClient
from tests.deletion.content import REPOSITORY, Repo
from tests.support.clock import HURRIED, Clock

pytestmark = pytest.mark.anyio


def _entry(digest: Digest, **parts: object) -> dict[str, object]:
    return {"mediaType": media_types.OCI_MANIFEST, "digest": digest, "size": 2, **parts}


def _put_index(repo: Repo, entries: list[dict[str, object]], *tags: str) -> Digest:
    document = {"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": entries}
    return repo.registry.put_manifest(
        repo.name, json.dumps(document).encode(), media_types.OCI_INDEX, *tags
    )


async def _find(client: RegistryClient, digest: Digest) -> list[tuple[str, str, str | None]]:
    holders = await find_holders(client, REPOSITORY, digest)
    assert holders.complete
    return [(each["tag"], each["as"], each["platform"]) for each in holders.to_json()["tags"]]


async def test_each_tag_is_named_with_what_the_manifest_is_to_it(
    repo: Repo, client: RegistryClient
) -> None:
    image, attestation, artifact = (repo.add_image(name) for name in ("i", "a", "f"))
    platform = {"os": "linux", "architecture": "arm64", "variant": "v8"}
    about = {"vnd.docker.reference.type": "attestation-manifest"}
    inner = _put_index(
        repo,
        [
            _entry(image, platform=platform),
            _entry(attestation, annotations=about, platform={"os": "unknown"}),
            _entry(artifact, artifactType="application/vnd.test"),
        ],
        "1.4",
    )
    nested = [{**_entry(inner), "mediaType": media_types.OCI_INDEX}]
    _put_index(repo, nested, "all", "latest")
    repo.registry.move_tag(repo.name, "one", image)

    deep = [("1.4", "platform", "linux/arm64/v8"), ("all", "platform", "linux/arm64/v8")]
    assert await _find(client, image) == [
        *deep,
        ("latest", "platform", "linux/arm64/v8"),
        ("one", "manifest", None),
    ]
    assert {(role, name) for _, role, name in await _find(client, attestation)} == {
        ("attestation", None)
    }
    assert {(role, name) for _, role, name in await _find(client, artifact)} == {("child", None)}
    assert await _find(client, inner) == [
        ("1.4", "manifest", None),
        ("all", "child", None),
        ("latest", "child", None),
    ]


async def test_what_no_tag_holds_has_none_and_what_is_not_there_is_unknown(
    repo: Repo, client: RegistryClient
) -> None:
    repo.add_image("other", "latest")
    assert await _find(client, repo.add_image("alone")) == []
    with pytest.raises(ManifestUnknown):
        await find_holders(client, REPOSITORY, parse_digest(f"sha256:{'0' * 64}"))


async def test_a_big_repository_is_told_in_parts_that_lead_to_the_whole(
    repo: Repo, make_client: MakeClient
) -> None:
    clock = Clock(get_loop_time())
    client = make_client(pace=replace(HURRIED, clock=clock), max_connections=1)
    digest = repo.add_image("a", *(f"t{n:03}" for n in range(100)))

    def take_a_second(request: Request) -> None:
        if request.method == "HEAD":
            clock.now += 1

    repo.registry.on_request = take_a_second
    found = await find_holders(client, REPOSITORY, digest)
    parts = [found]
    while found.next is not None:
        assert f"/manifests/{digest}/tags?cursor=" in found.next
        cursor = found.next.partition("cursor=")[2]
        found = await find_holders(client, REPOSITORY, digest, cursor=cursor)
        parts.append(found)
    assert len(parts) > 3
    assert [part.complete for part in parts] == [False] * (len(parts) - 1) + [True]
    assert [holder.tag for holder in parts[-1].tags] == sorted(repo.tags)


def _count_heads(repo: Repo) -> int:
    return sum(request.method == "HEAD" for request in repo.registry.requests)


async def test_several_images_are_planned_on_one_walk(repo: Repo, client: RegistryClient) -> None:
    images = [repo.add_image(f"i{n}", f"a{n}", f"b{n}") for n in range(5)]
    tags = {}
    for image in images:
        plan = await make_plan(client, REPOSITORY, image, recalls=True)
        assert plan.allowed
        tags[image] = plan.tags
    assert tags == {image: (f"a{n}", f"b{n}") for n, image in enumerate(images)}
    assert _count_heads(repo) == 10
    anew = await make_plan(client, REPOSITORY, images[0])
    assert _count_heads(repo) == 20
    assert anew.plan == (await make_plan(client, REPOSITORY, images[0], recalls=True)).plan


async def test_what_was_written_since_and_what_is_new_is_read_again(
    repo: Repo, client: RegistryClient
) -> None:
    first, second = repo.add_image("1", "a", "b", "c"), repo.add_image("2", "d")
    await make_plan(client, REPOSITORY, first, recalls=True)
    await untag(client, REPOSITORY, Tag("b"), expected_digest=first)
    repo.registry.move_tag(repo.name, "e", second)
    repo.registry.requests.clear()
    plan = await make_plan(client, REPOSITORY, second, recalls=True)
    assert plan.tags == ("d", "e")
    assert _count_heads(repo) == 1
    assert (await make_plan(client, REPOSITORY, first, recalls=True)).tags == ("a", "c")


async def test_a_walk_serves_for_minutes_and_no_longer(repo: Repo, make_client: MakeClient) -> None:
    client = make_client()
    image = repo.add_image("1", "a")
    await make_plan(client, REPOSITORY, image, recalls=True)
    repo.registry.move_tag(repo.name, "a", repo.add_image("2"))
    assert (await make_plan(client, REPOSITORY, image, recalls=True)).tags == ("a",)
    assert (await make_plan(client, REPOSITORY, image)).tags == ()
