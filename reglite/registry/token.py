"""Docker's token authentication: asking a token server, and remembering what it granted."""

import json
import re
from base64 import b64encode
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from reglite.credentials.source import Credentials

_TOKEN = re.compile(r"[!-~]+", re.ASCII)  # what a header can carry
_DEFAULT_SECONDS = 60
_MAX_SECONDS = 24 * 3600
_MAX_TOKENS = 1024
REFRESH_TOKEN_USER = "<token>"  # noqa: S105
_CLIENT_ID = "reglite"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """What a token is good for."""

    realm: str
    service: str
    scope: str


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request to a token server; everything secret is hidden from its repr."""

    method: str
    url: str
    authorization: str | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and how long it holds."""

    value: str = field(repr=False)
    lifetime_seconds: float


def format_basic(username: str, password: str) -> str:
    """Return the header of basic authentication (RFC 7617, UTF-8)."""
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode("ascii")


def get_identity_token(credentials: Credentials) -> str | None:
    """Return the refresh token; Docker's config marks one with the user name ``<token>``."""
    if credentials.identity_token:
        return credentials.identity_token
    return credentials.password if credentials.username == REFRESH_TOKEN_USER else None


def build_token_request(key: TokenKey, credentials: Credentials | None) -> TokenRequest:
    """Return the GET of Docker's token specification, with basic authentication or anonymous."""
    fields = _name_fields(key)
    authorization = None
    if credentials is not None:
        identity_token = get_identity_token(credentials)
        username = credentials.username or REFRESH_TOKEN_USER
        authorization = format_basic(username, identity_token or credentials.password)
        if identity_token is None:
            fields.append(("account", username))
    parts = urlsplit(key.realm)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *fields])
    url = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))
    return TokenRequest("GET", url, authorization)


def build_refresh_request(key: TokenKey, identity_token: str) -> TokenRequest:
    """Return the POST of OAuth2's refresh_token grant, as Docker's OAuth2 specification has it."""
    fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", identity_token),
        *_name_fields(key),
    ]
    return TokenRequest("POST", key.realm, content=urlencode(fields).encode())


def _name_fields(key: TokenKey) -> list[tuple[str, str]]:
    fields = [("service", key.service), ("client_id", _CLIENT_ID)]
    fields += [("scope", scope) for scope in key.scope.split()]
    return [(name, value) for name, value in fields if value]


def parse_token(body: bytes) -> Token | None:
    """Read a token server's answer, ``token`` or ``access_token``; None where it holds none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    value = document.get("token") or document.get("access_token")
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        return None
    return Token(value, _read_lifetime(document.get("expires_in")))


def _read_lifetime(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return _DEFAULT_SECONDS
    return min(value, _MAX_SECONDS)


class TokenCache:
    """Tokens by what they are good for, forgotten a while before they expire.

    Where there are too many, the least recently used goes first.
    """

    def __init__(self) -> None:
        self._tokens: OrderedDict[TokenKey, tuple[str, float]] = OrderedDict()

    def get(self, key: TokenKey, now: float) -> str | None:
        """Return a token that still holds for a while."""
        value, renew_at = self._tokens.get(key, ("", 0.0))
        if now >= renew_at:
            return None
        self._tokens.move_to_end(key)
        return value

    def put(self, key: TokenKey, token: Token, asked_at: float) -> None:
        """Keep a token; its life counts from before it was asked for."""
        margin = min(10.0, token.lifetime_seconds / 4)
        self._tokens[key] = (token.value, asked_at + token.lifetime_seconds - margin)
        self._tokens.move_to_end(key)
        if len(self._tokens) > _MAX_TOKENS:
            self._tokens.popitem(last=False)

    def discard(self, key: TokenKey) -> None:
        """Forget a token that the registry refused."""
        self._tokens.pop(key, None)

    def clear(self) -> None:
        """Forget every token: they were got with credentials that hold no longer."""
        self._tokens.clear()

    def values(self) -> tuple[str, ...]:
        """Return all tokens, so that messages can be kept free of them."""
        return tuple(value for value, _ in self._tokens.values())
