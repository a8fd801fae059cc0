"""Roles, and where grants reach. Pure."""

from collections.abc import Iterable
from typing import Final

from reglite.config.glob import matches_any
from reglite.inventory.access_config import Grant, Role

_RANKS: Final[dict[Role | None, int]] = {None: 0, "viewer": 1, "maintainer": 2}


def highest(roles: Iterable[Role | None]) -> Role | None:
    """Return the role that allows most; None where there is none."""
    return max(roles, key=_RANKS.__getitem__, default=None)


def is_granted_to(grant: Grant, user: str, groups: frozenset[str]) -> bool:
    """Tell whether a grant is for this person, by name or by any of the groups."""
    return matches_any(grant.users, user) or any(
        matches_any(grant.groups, group) for group in groups
    )


def covers(grant: Grant, registry: str, repository: str | None) -> bool:
    """Tell whether a grant reaches a repository or, without one, any repository there."""
    if grant.registries and not matches_any(grant.registries, registry):
        return False
    if repository is None or not grant.repositories:
        return True
    return matches_any(grant.repositories, repository)
