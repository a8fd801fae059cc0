"""The ``Link`` header (RFC 8288) as registries page their lists. Pure.

Only the query of a link is followed, on the path that was asked: it holds ``last`` and ``n``, or
Quay's opaque ``next_page``, and a link can't lead anywhere else.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from reglite.errors import BadRequest, RegistryProtocol

_LINK = re.compile(r"<([^<>]*)>((?:\s*;[^;,\"]*(?:\"[^\"]*\")?)*)", re.ASCII)
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.ASCII | re.IGNORECASE)

_MAX_HEADER_LENGTH = 16 * 1024
_MAX_CURSOR_LENGTH = 4096
_MAX_FIELDS = 16
_DEFAULT_PORTS = {"http": 80, "https": 443}


def parse_links(values: Iterable[str]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Read the targets and relations of these header values; ``rel`` may be unquoted (olareg)."""
    return tuple(
        (match[1].strip(), _parse_relations(match[2]))
        for value in values
        for match in _LINK.finditer(value[:_MAX_HEADER_LENGTH])
    )


def _parse_relations(parameters: str) -> frozenset[str]:
    match = _REL.search(parameters)
    return frozenset((match[1] or match[2] or "").lower().split()) if match else frozenset()


def parse_next(values: Iterable[str]) -> str | None:
    """Return the cursor of the next page, None on the last one.

    Where a link says that it leads does not matter: a registry behind a proxy may not know its own
    name, port or scheme. Its query is asked of the same path, so it can't lead away.
    """
    for target, relations in parse_links(values):
        if "next" in relations:
            return _normalise(target.partition("#")[0].partition("?")[2]) or None
    return None


def _normalise(query: str) -> str:
    """Return the query as ``parse_cursor`` reads it: registries send ``last=b&``, too."""
    try:
        fields = parse_qsl(
            query[: _MAX_CURSOR_LENGTH + 1],
            keep_blank_values=True,
            max_num_fields=_MAX_FIELDS,
            errors="strict",
        )
    except ValueError as exc:
        raise RegistryProtocol("the registry's link to its next page can't be read") from exc
    cursor = format_query(dict(fields))
    if max(len(query), len(cursor)) > _MAX_CURSOR_LENGTH:
        raise RegistryProtocol("the registry's link to its next page is too long")
    return cursor


def get_origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL, with default ports filled in; raises ValueError."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)


def parse_cursor(cursor: str) -> dict[str, str]:
    """Read a cursor that came back from a caller; raises BadRequest where it is none of ours."""
    try:
        fields = parse_qsl(
            cursor[: _MAX_CURSOR_LENGTH + 1],
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=_MAX_FIELDS,
            errors="strict",
        )
    except ValueError as exc:
        raise BadRequest("the page cursor is malformed: start again from the first page") from exc
    if len(cursor) > _MAX_CURSOR_LENGTH:
        raise BadRequest("the page cursor is too long: start again from the first page")
    return dict(fields)


def format_query(fields: dict[str, str]) -> str:
    """Write a query string."""
    return urlencode(fields)


def set_page_size(fields: dict[str, str], size: int | None) -> dict[str, str]:
    """Return the fields with another ``n``, or without one."""
    rest = {name: value for name, value in fields.items() if name != "n"}
    return rest if size is None else {**rest, "n": str(size)}


def lower_page_size(size: int) -> int | None:
    """Return the next smaller ``n`` to try after PAGINATION_NUMBER_INVALID; None leaves it out."""
    return next((smaller for smaller in (1000, 100) if smaller < size), None)
