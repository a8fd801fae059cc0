"""Registries that time out, truncate, lie about lengths, bloat and drip, over real sockets."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from reglite.errors import Denied, RegistryProtocol, RegistryTimeout, RegistryUnreachable
from reglite.reference import Tag
from reglite.registry.body import BodyTooLong, read_body
from reglite.registry.pace import Pace
from reglite.registry.tls import build_plain_context
from tests.registry.clients import (
    APP,
    EMPTY_INDEX,
    EMPTY_INDEX_DIGEST,
    V1,
    MakeClient,
    Script,
    answer_index,
    answer_json,
)

pytestmark = pytest.mark.anyio

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
MIB = 1024 * 1024


@asynccontextmanager
async def serve(answer: Serve) -> AsyncIterator[str]:
    """Serve raw bytes on loopback; yields the address."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(1)
            await answer(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client has seen enough
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def write(raw: bytes) -> Serve:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return answer


def head(length: int | None, *lines: str) -> bytes:
    first = ["HTTP/1.1 200 OK", "Content-Type: application/json", *lines]
    if length is not None:
        first.append(f"Content-Length: {length}")
    return "\r\n".join([*first, "", ""]).encode()


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (head(100) + b'{"tags": ["a"', RegistryProtocol),
        (head(None, "Transfer-Encoding: chunked") + b"5\r\n{}", RegistryProtocol),
        (head(5) + b'{"tags": ["a"]}', RegistryProtocol),
        (head(None) + b'{"tags": ["a"', RegistryProtocol),
        (head(None, "Content-Length: -1") + b"{}", RegistryProtocol),
        (head(None, "Content-Length: 99999999999999999999999"), RegistryProtocol),
        (head(None, "Content-Encoding: gzip") + b"no gzip", RegistryProtocol),
        (
            head(None, "Content-Encoding: gzip") + gzip.compress(b"{}", mtime=0)[:10],
            RegistryProtocol,
        ),
        (head(None, "Content-Encoding: br") + b"{}", RegistryProtocol),
        (head(None, "Content-Encoding: gzip, gzip") + b"{}", RegistryProtocol),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", RegistryProtocol),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n", RegistryProtocol),
        (b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 50_000 + b"\r\n", RegistryProtocol),
        (b"", RegistryUnreachable),
    ],
    ids=lambda value: value[-30:].decode("latin-1") if isinstance(value, bytes) else "",
)
async def test_broken_answer_is_told(
    make_client: MakeClient, raw: bytes, error: type[Exception]
) -> None:
    async with serve(write(raw)) as url:
        with pytest.raises(error):
            await make_client(url).list_tags(APP)


async def test_gzip_of_a_list_is_unpacked(make_client: MakeClient) -> None:
    body = gzip.compress(b'{"tags": ["a", "b"]}')
    async with serve(write(head(len(body), "Content-Encoding: gzip") + body)) as url:
        assert await make_client(url).list_tags(APP) == ("a", "b")


@pytest.mark.parametrize(
    ("path", "encoding"),
    [("/tags/list", "gzip"), ("/manifests/", "identity"), ("/v2/", "identity")],
)
async def test_only_lists_are_asked_for_in_gzip(
    make_client: MakeClient, path: str, encoding: str
) -> None:
    seen = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen[request.url.path] = request.headers["accept-encoding"]
        is_list = request.url.path.endswith("list")
        return answer_json({"tags": []}) if is_list else answer_index()

    client = make_client(answer)
    await client.ping()
    await client.list_tags(APP)
    await client.get_manifest(APP, V1)
    (found,) = [
        value for name, value in seen.items() if path in name and (path != "/v2/" or name == path)
    ]
    assert found == encoding


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(head(None))
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def _gzip_bomb(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(head(None, "Content-Encoding: gzip") + gzip.compress(bytes(64 * MIB)))


@pytest.mark.parametrize("bomb", [_endless, _gzip_bomb])
async def test_body_without_end_is_cut_off(make_client: MakeClient, bomb: Serve) -> None:
    async with serve(bomb) as url:
        client = make_client(url)
        with pytest.raises(RegistryProtocol, match="limit"):
            await client.get_manifest(APP, V1)
        with pytest.raises(RegistryProtocol, match="limit"):
            await client.ping()


@pytest.mark.parametrize("line", ["", "Content-Encoding: br\r\n", "Content-Encoding: gzip\r\n"])
async def test_refusal_counts_whatever_its_body_is(make_client: MakeClient, line: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 403 Forbidden\r\n{line}\r\n".encode())
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with serve(answer) as url:
        with pytest.raises(Denied):
            await make_client(url).list_tags(APP)


async def test_declared_length_above_the_limit_is_not_even_read() -> None:
    response = httpx.Response(200, headers={"Content-Length": "1000000000"}, content=b"")
    with pytest.raises(BodyTooLong):
        await read_body(response, 1000, "here")


async def test_every_kind_of_answer_has_its_limit(make_client: MakeClient) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b" " * (5 * MIB) + b'{"tags": []}')

    client = make_client(answer)
    assert await client.list_tags(APP) == ()
    with pytest.raises(RegistryProtocol, match="4,194,304"):
        await client.get_manifest(APP, V1)
    with pytest.raises(RegistryProtocol, match="1,048,576"):
        await client.ping()


async def test_slow_drip_ends_with_the_budget(
    make_client: MakeClient,
) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head(1000))
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with serve(drip) as url:
        with pytest.raises(RegistryTimeout, match="did not finish"):
            await make_client(url, timeout_seconds=5, pace=Pace(0.3)).list_tags(APP)


