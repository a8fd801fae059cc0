"""How errors look on the wire: the spec's body, or one of the ways registries stray from it."""

import html
import json
from typing import Any

from reglite.demo.exchange import JSON_TYPE, Answer, Failure
from reglite.demo.switches import ErrorStyle


def render_failure(answer: Answer, style: ErrorStyle) -> None:
    """Fill body and content type of an answer that carries a failure."""
    if answer.failure is None:
        return
    answer.body, content_type = _render(answer.failure, style)
    if content_type is not None:
        answer.headers["Content-Type"] = content_type


def _render(failure: Failure, style: ErrorStyle) -> tuple[bytes, str | None]:
    if style == "empty":
        return b"", None
    if style == "plain":
        return failure.message.encode() + b"\n", "text/plain; charset=utf-8"
    if style == "html":  # a proxy's page under the registry's own label
        page = f"<html><body><h1>{html.escape(failure.message)}</h1></body></html>"
        return page.encode(), JSON_TYPE
    body = json.dumps({"errors": [_describe(failure, style)]}).encode() + b"\n"
    return body, "text/plain" if style == "mislabelled" else JSON_TYPE


def _describe(failure: Failure, style: ErrorStyle) -> dict[str, Any]:
    error: dict[str, Any] = {"code": failure.code, "message": failure.message}
    if failure.detail is None or style == "none":
        return error
    detail = failure.detail
    if style == "string" and not isinstance(detail, str):
        detail = json.dumps(detail)
    return {**error, "detail": detail}
