"""What ``reglite serve`` prints of who may do what. Pure; never a secret."""

from collections.abc import Iterator

from reglite.inventory.access_config import AccessConfig, Grant, ProxyAccess, Role
from reglite.reference import shorten

_ROLES: dict[Role | None, str] = {
    "viewer": "may look",
    "maintainer": "may look, delete and restore",
    None: "nothing",
}


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
