import random

import httpx
import pytest
from starlette.routing import Match

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from tests.functions.content import DIGEST
from tests.support.errors import get_code

BASE = "/api/v1/registries/88.88.88.88:5000/repositories"
REPOSITORIES = [
    "app",
    "team/project/app",
    "tags",
    "manifests",
    "team/tags",
    "team/manifests",
    "tags/manifest",
    "manifests/tags",
    "x/manifests/y",
    "manifests/x/manifests",
    "team/tags/v1/manifest",
    "summaries",
    "a/summaries/b",
    "blobs/x",
    "repositories/tags/referrers",
    "x/manifests/deletion-plan",
    "referrers/deletion-plan",
]
ROUTES = [
    ("GET", "{}/tags", "list_tags"),
    ("GET", "{}/summaries", "get_summaries"),
    ("GET", "{}/tags/{tag}/manifest", "get_manifest"),
    ("GET", "{}/manifests/{digest}", "get_manifest_by_digest"),
    ("GET", "{}/manifests/{digest}/referrers", "list_referrers"),
    ("GET", "{}/manifests/{digest}/deletion-plan", "get_deletion_plan"),
    ("GET", "{}/manifests/{digest}/tags", "list_manifest_tags"),
    ("GET", "{}/blobs/{digest}", "get_blob"),
    ("DELETE", "{}/manifests/{digest}", "delete_manifest"),
    ("DELETE", "{}/tags/{tag}", "delete_tag"),
    ("PUT", "{}/manifests/{digest}", "restore_manifest"),
]
TAGS = ["1.4.2", "tags", "manifests", "manifest", "summaries", "referrers"]


@pytest.mark.parametrize("seed", range(5))
def test_order_of_routers_does_not_matter(seed: int) -> None:
    routers = load_routers()
    random.Random(seed).shuffle(routers)
    routes = create_app(*routers).routes

    for repository in REPOSITORIES:
        for method, pattern, expected in ROUTES:
            for tag in TAGS:
                path = f"{BASE}/{pattern}".format(repository, tag=tag, digest=DIGEST)
                scope = {"type": "http", "method": method, "path": path, "headers": []}
                matches = ((route, *route.matches(scope)) for route in routes)
                full = [(r, found) for r, match, found in matches if match is Match.FULL]
                assert [r.operation_id for r, _ in full] == [expected], path  # type: ignore[attr-defined]
                assert full[0][1]["path_params"]["repo"] == repository


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["team/project/app", "team%2Fproject%2Fapp", "team%2fproject/app"])
async def test_slashes_may_be_raw_or_encoded(api: httpx.AsyncClient, name: str) -> None:
    response = await api.get(f"{BASE}/{name}/tags")

    assert response.json()["repository"] == "team/project/app"
    assert response.json()["tags"] == ["1.4.2", "latest"]


@pytest.mark.anyio
async def test_double_encoding_is_a_bad_name_and_no_slash(api: httpx.AsyncClient) -> None:
    response = await api.get(f"{BASE}/team%252Fproject%252Fapp/tags")

    assert response.status_code == 400


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["team%0Aapp", "app%0D%0AX-Header:%20x", "%0A", "app%0A"])
async def test_a_line_break_in_a_name_is_a_bad_name(api: httpx.AsyncClient, name: str) -> None:
    for path in ("tags", "summaries?tag=1", "tags/1/manifest", f"manifests/{DIGEST}"):
        response = await api.get(f"{BASE}/{name}/{path}")

        assert (response.status_code, get_code(response)) == (400, "NAME_INVALID"), path
