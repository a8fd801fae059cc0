"""From one entry, URL or Docker host to a RegistryConfig; every error names its key path."""

import re
from pathlib import Path

from reglite.config.key_path import KeyPath
from reglite.config.registry_url import RegistryUrl, is_loopback, parse_registry_url
from reglite.credentials.docker import find_docker_credential
from reglite.credentials.docker_config import DockerConfig
from reglite.errors import ConfigurationError, NameInvalid
from reglite.inventory.access import check_globs
from reglite.inventory.allowed_keys import RegistrySection
from reglite.inventory.credential import choose_credential
from reglite.inventory.pull_host import find_pull_host, read_pull_host
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import Repository, parse_repository, shorten

_NAME = re.compile(r"[._:-]*[A-Za-z0-9][A-Za-z0-9._:-]*", re.ASCII)
_MAX_NAME_LENGTH = 255


def read_entry(
    name: str, section: RegistrySection, place: KeyPath, docker: DockerConfig
) -> RegistryConfig:
    """Check one entry of ``inventory:``; raises ConfigurationError."""
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME_LENGTH:
        place.fail("is no name for a registry: use letters, digits and . _ : -, 255 at most")
    url = _read_url(section.url, place / "url")
    if (section.client_key is not None) and (section.client_cert is None):
        (place / "client_key").fail("needs a 'client_cert' beside it")
    return RegistryConfig(
        name=name,
        url=url.url,
        source="inventory",
        pull_host=read_pull_host(section.pull_host, url, place / "pull_host"),
        credential=choose_credential(section, url.host, place, docker),
        repositories=_read_repositories(section.repositories, place / "repositories"),
        can_delete=section.delete,
        has_catalog=section.catalog,
        protect=_read_protect(section.protect, place / "protect"),
        ca_file=_find_file(section.ca_file, place / "ca_file"),
        insecure=section.insecure,
        client_cert=_find_file(section.client_cert, place / "client_cert"),
        client_key=_find_file(section.client_key, place / "client_key", is_secret=True),
        timeout_seconds=section.timeout_seconds,
        max_connections=section.max_connections,
    )


def read_url(text: str, docker: DockerConfig, place: KeyPath) -> RegistryConfig:
    """Make an entry of a URL from the command line; without a scheme it is treated as Docker does.

    That is https, or for this machine itself https first and http second.
    """
    has_scheme = "://" in text
    url = _read_url(text if has_scheme else f"https://{text}", place)
    return RegistryConfig(
        name=url.name,
        url=url.url,
        source="command-line",
        pull_host=find_pull_host(url),
        credential=find_docker_credential(url.host, docker),
        http_fallback=not has_scheme and is_loopback(url.host),
    )


def read_docker_host(host: str, docker: DockerConfig) -> RegistryConfig:
    """Make an entry of a host of Docker's config."""
    url = parse_registry_url(f"https://{host}")
    return RegistryConfig(
        name=url.name,
        url=url.url,
        source="docker-config",
        pull_host=find_pull_host(url),
        credential=find_docker_credential(url.host, docker),
        http_fallback=is_loopback(url.host),
    )


def _read_url(text: str, place: KeyPath) -> RegistryUrl:
    try:
        return parse_registry_url(text)
    except ConfigurationError as exc:
        raise place.error(exc.message) from exc


def _read_repositories(names: list[str], place: KeyPath) -> tuple[Repository, ...]:
    repositories: dict[Repository, None] = {}
    for index, name in enumerate(names):
        try:
            repositories[parse_repository(name)] = None
        except NameInvalid as exc:
            raise (place / index).error(exc.message) from exc
    return tuple(repositories)


def _read_protect(globs: list[str], place: KeyPath) -> tuple[str, ...]:
    check_globs(globs, place)
    for index, glob in enumerate(globs):
        if set(glob) & set("/: "):
            (place / index).fail(f"'{shorten(glob)}' covers no tag: tags hold no '/', ':' or space")
    return tuple(dict.fromkeys(globs))


def _find_file(text: str | None, place: KeyPath, *, is_secret: bool = False) -> Path | None:
    return None if text is None else place.find_file(text, is_secret=is_secret)
