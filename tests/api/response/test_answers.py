import json

import httpx
import pytest

from reglite.api.response.answers import encode_json, has_etag
from reglite.demo.exchange import Answer, Request
from reglite.demo.registry import MemoryRegistry
from tests.functions.content import DIGEST, REGISTRY, REPOSITORY, TAG

REPO = f"/api/v1/registries/{REGISTRY}/repositories/{REPOSITORY}"


@pytest.mark.anyio
async def test_etag_saves_the_body(api: httpx.AsyncClient) -> None:
    first = await api.get(f"{REPO}/tags")
    second = await api.get(f"{REPO}/tags", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, second.status_code) == (200, 304)
    assert second.content == b""
    assert second.headers["etag"] == first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"


@pytest.mark.anyio
@pytest.mark.parametrize("path", [f"{REPO}/tags", f"{REPO}/tags/{TAG}/manifest", "/api/v1/health"])
async def test_head_answers_like_get_without_a_body(api: httpx.AsyncClient, path: str) -> None:
    get, head = await api.get(path), await api.head(path)

    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.anyio
async def test_link_header_says_what_next_says(api: httpx.AsyncClient) -> None:
    response = await api.get(f"{REPO}/tags?n=1")

    following = response.json()["next"]
    assert following.startswith("/api/v1/")
    assert response.headers["link"] == f'<{following}>; rel="next"'
    assert (await api.get(following)).json()["tags"] == ["latest"]


@pytest.mark.anyio
async def test_next_is_taken_back_however_long_the_cursor_of_the_registry_is(
    api: httpx.AsyncClient, filled_registry: MemoryRegistry
) -> None:
    def page(request: Request) -> Answer:
        if request.get_query("next_page"):
            return Answer(body=b'{"repositories": ["b"]}')
        link = f'</v2/_catalog?next_page={"%2B" * 1300}>; rel="next"'
        return Answer(headers={"Link": link}, body=b'{"repositories": ["a"]}')

    filled_registry.on_request = page

    first = await api.get(f"/api/v1/registries/{REGISTRY}/repositories")
    second = await api.get(first.json()["next"])

    assert second.json()["repositories"] == ["b"]


@pytest.mark.anyio
@pytest.mark.parametrize("path", [f"{REPO}/tags", "/api/v1/health", "/nothing", f"{REPO}/tags?n=0"])
async def test_every_answer_carries_the_security_headers(api: httpx.AsyncClient, path: str) -> None:
    headers = (await api.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    # Whoever may not read the health of this server may still see that it is there.
    reach = "cross-origin" if path.endswith("/health") else "same-origin"
    assert headers["cross-origin-resource-policy"] == reach
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "cache-control" in headers


@pytest.mark.anyio
async def test_errors_are_stored_nowhere(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"{REPO}/tags?n=0")).headers["cache-control"] == "no-store"


@pytest.mark.anyio
async def test_manifest_names_its_digest_in_a_header(api: httpx.AsyncClient) -> None:
    response = await api.get(f"{REPO}/tags/{TAG}/manifest")

    assert response.headers["docker-content-digest"] == DIGEST


@pytest.mark.anyio
async def test_forced_reload_goes_around_the_caches(
    api: httpx.AsyncClient, filled_registry: MemoryRegistry
) -> None:
    await api.get(f"{REPO}/tags")
    filled_registry.move_tag(REPOSITORY, "moved", DIGEST)

    fresh = await api.get(f"{REPO}/tags", headers={"Cache-Control": "no-cache"})

    assert "moved" in fresh.json()["tags"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": "й\ud800"}, '{"a":"\\u0439\\ud800"}'),
        ({"a": [float("nan"), float("inf"), 1.5]}, '{"a":[null,null,1.5]}'),
        ({"й": [float("nan"), -float("inf")]}, '{"\\u0439":[null,null]}'),
        (("\x00", '"\\', 2**80, None, True), f'["\\u0000","\\"\\\\",{2**80},null,true]'),
        ([[[]] * 2], "[[[],[]]]"),
        (json.loads("[" * 400 + "]" * 400), "[" * 400 + "]" * 400),
    ],
)
def test_json_is_ascii_and_holds_no_number_that_browsers_refuse(value: object, text: str) -> None:
    encoded = encode_json(value)

    assert encoded.decode("ascii") == text
    json.loads(encoded)


@pytest.mark.parametrize(
    ("header", "is_same"),
    [
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ('"b"', False),
        ("", False),
    ],
)
def test_etags_are_compared_weakly(header: str, is_same: bool) -> None:
    assert has_etag(header, 'W/"a"') is is_same
