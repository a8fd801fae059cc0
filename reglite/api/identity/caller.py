"""Who calls, and what that caller may do where. Pure."""

from dataclasses import dataclass
from typing import Literal

from reglite.api.identity.grant import covers, highest
from reglite.inventory.access_config import Grant, Role

Kind = Literal["anonymous", "local", "token", "proxy", "htpasswd"]


@dataclass(frozen=True, slots=True)
class Caller:
    """One request's caller: ``role`` holds everywhere, ``grants`` add to it where they reach.

    ``address`` is where the request came from, for the audit log; ``can_sign_in`` tells whether a
    sign-in would give an anonymous caller more.
    """

    kind: Kind
    user: str | None
    role: Role | None
    address: str = ""
    grants: tuple[Grant, ...] = ()
    can_sign_in: bool = False

    @property
    def audit_name(self) -> str | None:
        """The name in the audit log, where no person can pass for a token: ``token:ci``."""
        if self.user is None:
            return None
        if self.kind == "token":
            return f"token:{self.user}"
        return f"user:{self.user}" if self.user.startswith(("token:", "user:")) else self.user

    @property
    def is_anonymous(self) -> bool:
        """Tell a caller who did not say who they are."""
        return self.kind == "anonymous"

    @property
    def highest_role(self) -> Role | None:
        """The most this caller may do anywhere."""
        return highest((self.role, *(grant.role for grant in self.grants)))

    def get_role(self, registry: str, repository: str | None = None) -> Role | None:
        """Return the role in a repository or, without one, the highest in the registry."""
        reached = (grant.role for grant in self.grants if covers(grant, registry, repository))
        return highest((self.role, *reached))

    def can_read(self, registry: str, repository: str | None = None) -> bool:
        """Tell whether a repository, or without one anything in the registry, is shown."""
        return self.get_role(registry, repository) is not None

    def can_read_all(self, registry: str) -> bool:
        """Tell whether every repository of the registry is shown."""
        everywhere = (g for g in self.grants if not g.repositories and covers(g, registry, None))
        return self.role is not None or any(everywhere)

    def can_change(self, registry: str, repository: str) -> bool:
        """Tell whether the caller may delete and restore in a repository."""
        return self.get_role(registry, repository) == "maintainer"
