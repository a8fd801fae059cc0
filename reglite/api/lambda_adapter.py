"""The AWS Lambda side of a function: an ASGI app behind a gateway's event. The only Mangum here."""

from typing import Any, Final

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.types import ASGI

from reglite.api import cold_start
from reglite.api.response.oversize import fit_answer

# Without "+json", OCI media types would arrive base64-encoded.
_TEXT_TYPES: Final = [*DEFAULT_TEXT_MIME_TYPES, "+json"]


class LambdaHandler:
    """Answers HTTP API, REST API, Function URL and ALB events with an ASGI app."""

    def __init__(self, app: ASGI) -> None:
        self._app = app
        self._mangum: Mangum | None = None

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one invocation.

        Start-up and shutdown are off: they would run on every one. The adapter makes itself an
        event loop, so it is made here and not where a server merely imports the routers.
        """
        if self._mangum is None:
            self._mangum = Mangum(self._app, lifespan="off", text_mime_types=_TEXT_TYPES)
        answer = fit_answer(event, self._mangum(event, context))
        cold_start.end()
        return answer


def create_handler(app: ASGI) -> LambdaHandler:
    """Return the handler of a function: ``handler(event, context)``."""
    return LambdaHandler(app)
