"""Gateways' events with anything in any place: always an answer, in the API's shape."""

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.lambda_adapter import LambdaHandler, create_handler
from reglite.api.response.security_headers import SECURITY_HEADERS
from reglite.api.runtime import Runtime
from reglite.api.schema.service import Errors
from reglite.inventory.load import Inventory
from tests.deploy.events import GATEWAYS, list_events
from tests.functions.conftest import Event

EXAMPLES: Final = 150

HEADERS: Final = (
    *("host", "x-forwarded-port", "x-forwarded-proto", "x-forwarded-for", "content-length"),
    *("cookie", "authorization", "origin", "accept-encoding", "if-none-match", "sec-fetch-site"),
)
TEXTS: Final = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=12),  # lone surrogates, too
    st.sampled_from(
        [
            "a:b:c",
            "[::1]:80",
            "[",
            "h:x",
            ":",
            "-1",
            "1e9",
            "%",
            "%FF",
            "%zz",
            "%00",
            "a=%FF&b",
            "//",
        ]
    ),
)
VALUES: Final = st.one_of(
    TEXTS,
    st.none(),
    st.integers(),
    st.booleans(),
    st.lists(TEXTS | st.none(), max_size=2),
    st.dictionaries(TEXTS, TEXTS | st.none(), max_size=2),
)


@pytest.fixture(scope="module")
def handler() -> Iterator[LambdaHandler]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield create_handler(create_app(*load_routers(), runtime=Runtime(Inventory())))
    loop.run_until_complete(loop.shutdown_default_executor())
    asyncio.set_event_loop(None)
    loop.close()


def list_places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place in an event that holds something, as what holds it and the key there."""
    if isinstance(part, dict | list):
        for key in list(part) if isinstance(part, dict) else range(len(part)):
            yield part, key
            yield from list_places(part[key])


@st.composite
def hostile_events(draw: st.DrawFn) -> Event:
    """Draw a recorded event of some gateway with one to three places changed or emptied."""
    convert = draw(st.sampled_from(list(GATEWAYS.values())))
    name = draw(st.sampled_from(["session", "tags", "restore"]))
    event = copy.deepcopy(convert(list_events(name)[0]))
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            _set_header(event, draw(st.sampled_from(HEADERS)), draw(VALUES))
            continue
        holder, key = draw(st.sampled_from(list(list_places(event))))
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = draw(VALUES)
    return event


def _set_header(event: Event, name: str, value: Any) -> None:
    for key, wrapped in (("headers", value), ("multiValueHeaders", [value])):
        if isinstance(event.get(key), dict):
            event[key][name] = wrapped


@given(event=hostile_events() | VALUES)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_event_is_answered_in_the_apis_shape(handler: LambdaHandler, event: Any) -> None:
    answer = handler(event, None)

    assert answer["statusCode"] < 500, "nothing behind it has faults"
    check_headers(answer)
    if answer["statusCode"] >= 400:
        Errors.model_validate_json(answer["body"])


def check_headers(answer: dict[str, Any]) -> None:
    sent = (answer.get("headers") or {}) | {
        name: values[0] for name, values in (answer.get("multiValueHeaders") or {}).items()
    }
    assert {name.lower() for name in SECURITY_HEADERS} <= sent.keys()
    json.dumps(answer).encode()
