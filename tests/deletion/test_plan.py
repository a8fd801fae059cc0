import base64
import json
import zlib
from dataclasses import replace
from itertools import pairwise

import httpx
import pytest

from reglite import media_types
from reglite.deletion.packing import pack, unpack
from reglite.deletion.plan import BUDGET_SECONDS, REREAD_ALL_TAGS, DeletionPlan, make_plan
from reglite.deletion.removal import delete_by_digest
from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.presets import distribution_2_8
from reglite.demo.registry import MemoryRegistry
from reglite.errors import (
    BadRequest,
    ManifestUnknown,
    PlanChanged,
    RegistryTimeout,
    RegistryUnreachable,
    TagProtected,
    TooManyRequests,
)
from reglite.reference import Digest, format_referrers_tag
from reglite.registry.client import RegistryClient
from reglite.registry.pace import get_loop_time
from tests.deletion.conftest import MakeClient
from tests.deletion.content import REPOSITORY, Repo, make_index
from tests.support.clock import HURRIED, Clock

pytestmark = pytest.mark.anyio

CONTRACT_FIELDS = {
    "digest", "kind", "tags", "protected", "parents", "children", "referrers", "related_tags",
    "damaged", "untag", "allowed", "reason", "complete", "checked", "total", "next", "plan",
}  # fmt: skip


