"""Names are checked where they arrive: below the functions nobody checks them again."""

import httpx
import pytest

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.demo.registry import MemoryRegistry
from reglite.inventory.access_config import AccessConfig, AccessToken
from tests.api.conftest import LOOPBACK, make_runtime
from tests.functions.content import DIGEST

BASE = "/api/v1/registries/88.88.88.88:5000/repositories"
HEADERS = {"Authorization": "Bearer t0k3n-t0k3n-t0k3n", "Sec-Fetch-Site": "same-origin"}
EVERYTHING = AccessConfig(tokens=(AccessToken("ci", HEADERS["Authorization"][7:], "maintainer"),))

ROUTES = [
    ("GET", "{name}/tags"),
    ("GET", "{name}/summaries?tag={tag}"),
    ("GET", "{name}/tags/{tag}/manifest"),
    ("GET", "{name}/manifests/{digest}"),
    ("GET", "{name}/manifests/{digest}/referrers"),
    ("GET", "{name}/manifests/{digest}/deletion-plan"),
    ("GET", "{name}/manifests/{digest}/tags"),
    ("GET", "{name}/blobs/{digest}"),
    ("DELETE", "{name}/manifests/{digest}"),
    ("DELETE", "{name}/tags/{tag}"),
    ("DELETE", "{name}/tags/{tag}?digest={digest}"),
    ("PUT", "{name}/manifests/{digest}?tag={tag}"),
]
HOSTILE = {
    "name": ["..%2F..%2Fetc", "Team/App", "a%3Fb", "a%23b", "a%0Ab", "app/..", "a" * 256],
    "tag": ["..", "-a", "a%3Fb", "a%0A", "%20", "t" * 129],
    "digest": ["sha256:zzz", "md5:" + "0" * 32, DIGEST.upper(), f"{DIGEST}%0A", "sha256%3A.."],
}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "route", "part"),
    [(*each, part) for each in ROUTES for part in HOSTILE if f"{{{part}}}" in each[1]],
)
async def test_malformed_names_do_not_leave_the_process(
    filled_registry: MemoryRegistry, method: str, route: str, part: str
) -> None:
    runtime = make_runtime(filled_registry, EVERYTHING)
    app = create_app(*load_routers(), runtime=runtime)
    transport = httpx.ASGITransport(app=app, client=(LOOPBACK, 50000))
    good = {"name": "team/project/app", "tag": "1.4.2", "digest": DIGEST}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        for text in HOSTILE[part]:
            url = f"{BASE}/{route.format(**{**good, part: text})}"
            response = await client.request(method, url, headers=HEADERS)
            if response.status_code not in {400, 404}:  # dots can lead to another path
                assert response.json()["failed"][0]["code"] == "TAG_INVALID", (text, response.text)
    await runtime.aclose()
    assert filled_registry.requests == []


@pytest.mark.anyio
@pytest.mark.parametrize(("method", "route"), ROUTES)
async def test_names_that_are_well_formed_reach_the_registry(
    filled_registry: MemoryRegistry, method: str, route: str
) -> None:
    runtime = make_runtime(filled_registry, EVERYTHING)
    app = create_app(*load_routers(), runtime=runtime)
    transport = httpx.ASGITransport(app=app, client=(LOOPBACK, 50000))
    url = f"{BASE}/{route}".format(name="team/project/app", tag="1.4.2", digest=DIGEST)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        await client.request(method, url, headers=HEADERS)
    await runtime.aclose()
    if method != "PUT":  # its body is checked first
        assert filled_registry.requests
