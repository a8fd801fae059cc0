"""The parameters that several routes share, as OpenAPI describes them; still unchecked text.

The grammars are told, not enforced here: ``reglite.reference`` refuses with a better error.
"""

from typing import Annotated, Final, Literal

from fastapi import Path, Query

_COMPONENT: Final = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"

REPOSITORY_SCHEMA: Final = {"pattern": rf"^{_COMPONENT}(/{_COMPONENT})*$", "maxLength": 255}
TAG_SCHEMA: Final = {"pattern": r"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$"}
DIGEST_SCHEMA: Final = {"pattern": r"^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$"}
PLATFORM_SCHEMA: Final = {
    "pattern": r"^([A-Za-z0-9._+-]+(/[A-Za-z0-9._+-]+){1,2}|sha256:[a-f0-9]{64})$"
}

RegistryName = Annotated[
    str,
    Path(description="A registry's name in the inventory.", examples=["88.88.88.88:5000"]),
]
RepositoryName = Annotated[
    str,
    Path(
        description="A repository; its slashes are sent raw or as %2F.",
        examples=["team/project/app"],
        json_schema_extra=REPOSITORY_SCHEMA,
    ),
]
TagName = Annotated[
    str, Path(description="A tag.", examples=["1.4.2"], json_schema_extra=TAG_SCHEMA)
]
DigestName = Annotated[
    str,
    Path(
        description="Algorithm and hex digits.",
        examples=[f"sha256:{'0' * 64}"],
        json_schema_extra=DIGEST_SCHEMA,
    ),
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
        description="One platform of an index, or its digest, whose image and layers to show.",
        examples=["linux/arm64"],
        max_length=255,
        json_schema_extra=PLATFORM_SCHEMA,
    ),
]
WalkCursor = Annotated[
    str | None,
    Query(
        description="Where a `next` goes on; opaque.",
        max_length=16384,
        json_schema_extra={"format": "plan-cursor"},
    ),
]
WhichWalk = Annotated[
    Literal["new", "recent"],
    Query(
        description="`recent`: what was read of tags in the last minutes counts, as for several "
        "images of one repository; a deletion looks again all the same."
    ),
]
