"""The answer to what never reaches an application, in the API's shape."""

from http import HTTPStatus

from reglite.api.response.answers import encode_json
from reglite.api.response.security_headers import SECURITY_HEADERS
from reglite.errors import RegliteError


def format_refusal(error: RegliteError) -> bytes:
    """Return the whole answer; the connection ends with it."""
    body = encode_json(error.to_json())
    headers = {
        **SECURITY_HEADERS,
        **error.headers,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    status = HTTPStatus(error.status)
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name.lower()}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
