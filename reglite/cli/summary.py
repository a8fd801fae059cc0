"""What commands print of an inventory: registries, credentials' sources, who may do what. Pure.

Never a secret: a credential is named by its kind and by where it comes from.
"""

from collections.abc import Iterator

from reglite.credentials.source import CredentialSource
from reglite.inventory.access_config import AccessConfig, Grant, ProxyAccess, Role
from reglite.inventory.load import Inventory
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import shorten

_SOURCES = {
    "inventory": "inventory",
    "docker-config": "Docker's config",
    "command-line": "command line",
    "demo": "demo",
}
_KINDS = {"basic": "password", "identity-token": "identity token"}
_ROLES: dict[Role | None, str] = {
    "viewer": "may look",
    "maintainer": "may look, delete and restore",
    None: "nothing",
}


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


def describe_access(access: AccessConfig) -> list[str]:
    """Return lines that say who may do what; names that came from a file are shortened."""
    origins = (f"pages of {origin} may call the API" for origin in access.origins)
    lines = (*_describe_access(access), *origins)
    return ["Who may do what:", *(f"  {line}" for line in lines)]


def _describe_access(access: AccessConfig) -> Iterator[str]:
    if not access.has_sign_in:
        yield f"anyone: {_ROLES[access.anonymous]}"
        yield "nobody deletes: add tokens, htpasswd or proxy under 'access:' in the inventory"
        return
    yield f"not signed in: {_ROLES[access.anonymous]}"
    yield f"signed in: {_ROLES[access.default_role]}, unless a grant says more"
    for token in access.tokens:
        yield f"token '{shorten(token.name)}': {_ROLES[token.role]}"
    if access.htpasswd is not None:
        yield f"users of {access.htpasswd} sign in with their password"
    if access.proxy is not None:
        yield _describe_proxy(access.proxy)
    for grant in access.grants:
        yield _describe_grant(grant)


def _describe_proxy(proxy: ProxyAccess) -> str:
    networks = ", ".join(str(network) for network in proxy.trusted)
    if proxy.user_header is None:
        return f"failed sign-ins count for the address that a proxy at {networks} names"
    return f"users whom a proxy at {networks} names in {proxy.user_header} are signed in"


def _describe_grant(grant: Grant) -> str:
    who = [f"user {shorten(user)}" for user in grant.users]
    who += [f"group {shorten(group)}" for group in grant.groups]
    where = f" in {', '.join(grant.repositories)}" if grant.repositories else ""
    if grant.registries:
        where += f" on {', '.join(grant.registries)}"
    return f"{', '.join(who)}: {_ROLES[grant.role]}{where}"
