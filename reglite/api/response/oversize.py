"""Answers that are larger than what AWS lets through: compressed where possible, else refused.

Lambda answers with at most 6 MB of JSON, in which text grows by its escapes; a load balancer takes
at most 1 MB. A REST API would hand base64 on as it is, so nothing is compressed for one.
"""

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any, Final

from reglite.errors import BadRequest

_MIB: Final = 1024 * 1024
LAMBDA_BYTES: Final = 6 * _MIB
BALANCER_BYTES: Final = _MIB
_MAX_GROWTH: Final = 6  # one control character is \u0001 in JSON

Event = Mapping[str, Any]


def fit_answer(event: Event, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer if it fits, or compressed, or the error that says what to do instead."""
    limit = BALANCER_BYTES if _is_balancer(event) else LAMBDA_BYTES
    if _fits(answer, limit):
        return answer
    if _takes_gzip(event):
        compressed = _compress(answer)
        if _fits(compressed, limit):
            return compressed
    return _refuse(answer, limit)


def _fits(answer: Mapping[str, Any], limit: int) -> bool:
    body = answer.get("body") or ""
    if len(body) * _MAX_GROWTH < limit:
        return True
    return len(body) < limit and len(json.dumps(answer, ensure_ascii=False).encode()) < limit


def _is_balancer(event: Event) -> bool:
    return "elb" in event.get("requestContext", {})


def _takes_gzip(event: Event) -> bool:
    if not _is_balancer(event) and "version" not in event:
        return False
    headers = {**(event.get("headers") or {}), **(event.get("multiValueHeaders") or {})}
    return any(k.lower() == "accept-encoding" and "gzip" in str(v) for k, v in headers.items())


def _compress(answer: dict[str, Any]) -> dict[str, Any]:
    body = answer["body"]
    raw = base64.b64decode(body) if answer["isBase64Encoded"] else body.encode()
    encoded = base64.b64encode(gzip.compress(raw, 6, mtime=0)).decode()
    return _replace(answer, encoded, {"content-encoding": "gzip"}) | {"isBase64Encoded": True}


def _refuse(answer: dict[str, Any], limit: int) -> dict[str, Any]:
    error = BadRequest(
        f"the answer is larger than the {limit // _MIB} MB that AWS lets through: "
        "ask with Accept-Encoding: gzip, for fewer at once, or pull it with a client"
    )
    body = json.dumps(error.to_json())
    replaced = _replace(answer, body, {"content-type": "application/json"})
    return replaced | {"statusCode": error.status, "isBase64Encoded": False}


def _replace(answer: dict[str, Any], body: str, extra: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer with another body and the headers that go with it."""
    stale = {"content-length", "etag", *extra}
    changed = answer | {"body": body}
    for key, wrap in (("headers", str), ("multiValueHeaders", lambda value: [value])):
        if answer.get(key):
            kept = {k: v for k, v in answer[key].items() if k.lower() not in stale}
            changed[key] = kept | {k: wrap(v) for k, v in extra.items()}
    return changed
