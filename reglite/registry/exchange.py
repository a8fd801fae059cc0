"""One call on its way: with our credentials, along the registry's redirects, to an answer."""

from typing import Final
from urllib.parse import urljoin, urlsplit

from reglite.errors import RegistryProtocol
from reglite.registry import limits
from reglite.registry.auth import Authenticator
from reglite.registry.call import Answer, Call, Operation
from reglite.registry.connections import Connections, Request
from reglite.registry.guard import Guard
from reglite.registry.pagination import get_origin
from reglite.registry.secrecy import quote

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_REFUSALS: Final = frozenset({401, 403})


class Exchange:
    """Sends one call, as often as it is asked to; ``where`` begins what its errors say."""

    def __init__(
        self,
        call: Call,
        where: str,
        guard: Guard,
        auth: Authenticator,
        connections: Connections,
    ) -> None:
        self._call = call
        self._where = where
        self._guard = guard
        self._auth = auth
        self._connections = connections
        self.storage: str | None = None
        """The host that the registry sent us on to, fit for a message; None while there is none."""

    async def send(self) -> Answer:
        """Return the registry's answer, whatever its status, after a challenge at most.

        A refusal makes a source ask again for credentials that may have died meanwhile.
        """
        if self._auth.must_meet and (failed := await self._auth.meet(self._ping)) is not None:
            return failed
        scope = self._call.scope
        authorization = await self._auth.get_authorization(scope)
        answer = await self._send_following(authorization)
        if answer.status == 401 and self._guard.is_own(answer.url):
            header = await self._auth.answer_challenge(answer, scope, authorization)
            if header is not None:
                authorization = header
                answer = await self._send_following(header)
        if answer.status in _REFUSALS and answer.with_credentials:
            header = await self._auth.renew(scope)
            if header is not None and header != authorization:
                answer = await self._send_following(header)
        return answer

    async def _ping(self) -> Answer:
        url = f"{self._guard.base_url}/v2/"
        return await self._connections.send(Request(self._where, "GET", url))

    async def _send_following(self, authorization: str | None) -> Answer:
        call = self._call
        url = f"{self._guard.base_url}{call.path}" + (f"?{call.query}" if call.query else "")
        self.storage = None
        for _ in range(limits.REDIRECTS + 1):
            answer = await self._send_to(url, authorization)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            target = self._join(url, location)
            if call.operation is Operation.REFERRERS and not self._guard.is_own(target):
                return answer  # GHCR, which has no such API, sends us to a web page of GitHub's
            url = await self._check_redirect(target)
            if not self._guard.is_own(url):
                authorization = None  # for good: who was sent away does not come back with it
                self.storage = quote(urlsplit(url).netloc, self._auth.secrets)
        raise RegistryProtocol(f"{self._where}: the registry redirects without end")

    def _join(self, url: str, location: str) -> str:
        try:
            target = urljoin(url, location)
            get_origin(target)
        except ValueError as exc:
            raise RegistryProtocol(
                f"{self._where}: the registry redirects to what is no URL"
            ) from exc
        return target

    async def _check_redirect(self, target: str) -> str:
        await self._guard.check_redirect(target)
        call = self._call
        if call.is_content or (call.is_read and self._guard.is_own(target)):
            return target
        parts = urlsplit(target)
        there = quote(f"{parts.scheme}://{parts.netloc}", self._auth.secrets)
        raise RegistryProtocol(
            f"{self._where}: the registry redirects to {there}: "
            "if that is where it is now, change its url in the inventory"
        )

    async def _send_to(self, url: str, authorization: str | None) -> Answer:
        call = self._call
        headers = {"Accept-Encoding": call.encoding, **dict(call.headers)}
        if authorization is not None:
            headers["Authorization"] = authorization
        return await self._connections.send(
            Request(self._where, call.method, url, headers, call.content, call.max_bytes)
        )
