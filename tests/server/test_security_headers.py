"""Every kind of answer of real ``serve`` and ``dev`` processes, under both of uvicorn's parsers."""

import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from starlette.datastructures import Headers

from reglite.api.response.answers import REVALIDATE
from reglite.api.response.security_headers import (
    FOREIGN_POLICY,
    SECURITY_HEADERS,
    SEEN_BY_ALL,
    complete_headers,
    format_page_headers,
)
from reglite.demo.registry import MemoryRegistry
from reglite.server.reload import EVENTS_PATH, SCRIPT_PATH
from reglite.server.site import open_site
from tests.functions.content import DIGEST, REPOSITORY, TAG, fill
from tests.support.command import Command, run_command

ORIGIN: Final = "https://pages.example.com"
PAGE: Final = format_page_headers(open_site().options.policy)
LISTED: Final = {name: value for name, value in SECURITY_HEADERS.items() if name != "Cache-Control"}
REPOSITORY_PATH: Final = f"/api/v1/registries/nas/repositories/{REPOSITORY}"


def ask(running: Command, request: str | bytes, *lines: str) -> tuple[int, Headers]:
    """Send a request line with its header lines, or bytes as they are; read the answer's head."""
    if isinstance(request, str):
        host = () if any(line.startswith("Host:") for line in lines) else ("Host: localhost",)
        request = "\r\n".join((f"{request} HTTP/1.1", *host, *lines)).encode()
    port = int(re.findall(r":(\d+)", running.address)[0])
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request + b"\r\n\r\n")
        while b"\r\n\r\n" not in received:
            part = connection.recv(65536)
            assert part, f"no whole head: {received!r}"
            received += part
    status, *fields = received.partition(b"\r\n\r\n")[0].split(b"\r\n")
    pairs = (field.partition(b": ") for field in fields)
    return int(status.split()[1]), Headers(raw=[(k.lower(), v) for k, _, v in pairs])


def expect(
    running: Command, expected: Mapping[str, str], status: int, request: str | bytes, *lines: str
) -> None:
    """Ask, and check the status, and that each header is there once."""
    found, headers = ask(running, request, *lines)

    assert found == status, request
    assert {name: headers.getlist(name) for name in expected} == _once(expected), request
    allowed = {"no-cache"} if expected is PAGE else {"no-store", REVALIDATE}
    assert headers["cache-control"] in allowed, request


def _once(expected: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in expected.items()}


@pytest.fixture(params=["httptools", "h11"])
def run(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    memory_registry: MemoryRegistry,
    serve: Callable[..., str],
) -> Iterator[Callable[..., Command]]:
    """Return a function that runs a command whose server has this parser."""
    fill(memory_registry)
    access = {"origins": [ORIGIN]}
    document = {"inventory": {"nas": {"url": serve(memory_registry)}}, "access": access}
    (tmp_path / "inventory.yaml").write_text(json.dumps(document))
    if request.param == "h11":  # the folder that a command runs in comes first where it imports
        (tmp_path / "httptools.py").write_text("raise ImportError")
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(
            run_command(*arguments, "--port", "0", folder=tmp_path)
        )


def test_every_answer_of_serve_carries_every_security_header(run: Callable[..., Command]) -> None:
    running = run("serve", "--base-path", "/reglite/")
    evil, origin = "Host: evil.example", f"Origin: {ORIGIN}"
    _, page = ask(running, "GET /reglite/tags.html")

    expect(running, PAGE, 200, "GET /reglite/")
    expect(running, PAGE, 200, "HEAD /reglite/ru/")
    expect(running, PAGE, 304, "GET /reglite/tags.html", f"If-None-Match: {page['etag']}")
    expect(running, LISTED, 404, "GET /reglite/absent.html")
    expect(running, LISTED, 405, "POST /reglite/")
    expect(running, LISTED, 307, "GET /reglite/ru")
    expect(running, LISTED, 307, "GET /reglite?q=1")
    expect(running, LISTED, 403, "GET /reglite/tags.html", evil)
    expect(running, LISTED, 200, "GET /metrics")
    expect(running, LISTED, 200, "HEAD /metrics")
    expect(running, LISTED, 405, "POST /metrics")
    expect(running, LISTED, 403, "GET /metrics", evil)
    expect(running, {**LISTED, **SEEN_BY_ALL}, 200, "GET /api/v1/health")
    expect(running, LISTED, 200, "GET /reglite/api/v1/registries", origin)
    expect(running, LISTED, 200, f"GET {REPOSITORY_PATH}/tags/{TAG}/manifest")
    expect(running, LISTED, 403, "GET /api/v1/health", evil)
    expect(running, LISTED, 403, "GET /api/v1/health", "Host: [")
    expect(running, LISTED, 404, "GET /api/v1/nothing")
    expect(running, LISTED, 400, "GET /api/v1/registries/nas/repositories/UPPER/tags")
    expect(running, LISTED, 405, "POST /api/v1/health")
    expect(running, LISTED, 405, "OPTIONS /api/v1/health")
    preflight = "Access-Control-Request-Method: GET"
    expect(running, LISTED, 204, "OPTIONS /api/v1/health", origin, preflight)
    expect(running, LISTED, 403, f"DELETE {REPOSITORY_PATH}/manifests/{DIGEST}")
    expect(running, LISTED, 400, b"NONSENSE")
    expect(running, LISTED, 400, b"GET / HTTP/1.1\r\nno field")
    expect(running, LISTED, 400, b"GET /ru?\xff HTTP/1.1\r\nHost: localhost")


def test_every_answer_of_dev_carries_every_security_header(run: Callable[..., Command]) -> None:
    running = run("dev", "--no-open")

    expect(running, PAGE, 200, "GET /")
    expect(running, LISTED, 200, f"GET {SCRIPT_PATH}")
    expect(running, LISTED, 200, f"GET {EVENTS_PATH}")
    expect(running, LISTED, 403, f"GET {SCRIPT_PATH}", "Host: evil.example")
    expect(running, LISTED, 404, "GET /.reload/nothing")
    expect(running, LISTED, 307, "GET /ru")
    expect(running, LISTED, 405, "PUT /")
    expect(running, LISTED, 200, "GET /api/v1/session")
    expect(running, LISTED, 404, "GET /api/v1/nothing")
    expect(running, LISTED, 400, b"NONSENSE")


def test_what_an_answer_says_itself_is_not_said_twice() -> None:
    own = [(b"Content-Security-Policy", FOREIGN_POLICY.encode()), (b"cache-control", b"private")]

    headers = Headers(raw=[(name.lower(), value) for name, value in complete_headers(own)])

    expected = LISTED | {"Content-Security-Policy": FOREIGN_POLICY}
    assert {name: headers.getlist(name) for name in expected} == _once(expected)
    assert headers.getlist("cache-control") == ["private"]
