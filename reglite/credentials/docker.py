"""What Docker has for one host: ``credHelpers``, then ``credsStore``, then ``auths``; or ECR's."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reglite.config.registry_url import find_ecr_region
from reglite.credentials.docker_config import DockerConfig, find_host, format_server
from reglite.credentials.source import (
    Anonymous,
    AuthKind,
    Credentials,
    CredentialSource,
    FixedCredentials,
)
from reglite.errors import RegliteError


@dataclass(slots=True, eq=False)
class FirstOf:
    """The first of several sources that has something; it speaks for that one once it is known."""

    sources: tuple[CredentialSource, ...]
    _chosen: CredentialSource | None = field(default=None, init=False, repr=False)

    @property
    def kind(self) -> AuthKind:
        """The kind of the source that answered, before that of the first one."""
        return (self._chosen or self.sources[0]).kind

    @property
    def label(self) -> str:
        """The label of the source that answered, before that of the first one."""
        return (self._chosen or self.sources[0]).label

    async def resolve(self) -> Credentials | None:
        """Ask one source after the other; raises what the first failing one raises."""
        for source in self.sources:
            credentials = await source.resolve()
            if credentials is not None:
                self._chosen = source
                return credentials
        self._chosen = Anonymous()
        return None

    def forget(self) -> bool:
        """Void what any of them remembers."""
        voided = [source.forget() for source in self.sources]  # each, not only the first
        return any(voided)


@dataclass(slots=True, eq=False)
class Unlisted:
    """A store that does not list the host, and may know it all the same; nobody until it does."""

    store: CredentialSource
    _has_login: bool = field(default=False, init=False, repr=False)

    @property
    def kind(self) -> AuthKind:
        """The store's kind once it gave a login."""
        return self.store.kind if self._has_login else "none"

    @property
    def label(self) -> str:
        """The store's label once it gave a login."""
        return self.store.label if self._has_login else "none"

    async def resolve(self) -> Credentials | None:
        """Ask the store; raises RegliteError."""
        credentials = await self.store.resolve()
        self._has_login = credentials is not None
        return credentials

    def forget(self) -> bool:
        """Void what the store gave."""
        return self.store.forget()


def list_stored(docker: DockerConfig) -> tuple[DockerConfig, tuple[str, ...]]:
    """Ask ``credsStore`` for its hosts; return the completed configuration and notes for people.

    A store that is missing or broken must not keep the other registries from being shown.
    """
    if docker.creds_store is None:
        return docker, ()
    from reglite.credentials.helper import CredentialHelper  # noqa: PLC0415 - cold start

    helper = CredentialHelper(docker.creds_store, docker.environ)
    if helper.find_program() is None:
        note = f"{docker.path}: credsStore: there is no {helper.program} on PATH, so it is left out"
        left_out = {"": note, **docker.left_out}
        return replace(docker, creds_store=None, left_out=left_out), (note,)
    try:
        servers = helper.list_servers()
    except RegliteError as exc:
        return docker, (f"{docker.path}: credsStore: {exc.message}",)
    return replace(docker, stored=_find_hosts(servers)), ()


def _find_hosts(servers: Iterable[str]) -> dict[str, str]:
    """Return by host the server to ask for: as Docker asks, where the store lists it so."""
    stored: dict[str, str] = {}
    for server in servers:
        host = find_host(server)
        if host is not None and stored.get(host) != format_server(host):
            stored[host] = server
    return stored


def find_docker_credential(host: str, docker: DockerConfig) -> CredentialSource:
    """Return the credential source of a host, ``name[:port]``; Anonymous where there is none."""
    sources: list[CredentialSource] = []
    if host in docker.cred_helpers:
        sources.append(_ask_helper(docker.cred_helpers[host], format_server(host), docker))
    if docker.creds_store is not None and (docker.stored is None or host in docker.stored):
        server = (docker.stored or {}).get(host, format_server(host))
        sources.append(_ask_helper(docker.creds_store, server, docker))
    credentials = docker.auths.get(host)
    if credentials is not None:
        sources.append(FixedCredentials(credentials, label="docker-config"))
    region = find_ecr_region(host)
    if region is not None:
        from reglite.credentials.aws import EcrCredentials  # noqa: PLC0415 - cold start

        sources.append(EcrCredentials(region))
    if sources:
        return sources[0] if len(sources) == 1 else FirstOf(tuple(sources))
    if docker.creds_store is not None:
        return Unlisted(_ask_helper(docker.creds_store, format_server(host), docker))
    return Anonymous(reason=docker.left_out.get(host) or docker.left_out.get(""))


def _ask_helper(name: str, server: str, docker: DockerConfig) -> CredentialSource:
    from reglite.credentials.helper import (  # noqa: PLC0415 - cold start
        CredentialHelper,
        HelperCredentials,
    )

    return HelperCredentials(CredentialHelper(name, docker.environ), server)
