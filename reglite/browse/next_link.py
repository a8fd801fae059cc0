"""Links to further pages: our own paths, percent-encoded. Pure."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode


def format_next(path: str, query: Mapping[str, str | int | None]) -> str:
    """Return ``/api/v1/…?…`` for the next page; what is None is left out."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given, quote_via=quote)}"


def format_repositories_path(registry: str) -> str:
    """Return the path of a registry's repositories; the colon of ``host:5000`` stays."""
    return f"/api/v1/registries/{quote(registry, safe=':')}/repositories"


def format_tags_path(registry: str, repository: str) -> str:
    """Return the path of a repository's tags; the slashes of its name stay."""
    return f"{format_repositories_path(registry)}/{quote(repository)}/tags"
