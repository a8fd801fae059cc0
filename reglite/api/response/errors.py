"""The one place that turns failures into HTTP answers, always in the distribution spec's shape."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.response.answers import encode_json
from reglite.errors import (
    BadRequest,
    ConfigurationError,
    MethodNotAllowed,
    NotFound,
    RegliteError,
    Unauthorized,
)
from reglite.reference import shorten

if TYPE_CHECKING:
    from fastapi import FastAPI

_log = logging.getLogger("reglite.api")


def install_error_handlers(app: "FastAPI") -> None:
    """Make every failure of the app an answer in the API's shape."""
    app.add_exception_handler(RegliteError, _answer_reglite_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)


def answer_error(error: RegliteError, headers: Mapping[str, str] | None = None) -> Response:
    """Render an error of the taxonomy; what it says is meant for the caller."""
    return Response(
        encode_json(error.to_json()),
        status_code=error.status,
        media_type="application/json",
        headers={**error.headers, **(headers or {})},
    )


def answer_unexpected(exc: Exception) -> Response:
    """Log a failure that nobody foresaw, and answer 500 without a word about its inside."""
    _log.error("unexpected failure", exc_info=exc)
    return answer_error(RegliteError("something went wrong inside RegLite; its log says more"))


async def _answer_reglite_error(request: Request, exc: Exception) -> Response:
    if not isinstance(exc, RegliteError):
        raise exc
    if isinstance(exc, ConfigurationError):
        _log.error("configuration: %s", exc.message)
        return answer_error(RegliteError("RegLite's configuration is wrong; its log says where"))
    if isinstance(exc, Unauthorized):
        return answer_error(exc, _challenge(request))
    return answer_error(exc)


def _challenge(request: Request) -> dict[str, str]:
    """Offer basic authentication to programs only: a browser would open a dialog of its own."""
    offered: tuple[str, ...] = getattr(request.state, "sign_in", ())
    is_browser = "sec-fetch-mode" in request.headers or "origin" in request.headers
    challenges = ['Bearer realm="reglite"']
    if "basic" in offered and not is_browser:
        challenges.append('Basic realm="reglite", charset="UTF-8"')
    return {"WWW-Authenticate": ", ".join(challenges)}


async def _answer_http_exception(request: Request, exc: Exception) -> Response:
    if not isinstance(exc, HTTPException):
        raise exc
    if exc.status_code == 405:
        return _answer_method_not_allowed(request)
    if exc.status_code == 404:
        return answer_error(NotFound(f"nothing is at {shorten(request.scope['path'])}"))
    if 400 <= exc.status_code < 500:
        return answer_error(BadRequest("the request can't be understood"))
    return answer_unexpected(exc)


def _answer_method_not_allowed(request: Request) -> Response:
    """Several routes share a path: Allow names the methods of all of them."""
    path = request.scope["path"]
    methods: set[str] = set()
    for route in request.app.routes:
        if route.path_regex.match(path):
            methods |= route.methods
    if "GET" in methods:
        methods.add("HEAD")
    allowed = ", ".join(sorted(methods))
    error = MethodNotAllowed(f"{shorten(request.method)} is not possible here, only {allowed}")
    return answer_error(error, {"Allow": allowed})


async def _answer_validation_error(_: Request, exc: Exception) -> Response:
    if not isinstance(exc, RequestValidationError):
        raise exc
    first = exc.errors()[0]
    where = shorten(".".join(str(part) for part in first["loc"]))
    return answer_error(BadRequest(f"{where}: {shorten(first['msg'])}"))
