"""``reglite check`` against registries that answer, refuse and are away."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reglite import media_types
from reglite.cli.main import main
from reglite.demo.registry import MemoryRegistry
from reglite.reference import Tag
from reglite.registry.placeholder import build_placeholder
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher

Run = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on an inventory, given as name, URL and more settings."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.delenv("REGLITE_REGISTRIES", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(entries: dict[str, dict[str, object]], *arguments: str) -> Result:
        (tmp_path / "inventory.yaml").write_text(json.dumps({"inventory": entries}))
        return CliRunner().invoke(main, ["check", *arguments], prog_name="reglite")

    return run


def read_rows(result: Result) -> dict[str, list[str]]:
    """Return the table's cells by registry."""
    table = result.stdout.split("\n\n")[0].splitlines()
    starts = [table[0].index(title) for title in table[0].split()]
    rows = (
        [row[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
        for row in table[1:]
    )
    return {row[0]: row[1:] for row in rows}


def test_a_registry_that_answers_is_fine(check: Run, docker_registry: DockerRegistry) -> None:
    result = check({"local": {"url": docker_registry.url}})
    assert result.exit_code == 0, result.output
    status, credentials, catalog, delete, *_ = read_rows(result)["local"]
    assert status.startswith("online, ")
    assert status.endswith(" ms")
    assert (credentials, catalog, delete) == ("none", "yes", "yes")


def test_deletion_that_is_off_is_said_with_the_setting_to_change(
    check: Run, undeletable_docker_registry: DockerRegistry
) -> None:
    result = check({"local": {"url": undeletable_docker_registry.url}})
    assert result.exit_code == 0
    assert read_rows(result)["local"][3] == "no"
    assert "REGISTRY_STORAGE_DELETE_ENABLED=true" in result.stdout


def test_the_chosen_credential_is_named_and_never_shown(
    check: Run, secured_docker_registry: DockerRegistry, tmp_path: Path
) -> None:
    assert secured_docker_registry.auth is not None
    username, password = secured_docker_registry.auth
    (tmp_path / "password").write_text(password)
    url = secured_docker_registry.url
    result = check({"s": {"url": url, "username": username, "password_file": "password"}})
    assert result.exit_code == 0, result.output
    assert read_rows(result)["s"][1] == "password from inventory"
    assert password not in result.output


def test_wrong_and_missing_passwords_fail_with_the_line_to_change(
    check: Run, secured_docker_registry: DockerRegistry
) -> None:
    url = secured_docker_registry.url
    result = check(
        {
            "wrong": {"url": url, "username": "ana", "password": "no-such-secret"},
            "none": {"url": url},
        }
    )
    assert result.exit_code == 1
    rows = read_rows(result)
    assert rows["wrong"][:2] == ["unauthorized", "password from inventory"]
    assert rows["none"][:2] == ["unauthorized", "none"]
    assert "under inventory.wrong in inventory.yaml" in result.stdout
    assert "Add username: and password: under inventory.none in inventory.yaml" in result.stdout
    assert "no-such-secret" not in result.output


def test_a_registry_that_is_away_fails_and_the_others_are_still_told(
    check: Run, serve: Callable[..., str]
) -> None:
    url = serve(MemoryRegistry())
    result = check({"here": {"url": url}, "away": {"url": "http://127.0.0.1:9"}})
    assert result.exit_code == 1
    rows = read_rows(result)
    assert rows["here"][0].startswith("online")
    assert rows["away"][0] == "offline"
    assert "REGISTRY_UNREACHABLE" in result.stdout
    assert "under inventory.away in inventory.yaml" in result.stdout


def test_only_the_named_registries_are_asked(check: Run, serve: Callable[..., str]) -> None:
    url = serve(MemoryRegistry())
    entries: dict[str, dict[str, object]] = {
        "here": {"url": url},
        "away": {"url": "http://127.0.0.1:9"},
    }
    result = check(entries, "here")
    assert result.exit_code == 0
    assert list(read_rows(result)) == ["here"]


def test_an_unknown_name_is_wrong_usage(check: Run) -> None:
    result = check({"harbor": {"url": "http://127.0.0.1:9"}}, "habor")
    assert result.exit_code == 2
    assert "there is no registry 'habor': did you mean 'harbor'?" in result.stderr


def test_a_helper_is_named_and_what_it_says_opens_the_registry(
    check: Run,
    secured_docker_registry: DockerRegistry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert secured_docker_registry.auth is not None
    username, password = secured_docker_registry.auth
    (tmp_path / "docker").mkdir()
    helpers = {"credHelpers": {secured_docker_registry.host: "test"}}
    (tmp_path / "docker/config.json").write_text(json.dumps(helpers))
    program = tmp_path / "docker-credential-test"
    answer = json.dumps({"ServerURL": "x", "Username": username, "Secret": password})
    program.write_text(f"#!{sys.executable}\nprint({answer!r})\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    result = check({"s": {"url": secured_docker_registry.url}})
    assert result.exit_code == 0, result.output
    status, credentials, *_ = read_rows(result)["s"]
    assert status.startswith("online")
    assert credentials == "helper test"
    assert password not in result.output


def test_leftovers_of_an_interrupted_removal_are_found(
    check: Run, docker_registry: DockerRegistry, pusher: Pusher, repository: str
) -> None:
    image = pusher.push_image("v1", "v2")
    entries: dict[str, dict[str, object]] = {"local": {"url": docker_registry.url}}
    clean = check(entries, "--leftovers", "--json")
    (registry,) = json.loads(clean.stdout)["registries"]
    assert [left for left in registry["leftovers"] if left["repository"] == repository] == []
    raw = build_placeholder(image.digest, Tag("v1"), "nonce")
    pusher.push_raw(raw, media_types.OCI_INDEX, "v1")
    result = check(entries, "--leftovers")
    assert result.exit_code == 1
    assert f"left over: {repository}:v1 is on a placeholder" in result.stdout
    (registry,) = json.loads(check(entries, "--leftovers", "--json").stdout)["registries"]
    assert registry["fine"] is False
    assert [
        left["state"] for left in registry["leftovers"] if left["repository"] == repository
    ] == ["placeholder"]


def test_json_is_that_of_the_api(check: Run, serve: Callable[..., str]) -> None:
    result = check(
        {"here": {"url": serve(MemoryRegistry())}, "away": {"url": "http://127.0.0.1:9"}}, "--json"
    )
    assert result.exit_code == 1
    here, away = json.loads(result.stdout)["registries"]
    assert here["status"] == "online"
    assert here["credential_source"] == "none"
    assert here["capabilities"]["catalog"] is True
    assert here["error"] is None
    assert here["fine"] is True
    assert away["error"]["code"] == "REGISTRY_UNREACHABLE"
    assert away["hints"]


def test_no_registry_at_all_is_said(check: Run) -> None:
    result = check({})
    assert result.exit_code == 0
    assert "reglite init" in result.stdout
