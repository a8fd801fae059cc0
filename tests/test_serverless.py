import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reglite.api.functions import load_routers
from reglite.bundle.source import list_functions

CHECKOUT = Path(__file__).parent.parent
DEPTH = re.compile(r"/\{r1\}(?:/\{r\d\})*")


@pytest.fixture(scope="module")
def functions() -> dict[str, Any]:
    loaded = yaml.safe_load((CHECKOUT / "serverless.yml").read_text("utf-8"))
    functions: dict[str, Any] = loaded["functions"]
    return functions


def test_every_function_is_deployed_and_nothing_else(functions: dict[str, Any]) -> None:
    assert sorted(functions) == list(list_functions())


def test_every_entry_names_its_own_handler_and_zip(functions: dict[str, Any]) -> None:
    for name, entry in functions.items():
        assert entry["handler"] == f"functions/{name}.handler"
        assert entry["package"] == {"artifact": f"build/functions/{name}.zip"}


def test_every_entry_answers_the_route_of_its_router(functions: dict[str, Any]) -> None:
    for name, router in zip(list_functions(), load_routers(), strict=True):
        deployed = {DEPTH.sub("/{repo}", event["httpApi"]) for event in functions[name]["events"]}
        routes = {
            f"{method} {route.path_format}"  # type: ignore[attr-defined]
            for route in router.routes
            for method in route.methods  # type: ignore[attr-defined]
        }
        assert deployed == routes, name


def test_repositories_of_one_to_four_parts_are_reached(functions: dict[str, Any]) -> None:
    for name, entry in functions.items():
        depths = [event["httpApi"].count("/{r") for event in entry["events"]]
        in_repository = any("{r1}" in event["httpApi"] for event in entry["events"])
        expected = [2, 3, 4, 5] if in_repository else depths[:1]  # the registry counts too
        assert depths == expected, name
