"""Clients of the in-memory registry, in process."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from reglite.demo.registry import MemoryRegistry
from reglite.registry.client import RegistryClient
from tests.support.clients import MakeClient, make_config, open_clients

__all__ = ["MakeClient"]


@pytest.fixture
async def make_client(
    memory_registry: MemoryRegistry, anyio_backend: str
) -> AsyncIterator[MakeClient]:
    """Return a maker of clients; beside the registry, options are RegistryConfig's."""
    async with open_clients() as make:

        def make_one(registry: MemoryRegistry = memory_registry, **options: Any) -> RegistryClient:
            return make(make_config(**options), registry)

        yield make_one


@pytest.fixture
def client(make_client: MakeClient) -> RegistryClient:
    """Return a client of the in-memory registry."""
    return make_client()
