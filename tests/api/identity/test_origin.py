import httpx
import pytest

from reglite.api.identity.origin import is_own_host, parse_host
from reglite.inventory.access_config import AccessConfig, AccessToken
from tests.api.conftest import OpenApi
from tests.functions.content import DIGEST, REGISTRY, REPOSITORY
from tests.support.errors import get_code

REPO = f"/api/v1/registries/{REGISTRY}/repositories/{REPOSITORY}"
DELETION = f"{REPO}/manifests/{DIGEST}"
TOKEN = "a-token-of-the-tests"
ELSEWHERE = "https://ui.example.com"


@pytest.fixture
def local_api(open_api: OpenApi) -> httpx.AsyncClient:
    return open_api(AccessConfig(origins=(ELSEWHERE,)), local_maintainer=True)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8080"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ELSEWHERE}, False),
        ({"Sec-Fetch-Site": "anything"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, True),
        ({"Origin": "http://localhost:8080"}, True),
        ({"Origin": "https://localhost:8080"}, True),
        ({"Origin": "http://LOCALHOST:8080"}, True),
        ({"Origin": ELSEWHERE}, True),
        ({"Origin": "https://ui.example.com.evil.example"}, False),
        ({"Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost:9090"}, False),
        ({"Origin": "http://user@localhost:8080"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "http://[broken"}, False),
        ({"Origin": "file://localhost:8080"}, False),
    ],
)
@pytest.mark.parametrize("method", ["DELETE", "PUT"])
async def test_state_changes_only_for_our_own_pages_and_programs(
    local_api: httpx.AsyncClient, method: str, headers: dict[str, str], passes: bool
) -> None:
    absent = f"{REPO}/manifests/sha256:{'0' * 64}"

    response = await local_api.request(method, absent, headers=headers, content=b"{}")

    assert response.status_code == ((404 if method == "DELETE" else 400) if passes else 403)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "headers",
    [
        [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
        [("Origin", "http://localhost:8080"), ("Origin", "https://evil.example")],
    ],
)
async def test_a_header_that_comes_twice_must_be_right_twice(
    local_api: httpx.AsyncClient, headers: list[tuple[str, str]]
) -> None:
    response = await local_api.delete(DELETION, headers=headers)

    assert (response.status_code, get_code(response)) == (403, "DENIED")


@pytest.mark.anyio
async def test_another_sites_page_is_refused_before_it_is_asked_to_sign_in(
    open_api: OpenApi,
) -> None:
    tokens = (AccessToken("ci", TOKEN, "maintainer"),)
    api = open_api(AccessConfig(tokens=tokens, anonymous=None))

    foreign = await api.delete(DELETION, headers={"Sec-Fetch-Site": "cross-site"})
    program = await api.delete(DELETION)

    assert (foreign.status_code, program.status_code) == (403, 401)


@pytest.mark.anyio
async def test_a_bearer_token_of_ours_passes_from_anywhere(open_api: OpenApi) -> None:
    api = open_api(AccessConfig(tokens=(AccessToken("ci", TOKEN, "maintainer"),)))
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

    refused = await api.delete(DELETION, headers=headers)
    passed = await api.delete(DELETION, headers=headers | {"Authorization": f"Bearer {TOKEN}"})

    assert (refused.status_code, passed.status_code) == (403, 200)


@pytest.mark.anyio
async def test_pages_of_a_configured_origin_may_read_the_answers(
    local_api: httpx.AsyncClient,
) -> None:
    allowed = await local_api.get(f"{REPO}/tags", headers={"Origin": ELSEWHERE})
    failed = await local_api.get("/nothing", headers={"Origin": ELSEWHERE})
    refused = await local_api.get(f"{REPO}/tags", headers={"Origin": "https://evil.example"})

    for response in (allowed, failed):
        assert response.headers["access-control-allow-origin"] == ELSEWHERE
        assert "ETag" in response.headers["access-control-expose-headers"]
        assert response.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in response.headers
    assert "access-control-allow-origin" not in refused.headers
    assert refused.headers["vary"] == "Origin"


@pytest.mark.anyio
async def test_preflight_is_answered_for_configured_origins_only(
    local_api: httpx.AsyncClient,
) -> None:
    asking = {"Access-Control-Request-Method": "DELETE"}

    allowed = await local_api.options(DELETION, headers=asking | {"Origin": ELSEWHERE})
    refused = await local_api.options(DELETION, headers=asking | {"Origin": "https://evil.example"})

    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == ELSEWHERE
    assert "DELETE" in allowed.headers["access-control-allow-methods"]
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    assert (refused.status_code, get_code(refused)) == (405, "METHOD_NOT_ALLOWED")
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8080", 200),
        ("127.0.0.1:8080", 200),
        ("127.8.9.1", 200),
        ("[::1]:8080", 200),
        ("LocalHost", 200),
        ("localhost.", 200),
        ("reglite.lan:8080", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("192.168.0.5:8080", 403),
        ("localhost@evil.example", 403),
        ("", 403),
    ],
)
async def test_loopback_server_answers_to_its_own_names_only(
    open_api: OpenApi, host: str, status: int
) -> None:
    api = open_api(AccessConfig(hosts=("reglite.lan",)), is_loopback=True)

    for path in ("/api/v1/health", f"{REPO}/tags"):
        response = await api.get(path, headers={"Host": host})
        assert response.status_code == status
        if status == 403:
            assert get_code(response) == "DENIED"


@pytest.mark.anyio
async def test_a_host_that_comes_twice_must_be_ours_twice(open_api: OpenApi) -> None:
    headers = [("Host", "localhost"), ("Host", "evil.example")]

    response = await open_api(is_loopback=True).get("/api/v1/health", headers=headers)

    assert (response.status_code, get_code(response)) == (403, "DENIED")


@pytest.mark.anyio
async def test_other_servers_answer_to_any_name(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/v1/health", headers={"Host": "reglite.example.com"})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("a.example:80", "a.example"),
        ("A.Example", "a.example"),
        ("[::1]", "::1"),
        ("a:b", None),
        ("a/b", None),
        ("a b", None),
        ("[::1", None),
        ("user@a", None),
    ],
)
def test_host_header_is_read_strictly(host: str, name: str | None) -> None:
    assert parse_host(host) == name


def test_ipv4_mapped_loopback_is_loopback() -> None:
    assert is_own_host("[::ffff:127.0.0.1]:8080", ())


def test_a_host_of_the_inventory_may_be_an_ipv6_address() -> None:
    assert is_own_host("[2001:db8::1]:8080", ("[2001:db8::1]",))
    assert not is_own_host("[2001:db8::2]:8080", ("[2001:db8::1]",))
