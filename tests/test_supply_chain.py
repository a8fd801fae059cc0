"""The locks and the bill of materials made out of them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reglite import __version__

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def read_lock(name: str) -> dict[str, str]:
    """Return what a lock says about each package: version, markers, hashes."""
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(.+(?:\n    --hash.+)*)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(name: str) -> None:
    locked = read_lock(name)

    assert len(locked) > 20
    assert [package for package, said in locked.items() if "--hash=sha256:" not in said] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_says_where_packages_come_from(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")

    assert "://" not in text
    assert "--index" not in text
    assert "file:" not in text


def make_sbom(out: Path, *options: str) -> bytes:
    """Run what ``make sbom`` runs."""
    command = ["sh", "tools/make-sbom.sh", sys.executable, str(out), *options]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return out.read_bytes()


def test_bill_of_materials_is_whole_and_the_same_every_time(tmp_path: Path) -> None:
    first = make_sbom(tmp_path / "1.json")
    second = make_sbom(tmp_path / "2.json", "--no-validate")  # which takes most of the time
    document = json.loads(first)
    listed = {component["name"]: component["version"] for component in document["components"]}

    assert first == second
    root = document["metadata"]["component"]
    assert (root["name"], root["version"]) == ("reglite", __version__)
    assert listed == {
        name: re.split(r"[\s;]", said)[0] for name, said in read_lock("requirements.lock").items()
    }
