"""What goes into each zip: our own modules that it imports, and the names of others'. Pure."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from reglite.bundle.catch_all import CATCH_ALL, CATCH_ALLS, UNMATCHED
from reglite.config.installation import PACKAGE, list_functions


@dataclass
class Imports:
    """What one function needs: files by their path in the zip, and others' top-level names."""

    files: dict[str, Path] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)


def list_zips() -> dict[str, tuple[Path, ...]]:
    """Return the modules that each zip is made of, by its name: a function, or several of them."""
    functions = list_functions()
    handler = PACKAGE / "api" / f"{CATCH_ALL}.py"
    composed = {
        name: (handler, *(functions[part] for part in parts)) for name, parts in CATCH_ALLS.items()
    }
    single = {name: (path,) for name, path in functions.items()}
    return single | composed | {UNMATCHED: (PACKAGE / "api" / f"{UNMATCHED}.py",)}


def collect_imports(*modules: Path) -> Imports:
    """Follow the imports of functions, also those inside their functions' bodies.

    Blocks under ``if TYPE_CHECKING`` are left out; so is the standard library (by the caller, who
    knows which names are installed distributions).
    """
    found = Imports()
    for path in modules:
        folder = "functions" if path.parent.name.endswith("functions") else _name_file(path.parent)
        found.files[f"{folder}/__init__.py"] = path.with_name("__init__.py")
        found.files[f"{folder}/{path.name}"] = path
    pending = list(modules)
    while pending:
        for name in _list_imported_names(pending.pop()):
            pending += _add(found, name)
    return found


def _add(found: Imports, name: str) -> list[Path]:
    """Note one dotted name; return those of our files that were not known yet."""
    top = name.partition(".")[0]
    if top != PACKAGE.name:
        found.foreign.add(top)
        return []
    parts = name.split(".")
    fresh = []
    for end in range(1, len(parts) + 1):
        path = _find_module(parts[1:end])
        if path is None:  # the last part is a class or a function, not a module
            break
        key = _name_file(path)
        if key not in found.files:
            found.files[key] = path
            fresh.append(path)
    return fresh


def _name_file(path: Path) -> str:
    """Return the path in the zip of what lies inside the package."""
    return path.relative_to(PACKAGE.parent).as_posix()


def _find_module(parts: list[str]) -> Path | None:
    base = PACKAGE.joinpath(*parts)
    candidates = (base / "__init__.py", base.with_suffix(".py"))
    return next((c for c in candidates if c.is_file()), None)


@cache  # functions share most modules
def _list_imported_names(path: Path) -> tuple[str, ...]:
    return tuple(_walk_imports(path))


def _walk_imports(path: Path) -> Iterator[str]:
    pending: list[ast.AST] = [ast.parse(path.read_bytes(), filename=str(path))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not _is_type_checking(node):
            pending += ast.iter_child_nodes(node)


def _is_type_checking(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"
