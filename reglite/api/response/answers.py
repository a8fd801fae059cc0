"""Answers: prepared JSON with an ETag, 304 where the browser has it, Link where more follows."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.response.security_headers import FOREIGN_POLICY

REVALIDATE = "private, no-cache"


def answer(
    request: Request, document: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer a read: 200 with the document, or 304 if ``If-None-Match`` names it already.

    A document with a ``next`` page gets the ``Link`` header that says the same.
    """
    body = encode_json(document)
    all_headers = {"ETag": compute_etag(body), "Cache-Control": REVALIDATE, **(headers or {})}
    if document.get("next"):
        all_headers["Link"] = f'<{document["next"]}>; rel="next"'
    if has_etag(request.headers.get("if-none-match", ""), all_headers["ETag"]):
        return Response(status_code=304, headers=all_headers)
    return Response(body, media_type="application/json", headers=all_headers)


def answer_text(request: Request, body: bytes, media_type: str, digest: str) -> Response:
    """Answer a read with bytes out of a registry, under a type that the caller has made sure of."""
    headers = {
        "ETag": f'"{digest}"',
        "Cache-Control": REVALIDATE,
        "Content-Type": media_type,
        "Content-Security-Policy": FOREIGN_POLICY,
        "Docker-Content-Digest": digest,
    }
    if has_etag(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers)


def answer_change(document: Mapping[str, Any]) -> Response:
    """Answer a deletion or a restoration: 200, never stored anywhere."""
    return Response(encode_json(document), media_type="application/json")


def encode_json(document: Any) -> bytes:
    """Serialise as ASCII: lone surrogates out of hostile text would break UTF-8.

    Python reads NaN and infinities out of a registry's JSON, browsers don't: they become null.
    """
    try:
        body = to_json(document, inf_nan_mode="null")  # three times as fast on a list of 10,000
    except ValueError:  # a lone surrogate, or deeper than it goes
        return _encode_in_python(document)
    return body if body.isascii() else _encode_in_python(document)


def _encode_in_python(document: Any) -> bytes:
    try:
        text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    except ValueError:
        text = json.dumps(_drop_nonfinite(document), separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def compute_etag(body: bytes) -> str:
    """Return a weak validator of these bytes: compression leaves it valid."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def has_etag(if_none_match: str, etag: str) -> bool:
    """Tell whether ``If-None-Match`` names the validator (RFC 9110, weak comparison)."""
    wanted = etag.removeprefix("W/")
    candidates = (part.strip().removeprefix("W/") for part in if_none_match.split(","))
    return any(candidate in (wanted, "*") for candidate in candidates)


def _drop_nonfinite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _drop_nonfinite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_drop_nonfinite(item) for item in value]
    return value
