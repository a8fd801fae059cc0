"""Clients of the in-memory registry, in process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from reglite.demo.registry import MemoryRegistry
from reglite.inventory.registry_config import RegistryConfig
from reglite.registry.client import RegistryClient

MakeClient = Callable[..., RegistryClient]


@pytest.fixture
async def make_client(
    memory_registry: MemoryRegistry, anyio_backend: str
) -> AsyncIterator[MakeClient]:
    """Return a maker of clients; beside the registry, options are RegistryConfig's."""
    async with AsyncExitStack() as stack:

        def make(registry: MemoryRegistry = memory_registry, **options: Any) -> RegistryClient:
            options = {"url": "http://memory", "source": "inventory", **options}
            config = RegistryConfig(**{"name": "memory:5000", "pull_host": "memory", **options})
            transport = httpx.ASGITransport(app=registry)
            client = RegistryClient(config, transport=transport)
            stack.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
def client(make_client: MakeClient) -> RegistryClient:
    """Return a client of the in-memory registry."""
    return make_client()
