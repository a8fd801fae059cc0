"""`reglite serve` in a process of its own before a real registry, with a proxy between the two."""

import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fault.proxy import Proxy, run_proxy
from tests.support.command import Command, serve_inventory
from tests.support.docker_registry import DockerRegistry

MAINTAINER = "a-token-of-the-tests"


@dataclass
class Site:
    """A registry, the proxy before it, and RegLite before that."""

    registry: DockerRegistry
    proxy: Proxy
    served: Command
    client: httpx.Client

    @property
    def api(self) -> str:
        """The address of the API below the registry."""
        return f"{self.served.url}/api/v1/registries/real"

    def ask(self, path: str, *, method: str = "GET", **options: Any) -> httpx.Response:
        """Ask the API past every cache, as a maintainer."""
        return self.client.request(method, f"{self.api}/{path}", **options)

    def is_alive(self) -> bool:
        """Tell whether RegLite answers for itself."""
        health = httpx.get(f"{self.served.url}/api/v1/health", timeout=10)
        return health.json()["status"] == "ok" and "Traceback" not in self.read_log()

    def read_log(self) -> str:
        """Return what RegLite printed."""
        return self.served.printed

    def kill(self) -> None:
        """Kill RegLite with -9."""
        self.served.send_signal(signal.SIGKILL)


OpenSite = Callable[..., Site]


@pytest.fixture
def open_site(enter: Callable[[AbstractContextManager[Any]], Any], tmp_path: Path) -> OpenSite:
    """Return a function that puts RegLite before a registry; again for a fresh process."""

    def open_one(registry: DockerRegistry, **entry: Any) -> Site:
        proxy: Proxy = enter(run_proxy(registry.port))
        settings = {"url": proxy.url, "timeout_seconds": 5, **entry}
        tokens = [{"name": "tests", "token": MAINTAINER, "role": "maintainer"}]
        inventory = {
            "inventory": {"real": settings},
            "access": {"tokens": tokens, "anonymous": "viewer"},
            "docker_config": False,
        }
        headers = {"Cache-Control": "no-cache", "Authorization": f"Bearer {MAINTAINER}"}
        client: httpx.Client = enter(httpx.Client(headers=headers, timeout=40))
        return Site(
            registry, proxy, enter(serve_inventory(json.dumps(inventory), tmp_path)), client
        )

    return open_one
