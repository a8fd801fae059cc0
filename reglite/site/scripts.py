"""Reads ES modules without running them: what they import, which messages they name."""

import posixpath
import re
from collections.abc import Mapping

from reglite.errors import ConfigurationError

IMPORT = re.compile(r"""^import (?:\{([^}]*)\} from )?["'](\.[^"'\n]+)["'];$""", re.MULTILINE)
"""A statement that imports: the names in braces, None where there are none, and the target."""

LAZY_IMPORT = re.compile(r"""\bimport\(["'](\.[^"'\n]+)["']\)""")
"""What fetches a module only when it is needed: the target."""

_OTHER_IMPORT = re.compile(
    r"""^[ \t]*(?:import\b(?![.(])|export\b[^;"']*\bfrom\b|.*\bimport\().*""", re.MULTILINE
)
_LITERAL = re.compile(r"""(["'])([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)\1""")
_TRANSLATION = re.compile(r"""\bt\(\s*(["'])([^"']+)\1""")


def collect_modules(
    sources: Mapping[str, str], entry: str, *, include_lazy: bool = False
) -> tuple[str, ...]:
    """Return an entry module and all it imports, directly or not, sorted by path.

    ``include_lazy`` adds what ``import()`` fetches only when it is needed. Paths are relative to
    the folder of assets. Raises ConfigurationError for a module that does not exist.
    """
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        if path not in sources:
            raise ConfigurationError(f"{entry} imports {path}, which does not exist")
        found.add(path)
        waiting += list_imported(sources, path, include_lazy=include_lazy)
    return tuple(sorted(found))


def list_imported(
    sources: Mapping[str, str], module: str, *, include_lazy: bool = False
) -> list[str]:
    """Return the paths that a module imports itself, in their order.

    Raises ConfigurationError for an import in another form than ``import { a, b as c } from
    "./d.js";``, ``import "./d.js";`` and ``import("./d.js")``: nobody would see it.
    """
    source = sources[module]
    rest = LAZY_IMPORT.sub("", IMPORT.sub("", source))
    if other := _OTHER_IMPORT.search(rest):
        raise ConfigurationError(
            f"{module}: {other[0].strip()!r} is an import that can't be followed"
        )
    targets = [target for _, target in IMPORT.findall(source)]
    if include_lazy:
        targets += LAZY_IMPORT.findall(source)
    return [resolve_import(module, target) for target in targets]


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
