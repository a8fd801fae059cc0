"""A deletion that takes along what only its index held, on the in-memory registry."""

import json

import pytest

from reglite.deletion import children as children_module
from reglite.deletion.outcome import Deletion
from reglite.deletion.plan import make_plan
from reglite.deletion.removal import delete_by_digest
from reglite.demo.exchange import Answer, Request, refuse
from reglite.errors import BadRequest
from reglite.reference import Digest
from reglite.registry.client import RegistryClient
from tests.deletion.conftest import MakeClient
from tests.deletion.content import REPOSITORY, Repo

pytestmark = pytest.mark.anyio


async def _delete(client: RegistryClient, digest: Digest) -> Deletion:
    plan = await make_plan(client, REPOSITORY, digest)
    return await delete_by_digest(client, REPOSITORY, digest, plan=plan.plan, with_children=True)


async def test_the_children_that_nothing_else_holds_go_after_their_index(
    repo: Repo, client: RegistryClient
) -> None:
    shared, tagged, alone = repo.add_image("s"), repo.add_image("t", "one"), repo.add_image("a")
    index = repo.add_index([shared, tagged, alone], "multi")
    other = repo.add_index([shared], "other")
    document = (await _delete(client, index)).to_json()
    assert (document["deleted"], document["children"]) == (index, [alone])
    assert document["kept_children"] == []
    assert repo.manifests == {shared, tagged, other}


async def test_the_answer_holds_what_an_undo_puts_back_in_its_order(
    repo: Repo, client: RegistryClient
) -> None:
    leaf = repo.add_image("leaf")
    inner = repo.add_index([leaf])
    index = repo.add_index([inner], "multi")
    document = (await _delete(client, index)).to_json()
    assert document["children"] == [inner, leaf]
    assert [each["digest"] for each in document["undo"]] == [leaf, inner]
    assert json.loads(document["undo"][1]["raw"])["manifests"][0]["digest"] == leaf
    assert repo.manifests == set()


@pytest.mark.parametrize("holder", ["tag", "index"])
async def test_a_child_that_was_taken_up_meanwhile_stays_and_is_named(
    repo: Repo, client: RegistryClient, holder: str
) -> None:
    first, second = sorted([repo.add_image("a"), repo.add_image("b")])
    index = repo.add_index([first, second], "multi")

    def take_up(request: Request) -> Answer | None:
        if request.method == "DELETE" and request.path.endswith(first):
            if holder == "tag":
                repo.registry.move_tag(repo.name, "new", second)
            else:
                repo.add_index([second], "new")
        return None

    plan = await make_plan(client, REPOSITORY, index)
    repo.registry.on_request = take_up
    deletion = await delete_by_digest(client, REPOSITORY, index, plan=plan.plan, with_children=True)
    document = deletion.to_json()
    assert document["children"] == [first]
    assert [(kept["digest"], kept["code"]) for kept in document["kept_children"]] == [
        (second, "HELD")
    ]
    assert second in repo.manifests


async def test_a_child_that_the_registry_refuses_to_delete_is_named_and_the_rest_goes(
    repo: Repo, client: RegistryClient
) -> None:
    first, second = sorted([repo.add_image("a"), repo.add_image("b")])
    index = repo.add_index([first, second], "multi")

    def refuse_first(request: Request) -> Answer | None:
        if request.method == "DELETE" and request.path.endswith(first):
            return refuse(403, "DENIED", "no")
        return None

    plan = await make_plan(client, REPOSITORY, index)
    repo.registry.on_request = refuse_first
    deletion = await delete_by_digest(client, REPOSITORY, index, plan=plan.plan, with_children=True)
    document = deletion.to_json()
    assert document["children"] == [second]
    assert [(kept["digest"], kept["code"]) for kept in document["kept_children"]] == [
        (first, "DENIED")
    ]
    assert [each["digest"] for each in document["undo"]] == [second]


async def test_a_child_on_a_protected_tag_stays(repo: Repo, make_client: MakeClient) -> None:
    child = repo.add_image("a", "keep-me")
    index = repo.add_index([child], "multi")
    document = (await _delete(make_client(protect=("keep-*",)), index)).to_json()
    assert document["children"] == []
    assert repo.manifests == {child}


async def test_what_an_undo_can_not_carry_stays(
    repo: Repo, client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = repo.add_image("a")
    index = repo.add_index([child], "multi")
    monkeypatch.setattr(children_module, "MAX_UNDO_BYTES", 10)
    document = (await _delete(client, index)).to_json()
    assert [kept["code"] for kept in document["kept_children"]] == ["UNDO_TOO_LARGE"]
    assert repo.manifests == {child}


async def test_children_go_only_with_a_plan_that_named_them(
    repo: Repo, client: RegistryClient
) -> None:
    child = repo.add_image("a")
    index = repo.add_index([child], "multi")
    with pytest.raises(BadRequest):
        await delete_by_digest(client, REPOSITORY, index, with_children=True)
    assert repo.manifests == {child, index}
