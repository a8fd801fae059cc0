"""The settings of one registry, checked and frozen."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from reglite.credentials.source import Anonymous, CredentialSource
from reglite.reference import Repository

Source = Literal["inventory", "docker-config", "command-line", "demo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryConfig:
    """One registry: where it is, who we are there, and what may be done.

    ``url`` is normalised, without a trailing slash, and may have a path prefix. ``http_fallback``
    asks for https first and http second, with a bare ``/v2/`` that carries no credentials.
    """

    name: str
    url: str
    source: Source
    pull_host: str
    credential: CredentialSource = field(default_factory=Anonymous)
    repositories: tuple[Repository, ...] = ()
    can_delete: bool = True
    protect: tuple[str, ...] = ()
    ca_file: Path | None = None
    insecure: bool = False
    client_cert: Path | None = None
    client_key: Path | None = None
    timeout_seconds: float = 10.0
    has_catalog: bool = True
    max_connections: int = 4
    http_fallback: bool = False
