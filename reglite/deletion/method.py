"""Whether a registry deletes at all, and how one tag alone can go there."""

from dataclasses import dataclass
from typing import Literal

from reglite.deletion.protection import describe_disabled
from reglite.registry.repository import RepositoryClient

RemovalMethod = Literal["registry-api", "placeholder"]
UntagMethod = Literal[RemovalMethod, "unsupported"]

SWITCHED_OFF = (
    "the registry has deletion switched off: set REGISTRY_STORAGE_DELETE_ENABLED=true (in its "
    "configuration storage.delete.enabled: true) and restart it, or enable deletion in its own "
    "settings; nothing was changed"
)


@dataclass(frozen=True, slots=True)
class Ways:
    """How one tag can go, and why no digest can, with the setting to change; None if it can."""

    untag: UntagMethod
    refusal: str | None


async def find_ways(repository: RepositoryClient) -> Ways:
    """Probe how things can be deleted; no probe goes out where deletion is off in the inventory.

    Distribution 3.0 removes tags even where it deletes nothing else. What was found earlier does
    not count: deletion may have been switched on, or off, since.
    """
    if not repository.config.can_delete:
        return Ways("unsupported", describe_disabled(repository.config))
    is_off = await repository.can_delete(fresh=True) is False
    refusal = SWITCHED_OFF if is_off else None
    if await repository.can_untag(fresh=True):
        return Ways("registry-api", refusal)
    return Ways("unsupported" if is_off else "placeholder", refusal)
