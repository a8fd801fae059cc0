"""Clients for the tests of reglite.registry, closed when the test ends."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from reglite.demo.registry import MemoryRegistry
from reglite.registry.client import RegistryClient
from tests.registry.clients import Handler, MakeClient, make_config


@pytest.fixture
async def make_client() -> AsyncIterator[MakeClient]:
    """Make clients of an in-memory registry, of a handler of requests, or of a URL."""
    clients: list[RegistryClient] = []

    def make(
        registry: MemoryRegistry | Handler | str,
        *,
        resolve: Any = None,
        cache: Any = None,
        **settings: Any,
    ) -> RegistryClient:
        transport: httpx.AsyncBaseTransport | None = None
        if isinstance(registry, str):
            settings["url"] = registry
        elif isinstance(registry, MemoryRegistry):
            transport = httpx.ASGITransport(registry)
        else:
            transport = httpx.MockTransport(registry)
        config = make_config(**settings)
        client = RegistryClient(config, transport=transport, cache=cache, resolve=resolve)
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.aclose()
