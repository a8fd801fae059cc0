"""The wheel has functions, templates and the example inventory, and works outside a checkout."""

import os
import signal
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

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


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment without registries, Docker logins or settings of RegLite."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REGLITE_", "PYTHON"))}
    return kept | {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "none")}


def test_wheel_holds_functions_templates_and_example_inventory(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert "reglite/_functions/health.py" in names
    assert "reglite/_site_templates/pages/index.html" in names
    assert "reglite/_inventory.example.yaml" in names
    assert not [n for n in names if n.startswith(("tests/", "functions/", "build/"))]


def test_installed_wheel_builds_the_site(
    installed: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    subprocess.run(
        [installed, "-m", "reglite", "build", "--out", "site"],
        cwd=tmp_path,
        env=environ,
        check=True,
        capture_output=True,
    )

    for page in ("index", "repositories", "tags", "manifest"):
        assert (tmp_path / "site" / f"{page}.html").is_file()


@pytest.fixture
def dev_address(installed: Path, environ: dict[str, str], tmp_path: Path) -> Iterator[str]:
    log = tmp_path / "dev.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [installed, "-u", "-m", "reglite", "dev", "--no-open", "--no-reload"],
            cwd=tmp_path,
            env=environ,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _wait_for_address(process, log)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 0, log.read_text()


def _wait_for_address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Return the address that ``reglite dev`` printed, once its health function answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        for word in log.read_text().split():
            if word.startswith("http://127.0.0.1:") and _is_reglite(word.rstrip("/.,")):
                return word.rstrip("/.,")
        time.sleep(0.1)
    pytest.fail(f"reglite dev printed no address that answers:\n{log.read_text()}")


def _is_reglite(address: str) -> bool:
    try:
        answer = httpx.get(f"{address}/api/v1/health", timeout=5)
    except httpx.TransportError:
        return False
    return answer.is_success and answer.json().get("service") == "reglite"


def test_installed_wheel_serves_the_demo_where_nothing_is_configured(dev_address: str) -> None:
    page = httpx.get(f"{dev_address}/")
    registries = httpx.get(f"{dev_address}/api/v1/registries").json()["registries"]
    repositories = httpx.get(
        f"{dev_address}/api/v1/registries/{registries[0]['name']}/repositories"
    ).json()["repositories"]

    assert page.headers["content-type"].startswith("text/html")
    assert [r["source"] for r in registries] == ["demo"]
    assert repositories
