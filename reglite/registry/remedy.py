"""What to do about a registry that refuses us, by what it was shown. Pure."""

from typing import Final

from reglite.credentials.source import Anonymous, CredentialSource
from reglite.errors import RegliteError

NEXUS_REMEDY: Final = (
    "Nexus lists repositories for accounts with the privilege "
    "nx-repository-view-docker-<repository>-browse: give it to this one"
)


def explain_rejected(source: CredentialSource) -> str:
    """Return the remedy where credentials were sent."""
    return (
        f"the credentials from {source.label} were not enough: check them, and that this account "
        "has the right to do it"
    )


def explain_unsent(
    source: CredentialSource, trouble: RegliteError | None, *, may_volunteer: bool
) -> str:
    """Return the remedy where none were sent; ``trouble`` is why the source gave none."""
    if isinstance(source, Anonymous) and source.reason is not None:
        return f"it was asked without credentials: {source.reason}"
    if source.kind == "none":
        return (
            "it was asked without credentials: add username and password to its inventory entry, "
            "or log in to it with 'docker login'"
        )
    if trouble is not None:
        return f"it was asked without credentials: {trouble.message}"
    if not may_volunteer:
        return (
            f"it was asked without the credentials from {source.label}: it did not ask for them, "
            "and they go over plain http only where the inventory's url says http"
        )
    return (
        f"it was asked without credentials: {source.label} has none that it asked for; log in to "
        "it with 'docker login'"
    )


def explain_catalog(server: str | None) -> str:
    """Return what else gives a list of repositories, behind the remedy of a refused catalog."""
    if server == "nexus":
        return f"; {NEXUS_REMEDY}"
    return "; or name what to show under repositories: in the inventory"
