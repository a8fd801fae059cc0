"""The zips of the functions as ``reglite package`` makes them, for this interpreter."""

import platform
import sys
from pathlib import Path

from reglite.bundle.package import Package, package_functions
from reglite.bundle.wheel import Target

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def make_packages(out: Path, *, inventory: Path | None = None) -> dict[str, Package]:
    """Write the zips into a folder and return them by function name."""
    made = package_functions(
        out, Target(ARCHITECTURE, PYTHON), inventory=inventory, say=lambda _: None
    )
    return {package.name: package for package in made}
