"""Every path of the API over real HTTP, in front of the real registry server."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.runtime import Runtime
from reglite.api.schema.deletion import Plan
from reglite.api.schema.listing import Repositories, Summaries, Tags
from reglite.api.schema.manifest import Manifest, Referrers
from reglite.api.schema.parts import Answer
from reglite.api.schema.registry import Registries, Status
from reglite.api.schema.service import Health, Session
from reglite.inventory.load import Inventory, RegistryConfig, load_inventory
from reglite.server.front import Front
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher, push_every_kind

Serve = Callable[..., str]

DIGESTS = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"


def serve_api(serve: Serve, runtime: Runtime) -> str:
    """Serve the API until the test ends; the runtime's connections end with it."""
    app = create_app(*load_routers(), runtime=runtime)
    return serve(Front(api=app, pages=app, runtime=runtime), proxy_headers=False)


@pytest.fixture
def api(docker_registry: DockerRegistry, serve: Serve) -> Iterator[httpx.Client]:
    """Serve the API for the person at this machine; ``nas`` is the real registry."""
    config = RegistryConfig(
        name="nas", url=docker_registry.url, source="inventory", pull_host=docker_registry.host
    )
    runtime = Runtime(Inventory((config,)), local_maintainer=True, is_loopback=True)
    address = serve_api(serve, runtime)
    with httpx.Client(base_url=f"{address}/api/v1", trust_env=False) as client:
        yield client


def get(api: httpx.Client, path: str, schema: type[Answer]) -> dict[str, Any]:
    response = api.get(path)
    assert response.status_code == 200, (path, response.text)
    document: dict[str, Any] = response.json()
    schema.model_validate(document, strict=True)
    return document


@pytest.mark.parametrize("encode", [str, lambda name: name.replace("/", "%2F")], ids=["raw", "%2F"])
def test_every_path_answers_about_images_of_every_kind(
    api: httpx.Client, pusher: Pusher, repository: str, encode: Callable[[str], str]
) -> None:
    pushed = push_every_kind(pusher)
    base = f"/registries/nas/repositories/{encode(repository)}"

    assert get(api, "/health", Health)["status"] == "ok"
    assert get(api, "/session", Session)["role"] == "maintainer"
    assert get(api, "/registries", Registries)["registries"][0]["name"] == "nas"
    assert get(api, "/registries/nas/status", Status)["status"] == "online"
    names = get(api, f"/registries/nas/repositories?q={repository}", Repositories)
    assert names["repositories"] == [repository]
    tags = get(api, f"{base}/tags", Tags)["tags"]
    assert set(pushed) <= set(tags)
    assert tags == sorted(tags)
    query = "&".join(f"tag={tag}" for tag in pushed)
    summaries = get(api, f"{base}/summaries?{query}", Summaries)
    assert {s["tag"]: s["digest"] for s in summaries["summaries"]} == {
        tag: each.digest for tag, each in pushed.items()
    }
    for tag, each in pushed.items():
        manifest = get(api, f"{base}/tags/{tag}/manifest", Manifest)
        by_digest = get(api, f"{base}/manifests/{each.digest}", Manifest)
        assert manifest["digest"] == by_digest["digest"] == each.digest
        assert manifest["raw"].encode() == each.raw
    signed = f"{base}/manifests/{pushed['signed'].digest}"
    assert get(api, f"{signed}/referrers", Referrers)["referrers"]
    assert get(api, f"{signed}/deletion-plan", Plan)["allowed"] is True


def test_deleting_a_multi_arch_tag_removes_the_index_and_no_child(
    api: httpx.Client, pusher: Pusher, repository: str, docker_registry: DockerRegistry
) -> None:
    index = pusher.push_index("1.0", "latest")
    base = f"/registries/nas/repositories/{repository}"
    digest = get(api, f"{base}/tags/1.0/manifest", Manifest)["digest"]
    plan = get(api, f"{base}/manifests/{digest}/deletion-plan", Plan)

    response = api.delete(f"{base}/manifests/{digest}", params={"plan": plan["plan"]})

    assert digest == index.digest
    assert response.status_code == 200, response.text
    assert response.json() == {
        "deleted": digest,
        "tags": ["1.0", "latest"],
        "complete": True,
        "notes": [],
    }
    with docker_registry.client() as registry:
        headers = {"Accept": DIGESTS}
        statuses = {
            reference: registry.head(
                f"/v2/{repository}/manifests/{reference}", headers=headers
            ).status_code
            for reference in (
                digest,
                "1.0",
                "latest",
                *(child["digest"] for child in index.document["manifests"]),
            )
        }
    children = [child["digest"] for child in index.document["manifests"]]
    assert statuses == {digest: 404, "1.0": 404, "latest": 404, **dict.fromkeys(children, 200)}