async def test_a_plan_names_every_tag_on_the_digest_and_no_other(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest", "1.4.2", "stable")
    repo.add_image("b", "1.4.1")
    plan = await make_plan(client, REPOSITORY, digest)
    assert plan.tags == ("1.4.2", "latest", "stable")
    assert (plan.kind, plan.untag) == ("image", "registry-api")
    assert (plan.allowed, plan.reason) == (True, None)
    assert (plan.complete, plan.checked, plan.total, plan.next) == (True, 4, 4, None)


async def test_a_plan_has_the_fields_of_the_contract_and_is_json(
    repo: Repo, client: RegistryClient
) -> None:
    plan = await make_plan(client, REPOSITORY, repo.add_image("a", "latest"))
    document = json.loads(json.dumps(plan.to_json()))
    assert document.keys() == CONTRACT_FIELDS
    assert len(document["plan"]) == 64


async def test_parents_are_tagged_indexes_also_around_a_nested_one(
    repo: Repo, client: RegistryClient
) -> None:
    child = repo.add_image("child")
    inner = repo.add_index([child])
    outer = repo.add_index([inner], "multi")
    direct = repo.add_index([child, repo.add_image("other")], "direct", "direct-too")
    repo.add_index([child], annotations={"untagged": "yes"})
    plan = await make_plan(client, REPOSITORY, child)
    assert plan.parents == tuple(sorted([outer, direct]))
    assert plan.tags == ()


async def test_children_are_those_that_nothing_else_tagged_holds(
    repo: Repo, client: RegistryClient
) -> None:
    alone, shared, tagged = (repo.add_image(name) for name in ("alone", "shared", "tagged"))
    deep = repo.add_image("deep")
    inner = repo.add_index([deep])
    index = repo.add_index([alone, shared, tagged, inner], "multi")
    repo.add_index([shared], "other")
    repo.registry.move_tag(repo.name, "platform", tagged)
    plan = await make_plan(client, REPOSITORY, index)
    assert plan.kind == "index"
    assert plan.children == tuple(sorted([alone, inner, deep]))


async def test_a_protected_tag_protects_its_digest_and_what_its_index_reaches(
    repo: Repo, make_client: MakeClient
) -> None:
    child, free = repo.add_image("child", "child"), repo.add_image("free", "free")
    inner = repo.add_index([child])
    index = repo.add_index([inner], "v1", "edge")
    client = make_client(protect=("v*", "latest"))
    for digest in (child, inner, index):
        plan = await make_plan(client, REPOSITORY, digest)
        assert plan.protected == ("v1",)
        assert not plan.allowed
        assert "'protect'" in (plan.reason or "")
    assert (await make_plan(client, REPOSITORY, free)).allowed


async def test_referrers_and_cosign_tags_are_named(repo: Repo, client: RegistryClient) -> None:
    digest = repo.add_image("a", "latest")
    subject = {"mediaType": media_types.OCI_MANIFEST, "digest": digest, "size": 2}
    sbom = repo.add_image("sbom", subject=subject)
    signature = f"{format_referrers_tag(digest)}.sig"
    repo.add_image("signature", signature)
    plan = await make_plan(client, REPOSITORY, digest)
    assert plan.referrers == (sbom,)
    assert plan.related_tags == (signature,)


async def test_the_fallback_list_of_referrers_is_read_past_the_cache_and_is_no_parent(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(distribution_2_8())
    digest = repo.add_image("a", "latest")
    subject = {"mediaType": media_types.OCI_MANIFEST, "digest": digest, "size": 2}
    first, second = repo.add_image("1", subject=subject), repo.add_image("2", subject=subject)
    repo.add_index([first], format_referrers_tag(digest))
    assert (await make_plan(client, REPOSITORY, digest)).referrers == (first,)
    repo.add_index([first, second], format_referrers_tag(digest))
    plan = await make_plan(client, REPOSITORY, digest)
    assert plan.referrers == tuple(sorted([first, second]))
    assert (await make_plan(client, REPOSITORY, first)).parents == ()


@pytest.mark.parametrize(
    ("delete", "untag", "expected"),
    [
        ("enabled", "enabled", "registry-api"),
        ("enabled", "400", "placeholder"),
        ("enabled", "405", "placeholder"),
        ("405", "400", "unsupported"),
        ("405", "enabled", "registry-api"),  # distribution 3.0
    ],
)
async def test_how_one_tag_can_go_is_found_by_probing(
    repo: Repo, client: RegistryClient, delete: str, untag: str, expected: str
) -> None:
    repo.registry.switches.delete = delete  # type: ignore[assignment]
    repo.registry.switches.untag = untag  # type: ignore[assignment]
    plan = await make_plan(client, REPOSITORY, repo.add_image("a", "latest"))
    assert plan.untag == expected
    assert plan.allowed is (delete == "enabled")
    if delete == "405":
        assert "REGISTRY_STORAGE_DELETE_ENABLED=true" in (plan.reason or "")


async def test_a_read_only_entry_gets_no_probe_and_says_which_setting_it_is(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "latest")
    plan = await make_plan(make_client(can_delete=False), REPOSITORY, digest)
    assert (plan.allowed, plan.untag) == (False, "unsupported")
    assert "'delete: false'" in (plan.reason or "")
    assert repo.registry.count_requests("DELETE", "") == 0


async def test_a_digest_that_is_not_there_has_no_plan(repo: Repo, client: RegistryClient) -> None:
    repo.add_image("a", "latest")
    with pytest.raises(ManifestUnknown):
        await make_plan(client, REPOSITORY, Digest("sha256:" + "0" * 64))


async def test_an_untagged_digest_of_an_emptied_repository_has_a_plan(
    repo: Repo, client: RegistryClient
) -> None:
    repo.registry.switches.emptied_tags = "unknown"
    digest = repo.add_image("a")
    plan = await make_plan(client, REPOSITORY, digest)
    assert (plan.tags, plan.complete, plan.allowed, plan.total) == ((), True, True, 0)


def fail_reads(registry: MemoryRegistry, tag: str, status: int, times: int = 10**6) -> None:
    """Answer a status to HEAD and GET of one tag, as often as that."""
    left = times

    def fail(request: Request) -> Answer | None:
        nonlocal left
        if request.path.endswith(f"/manifests/{tag}") and request.method != "DELETE" and left:
            left -= 1
            return refuse(status, "UNKNOWN", "unknown error")
        return None

    registry.on_request = fail


async def test_a_registry_that_goes_away_fails_the_plan(repo: Repo, client: RegistryClient) -> None:
    digest = repo.add_image("a", "latest", "stable")
    fail_reads(repo.registry, "stable", 503)
    with pytest.raises(RegistryUnreachable):
        await make_plan(client, REPOSITORY, digest)


async def test_a_tag_that_could_not_be_read_is_never_taken_for_another_digest(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "latest", "stable")
    fail_reads(repo.registry, "stable", 500)
    plan = await make_plan(make_client(), REPOSITORY, digest)
    assert plan.tags == ("latest",)
    assert (plan.complete, plan.allowed, plan.checked, plan.total) == (False, False, 1, 2)
    assert "tag stable" in (plan.reason or "")
    with pytest.raises(PlanChanged):
        await delete_by_digest(make_client(), REPOSITORY, digest, plan=plan.plan)
    assert repo.tags == {"latest": digest, "stable": digest}


async def test_stray_failures_under_pushes_are_asked_again(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest", "stable")
    fail_reads(repo.registry, "stable", 500, times=4)  # more than the client's own tries
    plan = await make_plan(client, REPOSITORY, digest)
    assert (plan.tags, plan.complete) == (("latest", "stable"), True)


async def test_a_single_404_is_a_half_written_tag_and_no_answer(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest", "stable")
    fail_reads(repo.registry, "stable", 404, times=2)  # HEAD, and GET behind it
    assert (await make_plan(client, REPOSITORY, digest)).tags == ("latest", "stable")


async def test_a_single_404_of_a_nested_index_opens_no_protection(
    repo: Repo, make_client: MakeClient
) -> None:
    child = repo.add_image("child", "child")
    inner = repo.add_index([child])
    repo.add_index([inner], "keep")
    answers = [refuse(404, "MANIFEST_UNKNOWN", "manifest unknown")]

    def hide(request: Request) -> Answer | None:
        return answers.pop() if request.path.endswith(inner) and answers else None

    repo.registry.on_request = hide
    plan = await make_plan(make_client(protect=("keep",)), REPOSITORY, child)
    assert answers == []
    assert (plan.protected, plan.allowed) == (("keep",), False)


async def test_a_dangling_tag_does_not_stand_in_the_way(repo: Repo, client: RegistryClient) -> None:
    digest = repo.add_image("a", "latest")
    repo.registry.move_tag(repo.name, "broken", "sha256:" + "1" * 64)
    plan = await make_plan(client, REPOSITORY, digest)
    assert (plan.tags, plan.complete, plan.checked) == (("latest",), True, 2)


async def test_indexes_with_missing_children_and_rubbish_hold_nothing_up(
    repo: Repo, client: RegistryClient
) -> None:
    repo.registry.switches.has_referrers = False
    digest = repo.add_image("a", "latest")
    missing = [(Digest("sha256:" + "2" * 64), media_types.OCI_INDEX)]
    repo.registry.put_manifest(repo.name, make_index(*missing), media_types.OCI_INDEX, "sparse")
    for position, raw in enumerate(
        [b'{"manifests": 5}', b'{"manifests": [1, null, {"digest": 7}, {"digest": "x"}]}', b"[1]"]
    ):
        repo.registry.put_manifest(repo.name, raw, media_types.OCI_INDEX, f"rubbish-{position}")
    plan = await make_plan(client, REPOSITORY, digest)
    assert (plan.complete, plan.tags, plan.parents) == (True, ("latest",), ())


async def follow(
    client: RegistryClient, digest: Digest, budget_seconds: float = BUDGET_SECONDS
) -> list[DeletionPlan]:
    """Follow ``next`` to the end, as the pages do."""
    plans: list[DeletionPlan] = []
    cursor: str | None = None
    while not plans or plans[-1].next:
        if plans:
            query = httpx.URL(plans[-1].next or "").params
            assert set(query) == {"cursor"}
            cursor = query["cursor"]
        plans.append(
            await make_plan(
                client, REPOSITORY, digest, cursor=cursor, budget_seconds=budget_seconds
            )
        )
        assert len(plans) < 100
    return plans


async def test_a_partial_plan_is_completed_by_following_next(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "first", "last", "zz")
    index = repo.add_index([digest], "m-index")
    for number in range(100):
        repo.add_image(str(number), f"n{number:03}")
    clock = start_clock()
    client = make_client(max_connections=2, protect=("zz",), pace=replace(HURRIED, clock=clock))
    whole = await make_plan(client, REPOSITORY, digest)
    plans = await follow_in_pieces(repo, client, digest, clock)
    assert len(plans) > 2
    assert [plan.allowed for plan in plans[:-1]] == [False] * (len(plans) - 1)
    assert all(not plan.complete and plan.next for plan in plans[:-1])
    assert all(a.checked < b.checked for a, b in pairwise(plans))
    assert replace(plans[-1], plan=whole.plan) == whole
    assert plans[-1].plan.startswith(f"{whole.plan}.")
    assert whole.parents == (index,)
    assert whole.protected == ("zz",)
    assert (plans[0].next or "").startswith(
        "/api/v1/registries/memory:5000/repositories/team/project/app/manifests/sha256:"
    )


def start_clock() -> Clock:
    """Return a clock that stands at the loop's time, until a test moves it."""
    return Clock(get_loop_time())


def pass_time(repo: Repo, clock: Clock, seconds: float, path: str) -> None:
    """Let each request for such a path take so long, by this clock."""

    def wait(request: Request) -> None:
        if path in request.path:
            clock.now += seconds

    repo.registry.on_request = wait


async def follow_in_pieces(
    repo: Repo, client: RegistryClient, digest: Digest, clock: Clock
) -> list[DeletionPlan]:
    """Follow ``next`` while every call has time for some forty requests only."""
    pass_time(repo, clock, BUDGET_SECONDS / 40, "/manifests/")
    plans = await follow(client, digest)
    repo.registry.on_request = None
    return plans


async def test_the_plan_of_a_slow_repository_is_not_read_again_as_a_whole(
    repo: Repo, make_client: MakeClient
) -> None:
    """What took several calls to find does not fit into the one call that deletes."""
    digest = repo.add_image("a", "latest", "stable")
    for number in range(100):
        repo.add_image(str(number), f"n{number:03}")
    clock = start_clock()
    client = make_client(max_connections=2, protect=("n00*",), pace=replace(HURRIED, clock=clock))
    plans = await follow_in_pieces(repo, client, digest, clock)
    repo.registry.requests.clear()
    deletion = await delete_by_digest(client, REPOSITORY, digest, plan=plans[-1].plan)
    assert deletion.tags == ("latest", "stable")
    assert repo.registry.count_requests("HEAD", "/manifests/n00") == 10
    assert repo.registry.count_requests("HEAD", "/manifests/n01") == 0


async def test_a_plan_that_took_most_of_its_time_is_not_read_again_as_a_whole(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "latest")
    repo.add_image("b", "other")
    clock = start_clock()
    pass_time(repo, clock, 0.6 * BUDGET_SECONDS, "/other")
    client = make_client(pace=replace(HURRIED, clock=clock))
    plan = await make_plan(client, REPOSITORY, digest)
    assert plan.complete
    assert unpack(plan.plan.partition(".")[2]) == ["latest"]


async def test_a_call_without_time_for_one_tag_says_so(repo: Repo, client: RegistryClient) -> None:
    digest = repo.add_image("a", "latest")
    with pytest.raises(RegistryTimeout, match="latest"):
        await make_plan(client, REPOSITORY, digest, budget_seconds=0)


async def test_a_forged_cursor_hides_tags_but_opens_no_protection(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "latest", "x")
    client = make_client(protect=("latest",))
    forged = {
        "tags": [],
        "protected": [],
        "parents": {},
        "held": [],
        "failed": [],
        "damaged": [],
        "last": "z",
    }
    plan = await make_plan(client, REPOSITORY, digest, cursor=pack(forged))
    with pytest.raises((PlanChanged, TagProtected)):
        await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert repo.tags == {"latest": digest, "x": digest}


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "????", "A" * 7000, pack([]), pack({"tags": ["../.."]}), pack({"tags": 5}), "eJwDAA"],
)
async def test_a_broken_cursor_is_a_bad_request(
    repo: Repo, client: RegistryClient, cursor: str
) -> None:
    digest = repo.add_image("a", "latest")
    with pytest.raises(BadRequest):
        await make_plan(client, REPOSITORY, digest, cursor=cursor)


def test_a_packed_bomb_is_refused() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 4_000_000 + b"1")).decode().rstrip("=")
    assert len(bomb) < 6000
    with pytest.raises(BadRequest):
        unpack(bomb)


