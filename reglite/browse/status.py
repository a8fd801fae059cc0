"""Whether a registry answers, what works there, and what to change for what does not."""

import asyncio
from collections.abc import Awaitable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from reglite.browse.hint import explain_capabilities, explain_credential, explain_failure
from reglite.errors import (
    ConfigurationError,
    Denied,
    RegliteError,
    TooManyRequests,
    Unsupported,
)
from reglite.reference import Repository
from reglite.registry.client import RegistryClient
from reglite.registry.deadline import deadline
from reglite.registry.gather import gather_all
from reglite.registry.limits import CALL_SECONDS
from reglite.registry.models import Ping

Availability = Literal["online", "unauthorized", "offline"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What works at a registry; None is "not known yet"."""

    catalog: bool | None = None
    referrers: bool | None = None
    delete: bool | None = None
    untag: bool | None = None


@dataclass(frozen=True, slots=True)
class StatusView:
    """One registry's state; ``server`` is which one it is, where that could be told.

    ``credential_checked`` tells whether the registry has refused somebody without our credentials,
    or taken them: one that answers strangers alike shows nothing about them. ``proxy`` is the URL
    of the one on the way, without its login.
    """

    name: str
    status: Availability
    latency_ms: float | None
    credential_source: str
    capabilities: Capabilities
    hints: tuple[str, ...]
    error: RegliteError | None
    credential_checked: bool
    proxy: str | None = field(default=None)
    server: str | None = field(default=None)

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        error = self.error and {"code": self.error.code, "message": self.error.message}
        return {
            "name": self.name,
            "status": self.status,
            "latency_ms": self.latency_ms,
            "credential_source": self.credential_source,
            "credential_checked": self.credential_checked,
            "proxy": self.proxy,
            "capabilities": asdict(self.capabilities),
            "hints": list(self.hints),
            "error": error,
        }


async def get_status(
    client: RegistryClient,
    *,
    path: str | None = None,
    fresh: bool = False,
    budget_seconds: float = CALL_SECONDS,
) -> StatusView:
    """Ask whether the registry answers and what it can do; failures are part of the answer.

    ``path`` is the inventory's file or variable, which hints name. What can be done is remembered
    for a while; ``fresh`` finds it out again: whoever followed a hint wants to see it work.
    """
    try:
        async with deadline(budget_seconds / 2, f"registry '{client.config.name}'"):
            ping = await client.ping()
    except RegliteError as exc:
        return _build_failure(client, exc, path)
    try:
        capabilities, is_empty = await _find_capabilities(client, budget_seconds / 2, fresh=fresh)
    except Denied as exc:  # the ping took what is no login
        return _build_failure(client, exc, path)
    return StatusView(
        name=client.config.name,
        status="online",
        latency_ms=round(ping.latency_ms, 1),
        credential_source=client.config.credential.label,
        capabilities=capabilities,
        hints=_explain(client, capabilities, ping, path, is_empty=is_empty),
        error=None,
        credential_checked=client.is_credential_checked,
        proxy=client.proxy,
        server=ping.server,
    )


def _build_failure(client: RegistryClient, error: RegliteError, path: str | None) -> StatusView:
    return StatusView(
        name=client.config.name,
        status=_tell_availability(error),
        latency_ms=None,
        credential_source=client.config.credential.label,
        capabilities=Capabilities(),
        hints=explain_failure(client.config, error, path),
        error=error,
        credential_checked=client.is_credential_checked,
        proxy=client.proxy,
    )


def _tell_availability(error: RegliteError) -> Availability:
    """Sort a failed ping: what limits requests is there; without its helper nobody signs in."""
    if isinstance(error, TooManyRequests):
        return "online"
    return "unauthorized" if isinstance(error, Denied | ConfigurationError) else "offline"


async def _find_capabilities(
    client: RegistryClient, seconds: float, *, fresh: bool
) -> tuple[Capabilities, bool]:
    """Return what can be done, and whether the catalog is there and empty."""
    try:
        async with asyncio.timeout(seconds):
            return await _probe(client, fresh=fresh)
    except TimeoutError:
        return Capabilities(), False


async def _probe(client: RegistryClient, *, fresh: bool) -> tuple[Capabilities, bool]:
    has_catalog, repository = await _probe_catalog(client, fresh=fresh)
    is_empty = bool(has_catalog) and repository is None
    repository = next(iter(client.config.repositories), repository)
    if repository is None:
        delete = await _known(client.can_delete(fresh=fresh))
        return Capabilities(catalog=has_catalog, delete=delete), is_empty
    referrers, delete, untag = await gather_all(
        [
            _known(client.has_referrers(repository, fresh=fresh)),
            _known(client.can_delete(repository, fresh=fresh)),
            _known(client.can_untag(repository, fresh=fresh)),
        ]
    )
    return Capabilities(has_catalog, referrers, delete, untag), is_empty


async def _probe_catalog(
    client: RegistryClient, *, fresh: bool
) -> tuple[bool | None, Repository | None]:
    """Tell whether there is a catalog for these credentials, and the first name in it.

    Raises Denied where it is the credentials that are refused, and no stranger ever was.
    """
    try:
        page = await client.list_repositories(n=1, fresh=fresh)
    except (Denied, Unsupported):
        if client.is_credential_refused:
            raise
        return False, None
    except RegliteError:
        return None, None
    return True, next(iter(page.items), None)


async def _known(probe: Awaitable[bool | None]) -> bool | None:
    """Return what a probe found; None where it failed: whoever needs to know why asks again."""
    try:
        return await probe
    except RegliteError:
        return None


def _explain(
    client: RegistryClient,
    capabilities: Capabilities,
    ping: Ping,
    path: str | None,
    *,
    is_empty: bool,
) -> tuple[str, ...]:
    unused = explain_credential(
        client.config, client.credential_trouble, is_checked=client.is_credential_checked
    )
    return unused + explain_capabilities(
        client.config,
        ping,
        path,
        has_catalog=capabilities.catalog,
        is_catalog_empty=is_empty,
        can_delete=capabilities.delete,
        can_untag=capabilities.untag,
    )
