"""Gathers the routers of all functions, out of a checkout or out of an installed wheel.

In a wheel the folder travels as ``reglite/_functions``; in a checkout it is loaded under that
very name, so that no other package called ``functions`` can take its place.
"""

import importlib
import importlib.util
import sys
from functools import lru_cache
from types import ModuleType
from typing import Final

from fastapi import APIRouter

from reglite.config.installation import find_packaged, list_functions
from reglite.errors import ConfigurationError

_PACKAGE: Final = "reglite._functions"


def load_routers() -> list[APIRouter]:
    """Import every function and return its router, in the order of the names."""
    _load_package()
    modules = (importlib.import_module(f"{_PACKAGE}.{name}") for name in list_functions())
    return [module.router for module in modules]


@lru_cache(maxsize=1)
def _load_package() -> ModuleType:
    folder = find_packaged("functions")
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if not folder.is_dir() or spec is None or spec.loader is None:
        raise ConfigurationError(f"RegLite's functions are missing: {folder} should hold them")
    package = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    spec.loader.exec_module(package)
    return package
