"""Who we are at a registry: answers to its challenges, basic or bearer, as Docker gives them.

Where credentials are configured, a ping without them shows what the registry asks of strangers. A
bearer challenge leads to its token server; a basic challenge, and none at all, to the credentials
themselves: who answers strangers may have more for those it knows. Unasked they go only over https,
to loopback, or where the inventory's own url is http.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from reglite.credentials.source import Credentials, CredentialSource
from reglite.errors import (
    Denied,
    RegistryProtocol,
    RegistryUnreachable,
    RegliteError,
    TooManyRequests,
)
from reglite.registry.call import Answer
from reglite.registry.challenge import Challenge, parse_challenges
from reglite.registry.guard import Guard
from reglite.registry.remedy import explain_rejected, explain_unsent
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
_UNAVAILABLE = frozenset({429, 500, 502, 503, 504})
_REFUSED = frozenset({400, 401, 403})


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
        *,
        may_volunteer: Callable[[], bool] = lambda: True,
    ) -> None:
        self._registry = registry
        self._source = source
        self._guard = guard
        self._send = send
        self._now = now
        self._may_volunteer = may_volunteer
        self._learned: _Bearer | Literal["basic", "unasked"] | None = None
        self._has_met = source.kind == "none"
        # Our scopes, where the registry names them otherwise.
        self._scopes: OrderedDict[str, str] = OrderedDict()
        self._tokens = TokenCache()
        self._in_flight = InFlight()
        self._credentials: Credentials | None = None
        self.challenge: Challenge | None = None  # the last that the registry gave
        # Whether the registry has refused somebody without credentials, or taken ours.
        self.is_checked = False
        # Whether it refused what nobody had asked for: these credentials, and not a right.
        self.is_refused = False
        # Why the source gave nothing where the registry had not asked for it.
        self.trouble: RegliteError | None = None

    @property
    def must_meet(self) -> bool:
        """Tell whether the registry has yet to be asked without credentials."""
        return not self._has_met

    @property
    def is_unasked(self) -> bool:
        """Tell whether credentials go to a registry that does not ask strangers for any."""
        return self._learned == "unasked"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must be in no message: passwords, also behind their names, and tokens."""
        known = self._credentials
        words = (known.password, known.identity_token, known.registry_token) if known else ()
        own = tuple(word for word in words if word)
        names = {known.username, known.username or REFRESH_TOKEN_USER} if known is not None else ()
        pairs = (f"{name}:{word}" for name in names for word in own)
        return (*own, *pairs, *self._tokens.values())

    def explain_refusal(self, *, with_credentials: bool) -> str:
        """Return what to do about a refusal of a call that carried credentials, or none."""
        if with_credentials:
            return explain_rejected(self._source)
        return explain_unsent(self._source, self.trouble, may_volunteer=self._may_volunteer())

    def refuses_granted_token(self, answer: Answer) -> bool:
        """Tell whether a token that the registry's own token server gave is none to the registry.

        RFC 6750, section 3.1: ``invalid_token`` is no lack of rights, which a new token would have.
        """
        if answer.status != 401 or not answer.with_credentials or not self._tokens.values():
            return False
        challenges = parse_challenges([answer.headers.get("www-authenticate", "")])
        return any(challenge.get("error") == "invalid_token" for challenge in challenges)

    async def meet(self, ping: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """Learn from a ping without credentials what is asked of strangers, once for all calls.

        Returns its answer where the registry is not available, and nothing was learned.
        """
        return await self._in_flight.share("ping", lambda: self._meet(ping))

    async def _meet(self, ping: Callable[[], Awaitable[Answer]]) -> Answer | None:
        answer = await ping()
        if answer.status in _UNAVAILABLE:
            return answer
        by_scheme = self._read_challenges(answer)
        if (bearer := by_scheme.get("bearer")) is not None:
            await self._learn_bearer(bearer)
        elif (basic := by_scheme.get("basic")) is not None:
            self._learned, self.challenge = "basic", basic
        elif self._may_volunteer() and not 300 <= answer.status < 400:
            self._learned = "unasked"  # whoever leads elsewhere gets nothing unasked
        self._has_met = True
        return None

    def _read_challenges(self, answer: Answer) -> dict[str, Challenge]:
        """Return the first challenge of each scheme; a refused stranger shows that it checks."""
        if answer.status == 401 and not answer.with_credentials:
            self.is_checked = True
        challenges = parse_challenges([answer.headers.get("www-authenticate", "")])
        return {challenge.scheme: challenge for challenge in reversed(challenges)}

    async def get_authorization(self, scope: str) -> str | None:
        """Return the header to begin with, None where nothing goes unasked."""
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
            case "unasked":
                return await self._get_unasked()

    async def renew(self, scope: str) -> str | None:
        """Ask the source again after a refusal; None where it has nothing else.

        Tokens out of credential helpers can die long before anybody expects it.
        """
        before = self._credentials
        if not self._source.forget() or await self._resolve() == before:
            return None
        self._tokens.clear()
        self.is_refused = False
        return await self.get_authorization(scope)

    async def answer_challenge(
        self, answer: Answer, scope: str, rejected: str | None
    ) -> str | None:
        """Return the header to try again with, None where another try would change nothing."""
        by_scheme = self._read_challenges(answer)
        if (bearer := by_scheme.get("bearer")) is not None:
            header = await self._answer_bearer(bearer, scope, rejected)
        elif "basic" in by_scheme:
            is_unasked = self.is_unasked
            self._learned, self.challenge = "basic", by_scheme["basic"]
            header = await self._get_basic()
            if is_unasked and header == rejected:
                self.is_refused = self.is_checked = True
        else:
            return None
        return None if header == rejected else header

    async def _get_basic(self) -> str | None:
        credentials = await self._resolve()
        if credentials is None or credentials.registry_token:
            return None
        password = get_identity_token(credentials) or credentials.password
        return format_basic(credentials.username, password)

    async def _get_unasked(self) -> str | None:
        """Return the header for a registry that asks nobody; a source that fails is remembered."""
        try:
            credentials = await self._resolve()
        except RegliteError as exc:
            self.trouble = exc
            return None
        self.trouble = None
        if credentials is None or get_identity_token(credentials) or credentials.registry_token:
            return None  # an identity token is for token servers alone, the other for who asks
        return format_basic(credentials.username, credentials.password)

    async def _learn_bearer(self, challenge: Challenge) -> _Bearer:
        self.challenge = challenge
        realm = challenge.get("realm")
        if realm is None:
            raise RegistryProtocol(
                f"registry '{self._registry}': its bearer challenge names no realm"
            )
        learned = _Bearer(await self._guard.check_realm(realm), challenge.get("service") or "")
        self._learned = learned
        return learned

    async def _answer_bearer(
        self, challenge: Challenge, scope: str, rejected: str | None
    ) -> str | None:
        learned = await self._learn_bearer(challenge)
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
        if credentials is not None and credentials.registry_token:
            return credentials.registry_token
        answer = await self._request_token(key, credentials)
        if answer.status in _REFUSED and self._source.forget():
            renewed = await self._resolve()
            if renewed != credentials:
                credentials = renewed
                answer = await self._request_token(key, credentials)
        self._check_grant(answer, with_credentials=credentials is not None)
        token = parse_token(answer.body)
        if token is None:
            raise RegistryProtocol(
                f"registry '{self._registry}': {self._name_server(answer)} gave no token"
            )
        self.is_checked = self.is_checked or credentials is not None
        self._tokens.put(key, token, asked_at)
        return token.value

    async def _request_token(self, key: TokenKey, credentials: Credentials | None) -> Answer:
        identity_token = get_identity_token(credentials) if credentials is not None else None
        if identity_token is not None:
            answer = await self._send(build_refresh_request(key, identity_token))
            if answer.status not in {404, 405}:
                return answer
        return await self._send(build_token_request(key, credentials))

    def _check_grant(self, answer: Answer, *, with_credentials: bool) -> None:
        if 200 <= answer.status < 300:
            return
        who = f"registry '{self._registry}': {self._name_server(answer)}"
        if answer.status in _REFUSED:
            remedy = self.explain_refusal(with_credentials=with_credentials)
            raise Denied(f"{who} refuses ({answer.status}): {remedy}")
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
