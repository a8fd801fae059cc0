"""The ``access:`` section of the inventory, validated: who may read and who may delete.

Only the configuration side; the API decides with it.
"""

from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

Role = Literal["viewer", "maintainer"]


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token of RegLite's own, for scripts."""

    name: str
    token: str = field(repr=False)
    role: Role


@dataclass(frozen=True, slots=True)
class ProxyAccess:
    """A reverse proxy, which may sign people in and name them in headers.

    Without ``groups_separator`` each line of the groups' header is one group.
    """

    user_header: str | None
    groups_header: str | None
    trusted: tuple[IPv4Network | IPv6Network, ...]
    sign_out_url: str | None
    groups_separator: str | None = ","


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for some users and groups, in some registries and repositories.

    All are globs. It is for whom ``users`` or ``groups`` cover; without ``registries`` or
    ``repositories`` it reaches all of them.
    """

    role: Role
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    registries: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessConfig:
    """Who may do what; the default is that of an absent section: everybody views.

    ``has_anonymous_rule`` tells whether ``anonymous`` was written down, and so holds whatever
    else changes.
    """

    anonymous: Role | None = "viewer"
    has_anonymous_rule: bool = False
    default_role: Role | None = "viewer"
    tokens: tuple[AccessToken, ...] = ()
    htpasswd: Path | None = None
    proxy: ProxyAccess | None = None
    grants: tuple[Grant, ...] = ()
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    @property
    def has_sign_in(self) -> bool:
        """Tell whether there is any way to sign in: a token, htpasswd or a proxy's user."""
        has_users = self.proxy is not None and self.proxy.user_header is not None
        return bool(self.tokens) or self.htpasswd is not None or has_users

    def with_token(self, token: AccessToken) -> "AccessConfig":
        """Return this and one more token: a way to sign in, so nobody else may look any more."""
        anonymous = self.anonymous if self.has_anonymous_rule else None
        return replace(self, anonymous=anonymous, tokens=(*self.tokens, token))
