import asyncio
from pathlib import Path

import pytest

from reglite import media_types
from reglite.deletion.plan import make_plan
from reglite.deletion.removal import delete_by_digest
from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.presets import distribution_2_8, zot
from reglite.demo.switches import Switches
from reglite.errors import (
    Denied,
    ManifestUnknown,
    PlanChanged,
    RegistryProtocol,
    RegistryTimeout,
    RegliteError,
    TagProtected,
    Unsupported,
)
from reglite.reference import Digest, Repository, format_referrers_tag
from reglite.registry.client import RegistryClient
from tests.deletion.conftest import MakeClient
from tests.deletion.content import REPOSITORY, Repo, make_image

pytestmark = pytest.mark.anyio


async def test_the_digest_and_its_tags_go_and_nothing_else(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest", "stable")
    other = repo.add_image("b", "other")
    plan = await make_plan(client, REPOSITORY, digest)
    deletion = await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert deletion.to_json() == {
        "deleted": digest,
        "tags": ["latest", "stable"],
        "complete": True,
        "notes": [],
    }
    assert repo.tags == {"other": other}
    assert repo.manifests == {other}


async def test_a_bare_deletion_answers_which_tags_went(repo: Repo, client: RegistryClient) -> None:
    digest = repo.add_image("a", "latest", "stable")
    other = repo.add_image("b", "other")
    deletion = await delete_by_digest(client, REPOSITORY, digest)
    assert (deletion.tags, deletion.is_complete) == (("latest", "stable"), True)
    assert repo.tags == {"other": other}


async def test_an_index_goes_and_its_children_stay(repo: Repo, client: RegistryClient) -> None:
    shared, alone = repo.add_image("shared"), repo.add_image("alone")
    index, other = repo.add_index([shared, alone], "multi"), repo.add_index([shared], "other")
    await delete_by_digest(client, REPOSITORY, index)
    assert repo.manifests == {shared, alone, other}


@pytest.mark.parametrize("change", ["joined", "left", "moved", "parent", "referrer", "protected"])
async def test_a_plan_is_refused_with_the_fresh_one_when_anything_moved(
    repo: Repo, make_client: MakeClient, change: str
) -> None:
    digest, other = repo.add_image("a", "latest", "stable"), repo.add_image("b", "other")
    client = make_client()
    plan = await make_plan(client, REPOSITORY, digest)
    match change:
        case "joined":
            repo.registry.move_tag(repo.name, "new", digest)
        case "left":
            repo.registry.remove_tag(repo.name, "stable")
        case "moved":
            repo.registry.move_tag(repo.name, "stable", other)
        case "parent":
            repo.add_index([digest], "multi")
        case "referrer":
            subject = {"mediaType": media_types.OCI_MANIFEST, "digest": digest, "size": 2}
            repo.add_image("sbom", subject=subject)
        case "protected":
            client = make_client(protect=("latest",))
    before, manifests = repo.tags, repo.manifests
    with pytest.raises(PlanChanged) as caught:
        await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert caught.value.detail == (await make_plan(client, REPOSITORY, digest)).to_json()
    assert caught.value.detail["plan"] != plan.plan
    assert (repo.tags, repo.manifests) == (before, manifests)


@pytest.mark.parametrize("plan", ["", "nonsense", "0" * 64, "a.b", "." * 5000])
async def test_an_unknown_plan_is_refused(repo: Repo, client: RegistryClient, plan: str) -> None:
    digest = repo.add_image("a", "latest")
    with pytest.raises(PlanChanged):
        await delete_by_digest(client, REPOSITORY, digest, plan=plan)
    assert repo.tags == {"latest": digest}


async def test_a_push_that_takes_a_tag_away_in_the_last_moment_keeps_it(
    repo: Repo, client: RegistryClient
) -> None:
    digest, other = repo.add_image("a", "latest", "stable"), repo.add_image("b")
    plan = await make_plan(client, REPOSITORY, digest)

    def push(request: Request) -> None:
        if request.method == "DELETE" and request.path.endswith(digest):
            repo.registry.move_tag(repo.name, "stable", other)

    repo.registry.on_request = push
    deletion = await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert deletion.tags == ("latest",)
    assert repo.tags == {"stable": other}


@pytest.mark.parametrize("with_plan", [True, False])
async def test_a_protected_digest_stays_whoever_asks(
    repo: Repo, make_client: MakeClient, with_plan: bool
) -> None:
    child = repo.add_image("child", "child")
    index = repo.add_index([repo.add_index([child])], "latest")
    client = make_client(protect=("latest",))
    for digest in (child, index):
        plan = (await make_plan(client, REPOSITORY, digest)).plan if with_plan else None
        with pytest.raises(TagProtected) as caught:
            await delete_by_digest(client, REPOSITORY, digest, plan=plan)
        assert caught.value.detail == {"protected": ["latest"]}
    assert repo.manifests >= {child, index}
    assert repo.registry.count_requests("DELETE", f"{child}|{index}") == 0


async def test_nothing_goes_while_a_protected_tag_can_not_be_read(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "x")
    repo.add_image("b", "v1")

    def fail(request: Request) -> Answer | None:
        return refuse(500, "UNKNOWN", "?") if request.path.endswith("/v1") else None

    repo.registry.on_request = fail
    with pytest.raises(RegistryTimeout, match="v1"):
        await delete_by_digest(make_client(protect=("v*",)), REPOSITORY, digest)
    assert repo.manifests >= {digest}


async def test_a_bare_deletion_that_could_not_see_every_tag_is_not_complete(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest")
    repo.add_image("b", "unreadable")

    def fail(request: Request) -> Answer | None:
        return refuse(500, "UNKNOWN", "?") if request.path.endswith("/unreadable") else None

    repo.registry.on_request = fail
    deletion = await delete_by_digest(client, REPOSITORY, digest)
    assert (deletion.tags, deletion.is_complete) == (("latest",), False)


async def test_delete_false_refuses_before_anything_is_sent(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "latest")
    with pytest.raises(Denied, match="delete: false"):
        await delete_by_digest(make_client(can_delete=False), REPOSITORY, digest)
    assert repo.registry.requests == []


@pytest.mark.parametrize("delete", ["405", "400", "plain-404"])
async def test_a_registry_without_deletion_keeps_everything(
    repo: Repo, client: RegistryClient, delete: str
) -> None:
    repo.registry.switches.delete = delete  # type: ignore[assignment]
    repo.registry.switches.untag = "400"
    digest = repo.add_image("a", "latest", "stable")
    with pytest.raises(RegliteError) as caught:
        await delete_by_digest(client, REPOSITORY, digest)
    assert caught.value.code == "UNSUPPORTED"
    assert repo.tags == {"latest": digest, "stable": digest}
    assert repo.registry.count_requests("PUT", "") == 0


async def test_two_users_delete_at_once_and_one_is_told_it_is_gone(
    repo: Repo, make_client: MakeClient
) -> None:
    digest, other = repo.add_image("a", "latest"), repo.add_image("b", "other")
    plan = await make_plan(make_client(), REPOSITORY, digest)
    outcomes = await asyncio.gather(
        *(delete_by_digest(make_client(), REPOSITORY, digest, plan=plan.plan) for _ in range(3)),
        return_exceptions=True,
    )
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [type(error) for error in errors] == [ManifestUnknown, ManifestUnknown]
    assert repo.registry.count_requests("DELETE", digest) == 1
    assert repo.tags == {"other": other}


async def test_two_deletions_in_one_repository_never_overlap(
    repo: Repo, make_client: MakeClient
) -> None:
    digests = [repo.add_image(name, name) for name in "abc"]
    running: list[str] = []
    overlaps: list[list[str]] = []

    async def watch(request: Request) -> None:
        if request.method == "DELETE" and request.path.rpartition("/")[2] in digests:
            running.append(request.path)
            overlaps.extend([list(running)] if len(running) > 1 else [])
            await asyncio.sleep(0.01)
            running.remove(request.path)

    repo.registry.on_request = watch
    work = (delete_by_digest(make_client(), REPOSITORY, digest) for digest in digests)
    await asyncio.gather(*work)
    assert overlaps == []
    assert repo.tags == {}


async def test_a_cancelled_caller_leaves_no_deletion_half_way(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest")
    task: asyncio.Task[object] | None = None

    def cancel(request: Request) -> None:
        if request.method == "DELETE" and request.path.endswith(digest) and task:
            task.cancel()

    repo.registry.on_request = cancel
    task = asyncio.create_task(delete_by_digest(client, REPOSITORY, digest))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (repo.tags, repo.manifests) == ({}, set())


def stumble(repo: Repo, digest: Digest, times: int, *, status: int = 500) -> None:
    """Delete like 2.8 under pushes: the manifest goes, the tags stay, and the answer is an error.

    ``times`` says how often.
    """
    left = times

    def fail(request: Request) -> Answer | None:
        nonlocal left
        held = repo.registry.repositories[Repository(repo.name)]
        if request.method != "DELETE" or not request.path.endswith(digest) or not left:
            return None
        if digest not in held.manifests:
            return None
        left -= 1
        del held.manifests[digest]
        return Answer(202) if status == 202 else refuse(status, "UNKNOWN", "unknown error")

    repo.registry.on_request = fail


@pytest.mark.parametrize("status", [500, 202])
@pytest.mark.parametrize("times", [1, 3])
async def test_tags_that_a_deletion_left_dangling_are_healed(
    repo: Repo, client: RegistryClient, times: int, status: int
) -> None:
    repo.behave_as(distribution_2_8())
    digest = repo.add_image("a", "latest", "stable")
    other = repo.add_image("b", "other")
    plan = await make_plan(client, REPOSITORY, digest)
    stumble(repo, digest, times, status=status)
    deletion = await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert (deletion.tags, deletion.is_complete) == (("latest", "stable"), True)
    assert (repo.tags, repo.manifests) == ({"other": other}, {other})


async def test_tags_that_dangle_again_and_again_are_removed_one_by_one(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(distribution_2_8())
    digest, other = repo.add_image("a", "latest", "stable"), repo.add_image("b", "other")
    stumble(repo, digest, 1000)
    deletion = await delete_by_digest(client, REPOSITORY, digest)
    assert (deletion.tags, deletion.is_complete) == (("latest", "stable"), True)
    assert (repo.tags, repo.manifests) == ({"other": other}, {other})


async def test_a_deletion_that_fails_for_good_says_so_and_deletes_nothing(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest")

    def fail(request: Request) -> Answer | None:
        is_it = request.method == "DELETE" and request.path.endswith(digest)
        return refuse(500, "UNKNOWN", "unknown error") if is_it else None

    repo.registry.on_request = fail
    with pytest.raises(RegistryProtocol, match="500"):
        await delete_by_digest(client, REPOSITORY, digest)
    assert repo.tags == {"latest": digest}


async def test_zot_gives_up_a_shared_digest_once_its_tags_are_gone(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(zot())
    digest, other = repo.add_image("a", "latest", "stable"), repo.add_image("b", "other")
    plan = await make_plan(client, REPOSITORY, digest)
    deletion = await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert (deletion.tags, deletion.is_complete) == (("latest", "stable"), True)
    assert (repo.tags, repo.manifests) == ({"other": other}, {other})


async def test_a_tag_that_moves_while_its_siblings_go_keeps_its_new_image(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(zot())
    digest, other = repo.add_image("a", "latest", "stable"), repo.add_image("b")

    def push(request: Request) -> None:
        if request.method == "DELETE" and request.path.endswith("/latest"):
            repo.registry.move_tag(repo.name, "stable", other)

    repo.registry.on_request = push
    deletion = await delete_by_digest(client, REPOSITORY, digest)
    assert deletion.tags == ("latest",)
    assert (repo.tags, repo.manifests) == ({"stable": other}, {other})


async def test_tags_that_only_seem_to_go_are_no_deletion(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(Switches(is_shared_digest_kept=True, untag="plain-404"))
    digest = repo.add_image("a", "1.0", "latest")
    with pytest.raises(Unsupported):
        await delete_by_digest(client, REPOSITORY, digest, plan=None)
    assert repo.tags == {"1.0": digest, "latest": digest}


async def test_zot_keeps_the_child_of_an_index_and_its_tags(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(zot())
    child = repo.add_image("child", "a", "b")
    index = repo.add_index([child], "multi")
    plan = await make_plan(client, REPOSITORY, child)
    with pytest.raises(Unsupported, match=index):
        await delete_by_digest(client, REPOSITORY, child, plan=plan.plan)
    assert repo.tags == {"a": child, "b": child, "multi": index}
    with pytest.raises(Unsupported):  # a bare one knows no parents: the tags come back
        await delete_by_digest(client, REPOSITORY, child)
    assert repo.tags == {"a": child, "b": child, "multi": index}


async def test_artifact_registry_wants_its_tags_gone_first(
    repo: Repo, client: RegistryClient
) -> None:
    repo.registry.switches.is_tagged_kept = True
    digest = repo.add_image("a", "latest")
    deletion = await delete_by_digest(client, REPOSITORY, digest)
    assert (deletion.tags, deletion.is_complete) == (("latest",), True)
    assert repo.manifests == set()


async def test_a_deleted_referrer_leaves_the_fallback_list(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(distribution_2_8())
    digest = repo.add_image("a", "latest")
    subject = {"mediaType": media_types.OCI_MANIFEST, "digest": digest, "size": 2}
    first, second = repo.add_image("1", subject=subject), repo.add_image("2", subject=subject)
    tag = format_referrers_tag(digest)
    repo.add_index([first, second], tag, annotations={"kept": "yes"})
    deletion = await delete_by_digest(client, REPOSITORY, first)
    assert deletion.is_complete
    document = (await client.get_manifest(REPOSITORY, tag, fresh=True)).document
    assert [entry["digest"] for entry in document["manifests"]] == [second]
    assert document["annotations"] == {"kept": "yes"}


async def test_a_list_that_can_not_be_mended_is_not_complete(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(distribution_2_8())
    digest = repo.add_image("a", "latest")
    subject = {"mediaType": media_types.OCI_MANIFEST, "digest": digest, "size": 2}
    referrer = repo.add_image("1", subject=subject)
    repo.add_index([referrer], format_referrers_tag(digest))
    repo.registry.switches.denied_actions = frozenset({"push"})
    deletion = await delete_by_digest(client, REPOSITORY, referrer)
    assert not deletion.is_complete
    assert referrer not in repo.manifests


async def test_the_bytes_are_kept_beside_the_audit_log_before_they_go(
    repo: Repo, client: RegistryClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGLITE_AUDIT_DIR", str(tmp_path))
    digest = repo.add_image("a", "latest")
    await delete_by_digest(client, REPOSITORY, digest)
    kept = tmp_path / "manifests" / f"{digest.replace(':', '-')}.json"
    assert kept.read_bytes() == make_image("a")


async def test_nothing_is_deleted_whose_bytes_can_not_be_kept(
    repo: Repo, client: RegistryClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REGLITE_AUDIT_DIR", str(tmp_path / "file"))
    digest = repo.add_image("a", "latest")
    with pytest.raises(RegliteError, match="REGLITE_AUDIT_DIR"):
        await delete_by_digest(client, REPOSITORY, digest)
    assert repo.tags == {"latest": digest}


async def test_a_put_back_that_can_not_be_deleted_again_is_no_deletion(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest")
    deletions = 0

    def stumble_once(request: Request) -> Answer | None:
        nonlocal deletions
        if request.method != "DELETE" or not request.path.endswith(digest):
            return None
        deletions += 1
        if deletions == 1:
            del repo.registry.repositories[Repository(repo.name)].manifests[digest]
        return refuse(500, "UNKNOWN", "unknown error")

    repo.registry.on_request = stumble_once
    with pytest.raises(RegistryProtocol, match="500"):
        await delete_by_digest(client, REPOSITORY, digest)
    assert (repo.tags, repo.manifests) == ({"latest": digest}, {digest})


async def test_a_deletion_that_fails_half_way_can_be_repeated(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(distribution_2_8())
    digest, other = repo.add_image("a", "latest", "stable"), repo.add_image("b", "other")
    is_broken = False

    def stumble_and_break(request: Request) -> Answer | None:
        nonlocal is_broken
        if request.method == "DELETE" and request.path.endswith(digest) and not is_broken:
            is_broken = True
            del repo.registry.repositories[Repository(repo.name)].manifests[digest]
            return refuse(500, "UNKNOWN", "unknown error")
        is_list = request.path.endswith("/tags/list")
        return refuse(500, "UNKNOWN", "?") if is_broken and is_list else None

    repo.registry.on_request = stumble_and_break
    with pytest.raises(RegistryProtocol):
        await delete_by_digest(client, REPOSITORY, digest)
    assert repo.tags == {"latest": digest, "stable": digest, "other": other}
    assert repo.manifests == {digest, other}
    repo.registry.on_request = None
    deletion = await delete_by_digest(client, REPOSITORY, digest)
    assert (deletion.tags, deletion.is_complete) == (("latest", "stable"), True)
    assert (repo.tags, repo.manifests) == ({"other": other}, {other})


@pytest.mark.parametrize("tags", [("latest", "stable"), ()])
async def test_a_registry_that_keeps_what_it_deleted_is_not_believed(
    repo: Repo, client: RegistryClient, tags: tuple[str, ...]
) -> None:
    digest = repo.add_image("a", *tags)
    repo.registry.on_request = lambda request: (
        Answer(202) if request.method == "DELETE" and request.path.endswith(digest) else None
    )
    with pytest.raises(RegistryProtocol, match="still has it"):
        await delete_by_digest(client, REPOSITORY, digest)
