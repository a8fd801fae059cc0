"""What handlers work with: the inventory, the pool of clients and who signs in how.

A command builds a Runtime and passes it in; on AWS Lambda it is made from the environment inside
the first invocation and serves the later ones too.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reglite.api.identity.sign_in import SignIn
from reglite.deletion.refusals import Refusals
from reglite.errors import RegistryUnknown, RegliteError
from reglite.reference import shorten

if TYPE_CHECKING:
    from reglite.inventory.load import Inventory, RegistryConfig
    from reglite.registry.client import RegistryClient
    from reglite.registry.pool import RegistryPool

_log = logging.getLogger("reglite.api")

LIFETIME_SECONDS: Final = 300.0
"""How long an inventory out of AWS is used before it is read again."""


@dataclass(slots=True)
class Runtime:
    """One per process.

    ``local_maintainer``: the command bound this server to loopback for the person at this machine.
    ``is_loopback``: only loopback names and ``access.hosts`` are answered (DNS rebinding).
    """

    inventory: "Inventory"
    pool: "RegistryPool | None" = None
    local_maintainer: bool = False
    is_loopback: bool = False
    sign_in: SignIn = field(init=False)
    refusals: Refusals = field(init=False, repr=False, default_factory=Refusals)
    _configs: "dict[str, RegistryConfig]" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.sign_in = SignIn(self.inventory.access, local_maintainer=self.local_maintainer)
        self._configs = {config.name: config for config in self.inventory.registries}

    def get_config(self, name: str) -> "RegistryConfig":
        """Return a registry's settings; raises RegistryUnknown in the words of a hidden one."""
        config = self._configs.get(name)
        if config is None:
            raise unknown_registry(name)
        return config

    def get_client(self, name: str) -> "RegistryClient":
        """Return the client of a registry; the first call imports the HTTP stack."""
        if self.pool is None:
            from reglite.registry.pool import RegistryPool  # noqa: PLC0415 - cold start

            self.pool = RegistryPool(self.inventory)
        return self.pool.get_client(self.get_config(name).name)

    async def aclose(self) -> None:
        """Close what was opened, and say what the audit log left out."""
        self.refusals.end()
        if self.pool is not None:
            await self.pool.aclose()


def unknown_registry(name: str) -> RegistryUnknown:
    """Make the error of a registry that isn't configured, or that the caller may not see."""
    return RegistryUnknown(
        f"no registry '{shorten(name)}' here: choose one of those that /api/v1/registries lists, "
        "or add it to the inventory"
    )


class RuntimeSource:
    """Gives the app its Runtime: the one passed in, or one loaded on first use.

    One that was loaded out of AWS is loaded again after a while, within a request: nothing runs
    between two invocations.
    """

    def __init__(
        self, runtime: Runtime | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._loading = asyncio.Lock()
        self._loaded_at: float | None = None

    @property
    def given(self) -> Runtime | None:
        """The Runtime if there is one already."""
        return self._runtime

    async def get(self) -> Runtime:
        """Return the Runtime; raises ConfigurationError, and tries again on the next call."""
        if self._runtime is not None and not self._is_old(self._runtime):
            return self._runtime
        async with self._loading:
            if self._runtime is None:
                # Reading parameters over the network may block: not the event loop.
                self._runtime = await asyncio.to_thread(load_runtime)
                self._loaded_at = self._clock()
            elif self._is_old(self._runtime):
                self._runtime = await self._renew(self._runtime)
            return self._runtime

    def _is_old(self, runtime: Runtime) -> bool:
        if self._loaded_at is None or not runtime.inventory.is_remote:
            return False
        return self._clock() - self._loaded_at >= LIFETIME_SECONDS

    async def _renew(self, current: Runtime) -> Runtime:
        """Load again; what fails or says the same leaves the current one, its connections too."""
        self._loaded_at = self._clock()
        try:
            fresh = await asyncio.to_thread(load_runtime)
        except RegliteError as exc:
            _log.error("the inventory can't be read again, the old one goes on: %s", exc.message)
            return current
        if fresh.inventory == current.inventory:
            return current
        await current.aclose()
        return fresh


def load_runtime() -> Runtime:
    """Make a Runtime from the environment, without any right that a command could add."""
    from reglite.inventory.load import load_inventory  # noqa: PLC0415 - cold start

    return Runtime(load_inventory())
