"""The commands as people run them: another process, a real socket, real signals."""

import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from reglite.demo.registry import MemoryRegistry
from tests.functions.content import DIGEST, REPOSITORY
from tests.support.command import Command, run_command, run_to_end

Run = Callable[..., Command]


@pytest.fixture
def run(tmp_path: Path, enter: Callable[..., Command]) -> Run:
    """Return a function that runs a command until the test ends."""
    return lambda *arguments: enter(run_command(*arguments, folder=tmp_path))


def get_deletion(running: Command, registry_url: str) -> str:
    name = registry_url.removeprefix("http://")
    return f"{running.address}api/v1/registries/{name}/repositories/{REPOSITORY}/manifests/{DIGEST}"


def test_dev_without_anything_serves_the_demo_and_its_pages(run: Run) -> None:
    running = run("dev", "--port", "0", "--no-open")

    page = httpx.get(running.address)
    listed = httpx.get(f"{running.address}api/v1/registries").json()["registries"]
    held = httpx.get(f"{running.address}api/v1/registries/demo/repositories").json()

    assert "demo" in running.printed
    assert (page.status_code, page.history) == (200, [])
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert [(each["name"], each["source"]) for each in listed] == [("demo", "demo")]
    assert len(held["repositories"]) > 5
    assert running.stop() == 0


def test_dev_on_loopback_makes_the_caller_a_maintainer(
    run: Run, registry_url: str, memory_registry: MemoryRegistry
) -> None:
    running = run("dev", registry_url, "--port", "0", "--no-open", "--no-reload")
    deletion = get_deletion(running, registry_url)

    forwarded = httpx.delete(deletion, headers={"X-Forwarded-For": "192.0.2.9"})
    foreign = httpx.delete(deletion, headers={"Sec-Fetch-Site": "cross-site"})
    renamed = httpx.delete(deletion, headers={"Host": "evil.example"})
    assert memory_registry.has_manifest(REPOSITORY, DIGEST)
    own = httpx.delete(deletion)

    assert [r.status_code for r in (forwarded, foreign, renamed, own)] == [403, 403, 403, 200]
    assert not memory_registry.has_manifest(REPOSITORY, DIGEST)
    assert running.stop() == 0
    assert '"outcome": "refused"' in running.printed
    assert '"outcome": "done"' in running.printed


def test_a_second_interrupt_ends_dev_without_a_traceback(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        name = f"127.0.0.1:{silent.getsockname()[1]}"
        running = run("dev", f"http://{name}", "--port", "0", "--no-open")
        port = running.port
        with socket.create_connection(("127.0.0.1", port)) as client:
            path = f"/api/v1/registries/{name}/repositories"
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            with silent.accept()[0] as asked:
                assert asked.recv(1)  # from here on it waits for an answer that never comes
                running.send_signal(signal.SIGINT)
                running.await_closed()
                assert running.stop() == 0
    assert "Traceback" not in running.printed


def test_dev_with_debug_logs_each_request_to_a_registry_without_its_query(
    run: Run, registry_url: str
) -> None:
    running = run("dev", registry_url, "--port", "0", "--no-open", "--debug")
    name = registry_url.removeprefix("http://")

    httpx.get(f"{running.address}api/v1/registries/{name}/repositories?n=7")
    running.stop()

    assert f"GET {registry_url}/v2/_catalog: 200 in" in running.printed
    assert "n=7" not in running.printed


def test_dev_for_others_prints_a_token_for_this_run(run: Run, registry_url: str) -> None:
    running = run("dev", registry_url, "--host", "0.0.0.0", "--port", "0", "--no-open")
    deletion = get_deletion(running, registry_url)
    token = re.findall(r"To look and to delete, sign in with token: (\S+)", running.printed)[0]

    assert httpx.get(f"{running.address}api/v1/registries").status_code == 401
    assert httpx.delete(deletion).status_code == 401
    assert httpx.delete(deletion, headers={"Authorization": "Bearer x"}).status_code == 401
    passed = httpx.delete(deletion, headers={"Authorization": f"Bearer {token}"})
    assert passed.status_code == 200


def test_dev_for_others_lets_them_look_where_the_inventory_says_so(
    run: Run, registry_url: str, tmp_path: Path
) -> None:
    (tmp_path / "inventory.yaml").write_text(
        f"inventory: {{nas: {{url: '{registry_url}'}}}}\naccess: {{anonymous: viewer}}\n"
    )
    running = run("dev", "--host", "0.0.0.0", "--port", "0", "--no-open")

    assert "and look. To delete, sign in with token: " in running.printed
    assert httpx.get(f"{running.address}api/v1/registries").status_code == 200
    path = f"registries/nas/repositories/{REPOSITORY}/manifests/{DIGEST}"
    assert httpx.delete(f"{running.address}api/v1/{path}").status_code == 401


def test_serve_makes_nobody_a_maintainer(run: Run, registry_url: str, tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_text(f"inventory: {{nas: {{url: '{registry_url}'}}}}\n")
    running = run("serve", "--port", "0")

    path = f"repositories/{REPOSITORY}/manifests/{DIGEST}"
    refused = httpx.delete(f"{running.address}api/v1/registries/nas/{path}")

    assert refused.status_code == 403
    assert running.stop(signal.SIGTERM) == 0
    assert "DELETE /api/v1/registries/nas/repositories/team/project/app" in running.printed


def test_serve_believes_no_forwarded_address(run: Run, registry_url: str, tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_text(
        f"inventory: {{nas: {{url: '{registry_url}'}}}}\n"
        "access: {proxy: {user_header: X-User, trusted: [192.0.2.0/24]}}\n"
    )
    running = run("serve", "--port", "0")

    headers = {"X-User": "ana", "X-Forwarded-For": "192.0.2.5", "Forwarded": "for=192.0.2.5"}
    session = httpx.get(f"{running.address}api/v1/session", headers=headers).json()

    assert (session["user"], session["role"]) == (None, None)


def test_serve_answers_under_its_base_path_stripped_or_not(
    run: Run, registry_url: str, tmp_path: Path
) -> None:
    (tmp_path / "inventory.yaml").write_text(f"inventory: {{nas: {{url: '{registry_url}'}}}}\n")
    running = run("serve", "--port", "0", "--base-path", "/tools/reglite/")
    root = running.address.removesuffix("tools/reglite/")

    assert running.address.endswith("/tools/reglite/")
    for prefix in ("", "tools/reglite/"):
        assert httpx.get(f"{root}{prefix}api/v1/health").json()["status"] == "ok"
        assert 'data-api="/tools/reglite"' in httpx.get(f"{root}{prefix}").text
    assert httpx.get(f"{root}tools/reglite-not/api/v1/health").status_code == 404


def test_serve_compresses_long_answers(run: Run, tmp_path: Path) -> None:
    entries = ", ".join(f"nas{n}: {{url: 'http://nas{n}.example'}}" for n in range(50))
    (tmp_path / "inventory.yaml").write_text(f"inventory: {{{entries}}}\n")
    running = run("serve", "--port", "0")

    packed = httpx.get(f"{running.address}api/v1/registries")

    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.json()["registries"]) == 50


def test_a_busy_port_that_was_asked_for_is_a_failure(run: Run, tmp_path: Path) -> None:
    running = run("dev", "--port", "0", "--no-open")
    port = str(running.port)

    second = run_to_end("dev", "--demo", "--port", port, "--no-open", folder=tmp_path)

    assert second.returncode == 1
    assert f"port {port} is in use" in second.stderr
    assert "Traceback" not in second.stderr
