import httpx
import pytest

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.runtime import Runtime
from reglite.inventory.load import Inventory
from reglite.server.front import Front
from reglite.server.metrics import METRICS_PATH, Metrics


@pytest.fixture
def client() -> httpx.AsyncClient:
    metrics, runtime = Metrics(), Runtime(Inventory())
    api = metrics.watch(create_app(*load_routers(), runtime=runtime))
    front = Front(
        api=api,
        pages=api,
        runtime=runtime,
        base_path="/reglite/",
        others={METRICS_PATH: metrics},
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=front), base_url="http://h")


@pytest.mark.anyio
async def test_requests_are_counted_by_operation_and_status(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await client.get("/api/v1/health")
    await client.get("/api/v1/registries/secret-name/status")
    await client.get("/api/v1/nothing-here")

    text = (await client.get("/metrics")).text

    lines = set(text.splitlines())
    assert 'reglite_requests_total{method="GET",operation="get_health",status="200"} 3.0' in lines
    assert 'reglite_requests_total{method="GET",operation="get_status",status="404"} 1.0' in lines
    assert 'reglite_requests_total{method="GET",operation="none",status="404"} 1.0' in lines
    assert 'reglite_request_seconds_count{operation="get_health"} 3.0' in lines
    assert "reglite_requests_active 0.0" in lines
    assert "process_resident_memory_bytes" in text
    assert "secret-name" not in text


@pytest.mark.anyio
async def test_metrics_are_below_the_base_path_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/reglite/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.anyio
async def test_unknown_methods_make_no_new_series(client: httpx.AsyncClient) -> None:
    for number in range(5):
        await client.request(f"MADEUP{number}", "/api/v1/health")

    assert "MADEUP" not in (await client.get("/metrics")).text


@pytest.mark.anyio
async def test_nobody_writes_metrics(client: httpx.AsyncClient) -> None:
    answer = await client.post("/metrics")

    assert answer.status_code == 405
    assert answer.json()["errors"][0]["code"] == "METHOD_NOT_ALLOWED"
