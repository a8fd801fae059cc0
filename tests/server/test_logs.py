"""What strangers send makes no log line long, and none that it should not be."""

import asyncio
import logging
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from reglite.server.listening import bind
from reglite.server.logs import bound_line
from reglite.server.running import make_server, run_server

pytestmark = pytest.mark.anyio


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        for _ in range(2):
            await send({"type": f"{(await receive())['type']}.complete"})
        return
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("path", ["/?tag=" + "x" * 6_000, "/" + "%1b%0a" * 1_000, "/short?a=b"])
async def test_a_long_url_makes_a_short_line_in_the_access_log(
    capsys: pytest.CaptureFixture[str], path: str
) -> None:
    bound = bind("127.0.0.1", 0)
    server = make_server(answer, access_log=True, debug=False)
    running = asyncio.create_task(run_server(server, bound))
    reader, writer = await asyncio.open_connection(*bound.getsockname())
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert (await reader.read()).startswith(b"HTTP/1.1 404")
    writer.close()
    server.should_exit = True
    await running

    (line,) = [line for line in capsys.readouterr().out.splitlines() if "GET" in line]
    assert len(line) < 1_000
    assert line.isprintable()
    assert "404" in line
    assert ("more)" in line) is (len(path) > 700)


@pytest.mark.parametrize(
    ("message", "arguments"),
    [("asked for %s", ("x" * 60_000,)), ("asked for %s", ("\x1b[2J\n\u202e",)), ("x" * 60_000, ())],
)
def test_a_line_of_any_logger_is_bounded_and_holds_no_controls(
    message: str, arguments: tuple[Any, ...]
) -> None:
    record = logging.LogRecord("reglite", logging.INFO, "", 1, message, arguments, None)

    assert bound_line(record)

    assert len(record.getMessage()) < 4_096
    assert record.getMessage().isprintable()


def test_an_ordinary_line_stays_as_it_was() -> None:
    record = logging.LogRecord("uvicorn.error", logging.INFO, "", 1, "process [%d]", (7,), None)
    record.__dict__["color_message"] = "process [\x1b[36m%d\x1b[0m]"

    assert bound_line(record)

    assert (record.msg, record.args) == ("process [%d]", (7,))
    assert "color_message" in record.__dict__
