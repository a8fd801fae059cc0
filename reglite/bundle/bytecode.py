"""Bytecode for the runtime's own minor version, where that interpreter is on this machine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from reglite.errors import RegliteError


def find_interpreter(python: str) -> str | None:
    """Return the interpreter of that minor version, None where it is not here."""
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    return shutil.which(f"python{python}")


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
        raise RegliteError(f"{interpreter} could not compile the functions: {done.stdout[-500:]}")
