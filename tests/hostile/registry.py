"""A registry that does whatever a test tells it to, down to the bytes on the socket."""

import json
import socketserver
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path
from typing import Any, BinaryIO

from tests.support.loopback import LoopbackServer, run_server

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


Output = BinaryIO | BufferedIOBase
Answerer = Callable[[Asked, Output], None]


def _stay_silent(_: Asked, out: Output) -> None:
    out.flush()


@dataclass
class Hostile:
    """A running server: assign ``answer`` to change what it does; ``asked`` is what came in."""

    url: str = ""
    answer: Answerer = field(default=_stay_silent)
    asked: list[Asked] = field(default_factory=list)

    def list_secrets_seen(self) -> set[str]:
        """Return every Authorization that arrived."""
        return {asked.headers.get("authorization", "") for asked in self.asked} - {""}


@contextmanager
def run_hostile(certificate: Path | None = None) -> Iterator[Hostile]:
    """Serve on a free loopback port, with TLS where a certificate (and its key) is given."""
    hostile = Hostile()

    class Handler(socketserver.StreamRequestHandler):
        timeout = 30

        def handle(self) -> None:
            # The other side may hang up at any time: that is what the tests are about.
            with suppress(ConnectionError, TimeoutError, ssl.SSLError, ValueError):
                while (asked := _read(self.rfile)) is not None:
                    hostile.asked.append(asked)
                    hostile.answer(asked, self.wfile)
                    self.wfile.flush()
                    return

    server = _Server(Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    hostile.url = f"{'http' if certificate is None else 'https'}://{server.host}"
    with run_server(server):
        yield hostile


class _Server(LoopbackServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that turns away during TLS is no error."""


def _read(stream: Any) -> Asked | None:
    line = stream.readline(65536).decode("latin-1").split(" ")
    if len(line) != 3:
        return None
    headers = {}
    while (field_line := stream.readline(65536).decode("latin-1").strip()) != "":
        name, _, value = field_line.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(line[0], line[1], headers)


def write_answer(out: Output, body: bytes, status: int = 200, **headers: str) -> None:
    """Write a whole answer; underscores in names of headers stand for dashes."""
    lines = {"Content_Type": "application/json", "Content_Length": str(len(body)), **headers}
    head = [f"HTTP/1.1 {status} Answer", "Connection: close"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in lines.items()]
    out.write("\r\n".join([*head, "", ""]).encode("latin-1", "replace") + body)


def write_json(out: Output, document: object, status: int = 200, **headers: str) -> None:
    """Write a JSON answer."""
    write_answer(out, json.dumps(document).encode(), status, **headers)
