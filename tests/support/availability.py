"""Whether a real part (registry server, browser) is on this machine, and what to do if not."""

import os
import shutil
from typing import NoReturn

import pytest


def is_required() -> bool:
    """Tell whether a missing real part fails the run: under CI and by REGLITE_REQUIRE_REAL."""
    return os.environ.get("CI") == "true" or os.environ.get("REGLITE_REQUIRE_REAL") == "1"


def find_program(*names: str) -> str:
    """Return the path of the first of these programs; skips the test, or fails it under CI."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        give_up(f"none of {', '.join(names)} is installed; 'make test' tries to install it")
    return path


def give_up(reason: str) -> NoReturn:
    """Skip for this reason, or fail where real parts are required."""
    if is_required():
        pytest.fail(reason)
    pytest.skip(reason)
