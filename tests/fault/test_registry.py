"""The real registry stops, restarts, freezes, fills its disk, or has its answers cut off."""

import os
import shutil
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.fault.conftest import OpenSite, Site
from tests.support.availability import find_program
from tests.support.docker_registry import DockerRegistry
from tests.support.errors import get_code
from tests.support.filesystem import fill_filesystem
from tests.support.images import Pusher
from tests.support.token_server import TokenServer

MakeRegistry = Callable[..., DockerRegistry]
REPOSITORY = "team/app"
NOBODY = 65534
CUTS_AT_ONCE = 48


def push(registry: DockerRegistry, *tags: str) -> str:
    with registry.client() as client:
        return Pusher(client, REPOSITORY).push_image(*tags).digest


def list_repositories(site: Site, **query: str | int) -> list[str]:
    """Follow the pages of the API to their end."""
    names: list[str] = []
    path: str | None = f"repositories?{httpx.QueryParams(query)}"
    while path:
        page = site.ask(path).raise_for_status().json()
        names += page["repositories"]
        path = (page["next"] or "").rpartition("/real/")[2]
    return names


def test_registry_that_is_stopped(make_docker_registry: MakeRegistry, open_site: OpenSite) -> None:
    registry = make_docker_registry()
    digest = push(registry, "v1")
    site = open_site(registry)
    registry.stop()

    answer = site.ask(f"repositories/{REPOSITORY}/tags")
    assert (answer.status_code, get_code(answer)) == (502, "REGISTRY_UNREACHABLE")
    assert site.ask("status").json()["status"] == "offline"
    assert site.is_alive()

    registry.start()
    assert site.ask(f"repositories/{REPOSITORY}/tags/v1/manifest").json()["digest"] == digest
    assert site.ask("status").json()["status"] == "online"


def test_registry_that_is_restarted_in_the_middle_of_a_walk(
    make_docker_registry: MakeRegistry, open_site: OpenSite
) -> None:
    registry = make_docker_registry()
    fill_filesystem(registry.storage, repositories=2500, tags=1)
    site = open_site(registry)
    expected = list_repositories(site, n=10_000)
    pages: list[str] = []

    def restart_at_second_page(line: str) -> None:
        if "_catalog" in line:
            pages.append(line)
            if len(pages) == 2:
                registry.restart()

    site.proxy.on_request = restart_at_second_page
    assert list_repositories(site, n=10_000, q="app-0") == [n for n in expected if "app-0" in n]
    assert len(pages) >= 3
    assert len(expected) == 2501


def test_registry_that_stays_away_in_the_middle_of_a_walk(
    make_docker_registry: MakeRegistry, open_site: OpenSite
) -> None:
    """What was read so far must not be taken for all there is."""
    registry = make_docker_registry()
    fill_filesystem(registry.storage, repositories=2500, tags=1)
    site = open_site(registry)
    pages: list[str] = []

    def stop_at_second_page(line: str) -> None:
        if "_catalog" in line:
            pages.append(line)
            if len(pages) == 2:
                registry.stop()

    site.proxy.on_request = stop_at_second_page
    answer = site.ask("repositories?n=10000")
    is_told = answer.status_code == 502 or answer.json()["next"] is not None

    assert is_told
    assert site.is_alive()


def test_registry_that_is_frozen(make_docker_registry: MakeRegistry, open_site: OpenSite) -> None:
    registry = make_docker_registry()
    digest = push(registry, "v1")
    site = open_site(registry, timeout_seconds=3)
    registry.freeze()

    answer = site.ask(f"repositories/{REPOSITORY}/tags")
    assert (answer.status_code, get_code(answer)) == (504, "REGISTRY_TIMEOUT")
    assert site.is_alive()

    registry.thaw()
    assert site.ask(f"repositories/{REPOSITORY}/tags/v1/manifest").json()["digest"] == digest


def drop_privileges(registry: DockerRegistry, folder: Path) -> None:
    """Run the server as nobody from its next start on: root writes whatever the modes say."""
    setpriv = find_program("setpriv")
    registry.stop()
    for path in (registry.folder, *registry.folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    script = registry.folder / "as-nobody"
    who = f"--reuid={NOBODY} --regid={NOBODY} --clear-groups"
    script.write_text(f'#!/bin/sh\nexec {setpriv} {who} {registry._program} "$@"\n')
    script.chmod(0o755)
    registry._program = str(script)
    registry.start()


def set_writable(folder: Path, *, is_writable: bool) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IWUSR if is_writable else mode & ~0o222)


