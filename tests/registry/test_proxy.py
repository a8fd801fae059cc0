"""A real proxy on the way: what goes to it, what does not, and whose failure a failure is."""

import json
import selectors
import socket
import socketserver
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from reglite.browse.status import get_status
from reglite.demo.registry import MemoryRegistry
from reglite.errors import ProxyFailed, RegistryUnreachable
from tests.registry.clients import APP, PASSWORD, MakeClient, make_credential
from tests.support.certificates import Certificates
from tests.support.loopback import LoopbackServer, run_server
from tests.support.serving import serve_app

pytestmark = pytest.mark.anyio

ANSWER = json.dumps({"name": APP, "tags": ["v1"]}).encode()


@dataclass
class HeldProxy:
    """A proxy that answers plain requests itself, and CONNECT with a status or a way there."""

    connect_status: str = "502 Bad Gateway"
    target: tuple[str, int] | None = None
    heads: list[str] = field(default_factory=list)
    url: str = ""

    def make_handler(self) -> type[socketserver.StreamRequestHandler]:
        held = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while head := self._read_head():
                    held.heads.append(head)
                    if head.startswith("CONNECT"):
                        self._connect()
                        break
                    self._answer("200 OK", ANSWER)

            def _connect(self) -> None:
                if held.target is None:
                    self._answer(held.connect_status, b"")
                else:
                    self._tunnel(held.target)

            def _read_head(self) -> str:
                lines = []
                while (line := self.rfile.readline()).strip():
                    lines.append(line.decode("latin-1"))
                return "".join(lines)

            def _answer(self, status: str, body: bytes) -> None:
                head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
                self.wfile.write(head.encode() + body)

            def _tunnel(self, target: tuple[str, int]) -> None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                with socket.create_connection(target) as there:
                    forward(self.connection, there)

        return Handler


def forward(here: socket.socket, there: socket.socket) -> None:
    """Pass bytes on in both directions until one side ends."""
    with selectors.DefaultSelector() as selector:
        selector.register(here, selectors.EVENT_READ, there)
        selector.register(there, selectors.EVENT_READ, here)
        while True:
            for key, _ in selector.select():
                try:
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                except ConnectionResetError:
                    return
                if not data:
                    return
                key.data.sendall(data)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldProxy]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    held = HeldProxy()
    server = LoopbackServer(held.make_handler())
    held.url = f"http://{server.host}"
    with run_server(server):
        yield held


async def test_registry_is_asked_through_the_proxy_and_the_status_names_it(
    make_client: MakeClient, proxy: HeldProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("://", "://pr0xyuser:pr0xypass@"))
    client = make_client("http://registry.test")
    assert await client.list_tags(APP) == ("v1",)
    status = await get_status(client)
    assert status.to_json()["proxy"] == proxy.url
    assert all("\r\nProxy-Authorization: Basic " in head for head in proxy.heads)


@pytest.mark.parametrize("excluded", ["registry.test", "*", ".test", "192.0.2.0/24"])
async def test_login_of_a_registry_never_goes_to_a_proxy_that_no_proxy_excludes(
    make_client: MakeClient, proxy: HeldProxy, monkeypatch: pytest.MonkeyPatch, excluded: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", excluded)
    url = "http://192.0.2.1:9" if "/" in excluded else "http://registry.test"
    monkeypatch.setattr(socket, "getaddrinfo", _resolve_to_a_closed_port)
    client = make_client(url.replace("192.0.2.1:9", "192.0.2.1"), credential=make_credential())
    with pytest.raises(RegistryUnreachable):
        await client.list_tags(APP)
    assert proxy.heads == []
    assert client.proxy is None


def _resolve_to_a_closed_port(*_: object, **__: object) -> list[object]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def test_tls_goes_through_a_tunnel_and_only_the_registry_sees_the_login(
    make_client: MakeClient,
    proxy: HeldProxy,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    certificates = Certificates(tmp_path_factory.mktemp("tls"), "registry.test")
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    registry = MemoryRegistry()
    registry.switches.auth, registry.switches.password = "basic", PASSWORD
    registry.switches.username = "ana"
    with serve_app(registry, **certificates.serve_options()) as url:
        host, _, port = url.removeprefix("https://").partition(":")
        proxy.target = (host, int(port))
        client = make_client(
            "https://registry.test", ca_file=certificates.authority, credential=make_credential()
        )
        await client.ping()
        await client.aclose()
        with pytest.raises(RegistryUnreachable, match="its certificate was refused") as caught:
            await make_client("https://registry.test").ping()
    assert not isinstance(caught.value, ProxyFailed)
    assert all(head.startswith("CONNECT registry.test:443") for head in proxy.heads)
    assert not any("authorization" in head.lower() for head in proxy.heads)


@pytest.mark.parametrize(
    "status", ["407 Proxy Authentication Required", "502 Bad Gateway", "403 No"]
)
async def test_refusal_of_a_proxy_is_told_as_the_proxys(
    make_client: MakeClient, proxy: HeldProxy, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    proxy.connect_status = status
    client = make_client("https://registry.test")
    with pytest.raises(ProxyFailed, match=f"{proxy.url} .HTTPS_PROXY. refuses .*{status[:3]}"):
        await client.ping()
    view = await get_status(client)
    assert (view.status, view.hints) == ("offline", ())


async def test_proxy_that_is_not_there_is_told_as_the_proxy(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, proxy: HeldProxy
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("ALL_PROXY", gone)
        for scheme in ("http", "https"):
            with pytest.raises(ProxyFailed, match=r"\(ALL_PROXY\) can't be reached"):
                await make_client(f"{scheme}://registry.test").ping()


async def test_proxy_of_no_use_concerns_only_those_behind_it(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, proxy: HeldProxy
) -> None:
    monkeypatch.setenv("all_proxy", "socks://127.0.0.1:1080")
    with serve_app(MemoryRegistry()) as url:
        assert (await get_status(make_client(url))).status == "online"
    view = await get_status(make_client("https://registry.test"))
    assert (view.status, view.proxy, view.hints) == ("offline", None, ())
    assert view.error is not None
    assert view.error.code == "REGISTRY_UNREACHABLE"
    assert "the proxy in all_proxy can't be used" in view.error.message
