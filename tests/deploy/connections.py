"""TCP relays in front of a server: one counts the connections, one is a proxy for https."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.support.loopback import LoopbackServer, run_server


class Relay(LoopbackServer):
    """Passes bytes on both ways; ``connections`` is how many clients came.

    With ``is_proxy`` it is one for https: whatever host a client asks for, it gets the server, and
    ``asked`` has the requests' first lines.
    """

    def __init__(self, target: str, *, is_proxy: bool = False) -> None:
        super().__init__(_Tunnel if is_proxy else _Connection)
        self.asked: list[str] = []
        parts = urlsplit(target)
        self.target = (parts.hostname or "", parts.port or 80)
        self.connections = 0

    @property
    def url(self) -> str:
        """The relay's own address."""
        return f"http://{self.host}"


class _Connection(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        self.server.connections += 1
        with socket.create_connection(self.server.target) as upstream:
            back = threading.Thread(target=_copy, args=(upstream, self.request))
            back.start()
            _copy(self.request, upstream)
            back.join()


class _Tunnel(_Connection):
    """RFC 9110, 9.3.6: the client says nothing more before it has the answer."""

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            chunk = self.request.recv(65536)
            if not chunk:
                return
            head += chunk
        self.server.asked.append(head.partition(b"\r\n")[0].decode("latin-1"))
        self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        super().handle()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def relay_to(url: str, *, is_proxy: bool = False) -> Iterator[Relay]:
    """Relay to a server until the block ends."""
    relay = Relay(url, is_proxy=is_proxy)
    with run_server(relay):
        yield relay