def test_a_multi_arch_image_goes_with_its_children_and_comes_back(
    api: httpx.Client, pusher: Pusher, repository: str
) -> None:
    index = pusher.push_index("1.0")
    one = f"/registries/nas/repositories/{repository}/manifests"
    plan = get(api, f"{one}/{index.digest}/deletion-plan", Plan)
    asked = {"plan": plan["plan"], "children": "delete"}

    refused = api.delete(f"{one}/{index.digest}", params={**asked, "children": "some"})
    gone = api.delete(f"{one}/{index.digest}", params=asked)

    listed = {child["digest"] for child in index.document["manifests"]}
    assert (refused.status_code, gone.status_code) == (400, 200)
    assert set(gone.json()["children"]) == set(plan["children"]) == listed
    for digest in (index.digest, *listed):
        assert api.get(f"{one}/{digest}").status_code == 404
    for each in gone.json()["undo"]:
        headers = {"Content-Type": each["media_type"]}
        raw = each["raw"].encode()
        back = api.put(f"{one}/{each['digest']}", content=raw, headers=headers)
        assert back.status_code == 200, back.text
    api.put(f"{one}/{index.digest}", params={"tag": "1.0"}, content=index.raw)
    platforms = get(api, f"/registries/nas/repositories/{repository}/tags/1.0/manifest", Manifest)
    assert [row["size_bytes"] > 0 for row in platforms["platforms"]] == [True] * len(listed)


def test_one_tag_goes_and_comes_back_while_its_sibling_stays(
    api: httpx.Client, pusher: Pusher, repository: str
) -> None:
    image = pusher.push_image("1.0", "latest")
    base = f"/registries/nas/repositories/{repository}"

    gone = api.delete(f"{base}/tags/1.0", params={"digest": image.digest})
    left = get(api, f"{base}/tags", Tags)["tags"]
    back = api.put(f"{base}/manifests/{image.digest}?tag=1.0", content=image.raw)

    assert (gone.status_code, left) == (200, ["latest"])
    assert gone.json()["method"] == "placeholder"
    assert back.json() == {
        "restored": image.digest,
        "tags": ["1.0"],
        "kept": [],
        "lost": [],
        "reason": None,
    }
    assert get(api, f"{base}/tags", Tags)["tags"] == ["1.0", "latest"]


def test_deletion_that_the_registry_has_switched_off_is_unsupported(
    undeletable_docker_registry: DockerRegistry, serve: Serve
) -> None:
    with undeletable_docker_registry.client() as client:
        image = Pusher(client, "off/app").push_image("1.0")
    inventory = load_inventory(urls=[undeletable_docker_registry.url], environ={})
    runtime = Runtime(inventory, local_maintainer=True)
    address = serve_api(serve, runtime)
    name = inventory.registries[0].name

    response = httpx.delete(
        f"{address}/api/v1/registries/{name}/repositories/off/app/manifests/{image.digest}",
        trust_env=False,
    )

    assert response.status_code == 405
    assert response.json()["errors"][0]["code"] == "UNSUPPORTED"
    assert "allow" not in response.headers


def test_wrong_password_at_the_registry_says_what_to_change(
    secured_docker_registry: DockerRegistry, serve: Serve, tmp_path: Any
) -> None:
    environ = {
        "DOCKER_CONFIG": str(tmp_path),
        "REGLITE_INVENTORY": f"inventory: {{nas: {{url: '{secured_docker_registry.url}', "
        "username: ana, password: wrong}}",
    }
    runtime = Runtime(load_inventory(environ=environ), local_maintainer=True)
    address = serve_api(serve, runtime)

    listed = httpx.get(f"{address}/api/v1/registries/nas/repositories", trust_env=False)
    status = httpx.get(f"{address}/api/v1/registries/nas/status", trust_env=False)

    assert (listed.status_code, listed.json()["errors"][0]["code"]) == (403, "DENIED")
    assert status.json()["status"] == "unauthorized"
    assert status.json()["hints"]
    assert "wrong" not in listed.text.replace("is wrong", "").replace("wrong password", "")
