"""What one connection can have of the server, whichever of uvicorn's protocols is behind."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable

import pytest
from starlette.types import Receive, Scope, Send

from reglite.api.response.security_headers import SECURITY_HEADERS
from reglite.server.bounds import Bounds
from reglite.server.gate import Gate
from reglite.server.listening import bind
from reglite.server.protocol import H11Gated, find_protocol
from reglite.server.running import make_server, run_server
from reglite.server.speech import Speech

pytestmark = pytest.mark.anyio

GET = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nHost: local"
PATIENCE_SECONDS = 15
SOON = 0.2

Serve = Callable[..., contextlib.AbstractAsyncContextManager[int]]


class App:
    """Answers each request with its path and its body's size, once ``may_answer`` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_asked = asyncio.Semaphore(0)
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.left = asyncio.Event()
        self.answer_bytes = 0
        self.headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as the path says."""
        if scope["type"] != "http":
            await _live(receive, send)
            return
        self.asked.append(scope["path"])
        self.headers = scope["headers"]
        self.is_asked.release()
        text = scope["path"].encode()
        if scope["method"] == "PUT":
            text += b" %d" % await self._count(receive)
        if scope["path"] == "/held":
            await self.may_answer.wait()
        text += b"." * self.answer_bytes
        length = (b"content-length", b"%d" % len(text))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": text, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        if self.answer_bytes:  # the last of it has gone, or nobody is there any more
            self.left.set()

    async def _count(self, receive: Receive) -> int:
        size, is_whole = 0, False
        while not is_whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left.set()
                return size
            size += len(message["body"])
            is_whole = not message["more_body"]
        return size


async def _live(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


@pytest.fixture(params=dict.fromkeys([H11Gated, find_protocol()]))
def serve(request: pytest.FixtureRequest) -> Serve:
    speak: type[Speech] = request.param

    @contextlib.asynccontextmanager
    async def run(app: App, bounds: Bounds | None = None) -> AsyncIterator[int]:
        bound = bind("127.0.0.1", 0)
        bounds = bounds or Bounds()
        server = make_server(app, access_log=False, debug=False, bounds=bounds, speak=speak)
        server.config.timeout_graceful_shutdown = 1
        running = asyncio.create_task(run_server(server, bound))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                yield bound.getsockname()[1]
        finally:
            app.may_answer.set()
            server.should_exit = True
            await running

    return run


Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(port: int, sent: bytes = b"") -> Client:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    return reader, writer


async def ask(port: int, request: bytes) -> bytes:
    """Send this, and return everything that came until the server closed."""
    reader, writer = await connect(port, request)
    answer = await reader.read()
    writer.close()
    return answer


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    """Read one answer with a length, and return its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return await reader.readexactly(int(length))


def check_refusal(answer: bytes, status: int, words: str) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    lines = head.decode().lower().split("\r\n")
    for name, value in {**SECURITY_HEADERS, "connection": "close"}.items():
        assert f"{name}: {value}".lower() in lines
    (error,) = json.loads(body)["errors"]
    assert words in error["message"]


SMALL = Bounds(target_bytes=1000, head_bytes=4000, header_lines=10)


@pytest.mark.parametrize("end", [b"", b" HTTP/1.1\r\nHost: localhost\r\n\r\n"])
async def test_an_address_longer_than_any_of_ours_is_a_414(serve: Serve, end: bytes) -> None:
    async with serve(App(), SMALL) as port:
        answer = await ask(port, b"GET /" + b"x" * 1000 + end)
    check_refusal(answer, 414, "1000 bytes")


@pytest.mark.parametrize("end", [b"", b"\r\n"])
@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (b"X: " + b"x" * 4000 + b"\r\n", "4000 bytes"),
        (b"X: y\r\n" * 11, "more than 10 headers"),
        (b"X: y\r\n" * 4000, "bytes"),
    ],
)
async def test_more_headers_or_larger_ones_than_are_needed_are_a_431(
    serve: Serve, headers: bytes, words: str, end: bytes
) -> None:
    async with serve(app := App(), SMALL) as port:
        answer = await ask(port, b"GET / HTTP/1.1\r\n" + headers + end)
    check_refusal(answer, 431, words)
    assert not app.asked


