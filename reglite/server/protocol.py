"""uvicorn's HTTP/1.1 protocols, but what they refuse to parse is answered in the API's shape."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from reglite.api.response.answers import encode_json
from reglite.api.response.security_headers import format_head_lines
from reglite.errors import BadRequest

_BODY: Final = encode_json(BadRequest("this is not a request of HTTP/1.1").to_json())
_ANSWER: Final = (
    b"HTTP/1.1 400 Bad Request\r\n%scontent-type: application/json\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n%s" % (format_head_lines(), len(_BODY), _BODY)
)


class _JsonRefusal:
    """Overrides how a uvicorn protocol ends a connection that it can't understand any more."""

    transport: asyncio.Transport
    cycle: Any

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Answer, unless an answer has begun already, and close."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_ANSWER)
        elif not self.cycle.response_started:
            self.transport.write(_ANSWER)
            self.cycle.disconnected = True  # what the app says to a broken body goes nowhere
        self.transport.close()


class H11RefusingInJson(_JsonRefusal, H11Protocol):
    """The protocol in pure Python, which is always there."""


def find_protocol() -> type[asyncio.Protocol]:
    """Return the quick protocol where its parser is installed, else that in pure Python."""
    try:
        from uvicorn.protocols.http.httptools_impl import (  # noqa: PLC0415 - may be absent
            HttpToolsProtocol,
        )
    except ImportError:
        return H11RefusingInJson

    class HttpToolsRefusingInJson(_JsonRefusal, HttpToolsProtocol):
        pass

    return HttpToolsRefusingInJson