async def test_silence_ends_with_the_timeout_of_the_inventory(make_client: MakeClient) -> None:
    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serve(stay_silent) as url:
        with pytest.raises(RegistryTimeout, match="timeout_seconds"):
            await make_client(url, timeout_seconds=0.1).list_tags(APP)


async def test_caller_may_give_less_time(make_client: MakeClient) -> None:
    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serve(stay_silent) as url:
        client = make_client(url)
        with pytest.raises(RegistryTimeout, match="0\\.1 s"):
            async with client.deadline(0.1):
                await client.list_tags(APP)


async def test_refused_connection_is_unreachable(make_client: MakeClient) -> None:
    async with serve(write(b"")) as url:
        pass
    with pytest.raises(RegistryUnreachable, match="check its url"):
        await make_client(url).ping()


async def test_plain_http_behind_an_https_url_is_named(make_client: MakeClient) -> None:
    async with serve(write(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as url:
        with pytest.raises(RegistryUnreachable, match="http://"):
            await make_client(url.replace("http:", "https:")).ping()


async def test_no_more_connections_than_allowed_are_open(make_client: MakeClient) -> None:
    now = most = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        now -= 1
        return answer_index()

    client = make_client(answer, max_connections=3)
    await asyncio.gather(*(client.get_manifest(APP, Tag(f"v{n}")) for n in range(30)))
    assert most == 3


async def test_connection_is_kept_between_calls(make_client: MakeClient) -> None:
    connections = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            writer.write(head(12) + b'{"tags": []}')
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        client = make_client(f"http://127.0.0.1:{port}")
        for _ in range(10):
            await client.list_tags(APP, fresh=True)
        await client.aclose()
    finally:
        server.close()
    assert connections == 1


async def test_no_task_is_left_over(make_client: MakeClient) -> None:
    before = asyncio.all_tasks()
    registry = Script([answer_index()])
    client = make_client(registry)
    await asyncio.gather(*(client.get_manifest(APP, V1) for _ in range(20)))
    await client.head_manifest(APP, EMPTY_INDEX_DIGEST)
    assert asyncio.all_tasks() == before


async def test_client_works_again_after_it_was_closed(make_client: MakeClient) -> None:
    client = make_client(lambda _: answer_index())
    await client.aclose()
    assert (await client.get_manifest(APP, V1)).raw == EMPTY_INDEX


class Loopback:
    """A host on loopback that speaks one scheme only."""

    def __init__(self, works: str, status: int = 200) -> None:
        self.works = works
        self.status = status
        self.seen: list[tuple[str, str, bool]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        self.seen.append((url.scheme, url.path, "authorization" in request.headers))
        if url.scheme != self.works:
            raise httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number")
        if url.path == "/v2/":
            return httpx.Response(self.status, headers={"WWW-Authenticate": 'Basic realm="r"'})
        return answer_json({"tags": ["a"]})


@pytest.mark.parametrize("status", [200, 401])
async def test_http_is_second_for_loopback_hosts_of_dockers_config(
    make_client: MakeClient, status: int
) -> None:
    registry = Loopback("http", status)
    client = make_client(registry, url="https://localhost:5000", http_fallback=True)
    assert await client.list_tags(APP) == ("a",)
    assert await client.list_tags(APP, fresh=True) == ("a",)
    tags = ("http", "/v2/team/app/tags/list", False)
    assert registry.seen == [("https", "/v2/", False), ("http", "/v2/", False), tags, tags]


async def test_https_is_kept_where_it_works(make_client: MakeClient) -> None:
    registry = Loopback("https")
    client = make_client(registry, url="https://localhost:5000", http_fallback=True)
    await client.list_tags(APP)
    assert {scheme for scheme, *_ in registry.seen} == {"https"}


@pytest.mark.parametrize("status", [404, 500])
async def test_http_that_is_no_registry_is_not_taken(make_client: MakeClient, status: int) -> None:
    registry = Loopback("http", status)
    client = make_client(registry, url="https://localhost:5000", http_fallback=True)
    with pytest.raises(RegistryUnreachable):
        await client.list_tags(APP)
    assert {path for _, path, _ in registry.seen} == {"/v2/"}


async def test_what_https_said_is_told_where_http_does_not_answer_either(
    make_client: MakeClient,
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "https":
            raise httpx.ConnectError(
                "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed"
            )
        raise httpx.ReadError("")  # a TLS server does not answer plain http

    client = make_client(refuse, url="https://localhost:5000", http_fallback=True)
    with pytest.raises(RegistryUnreachable, match="name the authority that did as ca_file"):
        await client.list_tags(APP)


@pytest.mark.parametrize(
    ("url", "http_fallback"),
    [("https://localhost:5000", False), ("https://registry.test:5000", True)],
)
async def test_nobody_else_falls_back_to_http(
    make_client: MakeClient, url: str, http_fallback: bool
) -> None:
    registry = Loopback("http")
    client = make_client(registry, url=url, http_fallback=http_fallback)
    with pytest.raises(RegistryUnreachable, match="http://"):
        await client.list_tags(APP)
    assert {scheme for scheme, *_ in registry.seen} == {"https"}


def test_plain_http_needs_no_certificates() -> None:
    assert build_plain_context().verify_mode is ssl.CERT_REQUIRED
    assert build_plain_context().get_ca_certs() == []
