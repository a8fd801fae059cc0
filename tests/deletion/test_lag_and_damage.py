"""Lists that lag behind, tags that outlive their digest, tags that nobody can read."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reglite import media_types
from reglite.deletion.leftovers import find_leftovers
from reglite.deletion.plan import make_plan
from reglite.deletion.removal import delete_by_digest
from reglite.deletion.untag import untag
from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.presets import distribution_2_8
from reglite.errors import ManifestUnknown, RegistryProtocol, RegliteError
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.probe import ZERO_DIGEST
from tests.deletion.conftest import MakeClient
from tests.deletion.content import REPOSITORY, Repo
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher
from tests.support.nginx import run_nginx

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("has_detail", [True, False])
async def test_deletion_behind_a_list_that_lags_is_done_and_nothing_is_pushed_back(
    repo: Repo, client: RegistryClient, has_detail: bool
) -> None:
    repo.behave_as(distribution_2_8())
    repo.registry.switches.has_lagging_lists = True
    if not has_detail:
        repo.registry.switches.error_style = "empty"
    digest, other = repo.add_image("a", "latest", "stable"), repo.add_image("b", "other")
    plan = await make_plan(client, REPOSITORY, digest)
    deletion = await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert (repo.tags, repo.manifests) == ({"other": other}, {other})
    assert (deletion.tags, deletion.is_complete) == (("latest", "stable"), True)
    (note,) = deletion.notes
    assert (note.code, note.params) == ("LIST_BEHIND", {"tags": ["latest", "stable"]})
    assert repo.registry.count_requests("PUT", "") == 0
    with pytest.raises(ManifestUnknown):
        await untag(client, REPOSITORY, Tag("latest"))
    assert await find_leftovers(client) == ()
    assert repo.registry.count_requests("PUT", "") == 0


async def test_single_tag_behind_a_list_that_lags_goes(repo: Repo, client: RegistryClient) -> None:
    repo.behave_as(distribution_2_8())
    repo.registry.switches.has_lagging_lists = True
    digest = repo.add_image("a", "latest", "stable")
    await untag(client, REPOSITORY, Tag("stable"), expected_digest=digest)
    assert (repo.tags, repo.manifests) == ({"latest": digest}, {digest})


async def test_tags_that_outlive_their_digest_are_removed_one_by_one(
    repo: Repo, client: RegistryClient
) -> None:
    repo.registry.switches.keeps_tags = True
    digest, other = repo.add_image("a", "latest", "stable"), repo.add_image("b", "other")
    deletion = await delete_by_digest(client, REPOSITORY, digest)
    assert repo.tags == {"other": other}
    assert (deletion.tags, deletion.is_complete, deletion.notes) == (("latest", "stable"), True, ())


async def test_tags_that_outlive_their_digest_and_stay_are_told_with_what_they_pull(
    repo: Repo, client: RegistryClient
) -> None:
    repo.registry.switches.keeps_tags = True
    repo.registry.switches.untag = "405"
    digest = repo.add_image("a", "latest", "stable")
    with pytest.raises(RegistryProtocol, match=r"tags latest, stable.* still pull it") as caught:
        await delete_by_digest(client, REPOSITORY, digest)
    assert digest in caught.value.message
    assert repo.tags == {"latest": digest, "stable": digest}


async def test_damaged_tag_is_named_and_stops_no_other_deletion(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(distribution_2_8())
    digest, other = repo.add_image("a", "latest"), repo.add_image("b", "other")
    repo.add_image("c", "broken")
    repo.registry.switches.damaged_tags = frozenset({"broken"})
    plan = await make_plan(client, REPOSITORY, digest)
    assert (plan.damaged, plan.complete, plan.allowed) == (("broken",), True, True)
    deletion = await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert digest not in repo.manifests
    assert repo.tags["other"] == other
    (note,) = deletion.notes
    assert (note.code, note.params) == ("TAGS_DANGLE", {"tags": ["latest"], "damaged": ["broken"]})
    assert not deletion.is_complete

    assert {each.state for each in await find_leftovers(client)} == {"dangling", "damaged"}
    untagging = await untag(client, REPOSITORY, Tag("broken"), expected_digest=ZERO_DIGEST)
    assert untagging.digest is None
    await untag(client, REPOSITORY, Tag("latest"))
    assert repo.tags == {"other": other}


async def test_protected_tag_that_is_damaged_stops_the_deletion(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "latest")
    repo.add_image("c", "v1")
    repo.registry.switches.damaged_tags = frozenset({"v1"})
    plan = await make_plan(make_client(protect=("v*",)), REPOSITORY, digest)
    assert (plan.damaged, plan.allowed, plan.complete) == ((), False, False)


async def test_tag_whose_image_somebody_saw_is_not_called_damaged(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest")
    repo.registry.switches.damaged_tags = frozenset({"latest"})
    with pytest.raises(RegistryProtocol, match="500"):
        await untag(client, REPOSITORY, Tag("latest"), expected_digest=digest)
    assert repo.registry.count_requests("PUT", "") == 0


async def test_registry_that_fails_at_everything_has_no_damaged_tags(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest", "stable")

    def fail(request: Request) -> Answer | None:
        is_tag = "/manifests/" in request.path and "sha256:" not in request.path
        return refuse(500, "UNKNOWN", "unknown error", {}) if is_tag else None

    repo.registry.on_request = fail
    plan = await make_plan(client, REPOSITORY, digest)
    assert (plan.damaged, plan.allowed) == ((), False)


@pytest.fixture
def lagging(docker_registry: DockerRegistry, tmp_path: Path) -> Iterator[str]:
    """Put nginx in front of the real registry, which answers tag lists from its cache."""
    there = f"proxy_pass {docker_registry.url}; proxy_set_header Host $http_host;"
    cached = "proxy_cache lists; proxy_cache_valid 200 30s; proxy_cache_key $request_uri;"
    server = f"location / {{ {there} }} location ~ /tags/list$ {{ {there} {cached} }}"
    with run_nginx(server, http=f"proxy_cache_path {tmp_path} keys_zone=lists:1m;") as url:
        yield url


async def test_deletion_through_a_proxy_that_caches_lists_is_done(
    docker_registry: DockerRegistry, lagging: str, make_client: MakeClient, repository: str
) -> None:
    with docker_registry.client() as http:
        doomed = Pusher(http, repository).push_image("doomed", "twin", name="doomed")
        kept = Pusher(http, repository).push_image("kept", name="kept")
        client, name = make_client(url=lagging), Repository(repository)
        plan = await make_plan(client, name, Digest(doomed.digest))
        deletion = await delete_by_digest(client, name, Digest(doomed.digest), plan=plan.plan)
        assert set(await client.list_tags(name, fresh=True)) == {"doomed", "twin", "kept"}
        assert [note.code for note in deletion.notes] == ["LIST_BEHIND"]
        assert http.get(f"v2/{repository}/tags/list").json()["tags"] == ["kept"]
        accept = {"Accept": media_types.ACCEPT_MANIFESTS}
        for reference in ("doomed", "twin", doomed.digest):
            answer = http.get(f"v2/{repository}/manifests/{reference}", headers=accept)
            assert answer.status_code == 404
        assert http.get(f"v2/{repository}/manifests/{kept.digest}", headers=accept).is_success


@pytest.mark.parametrize("content", ["", "hello", "sha256:"])
async def test_damaged_link_of_the_real_registry_is_mended_and_stops_nothing(
    make_docker_registry: Callable[..., DockerRegistry],
    make_client: MakeClient,
    repository: str,
    content: str,
) -> None:
    registry, name = make_docker_registry(), Repository(repository)
    with registry.client() as http:
        doomed = Pusher(http, repository).push_image("doomed", name="doomed")
        Pusher(http, repository).push_image("kept", name="kept")
        Pusher(http, repository).push_image("broken", name="broken")
        tags = registry.storage / "docker/registry/v2/repositories" / name / "_manifests/tags"
        (tags / "broken/current/link").write_text(content)
        client = make_client(url=registry.url)
        plan = await make_plan(client, name, Digest(doomed.digest))
        assert (plan.damaged, plan.allowed) == (("broken",), True)
        deletion = await delete_by_digest(client, name, Digest(doomed.digest), plan=plan.plan)
        assert [note.code for note in deletion.notes] == ["TAGS_DANGLE"]
        await untag(client, name, Tag("broken"))
        await untag(client, name, Tag("doomed"))
        assert http.get(f"v2/{repository}/tags/list").json()["tags"] == ["kept"]


async def test_manifest_of_no_bytes_stops_no_other_deletion_and_its_tag_can_go(
    make_docker_registry: Callable[..., DockerRegistry], make_client: MakeClient, repository: str
) -> None:
    registry, name = make_docker_registry(), Repository(repository)
    with registry.client() as http:
        doomed = Pusher(http, repository).push_image("doomed", name="doomed")
        Pusher(http, repository).push_image("kept", name="kept")
        empty = Pusher(http, repository).push_image("empty", name="empty")
        encoded = empty.digest.partition(":")[2]
        blobs = registry.storage / "docker/registry/v2/blobs/sha256"
        (blobs / encoded[:2] / encoded / "data").write_bytes(b"")
        client = make_client(url=registry.url)
        plan = await make_plan(client, name, Digest(doomed.digest))
        assert plan.damaged == ("empty",)
        deletion = await delete_by_digest(client, name, Digest(doomed.digest), plan=plan.plan)
        assert (deletion.tags, deletion.is_complete) == (("doomed",), True)
        await untag(client, name, Tag("empty"))
        assert http.get(f"v2/{repository}/tags/list").json()["tags"] == ["kept"]
        with pytest.raises(RegliteError):
            await untag(client, name, Tag("empty"))
