"""A name that had an innocent address when it was checked and another one when it was asked."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from ipaddress import ip_network
from typing import Any

import pytest

from reglite.errors import RegistryProtocol
from reglite.reference import compute_digest
from reglite.registry import guard
from reglite.registry.client import RegistryClient
from tests.registry.clients import APP, make_config, make_credential

pytestmark = pytest.mark.anyio

NAME = "rebound.test"
BLOB = b"{}"
TAGS = b'{"tags":["v1"]}'

Answer = Callable[[bytes], bytes]


def format_answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


@asynccontextmanager
async def serve(answer: Answer) -> AsyncIterator[int]:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(answer(await reader.readuntil(b"\r\n\r\n")))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def rebind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve the name to loopback where connections are made, and forbid loopback."""
    original = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **options: Any) -> Any:
        is_rebound = host in (NAME, NAME.encode())
        return original("127.0.0.1" if is_rebound else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(guard, "_FORBIDDEN_NETWORKS", (ip_network("127.0.0.0/8"),))


async def resolve_innocently(host: str) -> tuple[str, ...]:
    assert host == NAME
    return ("203.0.113.7",)


async def list_tags(client: RegistryClient) -> object:
    return await client.list_tags(APP)


async def get_blob(client: RegistryClient) -> object:
    return await client.get_blob(APP, compute_digest(BLOB), max_bytes=100)


REALM = ("401 Unauthorized", 'WWW-Authenticate: Bearer realm="http://rebound.test:{}/token"')
REDIRECT = ("307 Temporary Redirect", "Location: http://rebound.test:{}/blob")


@pytest.mark.usefixtures("rebind")
@pytest.mark.parametrize(("refusal", "ask"), [(REALM, list_tags), (REDIRECT, get_blob)])
async def test_a_forbidden_peer_is_sent_nothing_whatever_its_name_resolved_to_before(
    refusal: tuple[str, str], ask: Callable[[RegistryClient], Awaitable[object]]
) -> None:
    seen: list[bytes] = []

    def spy(request: bytes) -> bytes:
        seen.append(request)
        return format_answer("200 OK", BLOB)

    async with serve(spy) as port:
        status, header = refusal
        refuse = format_answer(status, b"", header.format(port))
        async with serve(lambda _: refuse) as registry:
            config = make_config(url=f"http://127.0.0.1:{registry}", credential=make_credential())
            async with aclosing(RegistryClient(config, resolve=resolve_innocently)) as client:
                with pytest.raises(RegistryProtocol, match="metadata address"):
                    await ask(client)

    assert seen == []


@pytest.mark.usefixtures("rebind")
async def test_the_registry_itself_is_where_the_inventory_says() -> None:
    async with serve(lambda _: format_answer("200 OK", TAGS)) as port:
        config = make_config(url=f"http://{NAME}:{port}")
        async with aclosing(RegistryClient(config)) as client:
            assert await client.list_tags(APP) == ("v1",)


@pytest.mark.usefixtures("rebind")
async def test_a_proxy_may_be_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def answer(request: bytes) -> bytes:
        asked.append(request.split()[1].partition(b"?")[0])
        if b"/token" in request:
            return format_answer("200 OK", b'{"token":"t"}')
        if b"authorization:" in request.lower():
            return format_answer("200 OK", TAGS)
        return format_answer("401 Unauthorized", b"", REALM[1].format(80))

    async with serve(answer) as port:
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        config = make_config(url="http://registry.test")
        async with aclosing(RegistryClient(config, resolve=resolve_innocently)) as client:
            assert await client.list_tags(APP) == ("v1",)

    tags = b"http://registry.test/v2/team/app/tags/list"
    assert asked == [tags, b"http://rebound.test/token", tags]