async def test_as_many_headers_as_are_allowed_are_read(serve: Serve) -> None:
    async with serve(App(), SMALL) as port:
        close = b"Connection: close\r\n"
        request = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 8 + close + b"\r\n"
        answer = await ask(port, request)
    assert answer.endswith(b"\r\n\r\n/")


async def test_a_client_that_sends_on_for_megabytes_still_gets_its_refusal(serve: Serve) -> None:
    async with serve(App()) as port:
        answer = await ask(port, b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000_000)
    check_refusal(answer, 431, "bytes")


async def test_pipelined_requests_wait_for_the_answer_to_the_one_before(serve: Serve) -> None:
    app = App()
    app.may_answer.clear()
    async with serve(app) as port:
        requests = GET % b"/held" + b"".join(GET % b"/%d" % n for n in range(200))
        reader, writer = await connect(port, requests)
        other, other_writer = await connect(port, GET % b"/other")
        assert await read_answer(other) == b"/other"
        assert sorted(app.asked) == ["/held", "/other"]
        app.may_answer.set()
        assert await read_answer(reader) == b"/held"
        assert [await read_answer(reader) for _ in range(200)] == [b"/%d" % n for n in range(200)]
        writer.close()
        other_writer.close()


async def test_no_more_is_read_of_requests_than_are_answered(serve: Serve) -> None:
    app = App()
    app.may_answer.clear()
    async with serve(app) as port:
        _, writer = await connect(port, GET % b"/held")
        with pytest.raises(TimeoutError):  # more than the system's buffers: nobody takes it
            await asyncio.wait_for(_send(writer, 30_000_000), 1)
        assert app.asked == ["/held"]
        writer.transport.abort()


async def _send(writer: asyncio.StreamWriter, size_bytes: int) -> None:
    block = GET % b"/more" * 4000
    for _ in range(size_bytes // len(block)):
        writer.write(block)
        await writer.drain()


def chunk(body: bytes, size: int) -> bytes:
    parts = [body[n : n + size] for n in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


BODY = b"{\r\n\r\n\n\n\r\n\r\n}" * 3


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY),
        b"Transfer-Encoding: chunked\r\n\r\n" + chunk(BODY, 7),
        b"Transfer-Encoding: chunked\r\n\r\n" + chunk(BODY, 7)[:-2] + b"X-After: all\r\n\r\n",
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
async def test_a_body_ends_where_it_says_however_it_is_cut(
    serve: Serve, body: bytes, size: int
) -> None:
    request = b"PUT /a HTTP/1.1\r\nHost: localhost\r\n" + body + b"\r\n" + GET % b"/b"
    async with serve(App()) as port:
        reader, writer = await connect(port)
        for start in range(0, len(request), size):
            writer.write(request[start : start + size])
            await writer.drain()
            await asyncio.sleep(0)
        assert await read_answer(reader) == b"/a %d" % len(BODY)
        assert await read_answer(reader) == b"/b"
        writer.close()


async def test_a_large_body_that_the_app_reads_comes_whole(serve: Serve) -> None:
    head = b"PUT /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    async with serve(App()) as port:
        answer = await ask(port, head % 4_000_000 + b"x" * 4_000_000)
    assert answer.endswith(b"/a 4000000")


CHUNKED = b"PUT /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "endless",
    [b"0\r\n" + b"a:b\r\n" * 20_000, b"0\r\na: " + b"x" * 100_000, b"5;" + b"x" * 100_000],
    ids=["trailers", "one-trailer", "extension"],
)
async def test_what_surrounds_a_body_has_bounds_as_headers_have(
    serve: Serve, endless: bytes
) -> None:
    async with serve(App()) as port:
        check_refusal(await ask(port, CHUNKED + endless), 431, "8192 bytes")


async def test_a_trailer_is_no_header_that_a_proxy_has_checked(serve: Serve) -> None:
    app = App()
    async with serve(app) as port:
        reader, writer = await connect(port, CHUNKED + b"0\r\nX-User: root\r\n\r\n")
        assert await read_answer(reader) == b"/a 0"
        assert {b"host", b"transfer-encoding"} == {name for name, _ in app.headers}
        writer.close()


