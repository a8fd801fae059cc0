"""Who we are at a registry: answers to its challenges, basic or bearer, as Docker gives them.

Nothing is sent before the registry itself has challenged. What it asked for is remembered, so that
later calls carry their credentials at once.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from reglite.credentials.source import Credentials, CredentialSource
from reglite.errors import Denied, RegistryProtocol, RegistryUnreachable, TooManyRequests
from reglite.registry.call import Answer
from reglite.registry.challenge import Challenge
from reglite.registry.guard import Guard
from reglite.registry.retry import parse_retry_after
from reglite.registry.secrecy import quote
from reglite.registry.sharing import InFlight
from reglite.registry.token import (
    REFRESH_TOKEN_USER,
    TokenCache,
    TokenKey,
    TokenRequest,
    build_refresh_request,
    build_token_request,
    format_basic,
    get_identity_token,
    parse_token,
)

_MAX_SCOPE_LENGTH = 1024
_MAX_SCOPES = 1024


@dataclass(frozen=True, slots=True)
class _Bearer:
    """What a bearer challenge named."""

    realm: str
    service: str


class Authenticator:
    """The authentication of one registry; ``send`` asks a token server, ``now`` is in seconds."""

    def __init__(
        self,
        registry: str,
        source: CredentialSource,
        guard: Guard,
        send: Callable[[TokenRequest], Awaitable[Answer]],
        now: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._source = source
        self._guard = guard
        self._send = send
        self._now = now
        self._learned: _Bearer | Literal["basic"] | None = None
        # Our scopes, where the registry names them otherwise.
        self._scopes: OrderedDict[str, str] = OrderedDict()
        self._tokens = TokenCache()
        self._in_flight = InFlight()
        self._credentials: Credentials | None = None
        self.challenge: Challenge | None = None  # the last that the registry gave

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must be in no message: passwords, also behind their names, and tokens."""
        known = self._credentials
        words = (known.password, known.identity_token) if known is not None else ()
        own = tuple(word for word in words if word)
        names = {known.username, known.username or REFRESH_TOKEN_USER} if known is not None else ()
        pairs = (f"{name}:{word}" for name in names for word in own)
        return (*own, *pairs, *self._tokens.values())

    @property
    def remedy(self) -> str:
        """What to do about a refusal."""
        if self._source.kind == "none":
            return (
                "it was asked without credentials: add username and password to its inventory "
                "entry, or log in to it with 'docker login'"
            )
        return (
            f"the credentials from {self._source.label} were not enough: check them, and that "
            "this account has the right to do it"
        )

    async def get_authorization(self, scope: str) -> str | None:
        """Return the header to begin with, None as long as the registry has not challenged."""
        match self._learned:
            case None:
                return None
            case _Bearer(realm, service):
                asked = self._scopes.get(scope, scope)
                if scope in self._scopes:
                    self._scopes.move_to_end(scope)
                return await self._get_bearer(TokenKey(realm, service, asked))
            case "basic":
                return await self._get_basic()

    async def answer_challenge(
        self, challenges: Iterable[Challenge], scope: str, rejected: str | None
    ) -> str | None:
        """Return the header to try again with, None where another try would change nothing."""
        by_scheme = {challenge.scheme: challenge for challenge in reversed([*challenges])}
        if (bearer := by_scheme.get("bearer")) is not None:
            self.challenge = bearer
            header = await self._answer_bearer(bearer, scope, rejected)
        elif "basic" in by_scheme:
            self._learned, self.challenge = "basic", by_scheme["basic"]
            header = await self._get_basic()
        else:
            return None
        return None if header == rejected else header

    async def _get_basic(self) -> str | None:
        credentials = await self._resolve()
        if credentials is None:
            return None
        password = get_identity_token(credentials) or credentials.password
        return format_basic(credentials.username, password)

    async def _answer_bearer(
        self, challenge: Challenge, scope: str, rejected: str | None
    ) -> str | None:
        realm = challenge.get("realm")
        if realm is None:
            raise RegistryProtocol(
                f"registry '{self._registry}': its bearer challenge names no realm"
            )
        learned = _Bearer(await self._guard.check_realm(realm), challenge.get("service") or "")
        self._learned = learned
        asked = (challenge.get("scope") or scope)[:_MAX_SCOPE_LENGTH]
        if scope and asked != scope:
            self._remember_scope(scope, asked)
        key = TokenKey(learned.realm, learned.service, asked)
        if rejected is not None and rejected == f"Bearer {self._tokens.get(key, self._now())}":
            self._tokens.discard(key)
        return await self._get_bearer(key)

    def _remember_scope(self, scope: str, asked: str) -> None:
        self._scopes[scope] = asked
        self._scopes.move_to_end(scope)
        if len(self._scopes) > _MAX_SCOPES:
            self._scopes.popitem(last=False)

    async def _get_bearer(self, key: TokenKey) -> str:
        token = self._tokens.get(key, self._now())
        if token is None:
            token = await self._in_flight.share(key, lambda: self._fetch_token(key))
        return f"Bearer {token}"

    async def _fetch_token(self, key: TokenKey) -> str:
        asked_at = self._now()
        credentials = await self._resolve()
        identity_token = get_identity_token(credentials) if credentials is not None else None
        answer: Answer | None = None
        if identity_token is not None:
            answer = await self._send(build_refresh_request(key, identity_token))
        if answer is None or answer.status in {404, 405}:
            answer = await self._send(build_token_request(key, credentials))
        self._check_grant(answer)
        token = parse_token(answer.body)
        if token is None:
            raise RegistryProtocol(
                f"registry '{self._registry}': {self._name_server(answer)} gave no token"
            )
        self._tokens.put(key, token, asked_at)
        return token.value

    def _check_grant(self, answer: Answer) -> None:
        if 200 <= answer.status < 300:
            return
        who = f"registry '{self._registry}': {self._name_server(answer)}"
        if answer.status in {400, 401, 403}:
            raise Denied(f"{who} refuses ({answer.status}): {self.remedy}")
        if answer.status == 429:
            raise TooManyRequests(
                f"{who} limits requests: wait and try again",
                retry_after_seconds=parse_retry_after(answer.headers.get("retry-after")),
            )
        if answer.status >= 500:
            raise RegistryUnreachable(f"{who} fails ({answer.status}): try again later")
        raise RegistryProtocol(f"{who} gave an unexpected answer ({answer.status})")

    def _name_server(self, answer: Answer) -> str:
        return f"its token server {quote(answer.host, self.secrets)}"

    async def _resolve(self) -> Credentials | None:
        self._credentials = await self._source.resolve()
        return self._credentials
