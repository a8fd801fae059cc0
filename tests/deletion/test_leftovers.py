import pytest

from reglite.deletion.leftovers import Leftover, find_leftovers
from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.presets import olareg
from reglite.errors import Unsupported
from reglite.media_types import OCI_INDEX
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.placeholder import build_placeholder
from tests.deletion.conftest import MakeClient
from tests.deletion.content import REPOSITORY, Repo

pytestmark = pytest.mark.anyio
GONE = Digest("sha256:" + "1" * 64)


def fill(repo: Repo) -> None:
    digest = repo.add_image("a", "latest")
    repo.add_index([digest], "multi")
    repo.add_index([], "empty")
    placeholder = build_placeholder(digest, Tag("half"), "nonce")
    repo.registry.put_manifest(repo.name, placeholder, OCI_INDEX, "half")
    repo.registry.move_tag(repo.name, "dangling", GONE)


async def test_placeholders_and_dangling_tags_are_found_everywhere(
    repo: Repo, client: RegistryClient
) -> None:
    fill(repo)
    other = Repo(repo.registry, "other")
    fill(other)
    digest = Digest(repo.tags["latest"])
    expected = set()
    for name in (REPOSITORY, Repository("other")):
        expected.add(Leftover("memory:5000", name, Tag("half"), "placeholder", digest))
        expected.add(Leftover("memory:5000", name, Tag("dangling"), "dangling"))
    assert set(await find_leftovers(client)) == expected


async def test_a_clean_registry_has_none(repo: Repo, client: RegistryClient) -> None:
    repo.add_index([repo.add_image("a", "latest")], "multi")
    assert await find_leftovers(client) == ()


async def test_without_a_catalog_the_inventorys_repositories_are_looked_at(
    repo: Repo, make_client: MakeClient
) -> None:
    repo.behave_as(olareg())
    fill(repo)
    with pytest.raises(Unsupported):
        await find_leftovers(make_client())
    found = await find_leftovers(make_client(repositories=(REPOSITORY,)))
    assert [leftover.tag for leftover in found] == ["dangling", "half"]


async def test_what_can_not_be_read_is_not_called_clean(repo: Repo, client: RegistryClient) -> None:
    repo.add_image("a", "latest", "stable")

    def fail(request: Request) -> Answer | None:
        return refuse(500, "UNKNOWN", "?") if request.path.endswith("/stable") else None

    repo.registry.on_request = fail
    (leftover,) = await find_leftovers(client)
    assert (leftover.tag, leftover.state) == ("stable", "unread")
    assert str(leftover) == "team/project/app:stable could not be read: check again"


def test_a_leftover_says_what_to_do() -> None:
    leftover = Leftover("r", REPOSITORY, Tag("half"), "placeholder", GONE)
    assert str(leftover) == (
        f"team/project/app:half is on a placeholder instead of {GONE}: remove the tag again"
    )
    assert leftover.to_json()["state"] == "placeholder"
