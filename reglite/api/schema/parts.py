"""The pieces that the answers' schemas are made of: names, digests, sizes, times."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from reglite.api.schema.parameters import DIGEST_SCHEMA

_DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

RegistryName = Annotated[str, Field(description="A name in the inventory.", examples=["nas"])]
RepositoryName = Annotated[str, Field(examples=["team/project/app"])]
TagText = Annotated[str, Field(description="A tag.", examples=["1.4.2"])]
DigestText = Annotated[str, Field(pattern=DIGEST_SCHEMA["pattern"], examples=[_DIGEST])]
Bytes = Annotated[int, Field(ge=0, description="Bytes.", examples=[31457280])]
MaybeBytes = Annotated[
    int | None, Field(ge=0, description="Bytes; null where schema1 tells no sizes.")
]
Time = Annotated[str, Field(description="RFC 3339 in UTC.", examples=["2024-03-12T09:30:00Z"])]
Next = Annotated[
    str | None,
    Field(description="The next page, to follow as it is; null on the last.", pattern=r"^/api/v1/"),
]
Annotations = Annotated[
    dict[str, str], Field(examples=[{"org.opencontainers.image.source": "https://example.com"}])
]


class Answer(BaseModel):
    """What all answers share: nothing that is not documented."""

    model_config = ConfigDict(extra="forbid")


class Unread(Answer):
    """A manifest whose config can't be read: what it would tell is missing here."""

    digest: DigestText
    code: str = Field(examples=["REGISTRY_UNREACHABLE"])
    message: str
