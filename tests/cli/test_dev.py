"""``reglite dev`` and ``reglite serve`` as real processes on loopback."""

import re
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from reglite.demo.registry import MemoryRegistry
from tests.support.command import Command, clean_environ, run_command, run_to_end

Start = Callable[..., Command]


@pytest.fixture
def start(tmp_path: Path, enter: Callable[..., Command]) -> Start:
    """Start a command in an empty folder; stopped with the test."""

    def run(*arguments: str, **environ: str) -> Command:
        whole = clean_environ(tmp_path) | environ
        return enter(run_command(*arguments, folder=tmp_path, environ=whole))

    return run


def get_json(served: Command, path: str) -> Any:
    """Return the JSON at a path."""
    answer = httpx.get(served.address + path, timeout=20)
    answer.raise_for_status()
    return answer.json()


def hold_port(port: int) -> socket.socket:
    """Listen on a port, so that nobody else can."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", port))
    holder.listen()
    return holder


def test_with_nothing_to_show_dev_starts_the_demo_and_says_so(start: Start) -> None:
    served = start("dev", "--port", "0", "--no-open")
    assert "No inventory, no URL and no Docker login: starting the demo registry" in served.printed
    (registry,) = get_json(served, "api/v1/registries")["registries"]
    assert registry["source"] == "demo"
    assert f"  {registry['name']}  {registry['url']}  demo;" in served.printed
    assert "none\n" not in served.printed
    repositories = get_json(served, f"api/v1/registries/{registry['name']}/repositories")
    assert repositories["repositories"]
    assert get_json(served, "api/v1/session")["role"] == "maintainer"
    page = httpx.get(served.address)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert served.stop() == 0
    assert "Traceback" not in served.printed
    assert "Aborted" not in served.printed


def test_dev_shows_a_url_without_any_file_and_prints_what_it_found(
    start: Start, serve: Callable[..., str]
) -> None:
    url = serve(MemoryRegistry())
    host = url.removeprefix("http://")
    served = start("dev", url, "--port", "0", "--no-open", "--no-reload")
    assert re.search(rf"{host} +{url} +command line; credentials: none", served.printed)
    assert "demo" not in served.printed
    (registry,) = get_json(served, "api/v1/registries")["registries"]
    assert (registry["name"], registry["source"]) == (host, "command-line")
    assert get_json(served, f"api/v1/registries/{host}/status")["status"] == "online"


def test_demo_adds_the_demo_to_what_is_there(start: Start) -> None:
    served = start(
        "dev", "--demo", "--port", "0", "--no-open", REGLITE_REGISTRIES="http://127.0.0.1:9"
    )
    sources = [r["source"] for r in get_json(served, "api/v1/registries")["registries"]]
    assert sources == ["command-line", "demo"]
    assert re.search(r"127\.0\.0\.1:9 .*\n  demo  http", served.printed)


def test_demo_alone_is_said_to_be_all_there_is(start: Start) -> None:
    served = start("dev", "--demo", "--port", "0", "--no-open")
    assert re.match(r"No registry but the demo's:\n  demo  http\S+  demo;", served.printed)


def test_no_secret_is_printed_at_the_start(start: Start) -> None:
    served = start(
        "dev",
        "--port",
        "0",
        "--no-open",
        REGLITE_INVENTORY="inventory: {a: {url: 'http://127.0.0.1:9', username: ana, "
        "password: '${P}'}}",
        P="hunter2-very-secret",
    )
    assert "credentials: password from inventory" in served.printed
    assert "hunter2-very-secret" not in served.printed
    assert "hunter2-very-secret" not in httpx.get(served.address + "api/v1/registries").text


def test_a_port_that_was_asked_for_does_not_move(tmp_path: Path) -> None:
    with closing(hold_port(0)) as holder:
        port = holder.getsockname()[1]
        for arguments, environ in (
            (["--port", str(port)], {}),
            ([], {"REGLITE_PORT": str(port)}),
        ):
            whole = clean_environ(tmp_path) | environ
            command = ("dev", "--no-open", "--demo", *arguments)
            result = run_to_end(*command, folder=tmp_path, environ=whole)
            assert result.returncode == 1
            assert result.stderr.startswith("Error: ")
            assert str(port) in result.stderr
            assert "--port" in result.stderr


def test_a_busy_default_port_moves_to_the_next_free_one(start: Start) -> None:
    try:
        holder = hold_port(8080)
    except OSError:
        holder = socket.socket()  # somebody else holds it already, which serves as well
    with closing(holder):
        served = start("dev", "--no-open", "--demo", "--no-reload")
        assert 8080 < served.port < 8180
        assert get_json(served, "api/v1/health")["status"] == "ok"


def test_serve_says_who_may_do_what_and_makes_nobody_a_maintainer(start: Start) -> None:
    served = start("serve", "--port", "0", REGLITE_INVENTORY="inventory:")
    assert "Who may do what:" in served.printed
    assert "anyone: may look" in served.printed
    assert "nobody deletes" in served.printed
    assert get_json(served, "api/v1/session")["role"] == "viewer"
    assert served.stop() == 0
    assert "Traceback" not in served.printed
    assert "Aborted" not in served.printed


def test_serve_lists_tokens_by_name_and_shuts_anonymous_people_out(start: Start) -> None:
    served = start(
        "serve",
        "--port",
        "0",
        "--base-path",
        "/registry",
        REGLITE_INVENTORY="access: {tokens: [{name: ci, token: '${T}', role: maintainer}]}",
        T="hunter2-very-secret",
    )
    assert "not signed in: nothing" in served.printed
    assert "token 'ci': may look, delete and restore" in served.printed
    assert "hunter2-very-secret" not in served.printed
    assert served.address.endswith("/registry/")
    assert get_json(served, "api/v1/session")["role"] is None
    answer = httpx.get(
        served.address + "api/v1/session", headers={"Authorization": "Bearer hunter2-very-secret"}
    )
    assert answer.json()["role"] == "maintainer"
