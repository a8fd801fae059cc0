"""The zips: small, the same twice, with what a function imports and nothing else."""

import marshal
import os
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from reglite.bundle.bytecode import find_interpreter
from reglite.bundle.catch_all import CATCH_ALLS, UNMATCHED
from reglite.bundle.contents import collect_imports, list_zips
from reglite.bundle.lock import Locked, parse_lock
from reglite.bundle.package import _FUNCTIONS, Package, package_functions
from reglite.bundle.wheel import Target, install_wheels, resolve_distributions
from reglite.cli.main import main
from reglite.config.installation import find_packaged, list_functions
from reglite.errors import ConfigurationError, RegliteError
from reglite.output.made import open_made
from tests.support.packages import ARCHITECTURE, PYTHON, make_packages

MAX_BYTES = 7_000_000


def read_own_lock() -> dict[str, Locked]:
    return parse_lock(find_packaged("requirements.lock").read_text("utf-8"))


def pin(name: str, *, marker: str = "") -> str:
    """Return a distribution's lines in a lock, with two hashes."""
    hashes = "".join(f" \\\n    --hash=sha256:{digit * 64}" for digit in "01")
    return f"{name}==1.0{marker and f' ; {marker}'}{hashes}\n"


@pytest.fixture(scope="module")
def names(packages: dict[str, Package]) -> dict[str, set[str]]:
    return {n: set(zipfile.ZipFile(p.path).namelist()) for n, p in packages.items()}


def test_every_function_has_a_zip_of_at_most_seven_megabytes(packages: dict[str, Package]) -> None:
    assert list(packages) == list(list_zips())
    for package in packages.values():
        assert package.size_bytes == package.path.stat().st_size < MAX_BYTES, package.name


def test_zip_holds_its_own_function_and_no_other(names: dict[str, set[str]]) -> None:
    for zip_name, inside in names.items():
        modules = {n for n in inside if n.startswith("functions/") and n.endswith(".py")}
        if zip_name == UNMATCHED:
            assert modules == set()
            continue
        functions = CATCH_ALLS.get(zip_name, (zip_name,))
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
    lock = read_own_lock()

    install_wheels({"pydantic-core"}, lock, Target(other, "3.12"), tmp_path / "tree")

    (library,) = (tmp_path / "tree").rglob("*.so")
    assert "cpython-312" in library.name
    machine = int.from_bytes(library.read_bytes()[18:20], "little")  # ELF's e_machine
    assert machine == {"arm64": 183, "x86_64": 62}[other]


def test_what_only_servers_need_is_no_requirement_of_a_function() -> None:
    imports = collect_imports(list_functions()["tags"])

    found = resolve_distributions(imports.foreign, read_own_lock(), Target("x86_64", PYTHON))

    assert {"fastapi", "httpx", "mangum", "pydantic-core", "sniffio"} <= found
    assert not found & {"uvicorn", "click", "jinja2", "botocore", "prometheus-client"}


def test_requirements_are_those_of_the_lock_whatever_is_installed_here() -> None:
    before_3_12 = "python_full_version < '3.12'"
    lock = parse_lock(
        f"{pin('httpx')}    # via reglite\n"
        f"{pin('new')}    # via\n    #   httpx\n    #   reglite (pyproject.toml)\n"
        f"{pin('newer')}    # via new\n"
        f"{pin('old', marker=before_3_12)}    # via new\n"
        f"{pin('other')}    # via fastapi\n"
    )

    assert resolve_distributions({"httpx"}, lock, Target("arm64", "3.13")) == {
        *("httpx", "new", "newer")
    }
    assert "old" in resolve_distributions({"httpx"}, lock, Target("arm64", "3.11"))
    assert lock["old"].requirement == pin("old")  # pip would ask this machine's Python


