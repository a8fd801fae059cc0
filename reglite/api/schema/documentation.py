"""How routes name their answers for OpenAPI, without building a schema at import (cold start)."""

from typing import Any, Final

from reglite import media_types

SCHEMAS: Final = "#/components/schemas/"

_DESCRIPTIONS: Final[dict[int, str]] = {
    400: "A malformed name, tag, digest or parameter.",
    401: "Signing in would help, or the credentials are wrong.",
    403: "No right to it, here or at the registry.",
    404: "Nothing like that is known, or it may not be seen.",
    405: "The registry itself refuses this.",
    409: "Something moved since the caller looked.",
    429: "Too many requests; Retry-After says when to come back.",
    500: "A fault inside RegLite.",
    502: "The registry can't be reached, or answers nonsense.",
    504: "The registry did not answer in time.",
}
_OF_ANY: Final = (403, 405, 500)
_OF_ACCESS: Final = (400, 401, 404, 429)
_OF_REGISTRY: Final = (502, 504)

Responses = dict[int | str, dict[str, Any]]


def document_open(schema: str, description: str) -> Responses:
    """Describe the answers of a path that is open to all and asks no registry."""
    return _document(schema, description, _OF_ANY)


def document_local(schema: str, description: str) -> Responses:
    """Describe the answers of a path that asks who calls, but no registry."""
    return _document(schema, description, (*_OF_ANY, *_OF_ACCESS))


def document_read(schema: str, description: str) -> Responses:
    """Describe the answers of a path that reads from a registry."""
    return _document(schema, description, (*_OF_ANY, *_OF_ACCESS, *_OF_REGISTRY))


def document_change(schema: str, description: str) -> Responses:
    """Describe the answers of a path that deletes or restores."""
    return _document(schema, description, (*_OF_ANY, *_OF_ACCESS, 409, *_OF_REGISTRY))


def _document(schema: str, description: str, statuses: tuple[int, ...]) -> Responses:
    answers: Responses = {200: _describe(description, schema)}
    for status in sorted(statuses):
        answers[status] = _describe(_DESCRIPTIONS[status], "Errors")
    return answers


def _describe(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"{SCHEMAS}{schema}"}}}
    return {"description": description, "content": content}


def document_manifest_body() -> dict[str, Any]:
    """Describe a body of exact bytes, whose hash is the digest in the path."""
    types = (
        media_types.OCI_MANIFEST,
        media_types.OCI_INDEX,
        media_types.DOCKER_MANIFEST,
        media_types.DOCKER_MANIFEST_LIST,
    )
    content = {name: {"schema": {"type": "object"}} for name in types}
    return {"requestBody": {"required": True, "content": content}}


def document_blob(description: str) -> Responses:
    """Describe the answers of the path that passes on text as it is."""
    answers = document_read("Errors", description)
    text = {"schema": {"type": "string"}}
    answers[200]["content"] = {"application/json": {}, "text/plain": text}
    return answers
