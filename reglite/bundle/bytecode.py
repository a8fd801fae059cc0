"""Bytecode for the runtime's own minor version, where that interpreter is on this machine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from reglite.errors import RegliteError

_INTRODUCE = "import sys; print(sys.implementation.cache_tag, sys.executable)"


def find_interpreter(python: str) -> str | None:
    """Return a CPython of that minor version that runs here, None where there is none."""
    tag = f"cpython-{python.replace('.', '')}"
    if sys.implementation.cache_tag == tag:
        return sys.executable
    paths = (shutil.which(f"python{python}", path=folder) for folder in os.get_exec_path())
    for path in filter(None, paths):
        # A version manager's stand-in runs what is chosen elsewhere, which need not be this.
        for chosen in ({}, {"PYENV_VERSION": python}):
            found, _, executable = _introduce(path, os.environ | chosen).partition(" ")
            if found == tag:
                return executable
    return None


def _introduce(interpreter: str, environ: dict[str, str]) -> str:
    """Return what an interpreter says of itself: nothing where it does not run."""
    command = [interpreter, "-c", _INTRODUCE]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, env=environ
        )
    except OSError:
        return ""
    return done.stdout.strip()


def compile_folder(folder: Path, interpreter: str) -> None:
    """Compile every module below a folder into ``__pycache__`` beside it.

    The ``.pyc`` are unchecked by their source's date and hash: in a zip nothing changes, and Lambda
    then reads the sources of none. Paths inside them begin at the folder, and one process compiles
    all of them in their order: what it has in memory shows in the bytes, and two builds must agree.
    """
    command = [
        *(interpreter, "-m", "compileall", "-q", "-f"),
        *("--invalidation-mode", "unchecked-hash", "-s", str(folder), str(folder)),
    ]
    environ = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, env=environ
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-500:]
        raise RegliteError(f"{interpreter} could not compile the functions: {said}")
