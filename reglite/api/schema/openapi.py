"""Builds the one OpenAPI document of the whole API, the same bytes every time."""

from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from reglite import __version__
from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.schema.answers import ANSWERS
from reglite.api.schema.documentation import SCHEMAS

_DESCRIPTION: Final = (
    "Browse and clean up Docker and OCI registries. Every error, for every status, has the "
    "shape of the OCI distribution spec."
)
_TAGS: Final = [
    {"name": "service", "description": "RegLite itself, and who is asking."},
    {"name": "registries", "description": "The registries of the inventory."},
    {"name": "repositories", "description": "What a registry holds."},
    {"name": "manifests", "description": "Manifests, and what refers to them."},
    {"name": "deletion", "description": "Plans, deletions and their undoing."},
]


def build_openapi() -> dict[str, Any]:
    """Return the document of all functions together."""
    document = get_openapi(
        title="RegLite",
        version=__version__,
        description=_DESCRIPTION,
        routes=create_app(*load_routers()).routes,
        tags=_TAGS,
    )
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)  # ours is a 400
            operation["security"] = _SECURITY
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _drop_null(parameter["schema"])
    document["components"] = {
        "schemas": _build_schemas(),
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "password": {"type": "http", "scheme": "basic"},
        },
    }
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


# Anonymous first: whether more is needed is the server's configuration.
_SECURITY: Final[list[dict[str, list[str]]]] = [{}, {"token": []}, {"password": []}]


def _drop_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Describe an optional parameter by its value alone: a query can leave it out, not say null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) != 1:
        return schema
    return {**choices[0], **{name: value for name, value in schema.items() if name != "anyOf"}}


def _build_schemas() -> dict[str, Any]:
    _, document = models_json_schema(
        [(answer, "serialization") for answer in ANSWERS], ref_template=SCHEMAS + "{model}"
    )
    return dict(sorted(document["$defs"].items()))
