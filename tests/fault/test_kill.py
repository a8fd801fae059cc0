"""RegLite itself is killed with -9, at the worst moments."""

import os
import signal
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.fault.conftest import OpenSite
from tests.support.command import start_command
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher

MakeRegistry = Callable[..., DockerRegistry]
REPOSITORY = "team/app"
PATIENCE_SECONDS = 300


def read_tags(registry: DockerRegistry) -> dict[str, str]:
    """Ask the registry itself what its tags point at; a tag that answers 404 is "dangling"."""
    with registry.client() as client:
        names = client.get(f"/v2/{REPOSITORY}/tags/list").json()["tags"] or []
        accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
        answers = {
            name: client.head(f"/v2/{REPOSITORY}/manifests/{name}", headers=accept)
            for name in names
        }
    return {
        name: answer.headers.get("docker-content-digest", "dangling")
        for name, answer in answers.items()
    }


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4])
def test_reglite_killed_during_an_untagging_loses_nothing(
    make_docker_registry: MakeRegistry, open_site: OpenSite, dies_at: int
) -> None:
    """At the n-th write: rehearsal, its deletion, placeholder over the tag, its deletion."""
    registry = make_docker_registry()
    with registry.client() as client:
        digest = Pusher(client, REPOSITORY).push_image("doomed", "kept").digest
    site = open_site(registry)
    writes: list[str] = []

    def kill_at_write(line: str) -> None:
        if line.startswith(("PUT", "DELETE")) and "0" * 64 not in line:
            writes.append(line)
            if len(writes) == dies_at:
                site.kill()

    site.proxy.on_request = kill_at_write
    path = f"repositories/{REPOSITORY}/tags/doomed?digest={digest}"
    with pytest.raises(httpx.TransportError):
        site.ask(path, method="DELETE")

    assert read_tags(registry)["kept"] == digest
    again = open_site(registry).ask(path, method="DELETE")
    assert again.status_code in {200, 404}
    assert read_tags(registry) == {"kept": digest}


def test_reglite_killed_during_a_deletion_deletes_the_whole_or_nothing(
    make_docker_registry: MakeRegistry, open_site: OpenSite
) -> None:
    registry = make_docker_registry()
    with registry.client() as client:
        kept = Pusher(client, REPOSITORY).push_image("kept", name="kept").digest
        doomed = Pusher(client, REPOSITORY).push_image("v1", "v2", name="doomed").digest
    site = open_site(registry)

    def kill_at_deletion(line: str) -> None:
        if line.startswith("DELETE") and doomed in line:
            site.kill()

    site.proxy.on_request = kill_at_deletion
    path = f"repositories/{REPOSITORY}/manifests/{doomed}"
    with pytest.raises(httpx.TransportError):
        site.ask(path, method="DELETE")

    assert open_site(registry).ask(path, method="DELETE").status_code in {200, 404}
    assert read_tags(registry) == {"kept": kept}


def test_reglite_killed_while_reading_starts_again_as_if_nothing_had_been(
    make_docker_registry: MakeRegistry, open_site: OpenSite
) -> None:
    registry = make_docker_registry()
    with registry.client() as client:
        digest = Pusher(client, REPOSITORY).push_image("v1").digest
    site = open_site(registry)
    site.proxy.on_request = lambda _: site.kill()
    with pytest.raises(httpx.TransportError):
        site.ask(f"repositories/{REPOSITORY}/tags/v1/manifest")

    read = open_site(registry).ask(f"repositories/{REPOSITORY}/tags/v1/manifest").json()
    assert read["digest"] == digest
    assert read_tags(registry) == {"v1": digest}


def test_reglite_killed_while_packaging_leaves_no_half_zip(tmp_path: Path) -> None:
    process = start_command("package", "--out", "zips", folder=tmp_path)
    out = tmp_path / "zips"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (parts := list(out.glob("*.part"))):
        assert process.poll() is None, "packaging was over before it could be killed"
        assert time.monotonic() < deadline
        os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.001)
        os.kill(process.pid, signal.SIGSTOP)  # what is seen from here on stays as it is
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    assert [part for part in parts if part.with_suffix(".zip").exists()] == []
    for path in out.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None


def kill_while_building(folder: Path) -> bool:
    """Kill a build that has begun to write; answers whether it was still at it."""
    process = start_command("build", "--out", "site", folder=folder)
    while process.poll() is None and not list(folder.glob(".site-*")):
        pass
    process.kill()
    return process.wait() == -signal.SIGKILL


def test_reglite_killed_while_building_leaves_a_whole_site_or_none(tmp_path: Path) -> None:
    first = start_command("build", "--out", "site", folder=tmp_path)
    assert first.wait(PATIENCE_SECONDS) == 0
    site = tmp_path / "site"
    before = {path.relative_to(site): path.read_bytes() for path in site.rglob("*.html")}
    assert any(kill_while_building(tmp_path) for _ in range(20)), "each build was over first"

    after = {path.relative_to(site): path.read_bytes() for path in site.rglob("*.html")}
    assert after == before
    assert start_command("build", "--out", "site", folder=tmp_path).wait(PATIENCE_SECONDS) == 0
