"""The shapes of answers: registries and how they are."""

from pydantic import Field

from reglite.api.schema.parts import Answer, RegistryName
from reglite.browse.status import Availability
from reglite.credentials.source import AuthKind
from reglite.inventory.registry_config import Source


class Registry(Answer):
    """One registry's public settings."""

    name: RegistryName
    url: str = Field(examples=["https://registry.example.com"])
    pull_host: str = Field(description="What pull commands name.", examples=["docker.io"])
    source: Source
    auth: AuthKind
    can_delete: bool = Field(description="The inventory's `delete` is not false.")
    protect: list[str] = Field(description="Globs of tags that nothing may delete.")


class Registries(Answer):
    """All registries that the caller may see."""

    registries: list[Registry]


class Capabilities(Answer):
    """What works at a registry; null is not known yet."""

    catalog: bool | None
    referrers: bool | None
    delete: bool | None
    untag: bool | None


class StatusError(Answer):
    """Why a registry is not online."""

    code: str = Field(examples=["REGISTRY_UNREACHABLE"])
    message: str


class Status(Answer):
    """How a registry is."""

    name: RegistryName
    status: Availability
    latency_ms: float | None = Field(description="Milliseconds of one `GET /v2/`.", ge=0)
    credential_source: str = Field(
        description="`inventory`, `docker-config`, `helper NAME` or `none`.",
        examples=["docker-config"],
    )
    credential_checked: bool = Field(
        description="Whether the registry has refused somebody without this credential, or taken "
        "it; false as well where there is none."
    )
    proxy: str | None = Field(
        description="The URL of the proxy on the way, without its login.",
        examples=["http://proxy.example.com:3128"],
    )
    capabilities: Capabilities
    hints: list[str] = Field(description="What to change, in plain words.")
    error: StatusError | None
