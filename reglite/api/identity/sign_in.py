"""Finds out who calls: a token of ours wins over the proxy's user, that over htpasswd."""

import asyncio
import hmac
from typing import TYPE_CHECKING, Final, Literal
from weakref import WeakValueDictionary

from starlette.requests import Request

from reglite.api.identity.address import get_place, is_within
from reglite.api.identity.attempts import MAX_GUESSES, FailedAttempts
from reglite.api.identity.caller import Caller
from reglite.api.identity.forwarding import find_client
from reglite.api.identity.grant import is_granted_to
from reglite.api.identity.peer import (
    get_peer,
    get_peer_address,
    is_direct,
    is_forwarded,
    parse_basic,
)
from reglite.api.identity.proxy import read_proxy_groups, read_proxy_user
from reglite.errors import Unauthorized
from reglite.inventory.access_config import AccessConfig, AccessToken

if TYPE_CHECKING:
    from reglite.api.identity.htpasswd import HtpasswdFile

SignInWay = Literal["token", "basic"]

_COUNTED_CHARACTERS: Final = 255  # of a user's name: what is counted takes bounded memory


class SignIn:
    """Identifies callers by the ``access:`` section; one per process, for its counts and caches."""

    def __init__(self, access: AccessConfig, *, local_maintainer: bool = False) -> None:
        self.access = access
        # Where a proxy is configured, nobody is known to sit at this machine.
        alone = not access.has_sign_in and access.proxy is None
        self.has_local_maintainer = local_maintainer and alone
        self._attempts = FailedAttempts()
        self._checking: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._htpasswd: HtpasswdFile | None = None

    @property
    def ways(self) -> tuple[SignInWay, ...]:
        """The ways to sign in that a page can offer."""
        token: tuple[SignInWay, ...] = ("token",) if self.access.tokens else ()
        basic: tuple[SignInWay, ...] = ("basic",) if self.access.htpasswd else ()
        return token + basic

    def get_client_address(self, request: Request) -> str:
        """Return the address that limits and the audit log name: before the trusted proxies.

        It is no ground for any right: only the peer itself is known.
        """
        peer, proxy = get_peer(request), self.access.proxy
        client = find_client(peer, request.headers, proxy.trusted) if proxy else peer
        return get_peer_address(request) if client is None else str(client)

    async def identify(self, request: Request) -> Caller:
        """Return the caller; raises Unauthorized for wrong credentials, TooManyRequests."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        scheme, value = scheme.lower(), value.strip()
        if scheme == "bearer" and (token := self._find_token(value)):
            return self._make_token_caller(token, request)
        if caller := self._read_proxy(request):
            return caller
        if scheme == "basic" and self.access.htpasswd:
            return await self._check_password(value, request)
        if scheme and self.access.has_sign_in:
            raise self._count_refusal(request)
        return self._make_anonymous(request)

    def _find_token(self, presented: str) -> AccessToken | None:
        """Compare with every token, each in constant time, whichever of them matches."""
        sent = presented.encode("latin-1")  # the bytes as they came: headers are decoded so
        found: AccessToken | None = None
        for token in self.access.tokens:
            if hmac.compare_digest(token.token.encode(), sent):
                found = token
        return found

    def _make_token_caller(self, token: AccessToken, request: Request) -> Caller:
        """Make the caller: a token has its own role everywhere; grants are for people."""
        return Caller("token", token.name, token.role, self.get_client_address(request))

    def _read_proxy(self, request: Request) -> Caller | None:
        """Read the user that a trusted proxy names; from anyone else the headers mean nothing."""
        proxy = self.access.proxy
        if proxy is None or not is_direct(request):
            return None
        if not is_within(get_peer(request), proxy.trusted):
            return None
        user = read_proxy_user(request.headers, proxy)
        if user is None:
            return None
        return self._make_person("proxy", user, request, read_proxy_groups(request.headers, proxy))

    async def _check_password(self, encoded: str, request: Request) -> Caller:
        """Check basic credentials; those checked moments ago pass where new ones are limited.

        That ends after a hundred wrong ones, else it would be a way to guess on. One check at a
        time for each user and place: guesses sent at once are counted before the next is tried.
        """
        user, password = parse_basic(encoded)
        htpasswd, place = self._open_htpasswd(), self._get_place(request)
        if fault := htpasswd.find_fault(password):
            raise Unauthorized(fault)
        key = (place, user[:_COUNTED_CHARACTERS])
        if not htpasswd.is_verified(user, password, place):
            async with self._checking.setdefault(key, asyncio.Lock()):
                await self._verify(htpasswd, user, password, key)
        self._attempts.check(key, MAX_GUESSES)
        return self._make_person("htpasswd", user, request)

    async def _verify(
        self, htpasswd: "HtpasswdFile", user: str, password: str, key: tuple[str, str]
    ) -> None:
        """Raise Unauthorized, or TooManyRequests: also for one password tried on many users."""
        place = key[0]
        if htpasswd.is_verified(user, password, place):
            return  # by another request while this one waited
        everybody = ("passwords", place)
        self._attempts.check(key)
        self._attempts.check(everybody, MAX_GUESSES)
        self._attempts.record(everybody)  # before the check: many users' run at once
        if not await htpasswd.verify(user, password, place):
            self._attempts.record(key)
            raise Unauthorized("user name or password is wrong")
        self._attempts.forgive(everybody)

    def _open_htpasswd(self) -> "HtpasswdFile":
        from reglite.api.identity.htpasswd import HtpasswdFile  # noqa: PLC0415 - only where there is one

        if self._htpasswd is None:
            if self.access.htpasswd is None:
                raise Unauthorized("passwords are no way to sign in here")
            self._htpasswd = HtpasswdFile(self.access.htpasswd)
        return self._htpasswd

    def _get_place(self, request: Request) -> str:
        return get_place(self.get_client_address(request))

    def _count_refusal(self, request: Request) -> Unauthorized:
        """Refuse an unknown token, ten times a minute; known ones pass whatever others send."""
        key = self._get_place(request)
        self._attempts.check(key)
        self._attempts.record(key)
        return Unauthorized("this sign-in is not known here: check the token")

    def _make_person(
        self,
        kind: Literal["proxy", "htpasswd"],
        user: str,
        request: Request,
        groups: frozenset[str] = frozenset(),
    ) -> Caller:
        grants = tuple(g for g in self.access.grants if is_granted_to(g, user, groups))
        address = self.get_client_address(request)
        return Caller(kind, user, self.access.default_role, address, grants)

    def _make_anonymous(self, request: Request) -> Caller:
        address = self.get_client_address(request)
        if self.has_local_maintainer and is_direct(request) and not is_forwarded(request.headers):
            return Caller("local", None, "maintainer", address)
        can_sign_in = self.access.has_sign_in
        return Caller("anonymous", None, self.access.anonymous, address, can_sign_in=can_sign_in)