def test_registry_whose_disk_is_read_only(
    make_docker_registry: MakeRegistry, open_site: OpenSite, tmp_path: Path
) -> None:
    registry = make_docker_registry()
    digest = push(registry, "v1", "v2")
    if os.geteuid() == 0:
        drop_privileges(registry, tmp_path)
    site = open_site(registry)
    set_writable(registry.storage, is_writable=False)

    refused = site.ask(f"repositories/{REPOSITORY}/manifests/{digest}", method="DELETE")
    kept = site.ask(f"repositories/{REPOSITORY}/tags/v1?digest={digest}", method="DELETE")

    assert {refused.status_code, kept.status_code} <= {403, 405, 502}
    assert site.ask(f"repositories/{REPOSITORY}/tags").json()["tags"] == ["v1", "v2"]
    for tag in ("v1", "v2"):
        read = site.ask(f"repositories/{REPOSITORY}/tags/{tag}/manifest").json()
        assert read["digest"] == digest
    assert site.is_alive()
    set_writable(registry.storage, is_writable=True)
    gone = site.ask(f"repositories/{REPOSITORY}/tags/v1?digest={digest}", method="DELETE")
    assert gone.json()["untagged"] == "v1"
    assert site.ask(f"repositories/{REPOSITORY}/tags").json()["tags"] == ["v2"]


def test_token_that_expires_in_the_middle_of_a_walk(
    token_server: TokenServer, make_docker_registry: MakeRegistry, open_site: OpenSite
) -> None:
    """Tokens are good for three more seconds at the registry, and RegLite is told five minutes."""
    token_server.switches.token_seconds = 300
    registry = make_docker_registry(token=token_server.auth)
    fill_filesystem(registry.storage, repositories=3, tags=1)
    switches = token_server.switches
    site = open_site(registry, username=switches.username, password=switches.password)
    token_server.age_seconds = switches.token_seconds + 57

    first = site.ask("repositories?n=1").raise_for_status().json()
    await_expiry(token_server, registry)
    asked = len(token_server.requests)
    second = site.ask(first["next"].rpartition("/real/")[2]).raise_for_status().json()

    assert first["repositories"] != second["repositories"]
    assert len(token_server.requests) > asked


def await_expiry(token_server: TokenServer, registry: DockerRegistry) -> None:
    """Return once the registry refuses a token that is younger than RegLite's."""
    switches = token_server.switches
    login = (switches.username, switches.password)
    query = {"service": token_server.service, "scope": "registry:catalog:*"}
    token = httpx.get(token_server.realm, params=query, auth=login).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(10_000):
        if httpx.get(f"{registry.url}/v2/_catalog", headers=headers).status_code == 401:
            return
    raise AssertionError("the token never expired")


def copy_tag(registry: DockerRegistry, tag: str, *copies: str) -> None:
    """Point other tags at the same image, in the registry's own storage."""
    root = registry.storage / "docker" / "registry" / "v2" / "repositories"
    tags = root / REPOSITORY / "_manifests" / "tags"
    for copy in copies:
        shutil.copytree(tags / tag, tags / copy)


@pytest.mark.parametrize(("is_cut_again", "step"), [(False, 1), (True, 20)])
def test_connection_cut_at_every_byte_range_of_an_answer(
    make_docker_registry: MakeRegistry, open_site: OpenSite, *, is_cut_again: bool, step: int
) -> None:
    """Cut once, the next try reads it; cut every time, it is an error and never half an answer.

    The proxy closes after an even number of bytes and resets after an odd one. Three tries and
    their pauses are dear: those are cut at every twentieth byte, and at the one after it.
    """
    registry = make_docker_registry()
    digest = push(registry, "whole")
    site = open_site(registry, max_connections=CUTS_AT_ONCE, timeout_seconds=20)
    path = f"repositories/{REPOSITORY}/tags"
    site.ask(f"{path}/whole/manifest").raise_for_status()
    length = next(n for line, n in site.proxy.lengths.items() if "manifests/whole" in line)
    cuts = sorted({*range(0, length, step), *range(1, length, step)})
    copy_tag(registry, "whole", *(f"cut-{cut}" for cut in cuts))
    seen: set[str] = set()

    def get_cut(line: str) -> int | None:
        if "/manifests/cut-" not in line or (line in seen and not is_cut_again):
            return None
        seen.add(line)
        return int(line.split()[1].rpartition("-")[2])

    site.proxy.get_cut = get_cut
    with ThreadPoolExecutor(CUTS_AT_ONCE) as pool:
        answers = list(pool.map(site.ask, (f"{path}/cut-{cut}/manifest" for cut in cuts)))

    if is_cut_again:
        assert {(answer.status_code, get_code(answer)) for answer in answers} <= {
            (502, "REGISTRY_PROTOCOL"),
            (502, "REGISTRY_UNREACHABLE"),
        }
    else:
        assert {answer.status_code for answer in answers} == {200}
        assert {answer.json()["digest"] for answer in answers} == {digest}
    assert len(seen) == len(cuts)
    assert site.is_alive()
