"""What is dear to make is made once for all processes of a test run."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder of this name, which the first process that asks fills; others wait for it.

    What ``make`` writes may not depend on the folder's own path: it gets its name when it is whole.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # each worker has a folder of its own below that of the run
    folder, part = root / name, root / f"{name}.part"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
        if not folder.exists():
            shutil.rmtree(part, ignore_errors=True)  # what a process left that failed
            part.mkdir()
            make(part)
            part.rename(folder)
    return folder
