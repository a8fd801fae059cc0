"""Recorded events of every gateway: those of the HTTP API, and the same requests through others."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.functions.conftest import EVENTS, Event, read_event

_RECORDED = Path(__file__).parent / "events"


def _read(name: str) -> Event:
    event: Event = json.loads((_RECORDED / f"{name}.json").read_text("utf-8"))
    return event


def _as_http_api(event: Event) -> Event:
    return event


def _as_function_url(event: Event) -> Event:
    made = _read("function_url")
    made["requestContext"]["http"] |= {
        "method": event["requestContext"]["http"]["method"],
        "path": event["rawPath"],
    }
    kept = ("rawPath", "rawQueryString", "body", "isBase64Encoded", "queryStringParameters")
    return made | {k: event[k] for k in kept if k in event} | {"headers": _headers(made, event)}


def _as_rest(event: Event) -> Event:
    made, query = _read("rest"), parse_qs(event["rawQueryString"])
    headers = _headers(made, event)
    made["requestContext"] |= {"httpMethod": event["requestContext"]["http"]["method"]}
    return made | {
        "path": event["rawPath"],
        "httpMethod": event["requestContext"]["http"]["method"],
        "headers": headers,
        "multiValueHeaders": _list_values(headers),
        "queryStringParameters": {k: v[-1] for k, v in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"proxy": event["rawPath"].removeprefix("/")},
        "body": event.get("body"),
        "isBase64Encoded": event.get("isBase64Encoded", False),
    }


def _as_alb(event: Event) -> Event:
    """Make a load balancer's event, with multi-value headers on: without, ``tag=a&tag=b`` is b."""
    made, query = _read("alb"), parse_qs(event["rawQueryString"])
    return made | {
        "path": event["rawPath"],
        "httpMethod": event["requestContext"]["http"]["method"],
        "multiValueQueryStringParameters": query,
        "multiValueHeaders": made["multiValueHeaders"] | _list_values(_headers({}, event)),
        "body": event.get("body", ""),
        "isBase64Encoded": event.get("isBase64Encoded", False),
    }


def _headers(made: Event, event: Event) -> dict[str, Any]:
    own = {"content-type", "content-length", "accept"}
    base: dict[str, Any] = made.get("headers", {})
    return base | {k: v for k, v in event["headers"].items() if k in own}


def _list_values(headers: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [value] for name, value in headers.items()}


GATEWAYS: dict[str, Callable[[Event], Event]] = {
    "http-api": _as_http_api,
    "function-url": _as_function_url,
    "rest-api": _as_rest,
    "load-balancer": _as_alb,
}


def list_events(function: str) -> list[Event]:
    """Return the recorded events of a function, raw and encoded."""
    names = sorted(path.stem for path in EVENTS.glob("*.json"))
    return [read_event(name) for name in names if name.removesuffix("_encoded") == function]
