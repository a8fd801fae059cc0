"""The wheels of other people's packages for the platform that the functions will run on."""

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.utils import canonicalize_name

from reglite.bundle.lock import Locked
from reglite.errors import ConfigurationError, RegliteError

# Lambda's Python runtimes bring these along.
IN_RUNTIME = frozenset({"boto3", "botocore", "s3transfer"})

# What a distribution looks for without requiring it: httpcore tries to import sniffio for every
# request, and a failing import costs more than its part of the request.
_LOOKED_FOR = {"httpcore": {"sniffio"}}

# The oldest C library that each wheel may ask for is 2.17. Lambda's Python 3.11 runs on Amazon
# Linux 2, which has 2.26; those after it on Amazon Linux 2023, which has 2.34.
_OLDEST_GLIBC = 17
_GLIBC_OF_3_11, _GLIBC = 26, 34


@dataclass(frozen=True, slots=True)
class Target:
    """What the functions will run on: ``x86_64`` or ``arm64``, and Python's minor version."""

    architecture: str
    python: str

    @property
    def machine(self) -> str:
        """The processor as Linux and wheels call it."""
        return "aarch64" if self.architecture == "arm64" else "x86_64"

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platform tags of wheels that run there (PEP 600), the most common first."""
        newest = _GLIBC_OF_3_11 if self.python == "3.11" else _GLIBC
        minors = range(_OLDEST_GLIBC, newest + 1)
        tags = (f"manylinux_2_{minor}_{self.machine}" for minor in minors)
        return (f"manylinux2014_{self.machine}", *tags)

    @property
    def markers(self) -> dict[str, str]:
        """The environment markers of that platform (PEP 508)."""
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "platform_machine": self.machine,
            "platform_system": "Linux",
            "sys_platform": "linux",
            "os_name": "posix",
            "extra": "",
        }


def resolve_distributions(
    foreign: set[str], lock: Mapping[str, Locked], target: Target
) -> set[str]:
    """Return the names of the distributions behind top-level modules, and of all they require.

    What they require the lock knows; the versions installed here may be others.
    """
    by_module = _map_modules()
    pending = {_normalise(d) for name in foreign for d in by_module.get(name, ())}
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name in found or name in IN_RUNTIME:
            continue
        found.add(name)
        pending |= _list_requirements(name, lock, target) | _LOOKED_FOR.get(name, set())
    return found


@cache  # it reads the list of files of everything that is installed
def _map_modules() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def _list_requirements(name: str, lock: Mapping[str, Locked], target: Target) -> set[str]:
    markers = target.markers
    return {
        other
        for other, locked in lock.items()
        if name in locked.required_by and locked.is_for(markers)
    }


def install_wheels(names: set[str], lock: Mapping[str, Locked], target: Target, into: Path) -> None:
    """Unpack the locked wheels of these distributions for the target into a folder.

    Raises ConfigurationError where a distribution is not in the lock, RegliteError where pip fails.
    """
    requirements = into.with_suffix(".txt")
    requirements.write_text(_select(lock, names))
    platforms = [f"--platform={tag}" for tag in target.platforms]
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


def _select(lock: Mapping[str, Locked], names: set[str]) -> str:
    missing = sorted(names - lock.keys())
    if missing:
        raise ConfigurationError(f"requirements.lock has no {', '.join(missing)}: run `make lock`")
    return "".join(lock[name].requirement for name in sorted(names))


# What no function runs: scripts, type stubs, the installer's notes, tests and what serves them,
# commands, notes for other tools and plug-ins of theirs, templates, WSGI, HTTP/2 (its parser is not
# there), other event loops, the C parser of YAML (an inventory is small), pydantic's predecessor
# and what it tries out.
_LEFT_OUT = re.compile(
    r"^\.\./|/__pycache__/|\.pyi$|/py\.typed$|/tests?/|/\.agents/|/__main__\.py$|^idna/cli\.py$"
    r"|^fastapi/(?:cli|staticfiles|templating|testclient)\.py$"
    r"|^starlette/(?:templating|testclient|middleware/sessions)\.py$"
    r"|^(?:fastapi|starlette)/middleware/wsgi\.py$"
    r"|\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json|WHEEL|sboms/.*)$"
    r"|^anyio/(?:pytest_plugin\.py$|_backends/_trio\.py$)"
    r"|^httpcore/(?:_backends/trio|_a?sync/http2)\.py$"
    r"|^httpx/_main\.py$|^pydantic/(?:mypy\.py$|v1/|experimental/pipeline\.py$)|^yaml/_yaml\."
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
