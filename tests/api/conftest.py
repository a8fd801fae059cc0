"""The whole API in process, over in-memory registries, under any ``access:`` configuration."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.runtime import Runtime
from reglite.demo.registry import MemoryRegistry
from reglite.inventory.access_config import AccessConfig
from reglite.inventory.load import Inventory, RegistryConfig
from reglite.registry.pool import RegistryPool
from tests.functions.content import REGISTRY
from tests.support import clients

OpenApi = Callable[..., httpx.AsyncClient]

LOOPBACK = "127.0.0.1"


def make_config(**options: Any) -> RegistryConfig:
    """Return the settings of the in-memory registry."""
    return clients.make_config(**{"name": REGISTRY, **options})


def make_runtime(
    registry: MemoryRegistry,
    access: AccessConfig | None = None,
    configs: tuple[RegistryConfig, ...] | None = None,
    **options: Any,
) -> Runtime:
    """Return a runtime whose registries are all the in-memory one."""
    inventory = Inventory(configs or (make_config(),), access or AccessConfig())
    pool = RegistryPool(inventory, transport_factory=lambda _: httpx.ASGITransport(app=registry))
    return Runtime(inventory, pool, **options)


@pytest.fixture
async def open_api(filled_registry: MemoryRegistry, anyio_backend: str) -> AsyncIterator[OpenApi]:
    """Return a function that gives a client of the API; ``peer`` is where it seems to sit."""
    async with AsyncExitStack() as stack:

        def open_one(
            access: AccessConfig | None = None, *, peer: str = LOOPBACK, **options: Any
        ) -> httpx.AsyncClient:
            runtime = make_runtime(filled_registry, access, **options)
            stack.push_async_callback(runtime.aclose)
            app = create_app(*load_routers(), runtime=runtime)
            transport = httpx.ASGITransport(app=app, client=(peer, 50000))
            client = httpx.AsyncClient(transport=transport, base_url="http://localhost:8080")
            stack.push_async_callback(client.aclose)
            return client

        yield open_one


@pytest.fixture
def api(open_api: OpenApi) -> httpx.AsyncClient:
    """Return a client of the API where everybody reads and nobody deletes."""
    return open_api()