def test_wheels_ask_for_no_newer_c_library_than_the_runtime_has() -> None:
    amazon_linux_2 = Target("x86_64", "3.11").platforms
    amazon_linux_2023 = Target("arm64", "3.12").platforms

    assert {"manylinux2014_x86_64", "manylinux_2_26_x86_64"} <= set(amazon_linux_2)
    assert "manylinux_2_27_x86_64" not in amazon_linux_2
    assert {"manylinux2014_aarch64", "manylinux_2_34_aarch64"} <= set(amazon_linux_2023)
    assert "manylinux_2_35_aarch64" not in amazon_linux_2023


def test_failing_pip_is_said_with_what_to_check(tmp_path: Path) -> None:
    lock = parse_lock(pin("no-such-distribution-at-all"))

    with pytest.raises(RegliteError, match="pip could not get the wheels for x86_64"):
        install_wheels({"no-such-distribution-at-all"}, lock, Target("x86_64", PYTHON), tmp_path)


def test_distribution_without_a_locked_hash_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"requirements\.lock has no httpx"):
        install_wheels({"httpx"}, {}, Target("x86_64", PYTHON), tmp_path)


def write_program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_interpreter_that_does_not_run_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in, broken, other, real = (tmp_path / name for name in ("a", "b", "c", "d"))
    for folder in (stand_in, broken, other, real):
        folder.mkdir()
    write_program(stand_in / "python3.98", "echo 'command not found' >&2; exit 127")
    (broken / "python3.98").write_bytes(b"\x7fELF, but not for this machine")
    (broken / "python3.98").chmod(0o755)
    write_program(other / "python3.98", "echo pypy398 /opt/pypy")
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (stand_in, broken, other, real))))
    assert find_interpreter("3.98") is None

    write_program(real / "python3.98", "echo cpython-398 /opt/python3.98")

    assert find_interpreter("3.98") == "/opt/python3.98"


def test_version_managers_interpreter_is_found_though_another_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = '[ "$PYENV_VERSION" = 3.98 ] && echo "cpython-398 /versions/my 3.98/bin/python"'
    write_program(tmp_path / "python3.98", shim)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_VERSION", "3.11")

    assert find_interpreter("3.98") == "/versions/my 3.98/bin/python"


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


def test_inventory_goes_into_every_zip_but_the_one_that_knows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the wheels, which take long.
    monkeypatch.setattr("reglite.bundle.package.resolve_distributions", lambda *_: set())
    monkeypatch.setattr("reglite.bundle.package.install_wheels", lambda *_: None)
    monkeypatch.setattr("reglite.bundle.package.compile_folder", lambda *_: None)
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text("inventory: {nas: {url: 'http://n'}}")

    made = make_packages(tmp_path / "out", inventory=inventory)

    inside = {name: zipfile.ZipFile(package.path).namelist() for name, package in made.items()}
    assert {n for n, names in inside.items() if "inventory.yaml" not in names} == {UNMATCHED}


def stop(line: str) -> None:
    raise KeyboardInterrupt(line)


def test_stopped_half_way_it_leaves_the_package_that_was_there(tmp_path: Path) -> None:
    with open_made(tmp_path, _FUNCTIONS) as made:
        made.replace({"health.zip": b"zip", "target.json": b"{}"})
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    with pytest.raises(KeyboardInterrupt):
        next(package_functions(tmp_path, Target(ARCHITECTURE, PYTHON), say=stop))

    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_folder_that_holds_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "target.json").write_text("mine")
    (tmp_path / "health.part").symlink_to(tmp_path / "target.json")

    with pytest.raises(ConfigurationError, match="was not made by reglite package"):
        next(package_functions(tmp_path, Target(ARCHITECTURE, PYTHON), say=stop))

    assert (tmp_path / "target.json").read_text() == "mine"


def test_every_file_of_a_package_is_known_as_its_own(packages: dict[str, Package]) -> None:
    folder = packages["health"].path.parent
    with open_made(folder, _FUNCTIONS):
        names = {path.name for path in folder.iterdir()}

    zips = {f"{name}.zip" for name in packages}
    assert names == zips | {"target.json", _FUNCTIONS.record}