async def test_the_plan_of_a_big_repository_names_what_is_read_again(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "latest", "stable")
    repo.add_index([digest], "multi")
    for number in range(REREAD_ALL_TAGS):
        repo.add_image(str(number), f"n{number:04}")
    # Time stands still, so that the number of tags alone makes it big.
    client = make_client(protect=("n002*",), pace=replace(HURRIED, clock=start_clock()))
    plan = await make_plan(client, REPOSITORY, digest)
    hashed, _, named = plan.plan.partition(".")
    assert len(hashed) == 64
    assert unpack(named) == ["latest", "multi", "stable"]
    repo.registry.requests.clear()
    deletion = await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert (deletion.tags, deletion.is_complete) == (("latest", "stable"), True)
    assert repo.registry.count_requests("HEAD", "/manifests/n002") == 10
    assert repo.registry.count_requests("HEAD", "/manifests/n001") == 0


async def test_a_plan_that_names_its_tags_is_refused_when_one_of_them_moves(
    repo: Repo, make_client: MakeClient
) -> None:
    digest, other = repo.add_image("a", "latest", "stable"), repo.add_image("b", "b")
    clock = start_clock()
    pass_time(repo, clock, 0.6 * BUDGET_SECONDS, "/manifests/b")
    client = make_client(pace=replace(HURRIED, clock=clock))
    plan = await make_plan(client, REPOSITORY, digest)
    assert unpack(plan.plan.partition(".")[2]) == ["latest", "stable"]
    repo.registry.move_tag(repo.name, "stable", other)
    with pytest.raises(PlanChanged) as caught:
        await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)
    assert caught.value.detail["tags"] == ["latest"]
    assert repo.registry.has_manifest(repo.name, digest)


