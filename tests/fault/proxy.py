"""A TCP proxy in front of a registry that can cut answers and call a hook at a request."""

import socket
import socketserver
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.support.loopback import LoopbackServer, run_server

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST instead of FIN


@dataclass
class Proxy:
    """A running proxy: its address, and what it does to the connections.

    ``get_cut`` returns after how many bytes of a request's answer to cut, None for not at all;
    ``on_request`` is called with the first line of each request before it is passed on.
    ``lengths`` has the length of the last whole answer by first line.
    """

    url: str = ""
    get_cut: Callable[[str], int | None] = field(default=lambda _: None)
    on_request: Callable[[str], None] = field(default=lambda _: None)
    lengths: dict[str, int] = field(default_factory=dict)


@contextmanager
def run_proxy(port: int) -> Iterator[Proxy]:
    """Pass connections on to a loopback port, one request each."""
    proxy = Proxy()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError, OSError):
                self._pass_on(self.request)

        def _pass_on(self, client: socket.socket) -> None:
            request = _read_request(client)
            if not request:
                return
            line = request.partition(b"\r\n")[0].decode("latin-1")
            proxy.on_request(line)
            cut, passed = proxy.get_cut(line), 0
            with socket.create_connection(("127.0.0.1", port), timeout=30) as server:
                server.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                while chunk := server.recv(65536):
                    if cut is not None and passed + len(chunk) >= cut:
                        client.sendall(chunk[: cut - passed])
                        self._close(client, is_reset=cut % 2 == 1)
                        return
                    client.sendall(chunk)
                    passed += len(chunk)
            proxy.lengths[line] = passed

        def _close(self, client: socket.socket, *, is_reset: bool) -> None:
            if is_reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            client.close()

    server = LoopbackServer(Handler)
    proxy.url = f"http://{server.host}"
    with run_server(server):
        yield proxy


def _read_request(client: socket.socket) -> bytes:
    """Return one whole request: its head, and the body that its Content-Length announces."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    missing = int(fields.get(b"content-length", 0)) - len(body)
    while missing > 0:
        chunk = client.recv(missing)
        received, missing = received + chunk, missing - len(chunk)
    return received
