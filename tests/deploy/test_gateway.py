"""Every request reaches its function and its repository through the packaged routes."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Match

from reglite import media_types
from reglite.api import unmatched
from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.runtime import Runtime
from reglite.bundle.catch_all import CATCH_ALLS, UNMATCHED
from reglite.config.installation import list_functions
from reglite.demo.registry import MemoryRegistry
from reglite.inventory.load import Inventory, RegistryConfig
from tests.deploy.gateway import Gateway
from tests.functions.content import CONFIG, DIGEST, LAYER, MANIFEST

REGISTRY = "88.88.88.88:5000"
DIGEST_NAME = f"sha256:{'ab' * 32}"

# Operation → method, what follows the repository, and the parameters that must come out of it.
OPERATIONS = {
    "tags": ("GET", "tags", {}),
    "summaries": ("GET", "summaries", {}),
    "manifest": ("GET", "tags/{tag}/manifest", {"tag"}),
    "manifests": ("GET", "manifests/{digest}", {"digest"}),
    "referrers": ("GET", "manifests/{digest}/referrers", {"digest"}),
    "blobs": ("GET", "blobs/{digest}", {"digest"}),
    "deletion_plan": ("GET", "manifests/{digest}/deletion-plan", {"digest"}),
    "manifest_tags": ("GET", "manifests/{digest}/tags", {"digest"}),
    "delete_manifest": ("DELETE", "manifests/{digest}", {"digest"}),
    "untag": ("DELETE", "tags/{tag}", {"tag"}),
    "restore": ("PUT", "manifests/{digest}", {"digest"}),
}
WORDS = ("tags", "manifest", "manifests", "referrers", "summaries", "blobs", "deletion-plan", "app")
TAGS = ("1.4.2", "tags", "manifest", "manifests", "referrers", "latest")


@pytest.fixture(scope="module")
def gateway(template: Path) -> Gateway:
    return Gateway(template)


@pytest.fixture(scope="module")
def apps() -> dict[str, FastAPI]:
    """Return the app inside each zip, and under "" the one of a laptop."""
    routers = dict(zip(list_functions(), load_routers(), strict=True))
    apps = {name: create_app(router) for name, router in routers.items()}
    composed = {
        name: create_app(*(routers[part] for part in parts)) for name, parts in CATCH_ALLS.items()
    }
    return apps | composed | {"": create_app(*routers.values()), UNMATCHED: unmatched.app}


def list_repositories() -> Iterator[str]:
    """Yield names of depth 1 to 8, and all of up to four parts that are words of the API."""
    for depth in range(1, 9):
        yield "/".join(f"part{number}" for number in range(depth))
    for depth in (1, 2, 3):
        yield from ("/".join(parts) for parts in itertools.product(WORDS, repeat=depth))
    for depth in (4, 5, 8):
        yield from ("/".join([word] * depth) for word in WORDS)
        yield from (
            "/".join(["app"] * (depth - 2) + [*pair]) for pair in itertools.product(WORDS, WORDS)
        )


def make_path(repository: str, tail: str, *, tag: str = "1.4.2") -> str:
    filled = tail.format(tag=tag, digest=DIGEST_NAME)
    return f"/api/v1/registries/{REGISTRY}/repositories/{repository}/{filled}"


def resolve(app: FastAPI, method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """Return the operation and its parameters that an app's routers read out of a path."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    for route in app.routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return child["endpoint"].__module__.rpartition(".")[2], child["path_params"]
    return None


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_name_reaches_its_function_and_its_repository(
    gateway: Gateway, apps: dict[str, FastAPI], operation: str
) -> None:
    method, tail, _ = OPERATIONS[operation]
    tags = TAGS if "{tag}" in tail else TAGS[:1]
    probes = 0
    for repository, tag in itertools.product(list_repositories(), tags):
        path = make_path(repository, tail, tag=tag)
        for sent in {
            path,
            path.replace(repository, quote(repository, safe="")),
            path.replace(":", "%3A"),
        }:
            function = gateway.choose(method, sent)
            assert function is not None, sent
            resolved = resolve(apps[function], method, path)
            assert resolved is not None, f"{sent} reached {function}"
            assert resolved[0] == operation, f"{sent} reached {resolved[0]} in {function}"
            assert resolved[1]["repo"] == repository, sent
            assert resolved[1]["registry"] == REGISTRY
            assert resolved[1].get("tag", tag) == tag
            assert resolved[1].get("digest", DIGEST_NAME) == DIGEST_NAME
            probes += 1
    assert probes > 1000


def test_no_request_matches_two_routes_that_are_not_greedy(gateway: Gateway) -> None:
    for repository, (method, tail, _) in itertools.product(
        list_repositories(), OPERATIONS.values()
    ):
        for tag in TAGS if "{tag}" in tail else TAGS[:1]:
            path = make_path(repository, tail, tag=tag)
            full = [route for route in gateway.find_routes(method, path) if not route.is_greedy]
            assert len(full) <= 1, f"{path}: {full}"


