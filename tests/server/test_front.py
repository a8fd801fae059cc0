import httpx
import pytest
from starlette.types import Receive, Scope, Send

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.response.security_headers import SECURITY_HEADERS
from reglite.api.runtime import Runtime
from reglite.inventory.load import Inventory
from reglite.server.front import Front
from reglite.server.metrics import METRICS_PATH, Metrics
from reglite.server.pages import Pages
from reglite.server.reload import EVENTS_PATH, SCRIPT_PATH, Reload


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path", ["/", "/absent", METRICS_PATH, SCRIPT_PATH, EVENTS_PATH, "/api/v1/health", "/api/none"]
)
async def test_nothing_on_a_loopback_server_answers_to_a_foreign_name(path: str) -> None:
    runtime = Runtime(Inventory(), is_loopback=True)
    front = Front(
        api=create_app(*load_routers(), runtime=runtime),
        pages=Reload(Pages({"index.html": b""}, policy="")),
        runtime=runtime,
        others={METRICS_PATH: Metrics()},
        base_path="/reglite/",
    )
    transport = httpx.ASGITransport(app=front)

    async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
        for address in (path, f"/reglite{path}"):
            response = await client.get(address)

            assert response.status_code == 403
            assert response.json()["errors"][0]["code"] == "DENIED"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("base_path", "asked", "location"),
    [
        ("/reglite/", "/reglite", "reglite/"),
        ("/a/b:c/", "/a/b:c?q=1", "b%3Ac/?q=1"),
        ("/reglite/", "/reglite/ru?q=1", "ru/?q=1"),
    ],
)
async def test_a_folder_without_its_slash_leads_to_it_so_that_its_links_hold(
    base_path: str, asked: str, location: str
) -> None:
    runtime = Runtime(Inventory())
    pages = Pages({"index.html": b"start", "ru/index.html": b"nachalo"}, policy="")
    front = Front(api=pages, pages=pages, runtime=runtime, base_path=base_path)
    transport = httpx.ASGITransport(app=front)

    async with httpx.AsyncClient(transport=transport, base_url="http://a.example") as client:
        response = await client.get(asked)

        assert (response.status_code, response.headers["location"]) == (307, location)
        assert (await client.get(asked, follow_redirects=True)).status_code == 200


@pytest.mark.anyio
async def test_part_that_fails_is_told_in_the_apis_shape_with_every_header() -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("a detail")

    front = Front(api=fail, pages=fail, runtime=Runtime(Inventory()), others={METRICS_PATH: fail})
    transport = httpx.ASGITransport(app=front, raise_app_exceptions=False)

    async with httpx.AsyncClient(transport=transport, base_url="http://a.example") as client:
        for path in ("/", METRICS_PATH, "/api/v1/health"):
            response = await client.get(path)

            assert (response.status_code, "a detail" in response.text) == (500, False)
            assert response.json()["errors"][0]["code"] == "INTERNAL"
            assert {k: response.headers.get(k) for k in SECURITY_HEADERS} == SECURITY_HEADERS
