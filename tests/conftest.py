"""Fixtures that every test may ask for; servers that can be shared live as long as the session.

A test that shares a server works in a repository of its own: ``repository`` names a fresh one.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from reglite.bundle.package import Package
from reglite.demo.registry import MemoryRegistry
from tests.functions.content import fill
from tests.support.browser import Watch, open_page, run_chromium
from tests.support.certificates import Certificates
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher
from tests.support.packages import share_packages
from tests.support.serving import serve_app
from tests.support.token_server import TokenServer

# A busy machine is no reason to fail: these tests are about what comes out, not how fast.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

HTPASSWD_USER = ("ana", "correct horse battery staple")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as RegLite does."""
    return "asyncio"


@pytest.fixture
def memory_registry() -> MemoryRegistry:
    """Return an empty in-memory registry; its switches may be changed."""
    return MemoryRegistry()


@pytest.fixture
def filled_registry(memory_registry: MemoryRegistry) -> MemoryRegistry:
    """Return the in-memory registry with the one image that the events name, under two tags."""
    fill(memory_registry)
    return memory_registry


@pytest.fixture
def registry_url(filled_registry: MemoryRegistry, serve: Callable[..., str]) -> str:
    """Serve that registry until the test ends; returns its address."""
    return serve(filled_registry)


@pytest.fixture
def enter() -> Iterator[Callable[[AbstractContextManager[Any]], Any]]:
    """Enter a context manager that ends with the test."""
    with ExitStack() as stack:
        yield stack.enter_context


@pytest.fixture
def serve(enter: Callable[..., str]) -> Callable[..., str]:
    """Serve an ASGI application until the test ends; returns its address."""
    return lambda app, **options: enter(serve_app(app, **options))


@pytest.fixture
def repository() -> str:
    """Name a repository that no other test uses."""
    return f"tests/{uuid.uuid4().hex[:12]}/app"


@pytest.fixture(scope="session")
def docker_registry() -> Iterator[DockerRegistry]:
    """Share one real registry: open, deletion enabled."""
    with DockerRegistry() as registry:
        yield registry


@pytest.fixture(scope="session")
def secured_docker_registry() -> Iterator[DockerRegistry]:
    """Share one real registry behind htpasswd; its ``auth`` has user and password."""
    with DockerRegistry(htpasswd=dict([HTPASSWD_USER])) as registry:
        yield registry


@pytest.fixture(scope="session")
def undeletable_docker_registry() -> Iterator[DockerRegistry]:
    """Share one real registry with deletion disabled."""
    with DockerRegistry(delete=False) as registry:
        yield registry


@pytest.fixture
def make_docker_registry(
    enter: Callable[..., DockerRegistry],
) -> Callable[..., DockerRegistry]:
    """Start a real registry of this test's own, to stop, freeze or fill."""
    return lambda **options: enter(DockerRegistry(**options))


@pytest.fixture
def pusher(docker_registry: DockerRegistry, repository: str) -> Iterator[Pusher]:
    """Push into a fresh repository of the shared real registry."""
    with docker_registry.client() as client:
        yield Pusher(client, repository)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Share one private authority with a server's and a client's certificate."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def token_server(
    enter: Callable[..., TokenServer],
) -> TokenServer:
    """Run a token server of this test's own; its switches may be changed."""
    return enter(TokenServer())


@pytest.fixture
def token_docker_registry(
    token_server: TokenServer, make_docker_registry: Callable[..., DockerRegistry]
) -> DockerRegistry:
    """Start a real registry that trusts ``token_server``; deletion enabled."""
    return make_docker_registry(token=token_server.auth)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Run one Chromium for the tests of a module, which must be synchronous."""
    with run_chromium() as browser:
        yield browser


@pytest.fixture
def watch_page(chromium: Browser, enter: Callable[..., Watch]) -> Callable[..., Watch]:
    """Open a watched page: ``watch_page(base_url, *other_origins, **context_options)``."""
    return lambda base_url, *origins, **options: enter(
        open_page(chromium, base_url, *origins, **options)
    )


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Package]:
    """Share the functions' zips for Lambda, by name, made for this interpreter."""
    return share_packages(tmp_path_factory)
