"""Joins the modules that pages load at once, so that a first visit asks for few files.

What nearly every page loads goes into ``js/core.js``, what several load into ``js/shared.js``, what
only one page can reach into the file of its entry; all else stays a file of its own. Each joined
module becomes a function that answers its exports: no name of one meets a name of another, and each
runs once.
"""

import posixpath
import re
from collections.abc import Mapping

from reglite.errors import ConfigurationError
from reglite.site.scripts import (
    IMPORT,
    LAZY_IMPORT,
    collect_modules,
    list_imported,
    resolve_import,
)

CORE = "js/core.js"
"""The file of what pages share; every page loads it."""

SHARED = "js/shared.js"
"""The file of what several pages share, but not nearly all."""

_PAGES = "js/pages/"
_EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function\*?) (\w+))", re.MULTILINE)
_BOUND_TO_FILE = re.compile(r"^(?:import|export)\b(?!\().*|import\.meta", re.MULTILINE)


def join_modules(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the delivered scripts by path.

    Raises ConfigurationError where joining would change what a module does: imports and exports
    in other forms than ``import { a, b as c } from "./d.js";`` and ``export`` before a
    declaration, ``import.meta``, circles, an ``import()`` of what is joined.
    """
    chunks = assign_chunks(sources)
    # Nothing that is written here begins with a dollar.
    names = {module: f"${n}" for n, module in enumerate(sources)}
    files: dict[str, list[str]] = {}
    for module in (*chunks, *(path for path in sources if path not in chunks)):
        files.setdefault(chunks.get(module, module), []).append(module)
    return {
        path: _File(path, chunks, names).join({m: sources[m] for m in modules})
        for path, modules in files.items()
    }


def assign_chunks(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the file of each module that is joined with others, each after what it imports."""
    pages = [path for path in sources if path.startswith(_PAGES)]
    loaded = {page: set(collect_modules(sources, page)) for page in pages}
    reach = {page: set(collect_modules(sources, page, include_lazy=True)) for page in pages}
    chunks: dict[str, str] = {}
    for module in _sort_by_imports(sources, pages):
        users = [page for page in pages if module in loaded[page]]
        if len(users) > 1:
            chunks[module] = CORE if len(users) >= len(pages) - 1 else SHARED
        elif sum(module in modules for modules in reach.values()) == 1:
            chunks[module] = users[0]
    return chunks


def _sort_by_imports(sources: Mapping[str, str], entries: list[str]) -> list[str]:
    done: list[str] = []

    def visit(module: str, trail: tuple[str, ...]) -> None:
        if module in trail:
            raise ConfigurationError(f"Modules in a circle: {' → '.join((*trail, module))}")
        if module not in done:
            for target in list_imported(sources, module):
                visit(target, (*trail, module))
            done.append(module)

    for entry in entries:
        visit(entry, ())
    return done


class _File:
    """One delivered file in the making; ``path`` is its own."""

    def __init__(self, path: str, chunks: Mapping[str, str], names: Mapping[str, str]) -> None:
        self._path = path
        self._chunks = chunks
        self._names = names
        self._imports: set[str] = set()

    def join(self, modules: Mapping[str, str]) -> str:
        bodies = [self._rewrite(module, text) for module, text in modules.items()]
        names = sorted(self._names[module] for module in modules if module in self._chunks)
        exported = f"export {{ {', '.join(names)} }};" if names else ""
        return "".join([self._head(), *bodies, exported])

    def _rewrite(self, module: str, source: str) -> str:
        text = IMPORT.sub(lambda found: self._take(module, *found.group(0, 1, 2)), source)
        text = LAZY_IMPORT.sub(lambda found: self._take_late(module, found[1]), text)
        if module not in self._chunks:
            return text
        body = _EXPORT.sub("", text)
        if wrong := _BOUND_TO_FILE.search(body):
            raise ConfigurationError(f"{module}: {wrong[0]!r} can't be joined with other modules")
        exports = ", ".join(_EXPORT.findall(source))
        return f"const {self._names[module]} = (() => {{\n{body}\nreturn {{ {exports} }};\n}})();\n"

    def _take(self, module: str, statement: str, names: str | None, target: str) -> str:
        """Return what stands in a module for its import of another."""
        target = resolve_import(module, target)
        if module not in self._chunks and target not in self._chunks:
            return statement
        if self._chunks.get(target) != self._path:
            self._imports.add(target)
        taken = re.sub(r"(\w+) as (\w+)", r"\1: \2", names or "")
        return f"const {{{taken}}} = {self._names[target]};" if names else ""

    def _take_late(self, module: str, target: str) -> str:
        target = resolve_import(module, target)
        if target in self._chunks:
            raise ConfigurationError(f"{module} imports {target} late, which is joined")
        return f'import("{self._locate(target)}")'

    def _head(self) -> str:
        """Return the imports of the whole file: joined modules by name, others as a namespace."""
        taken: dict[str, list[str]] = {}
        for target in sorted(self._imports):
            taken.setdefault(self._chunks.get(target, target), []).append(self._names[target])
        return "".join(
            f'import {self._list_names(path, names)} from "{self._locate(path)}";\n'
            for path, names in taken.items()
        )

    def _list_names(self, path: str, names: list[str]) -> str:
        is_joined = path in self._chunks.values()
        return f"{{ {', '.join(names)} }}" if is_joined else f"* as {names[0]}"

    def _locate(self, path: str) -> str:
        found = posixpath.relpath(path, posixpath.dirname(self._path))
        return found if found.startswith(".") else f"./{found}"
