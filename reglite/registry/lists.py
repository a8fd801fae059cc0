"""Names out of a registry's lists: the catalog's and a repository's tags. Pure."""

import json
from typing import Any

from reglite.errors import RegistryProtocol, RegliteError
from reglite.reference import are_tags, parse_repository, parse_tag
from reglite.registry.call import Answer


def parse_repositories(answer: Answer, where: str) -> tuple[str, ...]:
    """Return the distinct names of a catalog page that can be asked for, as they come."""
    names = _parse_names(answer, "repositories", where)
    return tuple(dict.fromkeys(filter(is_repository, names)))


def parse_tags(answer: Answer, where: str) -> tuple[str, ...]:
    """Return the distinct tags of a page in order; null is how 2.8 says that there are none.

    2.8 sorts nothing, and a page that was sorted once is kept that way.
    """
    names = _parse_names(answer, "tags", where)
    return tuple(dict.fromkeys(sorted(names if are_tags(names) else filter(_is_tag, names))))


def _parse_names(answer: Answer, field: str, where: str) -> list[str]:
    document = parse_object(answer.body, where)
    names = document.get(field)
    if names is None:
        return []
    if not isinstance(names, list):
        raise RegistryProtocol(f"{where}: '{field}' in the registry's answer is no list")
    if set(map(type, names)) <= {str}:  # looked at in C: a list may hold 10,000
        return names
    return [name for name in names if isinstance(name, str)]


def parse_object(body: bytes, where: str) -> dict[str, Any]:
    """Return a JSON object; raises RegistryProtocol."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise RegistryProtocol(
            f"{where}: the answer is not JSON: check that the url is that of a registry"
        ) from exc
    if not isinstance(document, dict):
        raise RegistryProtocol(f"{where}: the answer is not a JSON object")
    return document


def is_repository(name: str) -> bool:
    """Tell a name that can be asked for."""
    try:
        parse_repository(name)
    except RegliteError:
        return False
    return True


def _is_tag(name: str) -> bool:
    try:
        parse_tag(name)
    except RegliteError:
        return False
    return True
