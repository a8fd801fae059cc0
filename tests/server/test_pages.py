from collections.abc import AsyncIterator

import httpx
import pytest

from reglite.server.pages import Pages

pytestmark = pytest.mark.anyio

POLICY = "default-src 'none'"
FILES = {
    "index.html": b"<!doctype html><title>start</title>" + b" " * 500,
    "tags.html": b"<!doctype html><title>tags</title>",
    "ru/index.html": b"<!doctype html><title>nachalo</title>",
    "assets/0123abcd/style.css": b"body{}",
    "assets/0123abcd/js/early.js": b"1",
    "assets/0123abcd/icons.svg": b"<svg/>",
}


@pytest.fixture
def pages() -> Pages:
    return Pages(FILES, policy=POLICY)


@pytest.fixture
async def client(pages: Pages, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=pages)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/tags.html?registry=a", "text/html; charset=utf-8", "no-cache"),
        ("/ru/", "text/html; charset=utf-8", "no-cache"),
        (
            "/assets/0123abcd/style.css",
            "text/css; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        (
            "/assets/0123abcd/js/early.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("/assets/0123abcd/icons.svg", "image/svg+xml", "public, max-age=31536000, immutable"),
    ],
)
async def test_files_have_their_type_and_cache_rule(
    client: httpx.AsyncClient, path: str, media_type: str, cache: str
) -> None:
    response = await client.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert response.headers["cache-control"] == cache
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == f"{POLICY}; frame-ancestors 'none'"


async def test_folder_without_slash_leads_to_the_one_with_it(client: httpx.AsyncClient) -> None:
    response = await client.get("/ru")

    assert (response.status_code, response.headers["location"]) == (307, "ru/")


@pytest.mark.parametrize(
    "path", ["/absent.html", "/%2e%2e/etc/passwd", "/ru/../index.htm", "/assets/", "/.reload/x"]
)
async def test_what_is_not_there_is_a_404_in_the_apis_shape(
    client: httpx.AsyncClient, path: str
) -> None:
    response = await client.get(path)

    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "NOT_FOUND"


async def test_compressed_where_the_browser_takes_it(client: httpx.AsyncClient) -> None:
    plain = await client.get("/", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/", headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert plain.content == packed.content == FILES["index.html"]


async def test_known_pages_are_not_sent_again(client: httpx.AsyncClient) -> None:
    etag = (await client.get("/")).headers["etag"]

    response = await client.get("/", headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")


async def test_head_says_the_length_and_sends_nothing(client: httpx.AsyncClient) -> None:
    response = await client.head("/tags.html", headers={"Accept-Encoding": "identity"})

    assert response.headers["content-length"] == str(len(FILES["tags.html"]))
    assert response.content == b""


async def test_pages_can_only_be_read(client: httpx.AsyncClient) -> None:
    response = await client.post("/")

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


async def test_replacing_swaps_every_file_at_once(client: httpx.AsyncClient, pages: Pages) -> None:
    pages.replace({"index.html": b"new"})

    assert (await client.get("/")).content == b"new"
    assert (await client.get("/tags.html")).status_code == 404
