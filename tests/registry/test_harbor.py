"""Harbor's and Nexus' catalogs are for administrators: what other accounts get to see."""

from typing import Any

import pytest

from reglite.browse.listing import list_repositories
from reglite.browse.status import get_status
from reglite.credentials.source import Anonymous, Credentials, FixedCredentials
from reglite.demo.presets import harbor
from reglite.demo.registry import MemoryRegistry
from reglite.demo.switches import ALL_ACTIONS, Switches
from reglite.errors import BadRequest, Denied
from reglite.inventory.registry_config import RegistryConfig
from reglite.media_types import OCI_INDEX
from tests.support.clients import MakeClient, make_config, open_clients

pytestmark = pytest.mark.anyio

EMPTY_INDEX = b'{"schemaVersion":2,"manifests":[]}'
MINE = FixedCredentials(Credentials("demo", "demo"))
HIDDEN: dict[str, dict[str, Any]] = {
    "refused": {"granted_actions": ALL_ACTIONS - {"*"}},
    "empty": {"is_catalog_for_admins": True},
}


def make_harbor(count: int = 1, **settings: Any) -> MemoryRegistry:
    switches = harbor()
    switches.has_harbor_list = True
    for name, value in settings.items():
        setattr(switches, name, value)
    return fill(MemoryRegistry(switches), count)


def fill(registry: MemoryRegistry, count: int) -> MemoryRegistry:
    for number in range(count):
        registry.put_manifest(f"team/app-{number:03}", EMPTY_INDEX, OCI_INDEX, "v1")
    return registry


def name_repositories(count: int) -> list[str]:
    return [f"team/app-{number:03}" for number in range(count)]


async def read_all(make: MakeClient, config: RegistryConfig, registry: MemoryRegistry) -> list[str]:
    """Read page by page, each in a process of its own, as on AWS Lambda."""
    names: list[str] = []
    cursor: str | None = None
    while True:
        page = await make(config, registry).list_repositories(n=100, cursor=cursor)
        names += page.items
        if page.next is None:
            return names
        cursor = page.next


@pytest.mark.parametrize("how", HIDDEN)
async def test_harbors_own_list_stands_in_for_a_catalog_that_is_for_administrators(
    how: str,
) -> None:
    registry = make_harbor(250, **HIDDEN[how])
    config = make_config(credential=MINE)
    async with open_clients() as make:
        client = make(config, registry)
        view = await list_repositories(client, n=1000)
        assert view.repositories == tuple(name_repositories(100))
        assert view.next is not None
        assert await read_all(make, config, registry) == name_repositories(250)
        assert list(await client.list_all_repositories(fresh=True)) == name_repositories(250)
        status = await get_status(client)
    assert status.capabilities.catalog is True
    asked = [request for request in registry.requests if request.path.startswith("/api/")]
    assert {request.authorization for request in asked} == {"basic"}


async def test_a_catalog_that_is_there_is_not_asked_for_twice() -> None:
    registry = make_harbor(3)
    async with open_clients() as make:
        view = await list_repositories(make(make_config(credential=MINE), registry))
    assert view.repositories == tuple(name_repositories(3))
    assert not registry.count_requests("GET", "^/api/")


async def test_repositories_of_the_inventory_spare_the_list() -> None:
    registry = make_harbor(3, **HIDDEN["empty"])
    config = make_config(credential=MINE, repositories=("team/app-000",))
    async with open_clients() as make:
        view = await list_repositories(make(config, registry))
    assert view.repositories == ("team/app-000",)
    assert not registry.count_requests("GET", "^/api/")


async def test_a_list_that_refuses_says_which_right_it_needs() -> None:
    registry = make_harbor(3, **HIDDEN["empty"], is_pull_anonymous=True)
    async with open_clients() as make:
        client = make(make_config(credential=Anonymous()), registry)
        with pytest.raises(Denied, match="Harbor's list of repositories needs an account"):
            await list_repositories(client)


@pytest.mark.parametrize("how", HIDDEN)
async def test_a_harbor_without_the_list_is_answered_by_its_catalog(how: str) -> None:
    registry = make_harbor(3, **HIDDEN[how], has_harbor_list=False)
    async with open_clients() as make:
        client = make(make_config(credential=MINE), registry)
        if how == "refused":
            with pytest.raises(Denied, match="name what to show under repositories:"):
                await list_repositories(client)
        else:
            assert (await list_repositories(client)).repositories == ()


@pytest.mark.parametrize(
    "cursor",
    [
        "harbor_page=",
        "harbor_page=1",
        "harbor_page=x&harbor_size=1",
        "harbor_page=1&harbor_size=-1",
    ],
)
async def test_a_malformed_cursor_is_a_bad_request(cursor: str) -> None:
    async with open_clients() as make:
        client = make(make_config(credential=MINE), make_harbor(1))
        with pytest.raises(BadRequest):
            await client.list_repositories(n=1, cursor=cursor)


async def test_another_server_is_not_asked_for_harbors_list() -> None:
    registry = fill(MemoryRegistry(Switches(is_catalog_for_admins=True)), 1)
    async with open_clients() as make:
        assert (await list_repositories(make(make_config(), registry))).repositories == ()
    assert not registry.count_requests("GET", "^/api/")


NEXUS = {"Server": "Nexus/3.68.0 (OSS)"}


@pytest.mark.parametrize(
    ("switches", "read"),
    [
        (Switches(is_catalog_for_admins=True, server_headers=NEXUS), "hints"),
        (Switches(denied_actions=frozenset({"*"}), server_headers=NEXUS), "error"),
    ],
    ids=["empty", "refused"],
)
async def test_nexus_names_the_privilege_that_its_catalog_needs(
    switches: Switches, read: str
) -> None:
    async with open_clients() as make:
        client = make(make_config(), fill(MemoryRegistry(switches), 1))
        if read == "hints":
            text = " ".join((await get_status(client)).hints)
        else:
            with pytest.raises(Denied) as caught:
                await list_repositories(client)
            text = caught.value.message
    assert "nx-repository-view-docker-<repository>-browse" in text
