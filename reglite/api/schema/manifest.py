"""The shapes of answers: manifests, their images and what refers to them."""

from typing import Any

from pydantic import Field

from reglite.api.schema.parts import (
    Annotations,
    Answer,
    Bytes,
    DigestText,
    MaybeBytes,
    RegistryName,
    RepositoryName,
    Time,
    Unread,
)
from reglite.browse.kind import Kind
from reglite.registry.models import ReferrersSource


class Platform(Answer):
    """One platform of an index."""

    platform: str = Field(examples=["linux/arm64/v8"])
    os_version: str | None = Field(
        description="`os.version`, by which Windows images are told apart.",
        examples=["10.0.17763.6414"],
    )
    os_features: list[str] = Field(description="`os.features`.")
    digest: DigestText
    media_type: str
    size_bytes: MaybeBytes
    created: Time | None
    attestations: list[DigestText]


class Member(Answer):
    """An entry of an index that is neither an image nor an attestation: a chart, a model."""

    digest: DigestText
    media_type: str
    artifact_type: str | None
    size_bytes: Bytes
    annotations: Annotations


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
    members: list[Member]
    image: Image | None = Field(description="Null for an index, unless `platform` names one.")
    layers: list[Layer]
    unread: list[Unread]
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