def test_parts_in_any_order_never_match_two_routes(gateway: Gateway) -> None:
    prefix = f"/api/v1/registries/{REGISTRY}/repositories"
    for length in range(1, 6):
        for parts in itertools.product((*WORDS, DIGEST_NAME), repeat=length):
            path = f"{prefix}/{'/'.join(parts)}"
            full = [route for route in gateway.find_routes("GET", path) if not route.is_greedy]
            assert len(full) <= 1, f"{path}: {full}"


def test_head_reaches_what_get_reaches(gateway: Gateway) -> None:
    reads = [tail for method, tail, _ in OPERATIONS.values() if method == "GET"]
    paths = [make_path(name, tail) for name in list_repositories() for tail in reads]
    for path in ("/api/v1/health", "/api/v1/session", "/api/v1/registries", *paths):
        assert gateway.choose("HEAD", path) == gateway.choose("GET", path), path


@pytest.mark.anyio
async def test_head_through_a_zips_app_is_its_get_without_the_body(
    gateway: Gateway, apps: dict[str, FastAPI], memory_registry: MemoryRegistry, nas: RegistryConfig
) -> None:
    for blob in (CONFIG, LAYER):
        memory_registry.put_blob("app", blob)
    memory_registry.put_manifest("app", MANIFEST, media_types.OCI_MANIFEST, "latest")
    path, runtime = "/api/v1/registries/nas/repositories/app/tags", Runtime(Inventory((nas,)))
    app = apps[gateway.choose("HEAD", path) or ""]

    got, head = [await ask(app, path, runtime, method=method) for method in ("GET", "HEAD")]

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == got.headers
    assert got.json()["tags"] == ["latest"]
    await runtime.aclose()


def test_what_no_route_matches_is_answered_by_a_function_that_knows_nothing(
    gateway: Gateway, apps: dict[str, FastAPI]
) -> None:
    hidden = "/%2561pi/v1/registries/nas/repositories/app/tags"
    for method, path in [
        ("GET", "/"),
        ("GET", "/api/v2/anything"),
        ("POST", "/api/v1/registries"),
        ("GET", "/api/v1/%2573ession"),
        ("GET", hidden),
        ("DELETE", hidden),
        ("OPTIONS", "/"),
    ]:
        assert gateway.choose(method, path) == UNMATCHED
    assert apps[UNMATCHED].routes == []


def test_function_behind_preflights_has_no_route_for_their_method(
    gateway: Gateway, apps: dict[str, FastAPI]
) -> None:
    for path in ("/api/v1/session", "/api/v1/registries/nas/repositories/a/b/c/d/e/tags"):
        assert gateway.choose("OPTIONS", path) == "session"
        assert resolve(apps["session"], "OPTIONS", path) is None


def test_short_paths_reach_their_own_functions(gateway: Gateway) -> None:
    expected = {
        "/api/v1/health": "health",
        "/api/v1/session": "session",
        "/api/v1/registries": "registries",
        f"/api/v1/registries/{REGISTRY}/status": "status",
        f"/api/v1/registries/{quote(REGISTRY, safe='')}/repositories": "repositories",
        "/api/v1/registries/repositories/repositories": "repositories",
        "/api/v1/registries/status/status": "status",
    }
    assert {path: gateway.choose("GET", path) for path in expected} == expected


@pytest.fixture
def nas(memory_registry: MemoryRegistry, serve: Callable[..., str]) -> RegistryConfig:
    return RegistryConfig(name="nas", url=serve(memory_registry), source="inventory", pull_host="h")


@pytest.mark.anyio
@pytest.mark.parametrize("depth", range(1, 9))
async def test_image_is_found_at_every_depth(
    gateway: Gateway,
    apps: dict[str, FastAPI],
    memory_registry: MemoryRegistry,
    nas: RegistryConfig,
    depth: int,
) -> None:
    repository = "/".join(["tags", "manifests", "app", "summaries", *["deep"] * 4][:depth])
    for blob in (CONFIG, LAYER):
        memory_registry.put_blob(repository, blob)
    memory_registry.put_manifest(repository, MANIFEST, media_types.OCI_MANIFEST, "tags")
    runtime = Runtime(Inventory((nas,)))
    for encoded in (repository, quote(repository, safe="")):
        for tail in ("tags/tags/manifest", f"manifests/{DIGEST}"):
            path = f"/api/v1/registries/nas/repositories/{encoded}/{tail}"
            answer = await ask(apps[gateway.choose("GET", path) or ""], path, runtime)
            assert answer.status_code == 200, answer.text
            assert (answer.json()["repository"], answer.json()["digest"]) == (repository, DIGEST)
    await runtime.aclose()


async def ask(
    function: FastAPI, path: str, runtime: Runtime, method: str = "GET"
) -> httpx.Response:
    app = create_app(runtime=runtime)
    app.router.routes.extend(function.router.routes)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        return await client.request(method, path)
