"""Events that hold no request: each gateway gets an answer of its kind, and never an exception."""

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.lambda_adapter import LambdaHandler, create_handler
from reglite.api.response.security_headers import SECURITY_HEADERS
from reglite.api.runtime import Runtime
from reglite.inventory.load import Inventory
from tests.deploy.events import GATEWAYS, list_events
from tests.functions.conftest import Event


@pytest.fixture(autouse=True)
def loop() -> Iterator[None]:
    """Give the handlers an event loop, as the process of a Lambda has one."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def handler() -> LambdaHandler:
    return create_handler(create_app(*load_routers(), runtime=Runtime(Inventory())))


def make_event(gateway: str) -> Event:
    return copy.deepcopy(GATEWAYS[gateway](list_events("restore")[0]))


def read_headers(gateway: str, answer: dict[str, Any]) -> dict[str, str]:
    """Return the headers from where this gateway looks for them."""
    if gateway != "load-balancer":
        headers: dict[str, str] = answer["headers"]
        return headers
    assert "headers" not in answer  # which it would not read with multi-value headers on
    return {name: value for name, (value,) in answer["multiValueHeaders"].items()}


def expect_refusal(gateway: str, answer: dict[str, Any]) -> None:
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (400, False)
    assert json.loads(answer["body"])["errors"][0]["code"] == "BAD_REQUEST"
    headers = read_headers(gateway, answer)
    assert headers["content-type"] == "application/json"
    assert {name: headers.get(name.lower()) for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "a:b:c"),
        ("host", "[::1]:80"),
        ("host", "api.example.com:"),
        ("x-forwarded-port", "443, 80"),
        ("x-forwarded-port", float("inf")),
        ("x-forwarded-proto", "\ud800"),
        ("accept", None),
    ],
)
def test_header_of_a_form_that_the_adapter_fails_on_is_refused(
    handler: LambdaHandler, gateway: str, name: str, value: str | float | None
) -> None:
    event = make_event(gateway)
    for key, sent in (("headers", value), ("multiValueHeaders", [value])):
        if key in event:
            event[key] = {k: v for k, v in event[key].items() if k.lower() != name} | {name: sent}

    expect_refusal(gateway, handler(event, None))


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.parametrize("body", ["a", "\u00e9", ["x"]])
def test_body_that_is_no_base64_is_refused(
    handler: LambdaHandler, gateway: str, body: object
) -> None:
    event = make_event(gateway) | {"body": body, "isBase64Encoded": True}

    expect_refusal(gateway, handler(event, None))


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.parametrize("key", ["path", "httpMethod", "requestContext", "queryStringParameters"])
@pytest.mark.parametrize("value", [None, 1, {}])
def test_event_without_its_parts_is_answered_in_the_apis_shape(
    handler: LambdaHandler, gateway: str, key: str, value: object
) -> None:
    answer = handler(make_event(gateway) | {key: value}, None)

    assert 400 <= answer["statusCode"] < 500
    assert json.loads(answer["body"])["errors"]


@pytest.mark.parametrize("event", [{}, {"Records": []}, [], None, "text"])
def test_what_is_no_gateways_event_is_refused(handler: LambdaHandler, event: Any) -> None:
    expect_refusal("http-api", handler(event, None))


def test_answer_that_a_gateway_can_not_be_given_is_a_500_in_the_apis_shape(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"x-name", b"\xff")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    answer = create_handler(app)(make_event("http-api"), None)

    (error,) = json.loads(answer["body"])["errors"]
    assert (answer["statusCode"], error["code"]) == (500, "INTERNAL")
    assert "UnicodeDecodeError" in caplog.text
