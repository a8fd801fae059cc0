"""What works at which registry: the table in ``docs/registries.md`` is what this test sees.

Each server is the in-memory registry with that server's switches (``reglite/demo/presets.py``);
distribution 2.8 is the real one as well.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.runtime import Runtime
from reglite.credentials.source import Credentials, FixedCredentials
from reglite.demo import presets
from reglite.demo.registry import MemoryRegistry
from reglite.demo.switches import Switches
from reglite.inventory.load import Inventory
from reglite.inventory.registry_config import RegistryConfig
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher

pytestmark = pytest.mark.anyio

DOCS = Path(__file__).parents[1] / "docs" / "registries.md"
REPOSITORY = "team/app"
COLUMNS = ("repositories", "tags", "manifests", "referrers", "delete an image", "remove one tag")
PRESETS: dict[str, Callable[[], Switches]] = {
    "CNCF distribution 2.8": presets.distribution_2_8,
    "CNCF distribution 3": presets.distribution_3,
    "Harbor": presets.harbor,
    "GitLab": presets.gitlab,
    "zot": presets.zot,
    "Quay": presets.quay,
    "Amazon ECR": presets.ecr,
    "GHCR": presets.ghcr,
    "Docker Hub": presets.docker_hub,
    "olareg": presets.olareg,
}


def read_table() -> dict[str, tuple[str, ...]]:
    """Return the table of the documentation: the cells of each registry."""
    rows = re.findall(r"^\| (.+?) \|$", DOCS.read_text(), re.MULTILINE)
    cells = [tuple(row.split(" | ")) for row in rows]
    header = ("registry", *COLUMNS)
    assert header in cells
    start = cells.index(header) + 1
    return {name: tuple(rest) for name, *rest in cells[start : start + len(PRESETS)]}


class Api:
    """The whole API in front of one registry."""

    def __init__(self, config: RegistryConfig) -> None:
        self.runtime = Runtime(Inventory((config,)), local_maintainer=True, is_loopback=True)
        app = create_app(*load_routers(), runtime=self.runtime)
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, client=("127.0.0.1", 1)),
            base_url="http://localhost/api/v1/registries/r",
        )

    async def ask(self, path: str, method: str = "GET", **query: str) -> Any:
        """Return the answer's JSON, or the code of its error."""
        answer = await self._client.request(method, path, params=query)
        return answer.json() if answer.is_success else answer.json()["errors"][0]["code"]

    async def aclose(self) -> None:
        """Close both sides."""
        await self._client.aclose()
        await self.runtime.aclose()


async def observe(api: Api, digests: dict[str, str]) -> tuple[str, ...]:
    """Do everything once and put what happened into the words of the table."""
    base = f"/repositories/{REPOSITORY}"
    listed = await api.ask("/repositories")
    tags = await api.ask(f"{base}/tags")
    view = await api.ask(f"{base}/tags/multi/manifest")
    referrers = await api.ask(f"{base}/manifests/{digests['signed']}/referrers")
    untagged = await api.ask(f"{base}/tags/spare", "DELETE", digest=digests["shared"])
    deleted = await api.ask(f"{base}/manifests/{digests['alone']}", "DELETE")
    return (
        "by name" if isinstance(listed, str) else _yes(listed["repositories"] == [REPOSITORY]),
        _yes({"alone", "multi", "spare"} <= set(tags["tags"])),
        _yes([p["platform"] for p in view["platforms"]] == ["linux/amd64", "linux/arm64/v8"]),
        {"api": "API", "tag-schema": "fallback tag"}[referrers["source"]],
        "no" if isinstance(deleted, str) else _yes(deleted["tags"] == ["alone"]),
        {"registry-api": "its own API", "placeholder": "placeholder"}[untagged["method"]]
        if isinstance(untagged, dict)
        else "no",
    )


def _yes(worked: bool) -> str:
    return "yes" if worked else "broken"


def fill(pusher: Pusher) -> dict[str, str]:
    """Push what is looked at and deleted; return digests by name."""
    pusher.push_index("multi", name="multi", has_attestations=True)
    shared = pusher.push_image("shared", "spare", name="shared")
    alone = pusher.push_image("alone", name="alone")
    signed = pusher.push_image("signed", name="signed")
    pusher.push_referrer(signed)
    return {"shared": shared.digest, "alone": alone.digest, "signed": signed.digest}


def configure(url: str, switches: Switches | None = None) -> RegistryConfig:
    """Describe the registry, with the credentials that its switches want."""
    host = url.removeprefix("http://")
    config = RegistryConfig(name="r", url=url, source="inventory", pull_host=host)
    if switches is None or switches.auth == "none":
        return config
    login = FixedCredentials(Credentials(switches.username, switches.password))
    return replace(config, credential=login)


@pytest.mark.parametrize("name", PRESETS)
async def test_the_table_says_what_works(
    name: str, memory_registry: MemoryRegistry, serve: Callable[..., str]
) -> None:
    url = serve(memory_registry)
    with httpx.Client(base_url=url) as client:
        digests = fill(Pusher(client, REPOSITORY))
    memory_registry.switches = PRESETS[name]()
    api = Api(configure(url, memory_registry.switches))
    try:
        assert await observe(api, digests) == read_table()[name]
    finally:
        await api.aclose()


async def test_the_table_says_what_works_at_the_real_registry(
    make_docker_registry: Callable[..., DockerRegistry],
) -> None:
    registry = make_docker_registry()
    with registry.client() as client:
        digests = fill(Pusher(client, REPOSITORY))
    api = Api(configure(registry.url))
    try:
        assert await observe(api, digests) == read_table()["CNCF distribution 2.8"]
    finally:
        await api.aclose()


def test_the_table_has_every_registry_that_is_tested() -> None:
    assert read_table().keys() == PRESETS.keys()


def test_every_test_module_that_the_documentation_names_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", DOCS.read_text()))

    assert named
    assert [path for path in sorted(named) if not (DOCS.parents[1] / path).is_file()] == []
