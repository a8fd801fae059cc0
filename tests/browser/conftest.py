"""RegLite itself, pages and API, in front of a registry of the test's choice."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.runtime import Runtime
from reglite.inventory.load import Inventory
from reglite.inventory.registry_config import RegistryConfig
from reglite.server.front import Front
from reglite.server.pages import Pages
from reglite.server.site import open_site
from tests.support.serving import serve_app

ServeSite = Callable[..., str]

# A page with ten thousand rows takes its time on a machine that has other work: what is awaited is
# awaited longer than the usual five seconds, which costs nothing where it comes at once.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def site_files() -> dict[str, bytes]:
    """Render the site once."""
    return open_site().render()


@pytest.fixture
def serve_inventory(enter: Callable[..., str], site_files: dict[str, bytes]) -> ServeSite:
    """Serve RegLite for any inventory; returns its address.

    ``is_maintainer`` is what ``reglite dev`` would say; ``base_path`` is where all of it stands.
    """

    def serve(inventory: Inventory, *, is_maintainer: bool = True, base_path: str = "/") -> str:
        runtime = Runtime(inventory, local_maintainer=is_maintainer, is_loopback=True)
        api = create_app(*load_routers(), runtime=runtime)
        site = open_site(base_path)
        files = site_files if base_path == "/" else site.render()
        pages = Pages(files, policy=site.options.policy)
        front = Front(api=api, pages=pages, base_path=base_path, runtime=runtime)
        return enter(serve_app(front, lifespan="on"))

    return serve


@pytest.fixture
def serve_site(serve_inventory: ServeSite) -> ServeSite:
    """Serve RegLite for one registry called ``nas``; returns its address.

    ``options`` are the registry's settings; ``is_maintainer`` is what ``reglite dev`` would say.
    """

    def serve(registry_url: str, *, is_maintainer: bool = True, **options: Any) -> str:
        host = registry_url.removeprefix("http://")
        config = RegistryConfig(
            name="nas", url=registry_url, source="inventory", pull_host=host, **options
        )
        return serve_inventory(Inventory((config,)), is_maintainer=is_maintainer)

    return serve
