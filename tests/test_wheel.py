"""The wheel has functions, templates and the example inventory, and works outside a checkout."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.command import run_command, run_to_end

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, CHECKOUT],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an empty environment; the dependencies come from this one's folder."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    site_packages = next(folder.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site_packages)
    # A path that a .pth names is searched last and its own .pth files (the editable install of this
    # checkout) are not read.
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin" / "python"


def test_wheel_holds_functions_templates_and_example_inventory(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert "reglite/_functions/health.py" in names
    assert "reglite/_site_templates/pages/index.html" in names
    assert "reglite/_inventory.example.yaml" in names
    assert not [n for n in names if n.startswith(("tests/", "functions/", "build/"))]


def test_installed_wheel_builds_the_site(installed: Path, tmp_path: Path) -> None:
    built = run_to_end("build", "--out", "site", folder=tmp_path, python=installed)

    assert built.returncode == 0, built.stderr
    for page in ("index", "repositories", "tags", "manifest"):
        assert (tmp_path / "site" / f"{page}.html").is_file()


@pytest.fixture
def dev_url(installed: Path, tmp_path: Path) -> Iterator[str]:
    arguments = ("dev", "--no-open", "--no-reload")
    with run_command(*arguments, folder=tmp_path, python=installed) as dev:
        yield dev.url
        assert dev.stop() == 0, dev.printed


def test_installed_wheel_serves_the_demo_where_nothing_is_configured(dev_url: str) -> None:
    page = httpx.get(f"{dev_url}/")
    registries = httpx.get(f"{dev_url}/api/v1/registries").json()["registries"]
    repositories = httpx.get(
        f"{dev_url}/api/v1/registries/{registries[0]['name']}/repositories"
    ).json()["repositories"]

    assert page.headers["content-type"].startswith("text/html")
    assert [r["source"] for r in registries] == ["demo"]
    assert repositories
