"""Reads ES modules without running them: what they import, which messages they name."""

import posixpath
import re
from collections.abc import Mapping

from reglite.errors import ConfigurationError

_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*["'](\.[^"']+)["']""", re.MULTILINE
)
_LAZY_IMPORT = re.compile(r"""\bimport\(\s*["'](\.[^"']+)["']\s*\)""")
_LITERAL = re.compile(r"""(["'])([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)\1""")
_TRANSLATION = re.compile(r"""\bt\(\s*(["'])([^"']+)\1""")


def collect_modules(
    sources: Mapping[str, str], entry: str, *, include_lazy: bool = False
) -> tuple[str, ...]:
    """Return an entry module and all it imports, directly or not, sorted by path.

    ``include_lazy`` adds what ``import()`` fetches only when it is needed. Paths are relative to
    the folder of assets. Raises ConfigurationError for a module that does not exist.
    """
    patterns = (_IMPORT, _LAZY_IMPORT) if include_lazy else (_IMPORT,)
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        if path not in sources:
            raise ConfigurationError(f"{entry} imports {path}, which does not exist")
        found.add(path)
        targets = [t for pattern in patterns for t in pattern.findall(sources[path])]
        waiting += [resolve_import(path, target) for target in targets]
    return tuple(sorted(found))


def resolve_import(module: str, target: str) -> str:
    """Return the path of what a module imports as ``target``."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(module), target))


def find_messages(source: str, known: frozenset[str]) -> frozenset[str]:
    """Return the catalogue keys that a module names as whole string literals.

    Raises ConfigurationError for ``t("…")`` with a key that no catalogue has.
    """
    unknown = {key for _, key in _TRANSLATION.findall(source)} - known
    if unknown:
        raise ConfigurationError(f"No catalogue has {', '.join(sorted(unknown))}")
    return frozenset(key for _, key in _LITERAL.findall(source)) & known
