"""Whether a registry answers, what works there, and what to change for what does not."""

import asyncio
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from reglite.browse.capabilities import Capabilities, Findings
from reglite.browse.hint import explain_credential, explain_failure, explain_findings
from reglite.errors import (
    ConfigurationError,
    Denied,
    RegistryTimeout,
    RegliteError,
    TooManyRequests,
    Unsupported,
)
from reglite.registry.client import RegistryClient
from reglite.registry.deadline import deadline
from reglite.registry.gather import gather_all
from reglite.registry.limits import CALL_SECONDS
from reglite.registry.models import Ping

Availability = Literal["online", "unauthorized", "offline"]


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
        found = await _find_capabilities(client, budget_seconds / 2, fresh=fresh)
    except Denied as exc:  # the ping took what is no login
        return _build_failure(client, exc, path)
    return StatusView(
        name=client.config.name,
        status="online",
        latency_ms=round(ping.latency_ms, 1),
        credential_source=client.config.credential.label,
        capabilities=found.can,
        hints=_explain(client, found, ping, path),
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


async def _find_capabilities(client: RegistryClient, seconds: float, *, fresh: bool) -> Findings:
    try:
        async with asyncio.timeout(seconds):
            return await _probe(client, fresh=fresh)
    except TimeoutError:
        return Findings(catalog_trouble=RegistryTimeout(f"it did not answer within {seconds:g} s"))


async def _probe(client: RegistryClient, *, fresh: bool) -> Findings:
    """Ask for the catalog, and at a repository for the rest.

    Raises Denied where it is the credentials that are refused, and no stranger ever was.
    """
    has_catalog: bool | None = True
    is_empty, trouble = False, None
    repository = next(iter(client.config.repositories), None)
    try:
        page = await client.list_repositories(n=1, fresh=fresh)
        is_empty = not page.items and page.next is None
        repository = repository or next(iter(page.items), None)
    except (Denied, Unsupported):
        if client.is_credential_refused:
            raise
        has_catalog = False
    except RegliteError as exc:
        has_catalog, trouble = None, exc
    if repository is None:
        capabilities = Capabilities(has_catalog, delete=await client.can_delete(fresh=fresh))
        return Findings(capabilities, is_empty, trouble, client.deletion_trouble)
    referrers, delete, untag = await gather_all(
        [
            client.has_referrers(repository, fresh=fresh),
            client.can_delete(repository, fresh=fresh),
            client.can_untag(repository, fresh=fresh),
        ]
    )
    capabilities = Capabilities(has_catalog, referrers, delete, untag)
    return Findings(capabilities, is_empty, trouble, client.deletion_trouble)


def _explain(
    client: RegistryClient, found: Findings, ping: Ping, path: str | None
) -> tuple[str, ...]:
    unused = explain_credential(
        client.config, client.credential_trouble, is_checked=client.is_credential_checked
    )
    return unused + explain_findings(client.config, ping, found, path)
