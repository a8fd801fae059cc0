"""Figures for Prometheus at ``/metrics``: requests by operation and status, never by name.

What is read or who reads it appears in no label, so that the figures may be open to a scraper that
can't sign in; whoever shall not see them is kept away by the network or the proxy.
"""

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reglite import __version__
from reglite.api.response.errors import answer_error
from reglite.errors import MethodNotAllowed

METRICS_PATH: Final = "/metrics"

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})


class Metrics:
    """Counts what an app answers, and answers with the counts."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        info = Gauge("reglite_info", "Version.", ["version"], registry=self._registry)
        info.labels(__version__).set(1)
        self._active = Gauge(
            "reglite_requests_active", "Requests being answered.", registry=self._registry
        )
        self._requests = Counter(
            "reglite_requests",
            "Requests by operation.",
            ["operation", "method", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "reglite_request_seconds",
            "Time to the end of an answer.",
            ["operation"],
            registry=self._registry,
            buckets=_SECONDS,
        )

    def watch(self, app: ASGIApp) -> ASGIApp:
        """Return the app with its requests counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            status, start = 500, time.perf_counter()

            async def note(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            self._active.inc()
            try:
                await app(scope, receive, note)
            finally:
                self._active.dec()
                self._count(scope, status, time.perf_counter() - start)

        return counted

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        endpoint = scope.get("endpoint")  # what routing found; none for a path that nothing has
        operation = getattr(endpoint, "__name__", "none")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(operation, method, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one scrape."""
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return answer_error(MethodNotAllowed("only GET is possible here"), {"Allow": "GET"})
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
        body = b"" if request.method == "HEAD" else encode(self._registry)
        return Response(body, headers=headers)
