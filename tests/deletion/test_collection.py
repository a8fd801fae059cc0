"""What the real registry's own garbage collection leaves, and what a reader sees afterwards."""

from collections.abc import Callable

import pytest

from reglite.browse.manifest import get_manifest_view
from reglite.browse.summary import get_summaries
from reglite.deletion.plan import make_plan
from reglite.deletion.removal import delete_by_digest
from reglite.deletion.restore import restore
from reglite.reference import Digest, Repository, Tag
from tests.deletion.conftest import MakeClient
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher

pytestmark = pytest.mark.anyio
NAME = Repository("team/app")


@pytest.fixture
def own(make_docker_registry: Callable[..., DockerRegistry]) -> DockerRegistry:
    """Return a registry whose bytes nobody else counts."""
    return make_docker_registry()


def _count_bytes(registry: DockerRegistry) -> int:
    return sum(file.stat().st_size for file in registry.storage.rglob("blobs/sha256/*/*/data"))


@pytest.mark.parametrize("with_children", [True, False])
async def test_the_bytes_come_back_with_a_plain_collection_only_if_the_children_went(
    own: DockerRegistry, make_client: MakeClient, with_children: bool
) -> None:
    client = make_client(url=own.url)
    with own.client() as http:
        index = Pusher(http, NAME).push_index("multi", has_attestations=True)
    before = _count_bytes(own)
    plan = await make_plan(client, NAME, index.digest)
    deletion = await delete_by_digest(
        client, NAME, index.digest, plan=plan.plan, with_children=with_children
    )
    own.collect_garbage()
    assert before > 0
    assert (_count_bytes(own) == 0) is with_children
    if with_children:
        assert deletion.children is not None
        assert deletion.children.kept == []
        assert {each.digest for each in deletion.children.manifests} == set(plan.children)


async def test_an_undo_puts_the_children_back_before_their_index(
    own: DockerRegistry, make_client: MakeClient
) -> None:
    client = make_client(url=own.url)
    with own.client() as http:
        index = Pusher(http, NAME).push_index("multi", has_attestations=True)
    plan = await make_plan(client, NAME, index.digest)
    deletion = await delete_by_digest(
        client, NAME, index.digest, plan=plan.plan, with_children=True
    )
    for child in deletion.to_json()["undo"]:
        await restore(
            client, NAME, Digest(child["digest"]), child["raw"].encode(), child["media_type"]
        )
    restored = await restore(
        client, NAME, index.digest, index.raw, index.media_type, (Tag("multi"),)
    )
    assert restored.tags == ("multi",)
    view = await get_manifest_view(client, NAME, Tag("multi"), fresh=True)
    assert [row.size_bytes is not None for row in view.platforms] == [True, True]
    assert (await make_plan(client, NAME, index.digest)).children == plan.children


async def test_a_forced_reload_shows_what_a_collection_took(
    own: DockerRegistry, make_client: MakeClient
) -> None:
    client = make_client(url=own.url)
    with own.client() as http:
        pusher = Pusher(http, NAME)
        index = pusher.push_index("multi")
        await get_summaries(client, NAME, ["multi"])
        whole = await get_manifest_view(client, NAME, Tag("multi"))
        pusher.delete(index.document["manifests"][0]["digest"])
    own.collect_garbage()
    view = await get_manifest_view(client, NAME, Tag("multi"), fresh=True)
    (summary,) = (await get_summaries(client, NAME, ["multi"], fresh=True)).summaries
    assert (view.size_bytes or 0) < (whole.size_bytes or 0)
    assert summary.overview.size_bytes == view.size_bytes
    later = await get_manifest_view(client, NAME, Tag("multi"))
    (again,) = (await get_summaries(client, NAME, ["multi"])).summaries
    assert (later.size_bytes, again.overview.size_bytes) == (view.size_bytes, view.size_bytes)


async def test_a_forced_reload_shows_a_config_that_is_gone(
    own: DockerRegistry, make_client: MakeClient
) -> None:
    client = make_client(url=own.url)
    with own.client() as http:
        image = Pusher(http, NAME).push_image("one")
    assert (await get_manifest_view(client, NAME, Tag("one"))).created is not None
    hexes = image.document["config"]["digest"].removeprefix("sha256:")
    (own.storage / f"docker/registry/v2/blobs/sha256/{hexes[:2]}/{hexes}/data").unlink()
    own.restart()
    view = await get_manifest_view(client, NAME, Tag("one"), fresh=True)
    (summary,) = (await get_summaries(client, NAME, ["one"], fresh=True)).summaries
    assert (view.created, summary.overview.created) == (None, None)
