import json
from pathlib import Path

import pytest

from reglite.bundle.inventory import read_bundled_inventory
from reglite.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("inventory: {nas: {url: 'http://n', password: hunter2}}", "inventory.nas.password"),
        ("inventory: {nas: {url: 'http://n', auth: dXNlcjpodW50ZXIy}}", "inventory.nas.auth"),
        ("inventory: {nas: {url: 'http://n', password: 'x${VAR}hunter2'}}", "nas.password"),
        ("inventory: {nas: {url: 'http://n', password: '${VAR:-hunter2}'}}", "nas.password"),
        ("inventory: {nas: {url: 'http://ana:hunter2@n'}}", "inventory.nas.url"),
        ("access: {tokens: [{name: ci, token: hunter2}]}", "access.tokens[0].token"),
        ("inventory: {nas: {url: 'http://n', password: 123456}}", "inventory.nas.password"),
        ("inventory: {nas: {url: 'http://n', password: [hunter2]}}", "inventory.nas.password"),
        ("inventory: {nas: {url: 'http://n', auth: {a: hunter2}}}", "inventory.nas.auth"),
        ("inventory: {nas: {url: 'http://n', passwrd: hunter2}}", "inventory.nas.passwrd"),
    ],
)
def test_secret_is_refused_by_its_key_and_never_shown(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(text)

    with pytest.raises(ConfigurationError) as caught:
        read_bundled_inventory(path)

    assert key in caught.value.message
    assert "hunter2" not in caught.value.message
    assert "123456" not in caught.value.message


def test_references_to_secrets_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "inventory:\n"
        "  nas: {url: 'http://n', username: ana, password: '${NAS_PASSWORD}'}\n"
        "  hub: {url: 'http://h', auth: '${ssm:/reglite/hub}'}\n"
        "  tokens: {url: 'http://named-like-a-section'}\n"
        "access: {tokens: [{name: ci, token: '${CI_TOKEN}', role: viewer}]}\n"
    )

    bundled = json.loads(read_bundled_inventory(path))

    assert bundled["inventory"]["nas"]["password"] == "${NAS_PASSWORD}"
    assert list(bundled["inventory"]) == ["nas", "hub", "tokens"]


def test_values_other_than_text_may_be_references(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text("inventory: {auth: {url: '${URL}', timeout_seconds: '${TIMEOUT}'}}\naccess:\n")

    bundled = json.loads(read_bundled_inventory(path))

    assert bundled["inventory"]["auth"]["timeout_seconds"] == "${TIMEOUT}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[nas]", "must be a mapping"),
        ("access: {origins: &a [*a]}", r"access\.origins\[0\]: contains itself"),
    ],
)
def test_what_is_no_inventory_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(text)

    with pytest.raises(ConfigurationError, match=problem):
        read_bundled_inventory(path)


def test_missing_inventory_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml: there is no such file"):
        read_bundled_inventory(tmp_path / "nowhere.yaml")
