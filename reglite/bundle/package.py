"""What ``reglite package`` does: one reproducible zip per function."""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reglite.bundle.archive import Archives
from reglite.bundle.bytecode import compile_folder, find_interpreter
from reglite.bundle.catch_all import UNMATCHED
from reglite.bundle.contents import Imports, collect_imports, list_zips
from reglite.bundle.inventory import read_bundled_inventory
from reglite.bundle.lock import parse_lock
from reglite.bundle.wheel import Target, install_wheels, list_files, resolve_distributions
from reglite.config.installation import find_packaged
from reglite.output.made import Maker, open_made

Say = Callable[[str], None]

_TARGET = "target.json"
_FUNCTIONS = Maker(
    command="reglite package",
    record=".reglite-functions",
    own=re.compile(r"[a-z0-9_]+\.zip|target\.json"),
    seal=_TARGET,  # without it nothing is deployed, so no zips of two kinds either
)


@dataclass(frozen=True, slots=True)
class Package:
    """One zip that was written: its function's name, path, size in bytes and sha256."""

    name: str
    path: Path
    size_bytes: int
    sha256: str


def package_functions(
    out: Path, target: Target, *, inventory: Path | None = None, say: Say
) -> Iterator[Package]:
    """Write ``NAME.zip`` per function and catch-all into a folder, and say how it goes.

    ``inventory`` is an inventory file to bundle, as JSON, which starts faster; one that holds a
    secret is refused, and the zip for what no route matches goes without. Beside the zips,
    ``target.json`` tells the deployment what they are for. What earlier runs made there stays until
    all of them are made. Raises ConfigurationError and RegliteError.
    """
    bundled = None if inventory is None else read_bundled_inventory(inventory)
    imports = {name: collect_imports(*modules) for name, modules in list_zips().items()}
    lock = parse_lock(find_packaged("requirements.lock").read_text("utf-8"))
    needed = {
        name: resolve_distributions(found.foreign, lock, target) for name, found in imports.items()
    }
    with open_made(out, _FUNCTIONS) as made, tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        say(f"Getting wheels for {target.architecture}, Python {target.python}")
        install_wheels(set().union(*needed.values()), lock, target, tree)
        own = _copy_sources(tree, imports.values(), bundled)
        _compile(tree, target, say)
        files = {
            name: _list_content(
                tree, [*found.files, *(() if name == UNMATCHED else own)], needed[name]
            )
            for name, found in imports.items()
        }
        zips = _zip(files, Path(scratch))
        made.replace({f"{name}.zip": zips[name] for name in zips} | {_TARGET: _format(target)})
    for name, body in zips.items():
        yield Package(name, out / f"{name}.zip", len(body), hashlib.sha256(body).hexdigest())


def _format(target: Target) -> bytes:
    document = {"architecture": target.architecture, "runtime": f"python{target.python}"}
    return json.dumps(document, indent=2).encode() + b"\n"


def _copy_sources(tree: Path, imports: Iterable[Imports], inventory: str | None) -> list[str]:
    """Copy our own modules below the wheels; return what goes beside them into a zip."""
    for found in imports:
        for key, path in found.files.items():
            (tree / key).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, tree / key)
    if inventory is None:
        return []
    (tree / "inventory.yaml").write_text(inventory, "utf-8")
    return ["inventory.yaml"]


def _compile(tree: Path, target: Target, say: Say) -> None:
    interpreter = find_interpreter(target.python)
    if interpreter is None:
        say(
            f"No python{target.python} on this machine: the zips go without bytecode and start "
            f"slower. Install it, or choose your own version with --python"
        )
        return
    say(f"Compiling with Python {target.python}")
    compile_folder(tree, interpreter)


def _list_content(tree: Path, own: list[str], distributions: set[str]) -> dict[str, Path]:
    files = {key: tree / key for key in own}
    for distribution in sorted(distributions):
        files |= list_files(tree, distribution)
    return _add_bytecode(tree, files)


def _zip(files: Mapping[str, dict[str, Path]], scratch: Path) -> dict[str, bytes]:
    archives, zips = Archives(), {}
    for name, content in files.items():
        archives.write(scratch / "zip", content)
        zips[name] = (scratch / "zip").read_bytes()
    return zips


def _add_bytecode(tree: Path, files: dict[str, Path]) -> dict[str, Path]:
    compiled = {}
    for path in files.values():
        if path.suffix == ".py":
            for cached in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
                compiled[cached.relative_to(tree).as_posix()] = cached
    return files | compiled
