"""Docker's ``config.json``: ``auths``, ``credHelpers`` and ``credsStore``, merged by host.

Read as tolerantly as Docker reads it: unknown keys are ignored, entries that are no hosts (such as
``https://index.docker.io/v1/refresh-token``) are dropped and never printed. Whatever else can't be
used is left out with a note: nothing in this file may keep RegLite from starting.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reglite.config.key_path import KeyPath
from reglite.config.registry_url import DOCKER_HUB_HOST, DOCKER_HUB_LOGIN, parse_docker_server
from reglite.credentials.source import (
    TOKEN_USERNAME,
    Credentials,
    make_credentials,
    parse_basic_auth,
)
from reglite.errors import ConfigurationError

_STORE = "credsStore"
# 'desktop.exe' is a common one, on WSL.
_HELPER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class DockerConfig:
    """What Docker's configuration says about each host (``name[:port]``).

    ``stored`` maps each host that ``credsStore`` lists to the server it is listed as; None is "not
    known", and then the store is asked for any host. ``environ`` is that of the helpers, ``notes``
    say what was left out, and why; ``left_out`` has these by host, with "" for what concerns all.
    """

    path: str = ""
    auths: Mapping[str, Credentials | None] = field(default_factory=dict)
    cred_helpers: Mapping[str, str] = field(default_factory=dict)
    creds_store: str | None = None
    stored: Mapping[str, str] | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def hosts(self) -> frozenset[str]:
        """All hosts that are known here."""
        return frozenset({*self.auths, *self.cred_helpers, *(self.stored or {})})


def find_docker_config(environ: Mapping[str, str]) -> Path | None:
    """Return where Docker keeps its configuration: in ``DOCKER_CONFIG``, or in ``~/.docker``.

    None without a home, as under some service managers.
    """
    if folder := environ.get("DOCKER_CONFIG"):
        return Path(folder) / "config.json"
    if home := environ.get("HOME"):
        return Path(home) / ".docker" / "config.json"
    return None


def load_docker_config(path: Path) -> DockerConfig:
    """Read one ``config.json``; an absent one is empty, one that can't be read a note."""
    root = KeyPath(str(path), path.parent)
    try:
        return parse_docker_config(root.read_text(path) or "", root)
    except ConfigurationError as exc:
        return DockerConfig(path=root.file, notes=(_note(exc),), left_out={"": exc.message})


def parse_docker_config(text: str, root: KeyPath) -> DockerConfig:
    """Parse Docker's configuration; raises ConfigurationError where it is no JSON object."""
    raw = _parse_json(text, root)
    left = _LeftOut()
    auths = _parse_auths(_get_mapping(raw, "auths", root, left), root / "auths", left)
    helpers = _parse_helpers(
        _get_mapping(raw, "credHelpers", root, left), root / "credHelpers", left
    )
    store = _parse_helpers({_STORE: raw.get("credsStore")}, root, left).get(_STORE)
    return DockerConfig(
        path=root.file,
        auths=auths,
        cred_helpers=helpers,
        creds_store=store,
        notes=tuple(left.notes),
        left_out=left.by_host,
    )


class _LeftOut:
    """What can't be used: notes for the console, and by host what its status says."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.by_host: dict[str, str] = {}

    def add(self, host: str, error: ConfigurationError) -> None:
        """Note what is left out of a host's entries; "" stands for all hosts."""
        self.notes.append(_note(error))
        self.by_host[host] = error.message


def _note(error: ConfigurationError) -> str:
    return f"{error.message}; it is left out"


def _parse_json(text: str, root: KeyPath) -> dict[str, Any]:
    try:
        raw = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as exc:
        line = f" in line {exc.lineno}" if isinstance(exc, json.JSONDecodeError) else ""
        problem = f"is not valid JSON{line}: mend it, or set 'docker_config: false'"
        # Without the chain: the exception holds the whole text.
        error = root.error(problem)
    else:
        if isinstance(raw, dict):
            return raw
        error = root.error("must be a JSON object: mend it, or set 'docker_config: false'")
    raise error


