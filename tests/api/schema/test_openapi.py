"""The OpenAPI document, and real answers held against it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.schema.deletion import Holders, Plan
from reglite.api.schema.listing import Repositories, Summaries, Tags
from reglite.api.schema.manifest import Manifest, Referrers
from reglite.api.schema.openapi import build_openapi
from reglite.api.schema.parts import Answer
from reglite.api.schema.registry import Registries, Status
from reglite.demo.images import fill_demo
from reglite.demo.registry import MemoryRegistry
from tests.api.conftest import make_config, make_runtime

CONTRACT = {
    ("get", "/health"),
    ("get", "/session"),
    ("get", "/registries"),
    ("get", "/registries/{registry}/status"),
    ("get", "/registries/{registry}/repositories"),
    ("get", "/registries/{registry}/repositories/{repo}/tags"),
    ("get", "/registries/{registry}/repositories/{repo}/summaries"),
    ("get", "/registries/{registry}/repositories/{repo}/tags/{tag}/manifest"),
    ("get", "/registries/{registry}/repositories/{repo}/manifests/{digest}"),
    ("get", "/registries/{registry}/repositories/{repo}/manifests/{digest}/referrers"),
    ("get", "/registries/{registry}/repositories/{repo}/blobs/{digest}"),
    ("get", "/registries/{registry}/repositories/{repo}/manifests/{digest}/deletion-plan"),
    ("get", "/registries/{registry}/repositories/{repo}/manifests/{digest}/tags"),
    ("delete", "/registries/{registry}/repositories/{repo}/manifests/{digest}"),
    ("delete", "/registries/{registry}/repositories/{repo}/tags/{tag}"),
    ("put", "/registries/{registry}/repositories/{repo}/manifests/{digest}"),
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return build_openapi()


def list_operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path.removeprefix("/api/v1")): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_document_has_exactly_the_contracts_paths(document: dict[str, Any]) -> None:
    assert set(list_operations(document)) == CONTRACT


def test_every_operation_is_described_with_all_its_errors(document: dict[str, Any]) -> None:
    operations = list_operations(document)

    for key, operation in operations.items():
        assert operation["summary"], key
        assert len(operation["description"]) > 20, key
        assert operation["operationId"], key
        assert {"200", "403", "405", "500"} <= set(operation["responses"]), key
        assert "422" not in operation["responses"], key
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (key, parameter["name"])
    identifiers = [operation["operationId"] for operation in operations.values()]
    assert len(set(identifiers)) == len(identifiers)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))

    assert references == set(document["components"]["schemas"])


def test_document_is_the_same_in_every_process() -> None:
    code = (
        "import json; from reglite.api.schema.openapi import build_openapi as b; "
        "print(json.dumps(b()))"
    )
    documents = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(documents) == 1


@pytest.fixture
async def demo_api(
    memory_registry: MemoryRegistry, anyio_backend: str
) -> AsyncIterator[httpx.AsyncClient]:
    fill_demo(memory_registry)
    runtime = make_runtime(memory_registry, configs=(make_config(name="demo", source="demo"),))
    transport = httpx.ASGITransport(app=create_app(*load_routers(), runtime=runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
    await runtime.aclose()


@pytest.mark.anyio
async def test_every_answer_about_the_demo_is_as_documented(demo_api: httpx.AsyncClient) -> None:
    base = "/api/v1/registries/demo"
    kinds: set[str] = set()

    async def get(path: str, schema: type[Answer]) -> dict[str, Any]:
        response = await demo_api.get(path)
        assert response.status_code == 200, (path, response.text)
        schema.model_validate(response.json(), strict=True)
        document: dict[str, Any] = response.json()
        return document

    await get("/api/v1/registries", Registries)
    await get(f"{base}/status", Status)
    page = await get(f"{base}/repositories?n=1000", Repositories)
    for name in page["repositories"]:
        if (await demo_api.get(f"{base}/repositories/{name}/tags")).status_code == 404:
            continue  # an emptied repository may be unknown
        repository = f"{base}/repositories/{name}"
        tags = (await get(f"{repository}/tags?all=true", Tags))["tags"][:100]
        if not tags:
            continue
        query = "&".join(f"tag={tag}" for tag in tags)
        summaries = await get(f"{repository}/summaries?{query}", Summaries)
        for summary in summaries["summaries"]:
            kinds.add(summary["kind"])
            manifest = await get(f"{repository}/tags/{summary['tag']}/manifest", Manifest)
            digest = f"{repository}/manifests/{manifest['digest']}"
            await get(digest, Manifest)
            for platform in manifest["platforms"][:2]:
                query = f"platform={platform['platform']}"
                assert (await demo_api.get(f"{digest}?{query}")).status_code in (200, 404)
        await get(f"{digest}/referrers", Referrers)
        await get(f"{digest}/deletion-plan", Plan)
        await get(f"{digest}/tags", Holders)

    assert {"image", "index", "chart", "signature"} <= kinds
