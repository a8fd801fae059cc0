import gzip
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from reglite.api.response.answers import answer
from reglite.server.compression import Compression

pytestmark = pytest.mark.anyio

PLAIN = {"Accept-Encoding": "identity"}


def open_client(make: Callable[[Request], Response]) -> httpx.AsyncClient:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await make(Request(scope))(scope, receive, send)

    transport = httpx.ASGITransport(app=Compression(app))
    return httpx.AsyncClient(transport=transport, base_url="http://h")


@pytest.mark.parametrize("length", [500, 50_000])
async def test_answers_are_compressed_for_those_who_accept_it(length: int) -> None:
    client = open_client(lambda request: answer(request, {"tags": ["v1"] * length}))

    packed, plain = await client.get("/"), await client.get("/", headers=PLAIN)

    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert packed.json() == plain.json() == {"tags": ["v1"] * length}
    assert "content-encoding" not in plain.headers
    assert int(plain.headers["content-length"]) == len(plain.content)
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


async def test_the_same_answer_is_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[bytes] = []

    def compress(body: bytes, level: int, *, mtime: int) -> bytes:
        packed.append(body)
        return original(body, level, mtime=mtime)

    original = gzip.compress
    monkeypatch.setattr(gzip, "compress", compress)
    client = open_client(lambda request: answer(request, {"path": request.url.path * 1000}))

    answers = [(await client.get(path)).json()["path"] for path in ("/a", "/b", "/a", "/b")]

    assert answers == ["/a" * 1000, "/b" * 1000] * 2
    assert len(packed) == 2


async def test_answers_without_an_etag_are_never_mixed_up() -> None:
    client = open_client(lambda request: Response(request.url.path * 1000))

    assert (await client.get("/a")).text == "/a" * 1000
    assert (await client.get("/b")).text == "/b" * 1000


async def test_short_answers_are_left_alone() -> None:
    response = await open_client(lambda request: answer(request, {"tags": []})).get("/")

    assert "content-encoding" not in response.headers
    assert "vary" not in response.headers


async def test_what_is_encoded_or_comes_in_pieces_is_left_alone() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"a" * 2000

    encoded = gzip.compress(bytes(range(256)) * 100)
    headers = {"Content-Encoding": "gzip"}
    makers: list[tuple[Callable[[Request], Response], bytes]] = [
        (lambda _: Response(encoded, headers=headers), bytes(range(256)) * 100),
        (lambda _: StreamingResponse(pieces()), b"a" * 6000),
    ]
    for make, content in makers:
        assert (await open_client(make).get("/")).content == content
