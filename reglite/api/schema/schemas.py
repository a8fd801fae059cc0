"""Every answer of the API as a pydantic model: for OpenAPI and the tests, never on a hot path."""

from typing import Any, Literal

from pydantic import Field

from reglite.api.identity.sign_in import SignInWay
from reglite.api.schema.parts import (
    Annotations,
    Answer,
    Bytes,
    DigestText,
    MaybeBytes,
    Next,
    RegistryName,
    RepositoryName,
    TagText,
    Time,
)
from reglite.browse.kind import Kind
from reglite.browse.status import Availability
from reglite.credentials.source import AuthKind
from reglite.deletion.method import RemovalMethod, UntagMethod
from reglite.inventory.access_config import Role
from reglite.inventory.registry_config import Source
from reglite.registry.models import ReferrersSource


class Error(Answer):
    """One failure, with the distribution spec's code or RegLite's own."""

    code: str = Field(examples=["MANIFEST_UNKNOWN"])
    message: str = Field(description="What failed, where, and what to do next.")
    detail: Any = Field(description="More for programs; null where there is none.")


class Errors(Answer):
    """Every error of every status: the distribution spec's own shape."""

    errors: list[Error] = Field(min_length=1)


class Health(Answer):
    """RegLite is alive."""

    status: Literal["ok"]
    service: Literal["reglite"]
    version: str = Field(examples=["0.1.0"])


class Session(Answer):
    """Who the caller is."""

    user: str | None = Field(examples=["ana"])
    role: Role | None = Field(
        description="The highest role that the caller has anywhere, or the one in what was "
        "named; null may read nothing there."
    )
    sign_in: list[SignInWay] = Field(description="The ways to sign in.")
    sign_out_url: str | None = Field(examples=["/oauth2/sign_out"])


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
    capabilities: Capabilities
    hints: list[str] = Field(description="What to change, in plain words.")
    error: StatusError | None


class Repositories(Answer):
    """A page of repositories."""

    registry: RegistryName
    repositories: list[RepositoryName]
    next: Next


class Tags(Answer):
    """A page of tags."""

    registry: RegistryName
    repository: RepositoryName
    tags: list[TagText]
    hidden: int = Field(ge=0, description="Signature and fallback tags that were left out.")
    next: Next


class SummaryPlatform(Answer):
    """One platform of a tag."""

    platform: str = Field(examples=["linux/amd64"])
    digest: DigestText
    size_bytes: MaybeBytes


class Summary(Answer):
    """What one tag points at."""

    tag: TagText
    digest: DigestText
    media_type: str
    artifact_type: str | None
    kind: Kind
    created: Time | None
    size_bytes: MaybeBytes
    platforms: list[SummaryPlatform]


class FailedSummary(Answer):
    """A tag that could not be read."""

    tag: TagText
    code: str = Field(examples=["MANIFEST_UNKNOWN"])
    message: str


class Summaries(Answer):
    """What tags point at; every tag asked for is in one of the three lists."""

    registry: RegistryName
    repository: RepositoryName
    summaries: list[Summary]
    failed: list[FailedSummary]
    pending: list[TagText] = Field(description="What did not fit in the time budget: ask again.")


class Platform(Answer):
    """One platform of an index."""

    platform: str = Field(examples=["linux/arm64/v8"])
    digest: DigestText
    media_type: str
    size_bytes: MaybeBytes
    created: Time | None
    attestations: list[DigestText]


class HistoryStep(Answer):
    """One step of an image's history; `layer` is null for a step without one."""

    created: Time | None
    created_by: str | None
    comment: str | None
    empty_layer: bool
    layer: DigestText | None
    size_bytes: MaybeBytes


class Image(Answer):
    """An image's configuration."""

    os: str | None = Field(examples=["linux"])
    architecture: str | None = Field(examples=["arm64"])
    variant: str | None = Field(examples=["v8"])
    created: Time | None
    author: str | None
    user: str | None
    working_dir: str | None
    env: list[str]
    entrypoint: list[str]
    cmd: list[str]
    exposed_ports: list[str]
    volumes: list[str]
    labels: dict[str, str]
    stop_signal: str | None
    healthcheck: dict[str, Any] | None
    history: list[HistoryStep]


class Layer(Answer):
    """One layer or blob of a manifest."""

    digest: DigestText
    media_type: str
    size_bytes: MaybeBytes
    annotations: Annotations
    urls: list[str]


class Descriptor(Answer):
    """Another manifest that this one is about."""

    digest: DigestText
    media_type: str
    size_bytes: Bytes


class Manifest(Answer):
    """A manifest, its image and its layers."""

    registry: RegistryName
    repository: RepositoryName
    reference: str = Field(description="The tag or digest asked for.", examples=["1.4.2"])
    digest: DigestText
    media_type: str
    artifact_type: str | None
    kind: Kind
    created: Time | None
    size_bytes: MaybeBytes
    manifest_bytes: Bytes
    annotations: Annotations
    subject: Descriptor | None
    platforms: list[Platform]
    image: Image | None = Field(description="Null for an index, unless `platform` names one.")
    layers: list[Layer]
    raw: str = Field(description="The exact text of the manifest.")


class Referrer(Answer):
    """A manifest whose subject is this one."""

    digest: DigestText
    media_type: str
    artifact_type: str | None
    size_bytes: Bytes
    annotations: Annotations
    created: Time | None


class Referrers(Answer):
    """Signatures, SBOMs and whatever else refers to a manifest."""

    referrers: list[Referrer]
    related_tags: list[str] = Field(description="cosign's `sha256-<hex>.sig` and the like.")
    source: ReferrersSource


class Plan(Answer):
    """What a deletion would take with it."""

    digest: DigestText
    kind: Kind
    tags: list[TagText] = Field(description="The tags that go.")
    protected: list[TagText]
    parents: list[DigestText] = Field(description="Tagged indexes that would break.")
    children: list[DigestText] = Field(description="Manifests that stay without their index.")
    referrers: list[DigestText]
    related_tags: list[str]
    untag: UntagMethod
    allowed: bool
    reason: str | None
    complete: bool
    checked: int = Field(ge=0)
    total: int = Field(ge=0)
    next: Next
    plan: str = Field(description="The hash to echo with the deletion.")


class Deletion(Answer):
    """A deletion by digest."""

    deleted: DigestText
    tags: list[TagText] = Field(description="The tags that went.")
    complete: bool


class Untagging(Answer):
    """The removal of one tag."""

    untagged: TagText
    digest: DigestText | None = Field(description="Null for a tag that named nothing any more.")
    method: RemovalMethod


class Restoration(Answer):
    """An undone deletion."""

    restored: DigestText
    tags: list[TagText]
    kept: list[TagText] = Field(description="Tags that exist again and were left alone.")


ANSWERS: tuple[type[Answer], ...] = (
    Errors,
    Health,
    Session,
    Registries,
    Status,
    Repositories,
    Tags,
    Summaries,
    Manifest,
    Referrers,
    Plan,
    Deletion,
    Untagging,
    Restoration,
)
