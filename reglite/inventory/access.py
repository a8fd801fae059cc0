"""From the ``access:`` section to an AccessConfig; every error names its key path."""

import hashlib
import re
import tempfile
from dataclasses import replace
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from reglite.config.glob import compile_glob
from reglite.config.key_path import KeyPath
from reglite.config.registry_url import RegistryUrl, parse_registry_url
from reglite.errors import ConfigurationError
from reglite.inventory.access_config import AccessConfig, AccessToken, Grant, ProxyAccess
from reglite.inventory.allowed_keys import AccessSection, GrantSection, ProxySection, TokenSection
from reglite.inventory.aws_reference import is_reference, read_reference

_HEADER = re.compile(r"[A-Za-z0-9-]+", re.ASCII)
_SEPARATOR = re.compile(r"[,;|]")
_TOKEN = re.compile(r"[!-~]+", re.ASCII)
_MIN_TOKEN_LENGTH = 16
_ADVICE = 'make one with  python -c "import secrets; print(secrets.token_urlsafe())"'
_HTPASSWD_LINE = re.compile(r"[^:\s][^:]*:\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}", re.ASCII)


def read_access(section: AccessSection, place: KeyPath) -> AccessConfig:
    """Check the section; an empty one is as if absent; raises ConfigurationError."""
    tokens = _read_tokens(section.tokens, place / "tokens")
    htpasswd = _read_htpasswd(section.htpasswd, place / "htpasswd")
    proxy = _read_proxy(section.proxy, place / "proxy") if section.proxy else None
    access = AccessConfig(
        has_anonymous_rule=section.anonymous is not None,
        default_role=None if section.default_role == "none" else section.default_role,
        tokens=tokens,
        htpasswd=htpasswd,
        proxy=proxy,
        grants=_read_grants(section.grants, place / "grants"),
        origins=_read_origins(section.origins, place / "origins"),
        hosts=_read_hosts(section.hosts, place / "hosts"),
    )
    anonymous = section.anonymous or ("none" if access.has_sign_in else "viewer")
    return replace(access, anonymous=None if anonymous == "none" else anonymous)


def _read_tokens(sections: list[TokenSection], place: KeyPath) -> tuple[AccessToken, ...]:
    tokens: list[AccessToken] = []
    for index, section in enumerate(sections):
        text = section.token.get_secret_value()
        if not section.name.strip() or any(section.name == token.name for token in tokens):
            (place / index / "name").fail("must be a name that no other token has")
        if not _TOKEN.fullmatch(text):
            (place / index / "token").fail(
                f"must be printable ASCII without spaces, and not empty: {_ADVICE}"
            )
        if len(text) < _MIN_TOKEN_LENGTH:
            (place / index / "token").fail(
                f"is shorter than {_MIN_TOKEN_LENGTH} characters, so it can be guessed: {_ADVICE}"
            )
        if any(text == token.token for token in tokens):
            (place / index / "token").fail("is that of another entry: make one for each")
        tokens.append(AccessToken(section.name, text, section.role))
    return tuple(tokens)


def _read_htpasswd(text: str | None, place: KeyPath) -> Path | None:
    if text is None:
        return None
    path = _fetch(text) if is_reference(text) else place.find_file(text, is_secret=True)
    lines = (place.read_text(path) or "").splitlines()
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#") and not _HTPASSWD_LINE.fullmatch(line.strip()):
            place.fail(f"line {number} of the file is not 'user:' and a bcrypt hash: htpasswd -B")
    return path


def _fetch(reference: str) -> Path:
    """Copy what a reference names into a file of this process's own, the same for the same text."""
    text = read_reference(reference)
    path = _make_folder() / hashlib.sha256(text.encode()).hexdigest()
    if not path.exists():
        path.write_text(text, "utf-8")
    return path


@lru_cache(maxsize=1)
def _make_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="reglite-"))


