"""What ``reglite check`` does: ask each registry how it is, all at once, and collect reports."""

import asyncio
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reglite.browse.status import StatusView, get_status
from reglite.cli.check_image import ImageCheck, check_image
from reglite.errors import ConfigurationError, RegliteError
from reglite.inventory.load import Inventory
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import shorten
from reglite.registry.client import RegistryClient
from reglite.registry.pool import RegistryPool

if TYPE_CHECKING:
    from reglite.deletion.leftovers import Leftover


@dataclass(frozen=True, slots=True)
class Report:
    """How one registry is, and with ``--leftovers`` what interrupted removals left there.

    ``image`` is one that was read there; None where there is none, or reading would cost a pull.
    """

    config: RegistryConfig
    status: StatusView
    image: ImageCheck | None = None
    leftovers: "tuple[Leftover, ...] | None" = None
    leftovers_error: RegliteError | None = None

    @property
    def is_fine(self) -> bool:
        """Tell whether the registry answers and serves images, and nothing was left behind."""
        is_online = self.status.status == "online" and self.status.error is None
        is_served = self.image is None or self.image.is_fine
        return is_online and is_served and not self.leftovers and self.leftovers_error is None


def choose_registries(inventory: Inventory, names: Sequence[str]) -> Inventory:
    """Return the inventory with these registries only; raises ConfigurationError for others."""
    known = {config.name: config for config in inventory.registries}
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            meant = f"did you mean '{close[0]}'? " if close else ""
            listed = ", ".join(known) or "none"
            raise ConfigurationError(
                f"there is no registry '{shorten(name)}': {meant}known are {listed}"
            )
    if not names:
        return inventory
    return replace(inventory, registries=tuple(known[name] for name in dict.fromkeys(names)))


def run_check(inventory: Inventory, *, with_leftovers: bool = False) -> tuple[Report, ...]:
    """Ask all registries at once; a report for each, in the inventory's order."""
    return asyncio.run(check_registries(inventory, with_leftovers=with_leftovers))


async def check_registries(
    inventory: Inventory, *, with_leftovers: bool = False
) -> tuple[Report, ...]:
    """Ask all registries at once; a report for each, in the inventory's order."""
    pool = RegistryPool(inventory)
    try:
        clients = [pool.get_client(config.name) for config in inventory.registries]
        checks = (_check(client, inventory.path, with_leftovers) for client in clients)
        return tuple(await asyncio.gather(*checks))
    finally:
        await pool.aclose()


async def _check(client: RegistryClient, path: str | None, with_leftovers: bool) -> Report:
    status = await get_status(client, path=path)
    report = Report(client.config, status)
    if status.status != "online" or status.error is not None:
        return report
    if status.server != "docker-hub":  # it counts what is read as pulls
        report = replace(report, image=await check_image(client))
    if not with_leftovers or not report.is_fine:
        return report
    from reglite.deletion.leftovers import find_leftovers  # noqa: PLC0415 - only with --leftovers

    try:
        return replace(report, leftovers=await find_leftovers(client))
    except RegliteError as exc:
        return replace(report, leftovers_error=exc)
