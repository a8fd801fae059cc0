"""A client that talks to the in-memory registry without a socket."""

from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from reglite.demo.registry import MemoryRegistry

Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(memory_registry: MemoryRegistry) -> Ask:
    """Send one request to ``memory_registry``: ``ask("GET", "/v2/", headers=…)``."""

    async def send(method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(memory_registry)
        async with httpx.AsyncClient(transport=transport, base_url="http://memory") as client:
            return await client.request(method, path, **options)

    return lambda method, path, **options: anyio.run(lambda: send(method, path, **options))