async def test_the_hash_changes_with_each_fact_and_with_nothing_else(
    repo: Repo, client: RegistryClient, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "latest")
    hashes = [(await make_plan(client, REPOSITORY, digest)).plan]
    repo.add_image("unrelated", "unrelated")
    assert (await make_plan(make_client(), REPOSITORY, digest)).plan == hashes[0]
    repo.registry.move_tag(repo.name, "stable", digest)
    hashes.append((await make_plan(client, REPOSITORY, digest)).plan)
    repo.add_index([digest], "multi")
    hashes.append((await make_plan(client, REPOSITORY, digest)).plan)
    subject = {"mediaType": media_types.OCI_MANIFEST, "digest": digest, "size": 2}
    repo.add_image("sbom", subject=subject)
    hashes.append((await make_plan(client, REPOSITORY, digest)).plan)
    hashes.append((await make_plan(make_client(protect=("stable",)), REPOSITORY, digest)).plan)
    assert len(set(hashes)) == len(hashes)


async def test_a_rate_limit_in_the_middle_makes_a_partial_plan(
    repo: Repo, make_client: MakeClient
) -> None:
    digest = repo.add_image("a", "a")
    for number in range(40):
        repo.add_image(str(number), f"n{number:03}")

    def limit(request: Request) -> Answer | None:
        if request.path.endswith("/n030"):
            return refuse(429, "TOOMANYREQUESTS", "slow down")
        return None

    repo.registry.on_request = limit
    plan = await make_plan(make_client(max_connections=1), REPOSITORY, digest)
    assert (plan.complete, plan.allowed, plan.tags) == (False, False, ("a",))
    assert plan.next is not None
    assert 1 <= plan.checked <= 31
    repo.registry.on_request = None
    assert (await follow(make_client(), digest))[-1].complete


