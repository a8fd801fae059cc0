"""Clients of the in-memory and of the real registry, and what a registry holds, read raw."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from reglite.demo.registry import MemoryRegistry
from reglite.registry.client import RegistryClient
from reglite.registry.pace import Pace
from tests.deletion.content import Repo
from tests.support.clients import MakeClient, make_config, open_clients
from tests.support.clock import HURRIED

__all__ = ["MakeClient"]


@pytest.fixture
async def make_client(
    memory_registry: MemoryRegistry, anyio_backend: str
) -> AsyncIterator[MakeClient]:
    """Return a maker of clients: of the registry at ``url``, else of the in-memory one."""
    async with open_clients() as make:

        def make_one(
            *,
            transport: httpx.AsyncBaseTransport | None = None,
            pace: Pace | None = None,
            **options: Any,
        ) -> RegistryClient:
            config = make_config(**options)
            if "url" in options:
                return make(config, transport, pace=pace)
            return make(config, transport or memory_registry, pace=pace or HURRIED)

        yield make_one


@pytest.fixture
def client(make_client: MakeClient) -> RegistryClient:
    """Return a client of the in-memory registry."""
    return make_client()


@pytest.fixture
def repo(memory_registry: MemoryRegistry) -> Repo:
    """Return a repository of the in-memory registry, to be filled behind its back."""
    return Repo(memory_registry)