def _read_proxy(section: ProxySection, place: KeyPath) -> ProxyAccess:
    for key in ("user_header", "groups_header"):
        if (header := getattr(section, key)) is not None:
            _check_header(header, place / key)
    for key in ("groups_header", "sign_out_url"):
        if section.user_header is None and getattr(section, key) is not None:
            (place / "user_header").fail(f"is missing: {key} is of no use without it")
    if not section.trusted:
        (place / "trusted").fail("must name the proxy's networks, such as [10.42.0.0/16]")
    networks = [
        _read_network(text, place / "trusted" / i) for i, text in enumerate(section.trusted)
    ]
    if section.sign_out_url is not None and not _is_link(section.sign_out_url):
        (place / "sign_out_url").fail("must be a path such as /oauth2/sign_out or an http(s) URL")
    return ProxyAccess(
        section.user_header,
        section.groups_header,
        tuple(networks),
        section.sign_out_url,
        _read_separator(section.groups_separator, place / "groups_separator"),
    )


def _read_separator(text: str, place: KeyPath) -> str | None:
    if text == "none":
        return None
    if not _SEPARATOR.fullmatch(text):
        place.fail("must be one of , ; | or none, where each group has a header line of its own")
    return text


def _check_header(text: str, place: KeyPath) -> None:
    if not _HEADER.fullmatch(text):
        place.fail("must be the name of a header: letters, digits and -")


def _read_network(text: str, place: KeyPath) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text)
    except ValueError as exc:
        raise place.error("must be an address or a network such as 10.42.0.0/16") from exc
    if network.prefixlen == 0:
        place.fail("trusts every address, so anyone could name themselves: give the proxy's own")
    return network


def _is_link(text: str) -> bool:
    if not _TOKEN.fullmatch(text) or "\\" in text:
        return False
    if text.startswith("/"):
        return not text.startswith("//")
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _read_grants(sections: list[GrantSection], place: KeyPath) -> tuple[Grant, ...]:
    return tuple(_read_grant(section, place / i) for i, section in enumerate(sections))


def _read_grant(section: GrantSection, place: KeyPath) -> Grant:
    if not section.users and not section.groups:
        place.fail("must name 'users' or 'groups'; users: ['*'] means everyone who signed in")
    globs = {
        "users": section.users,
        "groups": section.groups,
        "registries": section.registries,
        "repositories": section.repositories,
    }
    for key, values in globs.items():
        # A template that renders to an empty list must not grant everywhere.
        if values == []:
            (place / key).fail("is empty: leave the key out, or name what is meant")
        check_globs(values or [], place / key)
    return Grant(section.role, **{key: tuple(values or ()) for key, values in globs.items()})


def check_globs(globs: list[str], place: KeyPath) -> None:
    """Refuse what is no glob; raises ConfigurationError."""
    for index, glob in enumerate(globs):
        try:
            compile_glob(glob)
        except ConfigurationError as exc:
            raise (place / index).error(exc.message) from exc


def _read_origins(origins: list[str], place: KeyPath) -> tuple[str, ...]:
    return tuple(_read_origin(text, place / i) for i, text in enumerate(origins))


def _read_origin(text: str, place: KeyPath) -> str:
    if "*" in text:
        place.fail("must be one origin, never '*': any page could then call this API")
    url = _read_url(text, place)
    if urlsplit(text).path.strip("/"):
        place.fail("must be an origin such as https://ui.example.com, without a path")
    return url.url


def _read_url(text: str, place: KeyPath) -> RegistryUrl:
    try:
        return parse_registry_url(text)
    except ConfigurationError as exc:
        raise place.error(exc.message) from exc


def _read_hosts(hosts: list[str], place: KeyPath) -> tuple[str, ...]:
    return tuple(_read_host(text, place / i) for i, text in enumerate(hosts))


def _read_host(text: str, place: KeyPath) -> str:
    if "*" in text:
        place.fail("must be one host name, never '*': this check keeps DNS rebinding out")
    if "/" in text or re.search(r":\d+$", text):
        place.fail("must be a host name such as reglite.example.com, without scheme and port")
    return _read_url(f"http://{text}", place).host
