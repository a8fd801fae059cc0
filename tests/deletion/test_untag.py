import asyncio
import json

import httpx
import pytest

from reglite.credentials.source import Credentials, FixedCredentials
from reglite.deletion.untag import untag
from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.presets import distribution_2_8, distribution_3, olareg, zot
from reglite.demo.registry import MemoryRegistry, Switches
from reglite.errors import (
    Denied,
    ManifestUnknown,
    RegistryProtocol,
    RegistryTimeout,
    RegliteError,
    TagMoved,
    TagProtected,
    Unsupported,
)
from reglite.media_types import OCI_INDEX
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.placeholder import build_placeholder, parse_placeholder
from reglite.registry.probe import ZERO_DIGEST
from tests.deletion.conftest import MakeClient
from tests.deletion.content import REPOSITORY, DyingTransport, Killed, Repo

pytestmark = pytest.mark.anyio
TAG = Tag("1.4.2")


def is_deletion(request: Request) -> bool:
    """Tell the deletion of a digest from a probe."""
    reference = request.path.rpartition("/")[2]
    return request.method == "DELETE" and ":" in reference and reference != ZERO_DIGEST


@pytest.fixture
def old(repo: Repo) -> Repo:
    """Return a repository of a registry that deletes by digest only."""
    repo.behave_as(distribution_2_8())
    return repo


@pytest.mark.parametrize(
    ("preset", "method"),
    [
        (distribution_2_8(), "placeholder"),
        (Switches(untag="405"), "placeholder"),  # Harbor's answer
        (Switches(untag="plain-404"), "placeholder"),  # no such route, which looks like one
        (Switches(untag="plain-404", is_shared_digest_kept=True), "placeholder"),
        (distribution_3(), "registry-api"),
        (zot(), "registry-api"),
        (olareg(), "registry-api"),
    ],
)
async def test_one_tag_goes_and_its_siblings_stay(
    repo: Repo, client: RegistryClient, preset: Switches, method: str
) -> None:
    repo.behave_as(preset)
    digest = repo.add_image("a", "latest", TAG, "stable")
    untagging = await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert untagging.to_json() == {"untagged": TAG, "digest": digest, "method": method}
    assert repo.tags == {"latest": digest, "stable": digest}
    assert repo.manifests == {digest}


async def test_the_last_tag_goes_and_the_image_stays(old: Repo, client: RegistryClient) -> None:
    digest = old.add_image("a", TAG)
    await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert (old.tags, old.manifests) == ({}, {digest})


async def test_an_index_keeps_its_other_tags_and_children(
    old: Repo, client: RegistryClient
) -> None:
    children = [old.add_image("amd64"), old.add_image("arm64")]
    index = old.add_index(children, TAG, "latest")
    await untag(client, REPOSITORY, TAG, expected_digest=index)
    assert (old.tags, old.manifests) == ({"latest": index}, {index, *children})


async def test_without_a_digest_whatever_the_tag_names_is_meant(
    old: Repo, client: RegistryClient
) -> None:
    digest = old.add_image("a", TAG, "latest")
    assert (await untag(client, REPOSITORY, TAG)).digest == digest
    assert old.tags == {"latest": digest}


@pytest.mark.parametrize("preset", [distribution_2_8(), distribution_3()])
async def test_a_tag_that_moved_is_left_alone(
    repo: Repo, client: RegistryClient, preset: Switches
) -> None:
    repo.behave_as(preset)
    digest, other = repo.add_image("a", "latest"), repo.add_image("b", TAG)
    with pytest.raises(TagMoved) as caught:
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert caught.value.detail["digest"] == other
    assert repo.tags == {"latest": digest, TAG: other}
    assert repo.registry.count_requests("PUT", "") == 0


async def test_a_tag_that_moves_during_the_rehearsal_is_left_alone(
    old: Repo, client: RegistryClient
) -> None:
    digest, other = old.add_image("a", TAG, "latest"), old.add_image("b")

    def push(request: Request) -> None:
        if (
            request.method == "DELETE"
            and "/sha256:" in request.path
            and "000000" not in request.path
        ):
            old.registry.move_tag(old.name, TAG, other)

    old.registry.on_request = push
    with pytest.raises(TagMoved):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert old.tags == {TAG: other, "latest": digest}
    assert old.registry.count_requests("PUT", f"/manifests/{TAG}") == 0


