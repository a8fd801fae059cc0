"""What ``reglite package`` does: one reproducible zip per function."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reglite.bundle.archive import Archives
from reglite.bundle.bytecode import compile_folder, find_interpreter
from reglite.bundle.contents import Imports, collect_imports, list_zips
from reglite.bundle.inventory import read_bundled_inventory
from reglite.bundle.lock import parse_lock
from reglite.bundle.wheel import Target, install_wheels, list_files, resolve_distributions
from reglite.config.installation import find_packaged

Say = Callable[[str], None]


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
    secret is refused. Beside the
    zips, ``target.json`` tells the deployment what they are for.
    Raises ConfigurationError and RegliteError.
    """
    bundled = None if inventory is None else read_bundled_inventory(inventory)
    imports = {name: collect_imports(*modules) for name, modules in list_zips().items()}
    lock = parse_lock(find_packaged("requirements.lock").read_text("utf-8"))
    needed = {
        name: resolve_distributions(found.foreign, lock, target) for name, found in imports.items()
    }
    out.mkdir(parents=True, exist_ok=True)
    settings = out / "target.json"
    settings.unlink(missing_ok=True)  # until all of the zips are for the same one
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        say(f"Getting wheels for {target.architecture}, Python {target.python}")
        install_wheels(set().union(*needed.values()), lock, target, tree)
        own = _copy_sources(tree, imports.values(), bundled)
        _compile(tree, target, say)
        archives = Archives()
        for name, found in imports.items():
            files = {key: tree / key for key in (*found.files, *own)}
            for distribution in sorted(needed[name]):
                files |= list_files(tree, distribution)
            path = out / f"{name}.zip"
            size_bytes = archives.write(path, _add_bytecode(tree, files))
            yield Package(name, path, size_bytes, hashlib.sha256(path.read_bytes()).hexdigest())
    _write_target(settings, target)


def _write_target(path: Path, target: Target) -> None:
    document = {"architecture": target.architecture, "runtime": f"python{target.python}"}
    path.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def _copy_sources(tree: Path, imports: Iterable[Imports], inventory: str | None) -> list[str]:
    """Copy our own modules below the wheels; return what goes into every zip."""
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


def _add_bytecode(tree: Path, files: dict[str, Path]) -> dict[str, Path]:
    compiled = {}
    for path in files.values():
        if path.suffix == ".py":
            for cached in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
                compiled[cached.relative_to(tree).as_posix()] = cached
    return files | compiled
