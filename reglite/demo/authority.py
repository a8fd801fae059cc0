"""Who may do what at the in-memory registry: basic, and bearer with an embedded token server.

The token flow is that of the distribution project's "Token Authentication Specification".
"""

import base64
import binascii
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from reglite.demo.exchange import Answer, Request, answer_json, refuse
from reglite.demo.switches import Switches

REFRESH_USER = "<token>"
_BASIC = 'Basic realm="memory registry"'
_SIGN_IN_MESSAGE = "authentication required"


@dataclass(frozen=True, slots=True)
class Access:
    """One thing a request wants to do: ("repository", "team/app", "pull")."""

    kind: str
    name: str
    action: str


Mint = Callable[[frozenset[Access], float], str]


@dataclass(frozen=True, slots=True)
class _Grant:
    accesses: frozenset[Access]
    ends: float


class Authority:
    """Issues tokens and checks requests; ``clock`` may be replaced to let tokens expire.

    ``mint`` makes a token out of what it may do and the seconds it lives; by default tokens are
    random and mean something to this object only.
    """

    def __init__(self, switches: Switches, mint: Mint | None = None) -> None:
        self.switches = switches
        self.clock: Callable[[], float] = time.monotonic
        self._mint = mint or _mint_random
        self._grants: dict[str, _Grant] = {}

    def revoke_tokens(self) -> None:
        """Make every token that was issued so far invalid."""
        self._grants.clear()

    def check(self, request: Request, wanted: frozenset[Access]) -> Answer | None:
        """Return a refusal, or None where the request may go on."""
        if self.is_stranger(request):
            if not all(self._shows_strangers(access) for access in wanted):
                return refuse(404, "NAME_UNKNOWN", "repository name not known to registry")
        elif self.switches.auth == "basic" and not self.knows_user(request):
            answer = refuse(401, "UNAUTHORIZED", _SIGN_IN_MESSAGE)
            if self.switches.has_challenge:
                answer.headers["WWW-Authenticate"] = _BASIC
            return answer
        if self.switches.auth == "bearer":
            refusal = self._check_token(request, wanted)
            if refusal is not None:
                return refusal
        if any(access.action in self.switches.denied_actions for access in wanted):
            return refuse(403, "DENIED", "requested access to the resource is denied")
        return None

    def is_stranger(self, request: Request) -> bool:
        """Tell whether somebody without credentials asks who is shown a part of all."""
        is_open = self.switches.auth == "basic" and self.switches.stranger_repositories is not None
        return is_open and "authorization" not in request.headers

    def _shows_strangers(self, access: Access) -> bool:
        names = self.switches.stranger_repositories or frozenset()
        return access.kind == "registry" or (access.name in names and access.action == "pull")

    def choose_names(self, request: Request, names: Iterable[str]) -> list[str]:
        """Return the names that a catalog shows to who asks."""
        is_stranger, shown = self.is_stranger(request), self.switches.stranger_repositories
        return [name for name in names if not is_stranger or name in (shown or ())]

    def answer_ping(self, request: Request) -> Answer:
        """Answer ``GET /v2/``."""
        refusal = self.check(request, frozenset())
        if refusal is not None:
            return refusal
        headers = {"WWW-Authenticate": _BASIC} if self.switches.is_asking_politely else {}
        return answer_json({}, headers=headers)

    def answer_token(self, request: Request) -> Answer:
        """Answer the token endpoint: GET with basic or nothing, POST with a grant."""
        if request.method == "POST":
            return self._answer_grant(request)
        scopes = _read_scopes(request.query)
        if "authorization" not in request.headers:
            if not self.switches.is_pull_anonymous:
                return refuse(401, "UNAUTHORIZED", "no anonymous tokens here")
            return self._issue(scopes, frozenset({"pull"}))
        if not self.knows_user(request):
            return refuse(401, "UNAUTHORIZED", "incorrect username or password")
        is_offline = request.get_query("offline_token") == "true"
        refresh_token = self.switches.identity_token if is_offline else None
        return self._issue(scopes, self.switches.granted_actions, refresh_token=refresh_token)

    def _answer_grant(self, request: Request) -> Answer:
        if self.switches.token_post_status != 200:
            return refuse(self.switches.token_post_status, "UNSUPPORTED", "no POST here")
        form = parse_qsl(request.body.decode("latin-1"))
        fields = dict(form)
        if not self._knows_grant(fields):
            return refuse(401, "UNAUTHORIZED", "the grant is not valid")
        scopes = _read_scopes(tuple(form))
        return self._issue(
            scopes, self.switches.granted_actions, refresh_token=fields.get("refresh_token")
        )

    def _knows_grant(self, fields: dict[str, str]) -> bool:
        if fields.get("grant_type") == "refresh_token":
            return self._is_identity_token(fields.get("refresh_token", ""))
        return fields.get("grant_type") == "password" and self._is_user(
            fields.get("username", ""), fields.get("password", "")
        )

    def _issue(
        self,
        scopes: frozenset[Access],
        granted: frozenset[str],
        *,
        refresh_token: str | None = None,
    ) -> Answer:
        given = frozenset(a for a in scopes if a.action in granted & self.switches.granted_actions)
        token = self._mint(given, self.switches.token_seconds)
        self._grants[token] = _Grant(given, self.clock() + self.switches.token_seconds)
        document: dict[str, object] = {}
        if self.switches.token_field in ("token", "both"):
            document["token"] = token
        if self.switches.token_field in ("access_token", "both"):
            document["access_token"] = token
        if self.switches.token_has_expires_in:
            document["expires_in"] = int(self.switches.token_seconds)
        if refresh_token is not None:
            document["refresh_token"] = refresh_token
        return answer_json(document)

    def _check_token(self, request: Request, wanted: frozenset[Access]) -> Answer | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self._challenge(request, wanted, None)
        grant = self._grants.get(token)
        if grant is None or grant.ends <= self.clock():
            return self._challenge(request, wanted, "invalid_token")
        if not wanted <= grant.accesses:
            return self._challenge(request, wanted, "insufficient_scope")
        return None

    def _challenge(self, request: Request, wanted: frozenset[Access], error: str | None) -> Answer:
        realm = self.switches.realm or f"{request.origin}{self.switches.prefix}/token"
        parameters = {"realm": realm}
        if self.switches.service is not None:
            parameters["service"] = self.switches.service
        if wanted and self.switches.challenge_has_scope:
            parameters["scope"] = _format_scopes(wanted)
        if error is not None:
            parameters["error"] = error
        detail = [
            {"Type": a.kind, "Class": "", "Name": a.name, "Action": a.action}
            for a in sorted(wanted, key=lambda a: a.action)
        ]
        answer = refuse(401, "UNAUTHORIZED", _SIGN_IN_MESSAGE, detail or None)
        joined = ",".join(f'{name}="{value}"' for name, value in parameters.items())
        answer.headers["WWW-Authenticate"] = f"Bearer {joined}"
        return answer

    def knows_user(self, request: Request) -> bool:
        """Tell whether a request carries the user's name and password."""
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            decoded = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        username, _, password = decoded.partition(":")
        if username == REFRESH_USER:
            return self._is_identity_token(password)
        return self._is_user(username, password)

    def _is_user(self, username: str, password: str) -> bool:
        known = f"{self.switches.username}:{self.switches.password}"
        return secrets.compare_digest(f"{username}:{password}".encode(), known.encode())

    def _is_identity_token(self, token: str) -> bool:
        known = self.switches.identity_token
        return known is not None and secrets.compare_digest(token.encode(), known.encode())


def _mint_random(_accesses: frozenset[Access], _seconds: float) -> str:
    return secrets.token_urlsafe(24)


def _read_scopes(pairs: tuple[tuple[str, str], ...]) -> frozenset[Access]:
    accesses: set[Access] = set()
    for scope in (part for key, value in pairs if key == "scope" for part in value.split()):
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        accesses.update(Access(kind, name, action) for action in actions.split(","))
    return frozenset(accesses)


def _format_scopes(wanted: frozenset[Access]) -> str:
    actions: dict[tuple[str, str], list[str]] = {}
    for access in sorted(wanted, key=lambda a: (a.kind, a.name, a.action)):
        actions.setdefault((access.kind, access.name), []).append(access.action)
    return " ".join(f"{kind}:{name}:{','.join(all_)}" for (kind, name), all_ in actions.items())
