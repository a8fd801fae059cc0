"""RegLite itself is killed with -9, at the worst moments."""

import json
import re
import signal
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from reglite.output.folder import PART
from reglite.reference import compute_digest
from reglite.site.build import MARKER
from tests.fault.conftest import OpenSite
from tests.support.command import run_to_end, start_command
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


def kill_at_work(out: Path, *arguments: str, is_at_work: Callable[[], bool]) -> bool:
    """Kill a command once it replaces what is in its folder; answers whether it was still at it."""
    process = start_command(*arguments, "--out", str(out), folder=out.parent)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and not is_at_work():
        assert time.monotonic() < deadline
    process.kill()
    return process.wait() == -signal.SIGKILL and is_at_work()


def test_reglite_killed_while_packaging_leaves_no_half_zip(tmp_path: Path) -> None:
    out = tmp_path / "zips"

    def is_at_work() -> bool:
        return any(out.glob("*.zip")) and not (out / "target.json").exists()

    kills = (kill_at_work(out, "package", is_at_work=is_at_work) for _ in range(5))
    assert any(kills), "each packaging was over first"

    zips = list(out.glob("*.zip"))
    assert zips
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None


def read_record(site: Path) -> dict[str, list[str]]:
    """Return the digests that each file may have; several for one that is being replaced."""
    files: dict[str, list[str]] = json.loads((site / MARKER).read_bytes())["files"]
    return files


def test_reglite_killed_while_building_leaves_whole_pages_with_their_assets(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build = ("build", "--out", "site")
    assert run_to_end(*build, folder=tmp_path).returncode == 0

    def is_at_work() -> bool:
        return any(len(digests) > 1 for digests in read_record(site).values())

    titles = (f"Title {number}" for number in range(20))
    kills = (kill_at_work(site, "build", "--title", t, is_at_work=is_at_work) for t in titles)
    assert any(kills), "each build was over first"

    for path, digests in read_record(site).items():
        body = (site / path).read_bytes()
        assert compute_digest(body) in digests
        for asset in re.findall(rb'="(?:\.\./)?(assets/[^"#]+)', body):
            assert (site / asset.decode()).is_file()

    assert run_to_end(*build, folder=tmp_path).returncode == 0
    assert not is_at_work()
    assert not (site / PART).exists()
    for path, digests in read_record(site).items():
        assert [compute_digest((site / path).read_bytes())] == digests
