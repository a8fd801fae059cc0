"""What is sent again, and what is not."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from reglite.errors import (
    RegistryProtocol,
    RegistryTimeout,
    RegistryUnreachable,
    RegliteError,
    TooManyRequests,
)
from reglite.registry.client import RegistryClient
from reglite.registry.limits import TRIES
from reglite.registry.retry import parse_retry_after
from tests.registry.clients import (
    APP,
    EMPTY_INDEX,
    EMPTY_INDEX_DIGEST,
    V1,
    MakeClient,
    Script,
    answer_index,
)

pytestmark = pytest.mark.anyio

CUT = httpx.RemoteProtocolError("Server disconnected without sending a response.")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        (" 17 ", 17),
        ("999999999999", 24 * 3600),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0),
    ],
)
def test_retry_after_is_read_in_seconds(value: Any, seconds: Any) -> None:
    assert parse_retry_after(value) == seconds


def test_retry_after_may_be_a_date() -> None:
    later = datetime.now(UTC) + timedelta(seconds=90)
    assert parse_retry_after(format_datetime(later, usegmt=True)) in range(85, 95)


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(500),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
        httpx.Response(429, headers={"Retry-After": "0"}),
        CUT,
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
    ],
    ids=str,
)
async def test_manifest_is_read_again_after_passing_trouble(
    make_client: MakeClient, trouble: Any
) -> None:
    registry = Script([trouble, answer_index()])
    manifest = await make_client(registry).get_manifest(APP, V1)
    assert manifest.digest == EMPTY_INDEX_DIGEST
    assert registry.methods == ["GET", "GET"]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (httpx.Response(500), RegistryProtocol),
        (httpx.Response(503), RegistryUnreachable),
        (httpx.Response(504), RegistryTimeout),
        (httpx.Response(429, headers={"Retry-After": "0"}), TooManyRequests),
        (CUT, RegistryUnreachable),
        (httpx.ConnectError("refused"), RegistryUnreachable),
    ],
    ids=str,
)
async def test_three_tries_are_all(
    make_client: MakeClient, trouble: Any, error: type[RegliteError]
) -> None:
    registry = Script([trouble])
    with pytest.raises(error):
        await make_client(registry).get_manifest(APP, V1)
    assert len(registry.requests) == TRIES


async def test_list_is_not_read_again_after_500(make_client: MakeClient) -> None:
    registry = Script([httpx.Response(500)])
    with pytest.raises(RegistryProtocol):
        await make_client(registry).list_tags(APP)
    assert len(registry.requests) == 1


@pytest.mark.parametrize("trouble", [httpx.ReadTimeout("slow"), httpx.ConnectTimeout("slow")])
async def test_timeout_is_not_tried_again(make_client: MakeClient, trouble: Any) -> None:
    registry = Script([trouble])
    with pytest.raises(RegistryTimeout):
        await make_client(registry).list_tags(APP)
    assert len(registry.requests) == 1


async def _put(client: RegistryClient) -> None:
    await client.put_manifest(APP, V1, EMPTY_INDEX, "application/json")


async def _delete(client: RegistryClient) -> None:
    await client.delete_manifest(APP, EMPTY_INDEX_DIGEST)


@pytest.mark.parametrize("write", [_put, _delete])
@pytest.mark.parametrize("trouble", [httpx.Response(500), httpx.Response(503), CUT], ids=str)
async def test_write_that_may_have_been_done_is_not_sent_again(
    make_client: MakeClient, write: Any, trouble: Any
) -> None:
    registry = Script([trouble])
    with pytest.raises(RegliteError):
        await write(make_client(registry))
    assert len(registry.requests) == 1


@pytest.mark.parametrize("write", [_put, _delete])
@pytest.mark.parametrize(
    "trouble", [httpx.Response(429, headers={"Retry-After": "0"}), httpx.ConnectError("refused")]
)
async def test_write_that_was_not_begun_is_sent_again(
    make_client: MakeClient, write: Any, trouble: Any
) -> None:
    registry = Script([trouble, httpx.Response(202)])
    await write(make_client(registry))
    assert len(registry.requests) == 2


async def test_wait_beyond_the_budget_is_not_begun(make_client: MakeClient) -> None:
    registry = Script([httpx.Response(429, headers={"Retry-After": "3600"})])
    with pytest.raises(TooManyRequests) as caught:
        await make_client(registry).list_tags(APP)
    assert caught.value.retry_after_seconds == 3600
    assert len(registry.requests) == 1


async def test_wait_beyond_the_budget_of_the_caller_is_not_begun(make_client: MakeClient) -> None:
    registry = Script([httpx.Response(429, headers={"Retry-After": "15"})])
    client = make_client(registry)
    with pytest.raises(TooManyRequests):
        async with client.deadline(10):
            await client.list_tags(APP)
    assert len(registry.requests) == 1
