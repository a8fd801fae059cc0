"""The AWS Lambda side of a function: an ASGI app behind a gateway's event. The only Mangum here."""

import logging
from typing import Any, Final

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.protocols import HTTPCycle
from mangum.types import ASGI, Scope
from mangum.types import LambdaHandler as Gateway
from starlette.responses import Response

from reglite.api import cold_start
from reglite.api.response.errors import answer_error, answer_unexpected
from reglite.api.response.oversize import fit_answer
from reglite.api.response.security_headers import complete_headers
from reglite.errors import BadRequest

# Without "+json", OCI media types would arrive base64-encoded.
_TEXT_TYPES: Final = [*DEFAULT_TEXT_MIME_TYPES, "+json"]
# What taking apart a thing of another shape raises, its bytes and numbers included.
_MISSHAPEN: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
_log = logging.getLogger("reglite.api")


class LambdaHandler:
    """Answers HTTP API, REST API, Function URL and ALB events with an ASGI app."""

    def __init__(self, app: ASGI) -> None:
        self._app = app
        self._mangum: Mangum | None = None

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one invocation, whatever its event holds.

        Start-up and shutdown are off: they would run on every one. The adapter makes itself an
        event loop, so it is made here and not where a server merely imports the routers.
        """
        if self._mangum is None:
            self._mangum = Mangum(self._app, lifespan="off", text_mime_types=_TEXT_TYPES)
        answer = self._answer(self._mangum, event, context)
        cold_start.end()
        return answer

    def _answer(self, mangum: Mangum, event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            gateway, cycle = _read(mangum, event, context)
        except _MISSHAPEN as exc:  # the adapter takes every event for a right one
            _log.info("an event can't be read: %s", type(exc).__name__)
            return _format(event, answer_error(BadRequest("the request can't be understood")))
        try:
            return fit_answer(event, gateway(cycle(self._app)))
        except _MISSHAPEN as exc:  # else the gateway would answer in its own words
            return _format(event, answer_unexpected(exc))


def create_handler(app: ASGI) -> LambdaHandler:
    """Return the handler of a function: ``handler(event, context)``."""
    return LambdaHandler(app)


def _read(mangum: Mangum, event: dict[str, Any], context: Any) -> tuple[Gateway, HTTPCycle]:
    """Read the request out of an event; raises one of _MISSHAPEN for one that holds none.

    A ``Host`` is what callers write, and some gateways hand on their ``X-Forwarded-Port`` too: the
    adapter fails on those of another form than ``name:number``.
    """
    gateway = mangum.infer(event, context)
    scope = gateway.scope
    if not _is_sound(scope):
        raise ValueError("a part of the request has no text")
    return gateway, HTTPCycle(scope, gateway.body)


def _is_sound(scope: Scope) -> bool:
    """Tell whether what the adapter copies unseen out of an event is of the type ASGI says."""
    client = scope["client"][0]
    texts = (scope["method"], scope["path"], scope["scheme"], client if client is not None else "")
    return all(isinstance(text, str) for text in texts)


def _format(event: Any, response: Response) -> dict[str, Any]:
    """Return an answer as the event's gateway takes it: a load balancer may want lists."""
    headers = {k.decode(): v.decode() for k, v in complete_headers(response.raw_headers)}
    answer = {
        "statusCode": response.status_code,
        "body": bytes(response.body).decode(),
        "isBase64Encoded": False,
    }
    is_balancer_with_lists = (
        isinstance(event, dict) and "multiValueHeaders" in event and "resource" not in event
    )
    if is_balancer_with_lists:
        return answer | {"multiValueHeaders": {k: [v] for k, v in headers.items()}}
    return answer | {"headers": headers}
