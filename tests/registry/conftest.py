"""Clients for the tests of reglite.registry, closed when the test ends."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from reglite.demo.registry import MemoryRegistry
from reglite.registry.client import RegistryClient
from reglite.registry.pace import Pace
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
            pace: Pace | None = None,
            **settings: Any,
        ) -> RegistryClient:
            outside = {"resolve": resolve, "cache": cache, "pace": pace}
            if isinstance(registry, str):
                return make(make_config(url=registry, **settings), **outside)
            return make(make_config(**settings), registry, **outside)

        yield make_one
