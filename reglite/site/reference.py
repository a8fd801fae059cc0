"""Turns an OpenAPI document into what the API page shows; pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

_METHODS = ("get", "put", "post", "delete")
_PATH_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation; ``kind`` is its JSON type, ``default`` in JSON."""

    name: str
    place: str
    kind: str
    default: str
    description: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The members of a JSON object with their types."""

    name: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer by its status; a success has the members of its JSON object with their types."""

    status: str
    description: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, with a curl command that can be pasted."""

    identifier: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    responses: tuple[Response, ...]
    curl: str


@dataclass(frozen=True, slots=True)
class Group:
    """The operations under one tag of the document."""

    name: str
    description: str
    operations: tuple[Operation, ...]


def read_reference(document: Mapping[str, Any], address: str) -> tuple[Group, ...]:
    """Return the operations by tag, in the document's order of tags.

    ``address`` is what stands before a path in the curl examples.
    """
    operations = list(_read_operations(document, address))
    return tuple(
        Group(
            tag["name"],
            tag.get("description", ""),
            tuple(operation for name, operation in operations if name == tag["name"]),
        )
        for tag in document.get("tags", [])
    )


def read_shapes(document: Mapping[str, Any]) -> tuple[Shape, ...]:
    """Return the JSON objects that answers are made of, by name."""
    schemas = document["components"]["schemas"]
    return tuple(Shape(name, _read_fields(schema)) for name, schema in schemas.items())


def _read_fields(schema: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _name_type(kind)) for name, kind in schema.get("properties", {}).items())


def _read_operations(document: Mapping[str, Any], address: str) -> Iterator[tuple[str, Operation]]:
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                source = methods[method]
                yield source["tags"][0], _read_operation(document, path, method, source, address)


def _read_operation(
    document: Mapping[str, Any], path: str, method: str, source: Mapping[str, Any], address: str
) -> Operation:
    given = source.get("parameters", [])
    return Operation(
        identifier=source["operationId"],
        method=method.upper(),
        path=path,
        summary=source["summary"],
        description=source.get("description", ""),
        parameters=tuple(_read_parameter(parameter) for parameter in given),
        responses=tuple(
            _read_response(document, status, answer)
            for status, answer in source["responses"].items()
        ),
        curl=_write_curl(address + _fill_path(path, given), method),
    )


def _read_parameter(source: Mapping[str, Any]) -> Parameter:
    schema = source["schema"]
    default = schema.get("default")
    return Parameter(
        name=source["name"],
        place=source["in"],
        kind=_name_type(schema),
        default="" if default is None else str(default).lower(),
        description=source.get("description") or schema.get("description", ""),
    )


def _read_response(document: Mapping[str, Any], status: str, answer: Mapping[str, Any]) -> Response:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    shape = document["components"]["schemas"].get(name, {}) if status.startswith("2") else {}
    return Response(status, answer["description"], _read_fields(shape))


def _name_type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_name_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema.get("type") == "array":
        return f"[{_name_type(schema.get('items', {}))}]"
    return str(schema.get("type", "any"))


def _fill_path(path: str, parameters: list[Mapping[str, Any]]) -> str:
    examples = {
        parameter["name"]: parameter["schema"].get("examples", [parameter["name"]])[0]
        for parameter in parameters
    }
    query = "&".join(
        f"{parameter['name']}={examples[parameter['name']]}"
        for parameter in parameters
        if parameter["in"] == "query" and parameter.get("required")
    )
    filled = _PATH_PARAMETER.sub(lambda match: quote(examples[match[1]], safe="/:"), path)
    return f"{filled}?{query}" if query else filled


def _write_curl(url: str, method: str) -> str:
    if method == "get":
        return f"curl '{url}'"
    body = " --data-binary @manifest.json" if method == "put" else ""
    return f"curl -X {method.upper()} -H \"Authorization: Bearer $TOKEN\"{body} '{url}'"