@pytest.mark.parametrize(
    "body",
    [
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"Content-Length: " + b"0" * 5000 + b"5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n2\nxx\n0\n\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nxxx\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\r\na: b\n\n",
        b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    ],
)
async def test_a_body_whose_end_others_may_see_elsewhere_is_a_400(
    serve: Serve, body: bytes
) -> None:
    async with serve(App()) as port:
        request = b"PUT /a HTTP/1.1\r\nHost: localhost\r\n" + body + GET % b"/inner"
        check_refusal(await ask(port, request), 400, "")


async def test_a_body_of_line_breaks_keeps_nobody_waiting(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed = 0
    feed = Gate._feed

    def count(gate: Gate, size: int) -> None:
        nonlocal fed
        fed += 1
        feed(gate, size)

    monkeypatch.setattr(Gate, "_feed", count)
    async with serve(App()) as port:
        reader, writer = await connect(port, CHUNKED + chunk(b"\n" * 100_000, 100_000))
        assert await read_answer(reader) == b"/a 100000"
        writer.close()
    assert fed < 100


@pytest.mark.parametrize("end", [b" HTTP/1.0\r\n", b" HTTP/1.1\r\nConnection: close\r\n"])
async def test_who_sends_on_after_the_answer_to_a_last_request_still_gets_it(
    serve: Serve, end: bytes
) -> None:
    async with serve(App()) as port:
        head = b"GET /a" + end + b"Host: localhost\r\nContent-Length: 99999999\r\n\r\n"
        reader, writer = await connect(port, head)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"x" * 8_000_000)
        await writer.drain()  # a reset otherwise, which takes along what was not read
        assert await reader.read() == b"/a"
        writer.close()


async def test_who_is_answered_before_all_of_the_body_came_is_let_go(serve: Serve) -> None:
    async with serve(App()) as port:
        answer = await ask(
            port, b"GET /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\nx"
        )
    assert answer.endswith(b"\r\n\r\n/a")


async def drip(port: int, begin: bytes) -> bytes:
    """Send this, then a byte now and then, until the server ends it; return its answer."""
    reader, writer = await connect(port, begin)
    reading = asyncio.create_task(reader.read())
    while not reading.done():
        writer.write(b"x")
        await asyncio.sleep(SOON / 10)
    writer.close()
    return await reading


async def test_headers_that_drip_end_with_a_408(serve: Serve) -> None:
    async with serve(App(), Bounds(head_seconds=SOON)) as port:
        check_refusal(await drip(port, HALF), 408, "headers")


async def test_a_body_that_drips_ends_with_a_408_and_the_app_learns_it(serve: Serve) -> None:
    begin = b"PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n"
    async with serve(app := App(), Bounds(body_seconds=SOON)) as port:
        check_refusal(await drip(port, begin), 408, "body")
        await app.left.wait()


@pytest.mark.parametrize("sent", [b"", b"\r\n\r\n"])
async def test_a_connection_that_asks_nothing_is_closed_without_a_word(
    serve: Serve, sent: bytes
) -> None:
    async with serve(App(), Bounds(head_seconds=SOON)) as port:
        assert await ask(port, sent) == b""


async def test_a_connection_is_closed_a_while_after_its_last_answer(serve: Serve) -> None:
    async with serve(App(), Bounds(idle_seconds=1)) as port:
        assert (await ask(port, GET % b"/a")).endswith(b"\r\n\r\n/a")


async def test_half_of_a_second_request_ends_with_a_408_too(serve: Serve) -> None:
    async with serve(App(), Bounds(head_seconds=SOON)) as port:
        answer = await drip(port, GET % b"/a" + HALF)
        check_refusal(answer.partition(b"\r\n\r\n/a")[2], 408, "headers")


