"""The shapes of answers: lists of repositories and tags, and what is known of tags."""

from pydantic import Field

from reglite.api.schema.parts import (
    Answer,
    DigestText,
    MaybeBytes,
    Next,
    RegistryName,
    RepositoryName,
    TagText,
    Time,
    Unread,
)
from reglite.browse.kind import Kind


class CatalogError(Answer):
    """What kept the catalog away."""

    code: str = Field(examples=["REGISTRY_TIMEOUT"])
    message: str


class Repositories(Answer):
    """A page of repositories."""

    registry: RegistryName
    repositories: list[RepositoryName]
    next: Next
    catalog_error: CatalogError | None = Field(
        description="Why the repositories that the inventory names are all there is."
    )


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
    unread: list[Unread]


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
