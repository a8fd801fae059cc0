"""Functions as AWS Lambda runs them: loaded anew, configured by the environment alone."""

import asyncio
import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from reglite.api.runtime import RuntimeSource
from reglite.demo.registry import MemoryRegistry
from tests.functions.content import REGISTRY

FUNCTIONS = Path(__file__).parents[2] / "functions"
EVENTS = Path(__file__).parents[1] / "events"

Event = dict[str, Any]
LoadFunction = Callable[[str], ModuleType]


def read_event(name: str) -> Event:
    """Return a recorded event of the HTTP API, payload version 2.0."""
    event: Event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    return event


@pytest.fixture
def connections() -> set[object]:
    """Return the other ends of all connections that the registry has seen."""
    return set()


@pytest.fixture
def configure(
    filled_registry: MemoryRegistry,
    connections: set[object],
    serve: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[..., None]:
    """Return a function that writes the inventory, with an ``access:`` section, to the variable."""

    async def observe(scope: Scope, receive: Receive, send: Send) -> None:
        connections.add(scope.get("client"))
        await filled_registry(scope, receive, send)

    url = serve(observe, lifespan="off")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("REGLITE_CONFIG_FILE", raising=False)
    monkeypatch.delenv("REGLITE_REGISTRIES", raising=False)

    def write(**access: Any) -> None:
        document = {"inventory": {REGISTRY: {"url": url}}, "access": access}
        monkeypatch.setenv("REGLITE_INVENTORY", json.dumps(document))

    write()
    return write


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Give the handlers an event loop, as the process of a Lambda has one."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def load_function(
    configure: Callable[..., None], loop: asyncio.AbstractEventLoop
) -> Iterator[LoadFunction]:
    """Return a function that imports one anew, as a cold start does."""
    loaded: list[ModuleType] = []

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"cold_{name}", FUNCTIONS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        loaded.append(module)
        return module

    yield load
    for module in loaded:
        source: RuntimeSource = module.app.state.runtime_source
        if source.given is not None:
            loop.run_until_complete(source.given.aclose())
