"""Clients for the tests of reglite.registry, closed when the test ends."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from reglite.demo.registry import MemoryRegistry
from reglite.registry.client import RegistryClient
from tests.registry.clients import Handler, MakeClient, make_config
from tests.support.clients import open_clients


@pytest.fixture
async def make_client() -> AsyncIterator[MakeClient]:
    """Make clients of an in-memory registry, of a handler of requests, or of a URL."""
    async with open_clients() as make:

        def make_one(
            registry: MemoryRegistry | Handler | str,
            *,
            resolve: Any = None,
            cache: Any = None,
            **settings: Any,
        ) -> RegistryClient:
            if isinstance(registry, str):
                config = make_config(url=registry, **settings)
                return make(config, resolve=resolve, cache=cache)
            return make(make_config(**settings), registry, resolve=resolve, cache=cache)

        yield make_one