async def test_a_tag_that_moves_during_the_probes_is_left_alone(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(distribution_3())
    digest, other = repo.add_image("a", TAG, "latest"), repo.add_image("b")

    def push(request: Request) -> None:
        if request.method == "DELETE":
            repo.registry.move_tag(repo.name, TAG, other)

    repo.registry.on_request = push
    with pytest.raises(TagMoved):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert repo.tags == {TAG: other, "latest": digest}
    assert repo.registry.count_requests("DELETE", f"/manifests/{TAG}") == 0


@pytest.mark.parametrize("status", [400, 405])
async def test_a_registry_that_refuses_only_tags_that_exist_gets_a_placeholder(
    repo: Repo, client: RegistryClient, status: int
) -> None:
    digest = repo.add_image("a", TAG, "latest")

    def refuse_tag(request: Request) -> Answer | None:
        is_it = request.method == "DELETE" and request.path.endswith(f"/{TAG}")
        return refuse(status, "UNSUPPORTED", "not by tag") if is_it else None

    repo.registry.on_request = refuse_tag
    untagging = await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert untagging.method == "placeholder"
    assert (repo.tags, repo.manifests) == ({"latest": digest}, {digest})


async def test_where_digests_stay_a_refused_tag_gets_no_placeholder(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(Switches(delete="405"))
    digest = repo.add_image("a", TAG, "latest")

    def refuse_tag(request: Request) -> Answer | None:
        is_it = request.method == "DELETE" and request.path.endswith(f"/{TAG}")
        return refuse(405, "UNSUPPORTED", "not this one") if is_it else None

    repo.registry.on_request = refuse_tag
    with pytest.raises(Unsupported, match="REGISTRY_STORAGE_DELETE_ENABLED"):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert repo.tags == {TAG: digest, "latest": digest}
    assert repo.registry.count_requests("PUT", "") == 0


async def test_a_push_over_the_placeholder_wins(old: Repo, client: RegistryClient) -> None:
    digest, other = old.add_image("a", TAG, "latest"), old.add_image("b")

    def push(request: Request, answer: Answer) -> None:
        if request.method == "PUT" and request.path.endswith(f"/{TAG}"):
            old.registry.move_tag(old.name, TAG, other)

    old.registry.on_answer = push
    with pytest.raises(TagMoved):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert old.tags == {TAG: other, "latest": digest}
    assert old.manifests == {digest, other}


@pytest.mark.parametrize("preset", [distribution_2_8(), distribution_3()])
async def test_a_protected_tag_stays_and_its_siblings_can_go(
    repo: Repo, make_client: MakeClient, preset: Switches
) -> None:
    repo.behave_as(preset)
    digest = repo.add_image("a", "latest", TAG)
    client = make_client(protect=("latest", "v*"))
    with pytest.raises(TagProtected):
        await untag(client, REPOSITORY, Tag("latest"), expected_digest=digest)
    assert repo.tags == {"latest": digest, TAG: digest}
    await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert repo.tags == {"latest": digest}


async def test_delete_false_refuses_before_anything_is_sent(
    repo: Repo, make_client: MakeClient
) -> None:
    repo.add_image("a", TAG)
    with pytest.raises(Denied, match="delete: false"):
        await untag(make_client(can_delete=False), REPOSITORY, TAG)
    assert repo.registry.requests == []


async def test_deletion_switched_off_changes_nothing_at_all(
    old: Repo, client: RegistryClient
) -> None:
    old.registry.switches.delete = "405"
    digest = old.add_image("a", TAG, "latest")
    with pytest.raises(Unsupported, match="REGISTRY_STORAGE_DELETE_ENABLED=true"):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert (old.tags, old.manifests) == ({TAG: digest, "latest": digest}, {digest})
    assert old.registry.count_requests("PUT", "") == 0


@pytest.mark.parametrize("delete", ["400", "plain-404"])
async def test_a_registry_that_only_seems_to_delete_fails_in_the_rehearsal(
    old: Repo, client: RegistryClient, delete: str
) -> None:
    old.registry.switches.delete = delete  # type: ignore[assignment]
    old.registry.switches.untag = "405"
    digest = old.add_image("a", TAG, "latest")
    with pytest.raises(RegliteError):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert old.tags == {TAG: digest, "latest": digest}
    assert old.registry.count_requests("PUT", f"/manifests/{TAG}") == 0


async def test_a_registry_that_keeps_what_it_deleted_fails_in_the_rehearsal(
    old: Repo, client: RegistryClient
) -> None:
    digest = old.add_image("a", TAG, "latest")
    old.registry.on_request = lambda request: Answer(202) if is_deletion(request) else None
    with pytest.raises(RegistryProtocol, match="keeps"):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert old.tags == {TAG: digest, "latest": digest}


@pytest.mark.parametrize("refusal", ["no-push", "no-empty-index"])
async def test_who_may_not_push_a_placeholder_changes_no_tag(
    old: Repo, client: RegistryClient, refusal: str
) -> None:
    old.registry.switches.accepts_empty_index = refusal != "no-empty-index"
    if refusal == "no-push":
        old.registry.switches.denied_actions = frozenset({"push"})
    digest = old.add_image("a", TAG, "latest")
    with pytest.raises((Denied, Unsupported, RegistryProtocol)):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert (old.tags, old.manifests) == ({TAG: digest, "latest": digest}, {digest})


async def test_the_tag_gets_its_image_back_where_the_last_deletion_is_refused(
    old: Repo, client: RegistryClient
) -> None:
    digest = old.add_image("a", TAG, "latest")

    def refuse_later(request: Request) -> None:
        if request.method == "PUT" and request.path.endswith(f"/{TAG}"):
            old.registry.switches.delete = "405"

    old.registry.on_request = refuse_later
    with pytest.raises(Unsupported, match="put back") as caught:
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert digest in caught.value.message
    assert old.tags == {TAG: digest, "latest": digest}


def leave_dangling(repo: Repo, times: int) -> None:
    """Delete placeholders like 2.8 under pushes: a 500, and the tag is left dangling."""
    left = times

    def fail(request: Request) -> Answer | None:
        nonlocal left
        target = Digest(request.path.rpartition("/")[2])
        held = repo.registry.repositories[Repository(repo.name)]
        if request.method != "DELETE" or not held.find_tags(target) or not left:
            return None
        left -= 1
        del held.manifests[target]
        return refuse(500, "UNKNOWN", "unknown error")

    repo.registry.on_request = fail


@pytest.mark.parametrize("times", [1, 4])
async def test_a_tag_left_dangling_gets_a_new_placeholder(
    old: Repo, client: RegistryClient, times: int
) -> None:
    digest = old.add_image("a", TAG, "latest")
    leave_dangling(old, times)
    await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert (old.tags, old.manifests) == ({"latest": digest}, {digest})


async def test_a_tag_that_dangles_for_good_gets_its_image_back(
    old: Repo, client: RegistryClient
) -> None:
    digest = old.add_image("a", TAG, "latest")
    leave_dangling(old, 1000)
    with pytest.raises(RegistryProtocol, match="put back"):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert old.tags == {TAG: digest, "latest": digest}


@pytest.mark.parametrize("knows_digest", [True, False])
async def test_a_dangling_tag_of_long_ago_is_removed(
    old: Repo, client: RegistryClient, knows_digest: bool
) -> None:
    digest = old.add_image("a", "latest")
    gone = Digest("sha256:" + "1" * 64)
    old.registry.move_tag(old.name, TAG, gone)
    untagging = await untag(client, REPOSITORY, TAG, expected_digest=gone if knows_digest else None)
    assert untagging.digest == (gone if knows_digest else None)
    assert (old.tags, old.manifests) == ({"latest": digest}, {digest})


async def test_the_zero_digest_stands_for_a_tag_that_names_nothing(
    old: Repo, client: RegistryClient
) -> None:
    kept, gone = old.add_image("a", "latest"), Digest(f"sha256:{'1' * 64}")
    old.registry.move_tag(old.name, TAG, gone)
    untagging = await untag(client, REPOSITORY, TAG, expected_digest=ZERO_DIGEST)
    assert untagging.digest is None
    assert old.tags == {"latest": kept}
    with pytest.raises(TagMoved):
        await untag(client, REPOSITORY, Tag("latest"), expected_digest=ZERO_DIGEST)
    assert old.tags == {"latest": kept}


async def test_a_push_over_a_dangling_tag_is_left_alone(old: Repo, client: RegistryClient) -> None:
    digest = old.add_image("a")
    old.registry.move_tag(old.name, TAG, "sha256:" + "1" * 64)

    def push(request: Request) -> None:
        if (
            request.method == "DELETE"
            and "/sha256:" in request.path
            and "000000" not in request.path
        ):
            old.registry.move_tag(old.name, TAG, digest)

    old.registry.on_request = push
    with pytest.raises(TagMoved):
        await untag(client, REPOSITORY, TAG)
    assert old.tags == {TAG: digest}


def put_placeholder(repo: Repo, recorded: Digest, tag: Tag, *, on: Tag | None = None) -> Digest:
    raw = build_placeholder(recorded, tag, "nonce")
    return repo.registry.put_manifest(repo.name, raw, OCI_INDEX, on or tag)


@pytest.mark.parametrize("expected", ["original", "placeholder", "none"])
@pytest.mark.parametrize("preset", [distribution_2_8(), distribution_3()])
async def test_an_interrupted_removal_is_finished(
    repo: Repo, client: RegistryClient, expected: str, preset: Switches
) -> None:
    repo.behave_as(preset)
    digest = repo.add_image("a", "latest")
    placeholder = put_placeholder(repo, digest, TAG)
    seen = {"original": digest, "placeholder": placeholder, "none": None}[expected]
    untagging = await untag(client, REPOSITORY, TAG, expected_digest=seen)
    assert untagging.digest == digest
    assert repo.tags == {"latest": digest}


async def test_an_interrupted_removal_can_be_finished_when_the_image_is_gone(
    old: Repo, client: RegistryClient
) -> None:
    gone = Digest("sha256:" + "1" * 64)
    put_placeholder(old, gone, TAG)
    assert (await untag(client, REPOSITORY, TAG, expected_digest=gone)).digest == gone
    assert (old.tags, old.manifests) == ({}, set())


async def test_a_placeholder_of_another_image_has_moved(old: Repo, client: RegistryClient) -> None:
    digest, other = old.add_image("a"), old.add_image("b")
    placeholder = put_placeholder(old, other, TAG)
    with pytest.raises(TagMoved):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert old.tags == {TAG: placeholder}


async def test_a_copy_of_a_placeholder_under_another_tag_goes_alone(
    old: Repo, client: RegistryClient
) -> None:
    digest = old.add_image("a", "latest")
    placeholder = put_placeholder(old, digest, Tag("first"))
    old.registry.move_tag(old.name, TAG, placeholder)
    await untag(client, REPOSITORY, TAG, expected_digest=placeholder)
    assert old.tags == {"latest": digest, "first": placeholder}


async def test_an_unfinished_removal_returns_the_image_where_deletion_is_refused_now(
    old: Repo, client: RegistryClient
) -> None:
    digest = old.add_image("a", "latest")
    put_placeholder(old, digest, TAG)
    old.registry.on_request = lambda request: (
        refuse(403, "DENIED", "no") if is_deletion(request) else None
    )
    with pytest.raises(Denied, match="put back"):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert old.tags == {"latest": digest, TAG: digest}


async def test_an_unknown_tag_is_a_404(old: Repo, client: RegistryClient) -> None:
    old.add_image("a", "latest")
    with pytest.raises(ManifestUnknown):
        await untag(client, REPOSITORY, TAG)


@pytest.mark.parametrize("preset", [distribution_2_8(), distribution_3()])
async def test_two_users_remove_one_tag_at_once(
    repo: Repo, make_client: MakeClient, preset: Switches
) -> None:
    repo.behave_as(preset)
    digest = repo.add_image("a", TAG, "latest")
    outcomes = await asyncio.gather(
        *(untag(make_client(), REPOSITORY, TAG, expected_digest=digest) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "ManifestUnknown",
        "Untagging",
    ]
    assert (repo.tags, repo.manifests) == ({"latest": digest}, {digest})


async def test_two_processes_remove_one_tag_at_once(old: Repo, make_client: MakeClient) -> None:
    digest = old.add_image("a", TAG, "latest")

    async def slow_down(request: Request) -> None:
        await asyncio.sleep(0.002)

    old.registry.on_request = slow_down
    # Two addresses of one registry have two locks, as two processes have.
    clients = [
        make_client(),
        make_client(url="http://memory2", transport=httpx.ASGITransport(app=old.registry)),
    ]
    outcomes = await asyncio.gather(
        *(untag(client, REPOSITORY, TAG, expected_digest=digest) for client in clients),
        return_exceptions=True,
    )
    assert "Untagging" in {type(outcome).__name__ for outcome in outcomes}
    assert all(
        isinstance(outcome, RegliteError) or not isinstance(outcome, BaseException)
        for outcome in outcomes
    )
    assert old.tags == {"latest": digest}


async def test_a_cancelled_caller_leaves_no_placeholder(old: Repo, client: RegistryClient) -> None:
    digest = old.add_image("a", TAG, "latest")
    task: asyncio.Task[object] | None = None

    def cancel(request: Request) -> None:
        if request.method == "PUT" and request.path.endswith(f"/{TAG}") and task:
            task.cancel()

    old.registry.on_request = cancel
    task = asyncio.create_task(untag(client, REPOSITORY, TAG, expected_digest=digest))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (old.tags, old.manifests) == ({"latest": digest}, {digest})


@pytest.mark.parametrize("is_sent", [True, False])
async def test_killed_at_any_request_it_loses_no_other_tag_and_the_next_run_finishes(
    make_client: MakeClient, is_sent: bool
) -> None:
    finished_at = None
    for dies_at in range(60):
        registry = MemoryRegistry(distribution_2_8())
        repo = Repo(registry)
        digest = repo.add_image("a", TAG, "latest", "stable")
        siblings = {"latest": digest, "stable": digest}
        transport = DyingTransport(httpx.ASGITransport(app=registry), dies_at, is_sent=is_sent)
        try:
            await untag(make_client(transport=transport), REPOSITORY, TAG, expected_digest=digest)
        except Killed:
            pass
        else:
            finished_at = dies_at
            break
        left = repo.tags.get(TAG)
        assert {tag: at for tag, at in repo.tags.items() if tag != TAG} == siblings
        assert left in {None, digest} or is_placeholder_of(repo, Digest(left or ""), digest)
        fresh = make_client(transport=httpx.ASGITransport(app=registry))
        try:
            await untag(fresh, REPOSITORY, TAG, expected_digest=digest)
        except ManifestUnknown:
            assert left is None
        assert repo.tags == siblings
        assert digest in repo.manifests
    assert finished_at is not None
    assert finished_at > 10


def is_placeholder_of(repo: Repo, at: Digest, original: Digest) -> bool:
    placeholder = parse_placeholder(json.loads(repo.get_raw(at)))
    return placeholder is not None and (placeholder.digest, placeholder.tag) == (original, TAG)


@pytest.mark.parametrize("right", ["push", "delete"])
async def test_a_token_without_a_right_changes_no_tag_and_says_what_to_do(
    old: Repo, make_client: MakeClient, right: str
) -> None:
    digest = old.add_image("a", TAG, "latest")
    old.registry.switches.auth = "bearer"
    old.registry.switches.granted_actions = frozenset({"pull", "push", "delete"} - {right})
    credential = FixedCredentials(Credentials("demo", "demo"))
    with pytest.raises(Denied, match="refuses"):
        await untag(make_client(credential=credential), REPOSITORY, TAG, expected_digest=digest)
    assert old.tags == {TAG: digest, "latest": digest}
    assert old.registry.count_requests("PUT", f"/manifests/{TAG}") == 0


async def test_a_registry_that_goes_away_half_way_leaves_what_the_next_run_finishes(
    old: Repo, client: RegistryClient
) -> None:
    digest = old.add_image("a", TAG, "latest")
    is_away = False

    def go_away(request: Request, answer: Answer) -> None:
        nonlocal is_away
        is_away |= request.method == "PUT" and request.path.endswith(f"/{TAG}")

    old.registry.on_answer = go_away
    old.registry.on_request = lambda _: refuse(504, "UNKNOWN", "gateway") if is_away else None
    with pytest.raises(RegistryTimeout, match="remove it again to finish"):
        await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert is_placeholder_of(old, Digest(old.tags[TAG]), digest)
    old.registry.on_answer = old.registry.on_request = None
    assert (await untag(client, REPOSITORY, TAG, expected_digest=digest)).digest == digest
    assert (old.tags, old.manifests) == ({"latest": digest}, {digest})


async def test_a_stray_failure_in_the_rehearsal_is_tried_again(
    old: Repo, client: RegistryClient
) -> None:
    digest = old.add_image("a", TAG, "latest")
    failures = 2

    def fail(request: Request) -> Answer | None:
        nonlocal failures
        if request.method != "PUT" or not failures:
            return None
        failures -= 1
        return refuse(500, "UNKNOWN", "unknown error")

    old.registry.on_request = fail
    await untag(client, REPOSITORY, TAG, expected_digest=digest)
    assert (old.tags, old.manifests) == ({"latest": digest}, {digest})