def _get_mapping(raw: Mapping[str, Any], key: str, root: KeyPath, left: _LeftOut) -> dict[str, Any]:
    value: Any = raw.get(key) or {}
    if not isinstance(value, dict):
        left.add("", (root / key).error("must be an object of hosts"))
        return {}
    return value


def find_host(server: str) -> str | None:
    """Return the host that a key of Docker's config names, None for what is no host."""
    try:
        return parse_docker_server(server).host
    except ConfigurationError:
        return None


def format_server(host: str) -> str:
    """Return what a credential helper is asked for a host."""
    return DOCKER_HUB_LOGIN if host == DOCKER_HUB_HOST else host


def _parse_auths(
    raw: Mapping[str, Any], place: KeyPath, left: _LeftOut
) -> dict[str, Credentials | None]:
    auths: dict[str, Credentials | None] = {}
    for host, server in _list_hosts(raw):
        try:
            auths[host] = _parse_auth(raw[server], place / server) or auths.get(host)
        except ConfigurationError as exc:
            left.add(host, exc)
    _add_parts(auths, raw, place, left)
    return auths


def _add_parts(
    auths: dict[str, Credentials | None],
    raw: Mapping[str, Any],
    place: KeyPath,
    left: _LeftOut,
) -> None:
    """Add logins of ``host/team``, for a part of a registry, where the host has no other.

    The longest speaks for all of it.
    """
    for server in sorted(raw, key=len, reverse=True):
        host = _find_host_of_part(server)
        if host is None:
            continue
        try:
            credentials = _parse_auth(raw[server], place / server)
        except ConfigurationError as exc:
            left.add(host, exc)
            continue
        if credentials is not None and auths.get(host) is None:
            auths[host] = credentials
            left.notes.append(f"{place / server}: its login is used for all of {host}")
        else:
            left.notes.append(
                f"{place / server}: {host} has another login, so this one is left out"
            )


def _find_host_of_part(server: str) -> str | None:
    """Return the host of a key such as ``host/team``; None for other keys."""
    host, slash, part = server.partition("/")
    if not slash or ":/" in server or part.split("/")[0] in {"", "v1", "v2"}:
        return None
    return find_host(host) if "." in host or ":" in host or host == "localhost" else None


def _list_hosts(raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each key that names a host; last, and so to win, the one that Docker itself asks for.

    One host may also be there as an old ``https://host/v1/``, with a login of former times.
    """
    named = [(host, server) for server in raw if (host := find_host(server)) is not None]
    return sorted(named, key=lambda pair: format_server(pair[0]) == pair[1])


def _parse_auth(entry: Any, place: KeyPath) -> Credentials | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        place.fail("must be an object: run 'docker login' for this host again")
    texts = {key: value for key, value in entry.items() if isinstance(value, str) and value}
    credentials = _read_password(texts, place)
    token = texts.get("identitytoken")
    if token:
        return Credentials(credentials.username if credentials else TOKEN_USERNAME, "", token)
    if credentials is None and "registrytoken" in texts:
        return Credentials(TOKEN_USERNAME, "", registry_token=texts["registrytoken"])
    return credentials


def _read_password(texts: Mapping[str, str], place: KeyPath) -> Credentials | None:
    if "auth" in texts:
        try:
            return parse_basic_auth(texts["auth"])
        except ConfigurationError as exc:
            raise (place / "auth").error(f"{exc.message}, or run 'docker login' again") from exc
    if "username" in texts and "password" in texts:
        return make_credentials(texts["username"], texts["password"])
    return None


def _parse_helpers(raw: Mapping[str, Any], place: KeyPath, left: _LeftOut) -> dict[str, str]:
    helpers: dict[str, str] = {}
    for host, server in [(_STORE, _STORE)] if _STORE in raw else _list_hosts(raw):
        if raw[server]:
            try:
                helpers[host] = _check_helper(raw[server], place / server)
            except ConfigurationError as exc:
                left.add("" if host == _STORE else host, exc)
    return helpers


def _check_helper(name: Any, place: KeyPath) -> str:
    """Return a name that is fit to be part of a command's name: never a path."""
    if not isinstance(name, str) or not _HELPER_NAME.fullmatch(name):
        place.fail("must be the NAME of a program docker-credential-NAME")
    return name
