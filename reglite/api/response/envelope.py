"""What surrounds every request and answer of the API: hosts, CORS, HEAD, security headers, 500."""

import logging
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reglite.api.identity.origin import format_cors, format_preflight, is_own_host
from reglite.api.identity.peer import is_forwarded
from reglite.api.response.errors import answer_error, answer_unexpected
from reglite.api.response.security_headers import complete_headers
from reglite.api.runtime import Runtime, RuntimeSource
from reglite.errors import Denied
from reglite.reference import shorten

_log = logging.getLogger("reglite.api")

_OLD_PROXY: Final = (
    "this came as HTTP/1.0, as from a proxy that does not say for whom it asks, and on this server "
    "whoever is at this machine may delete: behind a proxy run 'reglite serve', or let it send "
    "X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For $remote_addr); "
    "without a proxy ask in HTTP/1.1 (curl: without --http1.0)"
)


class Envelope:
    """ASGI middleware around the whole app; an answer's own headers win over the defaults."""

    def __init__(self, app: ASGIApp, source: RuntimeSource) -> None:
        self._app = app
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        reply = _Reply(send, is_head=scope["method"] == "HEAD")
        try:
            reply.extra = await self._format_cors(headers)
            early = await self._answer_early(scope, headers)
            app = early or self._app
            await app({**scope, "method": "GET"} if reply.is_head else scope, receive, reply)
        except ClientDisconnect:
            _log.info("the caller left before its request was complete")
        except Exception as exc:  # whatever it is: an answer in the API's shape
            if reply.has_started:
                raise
            await answer_unexpected(exc)(scope, receive, reply)

    async def _format_cors(self, headers: Headers) -> dict[str, str]:
        """Load nothing for a request that no page of another origin made."""
        origin = headers.get("origin")
        runtime = self._source.given
        if origin is not None:
            runtime = await self._source.get()
        return format_cors(origin, runtime.inventory.access.origins) if runtime else {}

    async def _answer_early(self, scope: Scope, headers: Headers) -> Response | None:
        runtime = self._source.given
        if runtime is not None and (refusal := refuse_place(scope, runtime)):
            return refusal
        if scope["method"] != "OPTIONS" or "access-control-request-method" not in headers:
            return None
        access = (await self._source.get()).inventory.access
        preflight = format_preflight(headers.get("origin"), access.origins)
        return None if preflight is None else Response(status_code=204, headers=preflight)


class _Reply:
    """Completes an answer on its way out: default headers, and no body for HEAD."""

    def __init__(self, send: Send, *, is_head: bool) -> None:
        self._send = send
        self.is_head = is_head
        self.has_started = False
        self.extra: Mapping[str, str] = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            headers = MutableHeaders(raw=complete_headers(message["headers"]))
            for name, value in self.extra.items():
                headers.setdefault(name, value)
            message = {**message, "headers": headers.raw}
        elif self.is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def refuse_place(scope: Scope, runtime: Runtime) -> Response | None:
    """Return the 403 of a loopback server for what did not come from this machine; None if it did.

    Who asks by a name that isn't its own may be another site's page. HTTP/1.0 is what a proxy
    speaks whose configuration says nothing else, and everybody behind it would be the person here.
    """
    headers = Headers(scope=scope)
    if runtime.sign_in.has_local_maintainer and _is_old_proxy(scope, headers):
        return answer_error(Denied(_OLD_PROXY))
    if not runtime.is_loopback:
        return None
    sent, allowed = headers.getlist("host") or [""], runtime.inventory.access.hosts
    foreign = [host for host in sent if not is_own_host(host, allowed)]
    if not foreign:
        return None
    return answer_error(
        Denied(
            f"this server does not answer to the name '{shorten(foreign[0])}': "
            "use localhost, or add the name to access.hosts in the inventory"
        )
    )


def _is_old_proxy(scope: Scope, headers: Headers) -> bool:
    """Tell what may have passed a proxy that does not say so; who says so is a stranger anyway."""
    return scope["http_version"] in ("0.9", "1.0") and not is_forwarded(headers)
