"""Registry clients for tests, closed when the test ends."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from reglite.demo.registry import MemoryRegistry
from reglite.inventory.registry_config import RegistryConfig
from reglite.registry.client import RegistryClient

MakeClient = Callable[..., RegistryClient]
Handler = (
    Callable[[httpx.Request], httpx.Response]
    | Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]
)
Registry = MemoryRegistry | Handler | httpx.AsyncBaseTransport


def make_config(**settings: Any) -> RegistryConfig:
    """Return the settings of a registry, of the in-memory one unless ``url`` is given."""
    defaults = {"name": "memory:5000", "pull_host": "memory", "source": "inventory"}
    return RegistryConfig(**{"url": "http://memory", **defaults, **settings})


def make_transport(registry: Registry) -> httpx.AsyncBaseTransport:
    """Return what leads to a registry in this process."""
    if isinstance(registry, httpx.AsyncBaseTransport):
        return registry
    if isinstance(registry, MemoryRegistry):
        return httpx.ASGITransport(app=registry)
    return httpx.MockTransport(registry)


@asynccontextmanager
async def open_clients() -> AsyncIterator[MakeClient]:
    """Yield a maker: ``make(config, registry)``; without a registry the config's url is asked.

    Further options are the client's.
    """
    async with AsyncExitStack() as stack:

        def make(
            config: RegistryConfig, registry: Registry | None = None, **options: Any
        ) -> RegistryClient:
            transport = None if registry is None else make_transport(registry)
            client = RegistryClient(config, transport=transport, **options)
            stack.push_async_callback(client.aclose)
            return client

        yield make
