"""The host that pull commands name: the entry's own ``pull_host``, else that of its URL."""

from typing import Final

from reglite.config.key_path import KeyPath
from reglite.config.registry_url import DOCKER_HUB_HOST, RegistryUrl, parse_registry_url
from reglite.errors import ConfigurationError

DOCKER_HUB_PULL_HOST: Final = "docker.io"


def find_pull_host(url: RegistryUrl) -> str:
    """Return the host where an entry gives none: that of its URL, of Docker Hub ``docker.io``."""
    return DOCKER_HUB_PULL_HOST if url.host == DOCKER_HUB_HOST else url.host


def read_pull_host(text: str | None, url: RegistryUrl, place: KeyPath) -> str:
    """Check an entry's own host, or find one; raises ConfigurationError naming the key path."""
    if text is None:
        return find_pull_host(url)
    if "://" in text:
        place.fail("must be a host such as registry.example.com:5000, without http://")
    try:
        parse_registry_url(f"https://{text}")
    except ConfigurationError as exc:
        raise place.error(exc.message) from exc
    return text.strip().rstrip("/") or find_pull_host(url)
