"""The parameters that several routes share, as OpenAPI describes them; still unchecked text."""

from typing import Annotated

from fastapi import Path, Query

RegistryName = Annotated[
    str,
    Path(description="A registry's name in the inventory.", examples=["88.88.88.88:5000"]),
]
RepositoryName = Annotated[
    str,
    Path(
        description="A repository; its slashes are sent raw or as %2F.",
        examples=["team/project/app"],
    ),
]
TagName = Annotated[str, Path(description="A tag.", examples=["1.4.2"])]
DigestName = Annotated[
    str, Path(description="Algorithm and hex digits.", examples=[f"sha256:{'0' * 64}"])
]
Last = Annotated[
    str | None,
    Query(description="Names after this one, as in the distribution spec.", max_length=255),
]
Search = Annotated[
    str | None,
    Query(description="Only names that hold this text, over all pages.", max_length=255),
]
Platform = Annotated[
    str | None,
    Query(
        description="One platform of an index, whose image and layers to show.",
        examples=["linux/arm64"],
        max_length=255,
    ),
]
