"""The house rules that a reader of one file can't see: who imports whom."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from reglite.site.scripts import list_imported

CHECKOUT = Path(__file__).parent.parent
SOURCES = sorted([*CHECKOUT.glob("reglite/**/*.py"), *CHECKOUT.glob("functions/*.py")])

# Arrows point down only: a module may import its own layer and those below.
LAYERS = [
    ["reglite.errors"],
    ["reglite.reference", "reglite.media_types"],
    ["reglite.config", "reglite.output"],
    ["reglite.credentials"],
    ["reglite.inventory"],
    ["reglite.registry"],
    ["reglite.browse", "reglite.deletion"],
    ["reglite.api"],
    ["functions", "reglite.server"],
    ["reglite.cli"],
]

# What stands beside the layers, and the only rooms that each of them knows.
BESIDE = {
    "reglite.site": {"reglite.config", "reglite.output"},
    "reglite.bundle": {"reglite.config", "reglite.inventory", "reglite.output"},
    "reglite.demo": set[str](),
}
EVERYBODY = {"reglite.errors", "reglite.reference", "reglite.media_types"}


def name_module(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_module(path): path for path in SOURCES}


@cache
def list_imports(module: str) -> frozenset[str]:
    """Return every module that is imported anywhere in the file, also for types alone."""
    return frozenset(_walk(ast.parse(MODULES[module].read_text("utf-8"))))


def _walk(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "imports are absolute"
            yield node.module
            yield from (
                f"{node.module}.{alias.name}"
                for alias in node.names
                if f"{node.module}.{alias.name}" in MODULES
            )


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def find_layer(module: str) -> int | None:
    for number, packages in enumerate(LAYERS):
        if any(is_within(module, package) for package in packages):
            return number
    return None


def find_importers(package: str) -> set[str]:
    return {m for m in MODULES if any(is_within(name, package) for name in list_imports(m))}


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 100
    assert "httpx" in list_imports("reglite.registry.transport")


@pytest.mark.parametrize("module", sorted(m for m in MODULES if find_layer(m) is not None))
def test_arrows_point_down_only(module: str) -> None:
    own = find_layer(module)
    assert own is not None
    for name in list_imports(module):
        layer = find_layer(name)
        assert layer is None or layer <= own, f"{module} imports {name}"


def test_functions_never_import_each_other() -> None:
    names = {module for module in MODULES if is_within(module, "functions")}

    assert len(names) > 10
    assert find_importers("functions") == set()
    assert find_importers("reglite._functions") == set()


def test_functions_import_nothing_but_the_layers_below() -> None:
    allowed = (
        "reglite.api",
        "reglite.browse",
        "reglite.deletion",
        "reglite.registry",
        "reglite.inventory",
    )
    pure = {"reglite", "reglite.errors", "reglite.reference"}
    foreign = {"fastapi", "pydantic", "starlette", "typing", "collections"}
    for module in (m for m in MODULES if is_within(m, "functions")):
        for name in list_imports(module):
            known = name in pure or any(is_within(name, package) for package in allowed)
            assert known or name.partition(".")[0] in foreign, f"{module} imports {name}"


@pytest.mark.parametrize(
    ("package", "importers"),
    [
        ("mangum", {"reglite.api.lambda_adapter"}),
        ("botocore", {"reglite.credentials.aws"}),
        ("boto3", set()),
        ("requests", set()),
        ("urllib.request", set()),
        ("http.client", set()),
        ("bcrypt", {"reglite.api.identity.htpasswd"}),
    ],
)
def test_a_dependency_is_imported_in_one_place(package: str, importers: set[str]) -> None:
    assert find_importers(package) <= importers


def test_only_the_command_line_knows_click() -> None:
    assert all(is_within(m, "reglite.cli") for m in find_importers("click"))


def test_only_the_registry_package_speaks_http_to_others() -> None:
    assert all(is_within(m, "reglite.registry") for m in find_importers("httpx"))


def test_yaml_is_read_in_one_place() -> None:
    assert {m for m in find_importers("yaml") if not is_within(m, "reglite.demo")} == {
        "reglite.config.yaml"
    }


def test_templates_are_rendered_in_one_place() -> None:
    renderers = {m for m in find_importers("jinja2") if not is_within(m, "reglite.site")}

    assert renderers <= {"reglite.server.site"}  # for the error's type alone


@pytest.mark.parametrize("room", sorted(BESIDE))
def test_what_stands_beside_the_layers_knows_few_of_them(room: str) -> None:
    allowed = BESIDE[room] | {room}
    for module in (m for m in MODULES if is_within(m, room)):
        for name in list_imports(module):
            is_own = name.startswith("reglite.")
            known = not is_own or any(is_within(name, one) for one in allowed | EVERYBODY)
            assert known, f"{module} imports {name}"


def test_every_room_has_its_place() -> None:
    rooms = {path.parent.name for path in CHECKOUT.glob("reglite/*/__init__.py")}
    placed = {name.rpartition(".")[2] for layer in LAYERS for name in layer} | {
        room.rpartition(".")[2] for room in BESIDE
    }

    assert rooms <= placed


def test_the_root_holds_only_what_everyone_names() -> None:
    files = {path.name for path in CHECKOUT.glob("reglite/*.py")}

    assert files == {"__init__.py", "__main__.py", "errors.py", "media_types.py", "reference.py"}


def test_the_demo_is_no_part_of_what_serves_real_registries() -> None:
    importers = {m for m in find_importers("reglite.demo") if not is_within(m, "reglite.demo")}

    assert importers <= {"reglite.server.devserver"}


def test_modules_are_named_after_what_they_are() -> None:
    vague = {"util", "utils", "helper", "helpers", "manager", "common", "misc", "data"}
    terms = {"reglite.credentials.helper"}  # Docker's word: a credential helper

    assert not [m for m in MODULES if vague.intersection(m.split(".")) and m not in terms]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_modules_stay_short_enough_to_read(module: str) -> None:
    lines = MODULES[module].read_text("utf-8").count("\n")

    assert lines <= 350, f"{module} has {lines} lines: split it"


def test_nothing_imports_in_a_circle() -> None:
    """Only imports at the top of a file count: one inside a function breaks a circle on purpose."""
    graph = {module: sorted(_list_top_imports(module)) for module in MODULES}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path, module))
        if module not in done:
            for name in graph[module]:
                visit(name, (*path, module))
            done.add(module)

    for module in sorted(MODULES):
        visit(module, ())


def _list_top_imports(module: str) -> set[str]:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    names = set(_walk(ast.Module(body=[n for n in tree.body if _is_import(n)], type_ignores=[])))
    modules = {name for name in names if name in MODULES}
    # "from reglite.x import y" runs reglite.x.y, and reglite.x only where it is more than a folder.
    return {m for m in modules if not any(is_within(o, m) and o != m for o in modules)} - {module}


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


SCRIPTS = {
    path.relative_to(CHECKOUT / "site_templates" / "assets").as_posix(): path.read_text("utf-8")
    for path in sorted(CHECKOUT.glob("site_templates/assets/js/**/*.js"))
}


def test_no_scripts_import_each_other_in_a_circle() -> None:
    """What is fetched late counts too: who opens something does not belong above what it opens."""
    graph = {path: list_imported(SCRIPTS, path, include_lazy=True) for path in SCRIPTS}

    order = list(TopologicalSorter(graph).static_order())  # raises CycleError with the circle

    assert len(order) > 40


# Arrows point down only, here too; rooms beside each other are told apart by page.
SCRIPT_LAYERS = [
    {"lib"},
    {"elements"},
    {"deletion", "manifest", "repositories", "tags"},
    {"pages"},
]


@pytest.mark.parametrize("path", sorted(SCRIPTS))
def test_scripts_import_from_below_only(path: str) -> None:
    own = _find_script_layer(path)
    for target in list_imported(SCRIPTS, path, include_lazy=True):
        assert _find_script_layer(target) <= own, f"{path} imports {target}"


def _find_script_layer(path: str) -> int:
    room = path.split("/")[1]
    return next((n for n, rooms in enumerate(SCRIPT_LAYERS) if room in rooms), -1)
