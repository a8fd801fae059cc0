"""The wheels of other people's packages for the platform that the functions will run on."""

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from reglite.errors import ConfigurationError, RegliteError

# Lambda's Python runtimes bring these along.
IN_RUNTIME = frozenset({"boto3", "botocore", "s3transfer"})

# What a distribution looks for without requiring it: httpcore tries to import sniffio for every
# request, and a failing import costs more than its part of the request.
_LOOKED_FOR = {"httpcore": {"sniffio"}}

# One pinned requirement and the lines of hashes that go on from it.
_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?:.*\\\n)*.*\n", re.MULTILINE)
_PLATFORMS = {
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64"),
    "arm64": ("manylinux2014_aarch64", "manylinux_2_28_aarch64", "manylinux_2_34_aarch64"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """What the functions will run on: ``x86_64`` or ``arm64``, and Python's minor version."""

    architecture: str
    python: str

    @property
    def markers(self) -> dict[str, str]:
        """The environment markers of that platform (PEP 508)."""
        machine = "aarch64" if self.architecture == "arm64" else "x86_64"
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "platform_machine": machine,
            "platform_system": "Linux",
            "sys_platform": "linux",
            "os_name": "posix",
            "extra": "",
        }


def resolve_distributions(foreign: set[str], target: Target) -> set[str]:
    """Return the names of the distributions behind top-level modules, and of all they require."""
    by_module = _map_modules()
    pending = {_normalise(d) for name in foreign for d in by_module.get(name, ())}
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name in found or name in IN_RUNTIME:
            continue
        found.add(name)
        pending |= _list_requirements(name, target) | _LOOKED_FOR.get(name, set())
    return found


@cache  # it reads the list of files of everything that is installed
def _map_modules() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


@cache
def _list_requirements(name: str, target: Target) -> frozenset[str]:
    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return (
            frozenset()
        )  # required on the target only: the lock knows it, or pip says what is missing
    requirements = [Requirement(line) for line in lines]
    return frozenset(
        _normalise(r.name)
        for r in requirements
        if r.marker is None or r.marker.evaluate(target.markers)
    )


def install_wheels(names: set[str], lock: Path, target: Target, into: Path) -> None:
    """Unpack the locked wheels of these distributions for the target into a folder.

    Raises ConfigurationError where a distribution is not in the lock, RegliteError where pip fails.
    """
    requirements = into.with_suffix(".txt")
    requirements.write_text(_select(lock.read_text(), names))
    platforms = [f"--platform={p}" for p in _PLATFORMS[target.architecture]]
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-compile", "--require-hashes", "--only-binary=:all:", *platforms),
        *("--implementation=cp", f"--python-version={target.python}"),
        *("--target", str(into), "--requirement", str(requirements)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise RegliteError(
            f"pip could not get the wheels for {target.architecture}, Python {target.python}: "
            f"{last[0]}. Check the connection to your package index and that pip is installed here"
        )


def _normalise(name: str) -> str:
    return str(canonicalize_name(name))


def _select(lock: str, names: set[str]) -> str:
    """Return the entries of a hashed lock for these names."""
    by_name = {_normalise(entry["name"]): entry[0] for entry in _ENTRY.finditer(lock)}
    missing = sorted(n for n in names if n not in by_name)
    if missing:
        raise ConfigurationError(f"requirements.lock has no {', '.join(missing)}: run `make lock`")
    return "".join(by_name[n] for n in sorted(names))


# What no function runs: scripts, type stubs, the installer's notes, tests, plug-ins of other tools,
# other event loops, the C parser of YAML (an inventory is small) and pydantic's own predecessor.
_LEFT_OUT = re.compile(
    r"^\.\./|/__pycache__/|\.pyi$|/py\.typed$|/tests?/"
    r"|\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json|WHEEL|sboms/.*)$"
    r"|^anyio/(?:pytest_plugin\.py$|_backends/_trio\.py$)|^httpcore/_backends/trio\.py$"
    r"|^httpx/_main\.py$|^pydantic/(?:mypy\.py$|v1/)|^yaml/_yaml\."
)


def list_files(folder: Path, name: str) -> dict[str, Path]:
    """Return the files of one unpacked distribution by their path in the zip, the needed ones."""
    paths = importlib.metadata.Distribution.discover(path=[str(folder)], name=name)
    files = {}
    for entry in next(iter(paths)).files or ():
        key = entry.as_posix()
        if not _LEFT_OUT.search(key) and (folder / key).is_file():
            files[key] = folder / key
    return files