@pytest.mark.parametrize("connection", [b"close", b"keep-alive"])
async def test_a_client_that_never_reads_its_answer_is_ended(
    serve: Serve, connection: bytes
) -> None:
    app = App()
    app.answer_bytes = 20_000_000  # less than unsent_bytes, more than the system's buffers
    request = b"GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: %s\r\n\r\n" % connection
    async with serve(app, Bounds(stalled_seconds=SOON)) as port:
        _, writer = await connect(port, request)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await app.left.wait()
        writer.transport.abort()


async def test_a_client_that_reads_slowly_gets_all_of_its_answer(serve: Serve) -> None:
    app = App()
    app.answer_bytes = 20_000_000
    async with serve(app, Bounds(stalled_seconds=SOON)) as port:
        reader, writer = await connect(port, GET % b"/a")
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(20):
            await reader.readexactly(1_000_000)
            await asyncio.sleep(SOON / 10)
        await reader.readexactly(2)
        writer.close()


async def test_of_too_much_that_nobody_reads_the_oldest_goes(serve: Serve) -> None:
    app = App()
    app.answer_bytes = 30_000_000
    async with serve(app, Bounds(unsent_bytes=40_000_000)) as port:
        silent = [await connect(port, GET % b"/a") for _ in range(3)]
        for _, writer in silent:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
        await app.left.wait()
        for _, writer in silent:
            writer.transport.abort()


async def test_one_connection_too_many_is_a_503_while_all_are_being_answered(
    serve: Serve,
) -> None:
    app = App()
    app.may_answer.clear()
    async with serve(app, Bounds(connections=3)) as port:
        busy = []
        for _ in range(3):
            busy.append(await connect(port, GET % b"/held"))
            await app.is_asked.acquire()
        answer = await ask(port, GET % b"/late")
        check_refusal(answer, 503, "3 connections at once")
        assert b"retry-after: 1" in answer
        app.may_answer.set()
        assert [await read_answer(reader) for reader, _ in busy] == [b"/held"] * 3
        for _, writer in busy:
            writer.close()


async def test_callers_who_leave_leave_no_more_work_behind_than_others_may_have(
    serve: Serve,
) -> None:
    app = App()
    app.may_answer.clear()
    async with serve(app, Bounds(answers=3)) as port:
        for _ in range(3):
            _, writer = await connect(port, GET % b"/held")
            await app.is_asked.acquire()
            writer.transport.abort()
        answer = await ask(port, GET % b"/late")
        check_refusal(answer, 503, "3 requests at once")
        app.may_answer.set()
        while not (await ask(port, b"GET /a HTTP/1.0\r\n\r\n")).endswith(b"\r\n\r\n/a"):
            pass
    assert "/late" not in app.asked


async def test_half_sent_requests_give_way_to_whole_ones(serve: Serve) -> None:
    async with serve(App(), Bounds(connections=3)) as port:
        halves = [await connect(port, HALF) for _ in range(3)]
        reader, writer = await connect(port, GET % b"/a")
        assert await read_answer(reader) == b"/a"
        check_refusal(await halves[0][0].read(), 503, "3 connections at once")
        for _, each in [*halves, (reader, writer)]:
            each.close()


@pytest.mark.parametrize(
    "line", [b"GET http://localhost/a HTTP/1.1", b"CONNECT a:80 HTTP/1.1", b"OPTIONS * HTTP/1.1"]
)
async def test_what_is_asked_of_a_proxy_is_refused(serve: Serve, line: bytes) -> None:
    async with serve(app := App()) as port:
        check_refusal(await ask(port, line + b"\r\nHost: localhost\r\n\r\n"), 400, "no proxy")
    assert not app.asked


async def test_a_body_behind_an_upgrade_is_no_request(serve: Serve) -> None:
    inner = GET % b"/inner"
    head = b"GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: x\r\n"
    async with serve(app := App()) as port:
        answer = await ask(port, head + b"Content-Length: %d\r\n\r\n" % len(inner) + inner)
    check_refusal(answer, 400, "Upgrade")
    assert "/inner" not in app.asked


async def test_tls_is_refused_at_its_first_byte(serve: Serve) -> None:
    async with serve(App()) as port:
        check_refusal(await ask(port, b"\x16\x03\x01\x02\x00"), 400, "HTTP/1.1")
