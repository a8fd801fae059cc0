"""Whether a registry deletes at all, and how one tag alone can go there."""

from typing import Literal

from reglite.deletion.protection import describe_disabled
from reglite.reference import Repository
from reglite.registry.client import RegistryClient

UntagMethod = Literal["registry-api", "placeholder", "unsupported"]

SWITCHED_OFF = (
    "the registry has deletion switched off: set REGISTRY_STORAGE_DELETE_ENABLED=true (in its "
    "configuration storage.delete.enabled: true) and restart it, or enable deletion in its own "
    "settings; nothing was changed"
)


async def find_untag_method(client: RegistryClient, repository: Repository) -> UntagMethod:
    """Return how one tag can be removed, by probing; no probe goes out where deletion is off here.

    Distribution 3.0 removes tags even where it deletes nothing else.
    """
    if not client.config.can_delete:
        return "unsupported"
    if await client.can_untag(repository):
        return "registry-api"
    return "unsupported" if await client.can_delete(repository) is False else "placeholder"


async def find_refusal(client: RegistryClient, repository: Repository) -> str | None:
    """Return why nothing can be deleted there and which setting to change, or None."""
    if not client.config.can_delete:
        return describe_disabled(client.config)
    return SWITCHED_OFF if await client.can_delete(repository) is False else None
