"""What a registry holds, as the image spec names it: descriptors and manifests, read tolerantly."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from reglite import media_types
from reglite.errors import RegistryProtocol
from reglite.reference import Digest

JsonObject = Mapping[str, Any]
ReferrersSource = Literal["api", "tag-schema"]
N = TypeVar("N", bound=str)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Media type, digest and size in bytes (image spec, "OCI Content Descriptors").

    ``size_bytes`` is 0 where a registry leaves it out; ``document`` keeps every field as it came.
    """

    media_type: str
    digest: Digest
    size_bytes: int
    artifact_type: str | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    urls: tuple[str, ...] = ()
    platform: JsonObject | None = None
    document: JsonObject = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Manifest:
    """Any document at ``/manifests/``: the exact bytes, their digest and the media type.

    The digest is that of ``raw``; nothing here is ever serialised again.
    """

    digest: Digest
    media_type: str
    raw: bytes = field(repr=False)

    @cached_property
    def document(self) -> JsonObject:
        """Return the parsed JSON object; raises RegistryProtocol where it is none."""
        try:
            document = json.loads(self.raw)
        except (ValueError, RecursionError) as exc:
            raise RegistryProtocol(f"manifest {self.digest} is not valid JSON") from exc
        if not isinstance(document, dict):
            raise RegistryProtocol(f"manifest {self.digest} is not a JSON object")
        return document

    @property
    def is_index(self) -> bool:
        """Tell an index from a manifest of one image or artifact."""
        return media_types.is_index(self.media_type)


@dataclass(frozen=True, slots=True)
class Page(Generic[N]):
    """One page of names; ``next`` is an opaque cursor for the next one, None on the last.

    It is a guess where the registry said nothing and the page is as full as it may be.
    """

    items: tuple[N, ...]
    next: str | None
    is_next_guessed: bool = False


@dataclass(frozen=True, slots=True)
class Referrers:
    """Manifests whose ``subject`` is a digest, and where they are listed."""

    descriptors: tuple[Descriptor, ...]
    source: ReferrersSource


@dataclass(frozen=True, slots=True)
class Ping:
    """The registry answered ``/v2/``; ``server`` is which one it is, where its headers tell.

    ``has_challenged`` says that it asked for authentication, ``is_http`` that it is plain http.
    """

    latency_ms: float
    has_challenged: bool
    server: str | None
    is_http: bool
