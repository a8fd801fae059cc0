"""The clients of one process: one per registry and running event loop, made on first use."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from reglite.errors import RegistryUnknown
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import shorten
from reglite.registry.cache import ContentCache

if TYPE_CHECKING:
    import httpx

    from reglite.inventory.load import Inventory
    from reglite.registry.client import RegistryClient

    TransportFactory = Callable[[RegistryConfig], httpx.AsyncBaseTransport | None]

__all__ = ["RegistryPool"]


class RegistryPool:
    """All registries of an inventory; their clients share one content cache.

    ``transport_factory`` gives the transport that replaces the network for a registry, or None.
    """

    def __init__(
        self,
        inventory: "Inventory",
        *,
        transport_factory: "TransportFactory | None" = None,
        cache: ContentCache | None = None,
    ) -> None:
        self.inventory = inventory
        self.cache = ContentCache() if cache is None else cache
        self._configs = {config.name: config for config in inventory.registries}
        self._transport_factory = transport_factory
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, RegistryClient]] = (
            WeakKeyDictionary()
        )

    def get_config(self, name: str) -> RegistryConfig:
        """Return a registry's settings; raises RegistryUnknown."""
        config = self._configs.get(name)
        if config is None:
            raise RegistryUnknown(
                f"no registry '{shorten(name)}' is configured: see the list of registries"
            )
        return config

    def get_client(self, name: str) -> "RegistryClient":
        """Return a registry's client in the running event loop; raises RegistryUnknown."""
        from reglite.registry.client import RegistryClient  # noqa: PLC0415 - httpx is slow to load

        config = self.get_config(name)
        clients = self._clients.setdefault(asyncio.get_running_loop(), {})
        client = clients.get(name)
        if client is None:
            transport = self._transport_factory(config) if self._transport_factory else None
            client = clients[name] = RegistryClient(config, transport=transport, cache=self.cache)
        return client

    async def aclose(self) -> None:
        """Close the connections that belong to the running event loop."""
        for client in self._clients.pop(asyncio.get_running_loop(), {}).values():
            await client.aclose()
