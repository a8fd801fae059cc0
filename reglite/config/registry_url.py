"""Base URLs and hosts of registries: checked, normalised, with Docker Hub's many names. Pure."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from reglite.errors import ConfigurationError
from reglite.reference import shorten

DOCKER_HUB_HOST = "registry-1.docker.io"
DOCKER_HUB_LOGIN = "https://index.docker.io/v1/"
_DOCKER_HUB_HOSTS = {"docker.io", "index.docker.io", "registry.hub.docker.com", DOCKER_HUB_HOST}

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_BRACKETED = re.compile(r"\[[0-9A-Fa-f:.]+\](?::\d*)?", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*", re.ASCII)
_ECR_HOST = re.compile(
    r"\d{12}\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d)\."
    r"(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class RegistryUrl:
    """A registry's base: ``url`` without a trailing slash, ``host`` is ``name[:port]``."""

    url: str
    host: str
    path: str

    @property
    def name(self) -> str:
        """A name for an entry that has none: its host, in the inventory's grammar."""
        return format_name(self.host + self.path)


def parse_registry_url(text: str) -> RegistryUrl:
    """Check an http(s) base URL; raises ConfigurationError saying what is wrong, never secrets."""
    parts = _split(text)
    path = parts.path.rstrip("/").removesuffix("/v2")
    host = _format_host(parts)
    if host == DOCKER_HUB_HOST and path == "/v1":  # as its login is written
        path = ""
    return RegistryUrl(url=f"{parts.scheme}://{host}{path}", host=host, path=path)


def parse_api_url(text: str) -> str:
    """Check the URL below which an API of RegLite answers, and normalise it; ConfigurationError."""
    parts = _split(text)
    path = parts.path.rstrip("/").removesuffix("/api/v1")
    return f"{parts.scheme}://{_format_host(parts)}{path}"


def _split(text: str) -> SplitResult:
    """Split an http(s) URL that has a host, perhaps a path, and nothing else."""
    text = text.strip()
    if any(c.isspace() or not c.isprintable() for c in text):
        raise ConfigurationError("must not contain spaces or control characters")
    try:
        parts = urlsplit(text)
    except ValueError as exc:
        raise ConfigurationError("is not a URL") from exc
    if parts.scheme not in _DEFAULT_PORTS:
        raise ConfigurationError("must begin with http:// or https://")
    if "@" in parts.netloc:
        raise ConfigurationError(
            "holds credentials: take them out; a registry's belong under 'username' and 'password' "
            "(or 'password_file') in the inventory"
        )
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise ConfigurationError("must not have a query or a fragment")
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or any(part in {".", ".."} for part in path.split("/")):
        raise ConfigurationError(f"has an odd path '{shorten(parts.path)}'")
    return parts


def _format_host(parts: SplitResult) -> str:
    try:
        hostname, port = parts.hostname, parts.port
    except ValueError as exc:
        raise ConfigurationError("has a port that is no number from 0 to 65535") from exc
    if not hostname:
        raise ConfigurationError("names no host")
    if ":" in hostname:
        hostname = f"[{_check_ipv6(hostname, parts.netloc)}]"
    elif not _HOST.fullmatch(hostname):
        raise ConfigurationError(f"has an odd host '{shorten(hostname)}'")
    if hostname in _DOCKER_HUB_HOSTS and port in {None, 443}:
        return DOCKER_HUB_HOST
    if port is None or port == _DEFAULT_PORTS[parts.scheme]:
        return hostname
    return f"{hostname}:{port}"


def _check_ipv6(hostname: str, netloc: str) -> str:
    # A zone, and what stands around the brackets, is any text, and ends up in names and commands.
    if not _BRACKETED.fullmatch(netloc):
        raise ConfigurationError(f"has an odd host '{shorten(netloc)}'")
    try:
        return str(ip_address(hostname))
    except ValueError as exc:
        raise ConfigurationError(f"has an odd host '{shorten(hostname)}'") from exc


def parse_docker_server(text: str) -> RegistryUrl:
    """Read a key of Docker's config: ``host``, ``host:port`` or an old ``https://host/v1/``."""
    bare = text.partition("://")[2] if "://" in text else text
    host, _, path = bare.partition("/")
    if path.strip("/") not in {"", "v1", "v2"}:
        raise ConfigurationError("is no host")
    return parse_registry_url(f"https://{host}")


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` or ``host:port`` is this machine itself."""
    hostname = urlsplit(f"//{host}").hostname or ""
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ip_address(hostname).is_loopback
    except ValueError:
        return False


def format_name(host: str) -> str:
    """Turn a host and path into a registry name: letters, digits and ``. _ : -``."""
    return host.replace("[", "").replace("]", "").replace("/", "-").replace("~", "-").strip("-")


def find_ecr_region(host: str) -> str | None:
    """Return the region of a private Amazon ECR registry's host, None for any other host."""
    match = _ECR_HOST.fullmatch(host)
    return match["region"] if match else None