async def test_a_manifest_that_is_no_json_can_be_planned_and_deleted(
    repo: Repo, client: RegistryClient
) -> None:
    repo.registry.switches.has_referrers = False
    digest = repo.registry.put_manifest(repo.name, b"not json", media_types.OCI_MANIFEST, "odd")
    plan = await make_plan(client, REPOSITORY, digest)
    assert (plan.kind, plan.tags) == ("unknown", ("odd",))
    assert (await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan)).is_complete
    assert repo.tags == {}


async def test_deletion_that_was_switched_on_or_off_since_is_noticed_at_once(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "latest")
    assert (await make_plan(client, REPOSITORY, digest)).allowed
    repo.registry.switches.delete = "405"
    repo.registry.switches.untag = "405"
    assert (await make_plan(client, REPOSITORY, digest)).untag == "unsupported"
    repo.registry.switches.delete = "enabled"
    plan = await make_plan(client, REPOSITORY, digest)
    assert (plan.allowed, plan.untag) == (True, "placeholder")


async def test_a_rate_limit_from_the_first_tag_on_is_handed_on(
    repo: Repo, client: RegistryClient
) -> None:
    digest = repo.add_image("a", "a", "b")

    def limit(request: Request) -> Answer | None:
        if request.path.endswith(("/a", "/b")):
            return refuse(429, "TOOMANYREQUESTS", "slow down")
        return None

    repo.registry.on_request = limit
    with pytest.raises(TooManyRequests):
        await make_plan(client, REPOSITORY, digest)
