"""What commands print of an inventory: registries and the sources of credentials. Pure.

Never a secret: a credential is named by its kind and by where it comes from.
"""

from reglite.credentials.source import CredentialSource
from reglite.inventory.load import Inventory
from reglite.inventory.registry_config import RegistryConfig

_SOURCES = {
    "inventory": "inventory",
    "docker-config": "Docker's config",
    "command-line": "command line",
    "demo": "demo",
}
_KINDS = {"basic": "password", "identity-token": "identity token"}


def describe_credential(source: CredentialSource) -> str:
    """Say which credential was chosen and where it comes from; never the credential."""
    if source.kind == "none":
        return "none"
    if source.label.startswith("helper "):
        return source.label
    return f"{_KINDS.get(source.kind, source.kind)} from {_SOURCES.get(source.label, source.label)}"


def describe_start(inventory: Inventory, *, is_demo_wanted: bool) -> list[str]:
    """Return what ``reglite dev`` says of what it found, and of the demo."""
    if not is_demo_wanted and inventory.is_blank:
        return [
            "No inventory, no URL and no Docker login: starting the demo registry.",
            "For your own:  reglite dev https://registry.example.com  or  reglite init",
            *_list_notes(inventory),
        ]
    if is_demo_wanted and not inventory.registries:
        return ["No registry but the demo's:", *_list_notes(inventory)]
    return describe_registries(inventory)


def describe_registries(inventory: Inventory) -> list[str]:
    """Return a line per registry: name, URL, where it comes from, its credentials; then notes."""
    title = f"Registries (inventory: {inventory.path or 'none'}):"
    return [title, *(_list_registries(inventory) or ["  none"]), *_list_notes(inventory)]


def _list_registries(inventory: Inventory) -> list[str]:
    rows = [_describe_registry(config) for config in inventory.registries]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    return [f"  {name:<{widths[0]}}  {url:<{widths[1]}}  {rest}" for name, url, rest in rows]


def _list_notes(inventory: Inventory) -> list[str]:
    return [f"  note: {note}" for note in inventory.notes]


def _describe_registry(config: RegistryConfig) -> tuple[str, str, str]:
    rest = f"{_SOURCES[config.source]}; credentials: {describe_credential(config.credential)}"
    return config.name, config.url, rest if config.can_delete else f"{rest}; no deletion"
