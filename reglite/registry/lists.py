"""Names out of a registry's lists: the catalog's and a repository's tags. Pure."""

import json
from typing import Any

from reglite.errors import NameInvalid, RegistryProtocol
from reglite.reference import Repository, Tag, are_tags, parse_repository
from reglite.registry.call import Answer


def parse_repositories(answer: Answer, where: str) -> tuple[Repository, ...]:
    """Return the distinct names of a catalog page that can be asked for, as they come."""
    names = map(read_repository, _parse_names(answer, "repositories", where))
    return tuple(dict.fromkeys(name for name in names if name is not None))


def parse_tags(answer: Answer, where: str) -> tuple[Tag, ...]:
    """Return the distinct tags of a page in order; null is how 2.8 says that there are none.

    2.8 sorts nothing, and a page that was sorted once is kept that way.
    """
    names = _parse_names(answer, "tags", where)
    tags = names if are_tags(names) else [Tag(name) for name in names if are_tags([name])]
    return tuple(dict.fromkeys(sorted(tags)))


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


def read_repository(name: str) -> Repository | None:
    """Return a name that can be asked for, None for any other."""
    try:
        return parse_repository(name)
    except NameInvalid:
        return None
