"""What to change so that a registry works: plain words that name the line. Pure."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from reglite.browse.capabilities import Findings
from reglite.config.registry_url import find_ecr_region, is_loopback
from reglite.credentials.source import AWS_LABEL, Anonymous
from reglite.errors import (
    ConfigurationError,
    Denied,
    HelperFailed,
    ProxyFailed,
    RealmRefused,
    RegistryTimeout,
    RegistryUnreachable,
    RegliteError,
    TokenRefused,
    TokenServerFailed,
    TooManyRequests,
)
from reglite.inventory.pull_host import DOCKER_HUB_PULL_HOST
from reglite.inventory.registry_config import RegistryConfig
from reglite.registry.garbage_collection import describe_garbage_collection
from reglite.registry.models import Ping
from reglite.registry.remedy import NEXUS_REMEDY

_OWN_PAGES: Final = {
    "docker-hub": "Docker Hub",
    "ecr": "Amazon ECR",
    "ghcr": "GitHub's packages",
    "gitlab": "GitLab",
    "harbor": "Harbor",
    "quay": "Quay",
}
_SELF_EXPLAINING: Final = (
    ConfigurationError,
    HelperFailed,
    ProxyFailed,
    RealmRefused,
    TokenRefused,
    TokenServerFailed,
)
_PLAIN_HTTP_MARKS: Final = ("wrong version number", "record layer failure", "wrong_version_number")


def explain_failure(
    config: RegistryConfig, error: RegliteError, path: str | None = None
) -> tuple[str, ...]:
    """Return what to do about a registry that could not be asked."""
    if isinstance(error, _SELF_EXPLAINING):
        return ()  # its message says what to change already
    if isinstance(error, Denied):
        return (_explain_refusal(config, path),)
    if isinstance(error, TooManyRequests):
        anonymous = config.credential.kind == "none"
        more = "; with credentials the limit is higher" if anonymous else ""
        return (f"It is there and limits requests: wait a while{more}",)
    if isinstance(error, RegistryTimeout):
        return (
            f"Check that {_get_host(config)} can be reached from here; a slow registry needs a "
            f"larger timeout_seconds: {_name_place(config, path)}",
        )
    if isinstance(error, RegistryUnreachable):
        return _explain_connection(config, error.message.lower(), path)
    return (f"Check the url, with its port and path prefix: {_name_place(config, path)}",)


def explain_credential(
    config: RegistryConfig, trouble: RegliteError | None, *, is_checked: bool
) -> tuple[str, ...]:
    """Return what is to be known of credentials that a registry which answers has not checked."""
    if trouble is not None:
        return (f"It was asked without credentials: {trouble.message}",)
    if config.credential.kind == "none" or is_checked:
        return ()
    return (
        f"It answers strangers, too, so the credentials from {config.credential.label} are "
        "unchecked: they were sent, but never needed",
    )


def explain_findings(
    config: RegistryConfig, ping: Ping, found: Findings, path: str | None = None
) -> tuple[str, ...]:
    """Return what to change for what does not work, or is not known, at a registry that answers."""
    return (
        *_explain_catalog(config, ping, found, path),
        *_explain_deletions(config, ping, found, path),
        *_explain_address(config, ping, path),
    )


def _explain_catalog(
    config: RegistryConfig, ping: Ping, found: Findings, path: str | None
) -> Iterator[str]:
    if found.catalog_trouble is not None:
        slow = isinstance(found.catalog_trouble, RegistryTimeout)
        remedy = (
            "; where the catalog is slow, catalog: false with repositories: [team/app] does "
            f"without it: {_name_place(config, path)}"
        )
        message = found.catalog_trouble.message
        yield f"Its repositories can't be listed now: {message}{remedy if slow else ''}"
    if found.can.catalog is False and not config.repositories:
        yield (
            "There is no catalog for these credentials: open a repository by its name, or list "
            f"what to show as repositories: [team/app] {_name_place(config, path)}"
        )
    if found.is_empty and not config.repositories:
        nexus = f": {NEXUS_REMEDY}" if ping.server == "nexus" else ""
        yield f"Its catalog is empty: nothing was pushed, or these credentials may see none{nexus}"


def _explain_deletions(
    config: RegistryConfig, ping: Ping, found: Findings, path: str | None
) -> Iterator[str]:
    can, trouble = found.can, found.deletion_trouble
    if can.delete is False:
        yield _explain_deletion(config, ping, path, trouble)
    elif can.delete is None and found.catalog_trouble is None:
        same = "it answers the same to whatever is deleted; a deletion tells"
        yield f"Whether it deletes is not known: {trouble.message if trouble else same}"
    if can.delete and can.untag is False:
        yield (
            "This registry deletes no single tags: RegLite removes them through a placeholder, "
            "which needs the right to push"
        )
    advice = describe_garbage_collection(ping.server) if can.delete else None
    if advice is not None:
        yield advice
    if can.referrers is None and can.catalog and can.delete is not None and not found.is_empty:
        yield (
            "Whether it lists signatures and the like is not known: it refused to say so for "
            "these credentials; open an image to see why"
        )


def _explain_address(config: RegistryConfig, ping: Ping, path: str | None) -> Iterator[str]:
    parts = urlsplit(config.url)
    if parts.path and config.pull_host == parts.netloc:
        yield (
            f"Its url has a path, and pull commands name {parts.netloc} alone: if images are "
            f"pulled otherwise, add pull_host: {parts.netloc}/team {_name_place(config, path)}"
        )
    host = _get_host(config)
    if ping.is_http and config.source != "demo" and not is_loopback(host):
        yield (
            "It speaks plain http, which Docker refuses without this line in "
            f'/etc/docker/daemon.json: {{"insecure-registries": ["{host}"]}}'
        )


def _explain_refusal(config: RegistryConfig, path: str | None) -> str:
    if find_ecr_region(_get_host(config)) is not None:
        return (
            "Check that the AWS credentials of this process may use this registry: their policy "
            "needs ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:ListImages"
        )
    host = config.pull_host if config.pull_host == DOCKER_HUB_PULL_HOST else _get_host(config)
    login = f"run 'docker login {host}'"
    if config.credential.label == AWS_LABEL:
        return (
            "Its token comes from AWS: 'aws sts get-caller-identity' must work where RegLite runs, "
            "and its role needs the policy AmazonEC2ContainerRegistryReadOnly or more"
        )
    if config.credential.label.startswith(("docker-config", "helper")):
        return f"The stored login is not accepted: {login} again"
    if isinstance(config.credential, Anonymous) and config.credential.reason is not None:
        return f"Docker's config has no login to use: {config.credential.reason}"
    if config.credential.kind == "none":
        return f"Add username: and password: {_name_place(config, path)}, or {login}"
    place = _name_place(config, path)
    return f"The registry refuses this login: correct username and password {place}"


def _explain_connection(config: RegistryConfig, message: str, path: str | None) -> tuple[str, ...]:
    host, place = _get_host(config), _name_place(config, path)
    if "its certificate was refused" in message:
        return _explain_certificate(config, message, place)
    is_https = config.url.startswith("https://")
    rest = config.url.partition("://")[2]
    plain = f"If {host} speaks plain http, write url: http://{rest} {place}"
    if is_https and any(mark in message for mark in _PLAIN_HTTP_MARKS):
        return (plain,)
    running = f"Check that {host} runs and can be reached from here, and its url: {place}"
    asked_for_https = config.source in {"inventory", "command-line"}
    return (running,) if asked_for_https or not is_https else (running, plain)


def _explain_certificate(config: RegistryConfig, message: str, place: str) -> tuple[str, ...]:
    """Return the line to add where one helps; what the message says of the rest is enough."""
    if "as ca_file" in message:
        return (
            f"Nobody trusted here issued its certificate: add ca_file: /path/to/ca.pem {place}, "
            "or insecure: true to accept any certificate",
        )
    if "in its ca_file" in message:
        return (f"Its certificate is not from the authority in {config.ca_file}: {place}",)
    return (f"insecure: true {place} accepts any certificate, until this one is mended",)


def _explain_deletion(
    config: RegistryConfig, ping: Ping, path: str | None, trouble: RegliteError | None
) -> str:
    if not config.can_delete:
        return f"RegLite deletes nothing here because of delete: false {_name_place(config, path)}"
    if ping.server in _OWN_PAGES:
        return f"It does not delete over this API: delete in {_OWN_PAGES[ping.server]} itself"
    if isinstance(trouble, Denied):  # words of its own, such as those of a read-only phase
        return f"It does not delete now: {trouble.message}"
    return (
        "Deletion is off in the registry, unless it is read-only or a pull-through cache: start it "
        "with REGISTRY_STORAGE_DELETE_ENABLED=true, or "
        "set storage.delete.enabled: true in its config.yml"
    )


def _get_host(config: RegistryConfig) -> str:
    return urlsplit(config.url).netloc


def _name_place(config: RegistryConfig, path: str | None) -> str:
    """Say where in the inventory a registry's settings are, or would be."""
    return f"under inventory.{config.name} in {path or 'inventory.yaml'}"
