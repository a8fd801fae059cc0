"""Clients of the in-memory and of the real registry, and what a registry holds, read raw."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from reglite.demo.registry import MemoryRegistry
from reglite.registry.client import RegistryClient
from tests.deletion.content import Repo
from tests.support.clients import MakeClient, make_config, open_clients

__all__ = ["MakeClient"]


@pytest.fixture
async def make_client(
    memory_registry: MemoryRegistry, anyio_backend: str
) -> AsyncIterator[MakeClient]:
    """Return a maker of clients: of a real registry with ``url``, else of the in-memory one."""
    async with open_clients() as make:

        def make_one(
            *, transport: httpx.AsyncBaseTransport | None = None, **options: Any
        ) -> RegistryClient:
            registry = None if "url" in options else memory_registry
            return make(make_config(**options), transport or registry)

        yield make_one


@pytest.fixture
def client(make_client: MakeClient) -> RegistryClient:
    """Return a client of the in-memory registry."""
    return make_client()


@pytest.fixture
def repo(memory_registry: MemoryRegistry) -> Repo:
    """Return a repository of the in-memory registry, to be filled behind its back."""
    return Repo(memory_registry)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the pauses between tries: the in-memory registry needs no rest."""
    monkeypatch.setattr("reglite.deletion.ladder._FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr("reglite.deletion.position._PAUSES_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr("reglite.deletion.reading._PAUSE_SECONDS", 0.0)
    monkeypatch.setattr("reglite.deletion.removal._PAUSE_SECONDS", 0.0)
    monkeypatch.setattr("reglite.registry.retry._FIRST_SECONDS", 0.001)
