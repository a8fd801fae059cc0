"""The zips of the functions as ``reglite package`` makes them, for this interpreter."""

import json
import platform
import sys
from pathlib import Path

import pytest

from reglite.bundle.package import Package, package_functions
from reglite.bundle.wheel import Target
from tests.support.sharing import make_once

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_ZIPS, _LIST = "zips", "packages.json"
ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def make_packages(out: Path, *, inventory: Path | None = None) -> dict[str, Package]:
    """Write the zips into a folder and return them by function name."""
    made = package_functions(
        out, Target(ARCHITECTURE, PYTHON), inventory=inventory, say=lambda _: None
    )
    return {package.name: package for package in made}


def share_packages(factory: pytest.TempPathFactory) -> dict[str, Package]:
    """Return the zips that all processes of a test run share."""
    folder = make_once(factory, "functions", _make_and_list)
    listed = json.loads((folder / _LIST).read_text("utf-8"))
    return {
        name: Package(name, folder / _ZIPS / f"{name}.zip", size_bytes, sha256)
        for name, size_bytes, sha256 in listed
    }


def _make_and_list(folder: Path) -> None:
    made = make_packages(folder / _ZIPS).values()
    listed = [(package.name, package.size_bytes, package.sha256) for package in made]
    (folder / _LIST).write_text(json.dumps(listed), "utf-8")
