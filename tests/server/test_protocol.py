"""What is no HTTP at all: answered in the API's shape by both of uvicorn's protocols."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.runtime import Runtime
from reglite.inventory.load import Inventory
from reglite.server.front import Front
from reglite.server.listening import bind
from reglite.server.pages import Pages
from reglite.server.protocol import H11Gated, find_protocol
from reglite.server.running import make_server, run_server
from reglite.server.speech import Speech
from tests.functions.content import DIGEST, REGISTRY, REPOSITORY

pytestmark = pytest.mark.anyio

PATH = f"/api/v1/registries/{REGISTRY}/repositories/{REPOSITORY}/manifests/{DIGEST}"
CHUNKED_PUT = (
    f"PUT {PATH} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
)
PROTOCOLS = dict.fromkeys([H11Gated, find_protocol()])


@contextlib.asynccontextmanager
async def serve(app: ASGIApp, protocol: type[Speech]) -> AsyncIterator[int]:
    """Run an app under this protocol on a free port, and stop it cleanly."""
    bound = bind("127.0.0.1", 0)
    server = make_server(app, access_log=False, debug=False, speak=protocol)
    running = asyncio.create_task(run_server(server, bound))
    try:
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def send(port: int, request: bytes) -> tuple[bytes, bytes]:
    """Return head and body of everything that came until the server closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "request_bytes",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n",
        CHUNKED_PUT + b"ZZ\r\n",
    ],
)
async def test_what_can_not_be_parsed_is_a_400_in_the_apis_shape(
    protocol: type[Speech], request_bytes: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(*load_routers(), runtime=_make_runtime())
    with caplog.at_level(logging.ERROR):
        async with serve(app, protocol) as port:
            head, body = await send(port, request_bytes)
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in head
    (error,) = json.loads(body)["errors"]
    assert error["code"] == "BAD_REQUEST"
    assert not caplog.records


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("path", ["/", "/api/v1/session"])
async def test_a_proxy_that_says_nothing_and_speaks_http_1_0_is_refused(
    protocol: type[Speech], path: str
) -> None:
    async with serve(_make_front(), protocol) as port:
        head, body = await send(port, f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    assert head.startswith(b"HTTP/1.1 403 ")
    message = json.loads(body)["errors"][0]["message"]
    assert "X-Forwarded-For" in message
    assert "--http1.0" in message


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Via"])
async def test_who_comes_through_a_proxy_that_says_so_is_a_stranger_in_http_1_0_too(
    protocol: type[Speech], header: str
) -> None:
    request = f"GET /api/v1/session HTTP/1.0\r\nHost: localhost\r\n{header}: 192.0.2.1\r\n\r\n"
    async with serve(_make_front(), protocol) as port:
        head, body = await send(port, request.encode())
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body)["role"] == "viewer"


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_answer_that_has_begun_gets_no_second_one(
    protocol: type[Speech],
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _live(receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    async with serve(app, protocol) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(CHUNKED_PUT)
        head = await reader.readuntil(b"begun")
        writer.write(b"ZZ\r\n")
        rest = await reader.read()
        writer.close()
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1" not in rest


def _make_front() -> Front:
    runtime = _make_runtime()
    api = create_app(*load_routers(), runtime=runtime)
    return Front(api=api, pages=Pages({"index.html": b""}, policy=""), runtime=runtime)


def _make_runtime() -> Runtime:
    return Runtime(Inventory(), local_maintainer=True, is_loopback=True)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
