import httpx
import pytest
from fastapi import APIRouter

from reglite.api.app import create_app
from tests.functions.content import DIGEST, REGISTRY, REPOSITORY, TAG
from tests.support.errors import get_code

pytestmark = pytest.mark.anyio

BASE = f"/api/v1/registries/{REGISTRY}"
REPO = f"{BASE}/repositories/{REPOSITORY}"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/", 404, "NOT_FOUND"),
        ("/api/v1/", 404, "NOT_FOUND"),
        ("/api/v1/health/", 404, "NOT_FOUND"),
        ("/api/v1/registries/nas/status", 404, "REGISTRY_UNKNOWN"),
        ("/api/v1/registries/nas/repositories", 404, "REGISTRY_UNKNOWN"),
        (f"{BASE}/repositories/..%2F..%2Fetc/tags", 400, "NAME_INVALID"),
        (f"{BASE}/repositories/Team/App/tags", 400, "NAME_INVALID"),
        (f"{BASE}/repositories//tags", 400, "NAME_INVALID"),
        (f"{BASE}/repositories/team/absent/tags", 404, "NAME_UNKNOWN"),
        (f"{REPO}/tags/{'x' * 200}/manifest", 400, "TAG_INVALID"),
        (f"{REPO}/tags/absent/manifest", 404, "MANIFEST_UNKNOWN"),
        (f"{REPO}/manifests/sha256:zzz", 400, "DIGEST_INVALID"),
        (f"{REPO}/manifests/latest", 400, "DIGEST_INVALID"),
        (f"{REPO}/manifests/sha256:{'0' * 64}", 404, "MANIFEST_UNKNOWN"),
        (f"{REPO}/tags?n=0", 400, "BAD_REQUEST"),
        (f"{REPO}/tags?n=10001", 400, "BAD_REQUEST"),
        (f"{REPO}/tags?n=many", 400, "BAD_REQUEST"),
        (f"{REPO}/tags?all=perhaps", 400, "BAD_REQUEST"),
        (f"{REPO}/summaries", 400, "BAD_REQUEST"),
        (f"{REPO}/summaries?{'&'.join(f'tag=v{n}' for n in range(101))}", 400, "BAD_REQUEST"),
        (f"{BASE}/repositories?cursor=nonsense", 400, "BAD_REQUEST"),
    ],
)
async def test_every_failure_has_its_status_and_code(
    api: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    response = await api.get(path)

    assert (response.status_code, get_code(response)) == (status, code)
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/v1/health", "GET, HEAD"),
        ("OPTIONS", "/api/v1/health", "GET, HEAD"),
        ("TRACE", "/api/v1/health", "GET, HEAD"),
        ("POST", f"{REPO}/manifests/{DIGEST}", "DELETE, GET, HEAD, PUT"),
        ("PATCH", f"{REPO}/tags/{TAG}", "DELETE"),
        ("DELETE", f"{REPO}/manifests/tags", "GET, HEAD"),
    ],
)
async def test_wrong_method_names_those_that_are_possible(
    api: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await api.request(method, path)

    assert (response.status_code, get_code(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == allowed


async def test_unexpected_failure_is_logged_and_told_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    router = APIRouter()

    @router.get("/broken")
    async def break_down() -> None:
        raise LookupError("the inside of RegLite")

    transport = httpx.ASGITransport(app=create_app(router))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.get("/broken")

    assert (response.status_code, get_code(response)) == (500, "INTERNAL")
    assert "inside of RegLite" not in response.text.replace("inside RegLite", "")
    assert "the inside of RegLite" in caplog.text


async def test_hostile_text_in_a_path_comes_back_printable(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/v1/%0d%0aSet-Cookie:%20a=b%e2%80%ae")

    assert get_code(response) == "NOT_FOUND"
    message = response.json()["errors"][0]["message"]
    assert message.isascii()
    assert message.isprintable()
