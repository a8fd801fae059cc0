"""The zips: small, the same twice, with what a function imports and nothing else."""

import marshal
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from reglite.bundle.bytecode import find_interpreter
from reglite.bundle.catch_all import CATCH_ALLS
from reglite.bundle.package import Package
from reglite.bundle.source import collect_imports, find_packaged, list_functions, list_zips
from reglite.bundle.wheel import Target, install_wheels, resolve_distributions
from reglite.cli import main
from reglite.errors import ConfigurationError, RegliteError
from tests.support.packages import ARCHITECTURE, PYTHON

MAX_BYTES = 7_000_000


@pytest.fixture(scope="module")
def names(packages: dict[str, Package]) -> dict[str, set[str]]:
    return {n: set(zipfile.ZipFile(p.path).namelist()) for n, p in packages.items()}


def test_every_function_has_a_zip_of_at_most_seven_megabytes(packages: dict[str, Package]) -> None:
    assert list(packages) == list(list_zips())
    for package in packages.values():
        assert package.size_bytes == package.path.stat().st_size < MAX_BYTES, package.name


def test_zip_holds_its_own_function_and_no_other(names: dict[str, set[str]]) -> None:
    for zip_name, inside in names.items():
        functions = CATCH_ALLS.get(zip_name, (zip_name,))
        modules = {n for n in inside if n.startswith("functions/") and n.endswith(".py")}
        assert modules == {f"functions/{function}.py" for function in ("__init__", *functions)}


def test_zip_holds_only_what_the_function_imports(names: dict[str, set[str]]) -> None:
    assert "reglite/deletion/untag.py" in names["untag"]
    assert "reglite/deletion/untag.py" not in names["tags"]
    assert "reglite/browse/manifest.py" not in names["health"]
    for inside in names.values():
        tops = {name.partition("/")[0] for name in inside}
        assert not tops & {"tests", "click", "jinja2", "uvicorn", "botocore", "boto3", "build"}
        assert not [n for n in inside if n.startswith(("reglite/demo", "reglite/site"))]
        assert not [n for n in inside if n.endswith((".pyi", ".yaml", ".env"))]


def test_every_module_goes_with_bytecode_that_is_never_checked(
    packages: dict[str, Package],
) -> None:
    tag = f"cpython-{PYTHON.replace('.', '')}"
    with zipfile.ZipFile(packages["tags"].path) as archive:
        inside = set(archive.namelist())
        for name in (n for n in inside if n.endswith(".py")):
            folder, _, module = name.rpartition("/")
            cached = f"{folder}/__pycache__/{module.removesuffix('.py')}.{tag}.pyc".lstrip("/")
            assert cached in inside
            assert int.from_bytes(archive.read(cached)[4:8], "little") == 0b01  # PEP 552


def test_bytecode_names_no_folder_of_the_machine_that_made_it(
    packages: dict[str, Package],
) -> None:
    with zipfile.ZipFile(packages["health"].path) as archive:
        for name in (n for n in archive.namelist() if n.endswith(".pyc")):
            code = marshal.loads(archive.read(name)[16:])
            folder, _, module = name.rpartition("/__pycache__/")
            source = f"{folder}/{module}" if folder else name.removeprefix("__pycache__/")
            assert code.co_filename == f"{source.split('.')[0]}.py"


def test_wheels_are_those_of_the_target_and_not_of_this_machine(tmp_path: Path) -> None:
    other = "x86_64" if ARCHITECTURE == "arm64" else "arm64"
    lock = find_packaged("requirements.lock")

    install_wheels({"pydantic-core"}, lock, Target(other, "3.12"), tmp_path / "tree")

    (library,) = (tmp_path / "tree").rglob("*.so")
    assert "cpython-312" in library.name
    machine = int.from_bytes(library.read_bytes()[18:20], "little")  # ELF's e_machine
    assert machine == {"arm64": 183, "x86_64": 62}[other]


def test_what_only_servers_need_is_no_requirement_of_a_function() -> None:
    imports = collect_imports(list_functions()["tags"])

    found = resolve_distributions(imports.foreign, Target("x86_64", PYTHON))

    assert {"fastapi", "httpx", "mangum", "pydantic-core", "sniffio"} <= found
    assert not found & {"uvicorn", "click", "jinja2", "botocore", "prometheus-client"}


def test_failing_pip_is_said_with_what_to_check(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text(f"no-such-distribution-at-all==1.0 \\\n    --hash=sha256:{'0' * 64}\n")

    with pytest.raises(RegliteError, match="pip could not get the wheels for x86_64"):
        install_wheels({"no-such-distribution-at-all"}, lock, Target("x86_64", PYTHON), tmp_path)


def test_distribution_without_a_locked_hash_is_not_installed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("")

    with pytest.raises(ConfigurationError, match=r"requirements\.lock has no httpx"):
        install_wheels({"httpx"}, lock, Target("x86_64", PYTHON), tmp_path)


def test_missing_interpreter_is_none_and_the_running_one_is_found() -> None:
    assert find_interpreter("3.99") is None
    assert find_interpreter(PYTHON) == sys.executable


@pytest.mark.parametrize("version", ["3", "3.10", "2.7", "latest"])
def test_python_that_reglite_does_not_run_on_is_a_usage_error(version: str) -> None:
    result = CliRunner().invoke(main, ["package", "--python", version])

    assert result.exit_code == 2
    assert "must be a version such as 3.13" in result.stderr


def test_inventory_with_a_secret_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text("inventory: {nas: {url: 'http://n', password: hunter2}}")
    out = tmp_path / "out"

    result = CliRunner().invoke(main, ["package", "--out", str(out), "--inventory", str(inventory)])

    assert result.exit_code == 2
    assert "inventory.nas.password" in result.stderr
    assert not out.exists()
