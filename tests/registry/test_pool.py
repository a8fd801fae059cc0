"""One client per registry and event loop, and nothing loaded before it is needed."""

import asyncio
import subprocess
import sys

import httpx
import pytest

from reglite.errors import RegistryUnknown
from reglite.inventory.load import Inventory
from reglite.inventory.registry_config import RegistryConfig
from reglite.registry.pool import RegistryPool
from tests.registry.clients import APP, V1, Script, answer_index, make_config

pytestmark = pytest.mark.anyio


def make_pool(registry: Script) -> RegistryPool:
    def make_transport(config: RegistryConfig) -> httpx.AsyncBaseTransport:
        return httpx.MockTransport(registry)

    inventory = Inventory(registries=(make_config(), make_config(name="88.88.88.88:5000")))
    return RegistryPool(inventory, transport_factory=make_transport)


async def test_client_is_made_once() -> None:
    pool = make_pool(Script([answer_index()]))
    assert pool.get_client("here") is pool.get_client("here")
    assert pool.get_client("here") is not pool.get_client("88.88.88.88:5000")
    assert pool.get_client("88.88.88.88:5000").config.name == "88.88.88.88:5000"
    await pool.aclose()


async def test_unknown_registry_is_told() -> None:
    pool = make_pool(Script([answer_index()]))
    for name in ("nowhere", "../here", "<script>\r\n"):
        with pytest.raises(RegistryUnknown) as caught:
            pool.get_client(name)
        assert caught.value.message.isprintable()


def test_every_event_loop_has_its_own_client_and_all_share_one_cache() -> None:
    registry = Script([answer_index()])
    pool = make_pool(registry)
    clients = []

    async def read() -> None:
        client = pool.get_client("here")
        clients.append(client)
        await client.get_manifest(APP, V1)
        await pool.aclose()

    asyncio.run(read())
    asyncio.run(read())
    assert clients[0] is not clients[1]
    assert len(registry.requests) == 1


async def test_registries_do_not_see_each_others_content() -> None:
    registry = Script([answer_index()])
    pool = make_pool(registry)
    await pool.get_client("here").get_manifest(APP, V1)
    await pool.get_client("88.88.88.88:5000").get_manifest(APP, V1)
    assert len(registry.requests) == 2
    await pool.aclose()


def test_httpx_is_not_loaded_with_the_pool() -> None:
    program = "import sys, reglite.registry.pool; sys.exit('httpx' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
