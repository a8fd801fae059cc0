"""A GitLab in miniature: a registry without a catalog, its token server, its REST API."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from reglite.browse.listing import list_repositories
from reglite.credentials.source import Anonymous, Credentials, CredentialSource, FixedCredentials
from reglite.errors import BadRequest, Denied, RegistryProtocol, RegliteError, TooManyRequests
from reglite.inventory.registry_config import RegistryConfig
from reglite.registry.client import RegistryClient
from reglite.registry.gitlab import find_gitlab
from reglite.registry.token import format_basic

pytestmark = pytest.mark.anyio

REGISTRY = "https://registry.gitlab.example.com"
TOKEN = "personal-token"
BASIC = format_basic("ana", TOKEN)


class GitLab:
    """Answers for the registry and for GitLab itself; ``seen`` is every request."""

    def __init__(self) -> None:
        self.realm = "https://gitlab.example.com/jwt/auth"
        self.projects: dict[int, list[str]] = {}
        self.closed: set[int] = set()
        self.api_status = 200
        self.api_answer: httpx.Response | None = None
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.url.host == "registry.gitlab.example.com":
            challenge = f'Bearer realm="{self.realm}",service="container_registry"'
            return httpx.Response(401, headers={"WWW-Authenticate": challenge})
        if request.url.path.endswith("/jwt/auth"):
            return httpx.Response(200, json={"token": "registry-token"})
        if self.api_status != 200:
            return httpx.Response(self.api_status, headers={"Retry-After": "3600"})
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return httpx.Response(401)
        return self.api_answer or self._answer_api(request)

    def _answer_api(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        page, size = int(query["page"]), int(query["per_page"])
        _, _, path = request.url.path.partition("/api/v4/")
        items: list[dict[str, Any]]
        if path == "projects":
            assert query["membership"] == "true"
            items = [{"id": number} for number in self.projects]
        else:
            number = int(path.split("/")[1])
            if number in self.closed:
                return httpx.Response(403)
            items = [{"id": 1, "path": name} for name in self.projects[number]]
        shown = items[(page - 1) * size : page * size]
        following = str(page + 1) if page * size < len(items) else ""
        return httpx.Response(200, json=shown, headers={"X-Next-Page": following})

    def count(self, part: str) -> int:
        return sum(part in request.url.path for request in self.seen)


@pytest.fixture
def gitlab() -> GitLab:
    return GitLab()


def make_client(
    gitlab: GitLab, credential: CredentialSource | None = None, **options: Any
) -> RegistryClient:
    config = RegistryConfig(
        name="gitlab",
        url=REGISTRY,
        source="inventory",
        pull_host="registry.gitlab.example.com",
        credential=credential or FixedCredentials(Credentials("ana", TOKEN)),
        **options,
    )
    return RegistryClient(config, transport=httpx.MockTransport(gitlab))


@pytest.fixture
async def client(gitlab: GitLab, anyio_backend: str) -> AsyncIterator[RegistryClient]:
    client = make_client(gitlab)
    yield client
    await client.aclose()


async def walk(client: RegistryClient) -> list[str]:
    names: list[str] = []
    cursor: str | None = None
    while True:
        page = await client.list_repositories(n=100, cursor=cursor)
        names.extend(page.items)
        if page.next is None:
            return names
        cursor = page.next


@pytest.mark.parametrize(
    ("realm", "base"),
    [
        ("https://gitlab.example.com/jwt/auth", "https://gitlab.example.com"),
        ("https://example.com/gitlab/jwt/auth?x=1", "https://example.com/gitlab"),
        ("https://auth.docker.io/token", None),
        ("https://example.com/jwt/auth/more", None),
        ("https://[example.com/jwt/auth", None),
        ("", None),
        (None, None),
    ],
)
def test_a_gitlab_is_known_by_its_realm(realm: str | None, base: str | None) -> None:
    assert find_gitlab(realm) == base


async def test_gitlabs_own_list_stands_in_for_the_catalog(
    gitlab: GitLab, client: RegistryClient
) -> None:
    gitlab.projects = {1: ["team/app", "team/app/worker"], 2: [], 3: ["ana/site"]}

    view = await list_repositories(client)

    assert view.repositories == ("team/app", "team/app/worker", "ana/site")
    assert view.next is None


async def test_all_projects_and_all_of_their_repositories_are_listed_page_by_page(
    gitlab: GitLab, client: RegistryClient
) -> None:
    gitlab.projects = {number: [f"team/app-{number}"] for number in range(45)}
    gitlab.projects[7] = [f"team/many/part-{n}" for n in range(250)]

    assert await walk(client) == [name for names in gitlab.projects.values() for name in names]


async def test_a_project_whose_registry_is_off_is_left_out(
    gitlab: GitLab, client: RegistryClient
) -> None:
    gitlab.projects = {1: ["team/app"], 2: ["team/closed"]}
    gitlab.closed = {2}

    assert await walk(client) == ["team/app"]


async def test_names_that_are_none_are_left_out(gitlab: GitLab, client: RegistryClient) -> None:
    gitlab.projects = {1: ["../../etc", "Team/App", "team/app", "a\r\nb"]}

    assert await walk(client) == ["team/app"]


async def test_the_token_goes_to_the_realms_host_alone(
    gitlab: GitLab, client: RegistryClient
) -> None:
    gitlab.projects = {1: ["team/app"]}

    await walk(client)

    holders = {
        request.url.host
        for request in gitlab.seen
        if request.headers.get("Authorization") in {f"Bearer {TOKEN}", BASIC}
    }
    assert holders == {"gitlab.example.com"}


async def test_a_plain_http_gitlab_of_an_https_registry_gets_nothing(
    gitlab: GitLab, client: RegistryClient
) -> None:
    gitlab.realm = "http://gitlab.example.com/jwt/auth"

    with pytest.raises(RegliteError):
        await walk(client)

    assert gitlab.count("/api/") == 0


async def test_a_token_without_the_scope_is_told_which_one_it_needs(
    gitlab: GitLab, client: RegistryClient
) -> None:
    gitlab.api_status = 403

    with pytest.raises(Denied, match="read_api") as failure:
        await list_repositories(client)

    assert TOKEN not in str(failure.value)


async def test_a_rate_limit_of_gitlab_stays_one(gitlab: GitLab, client: RegistryClient) -> None:
    gitlab.api_status = 429

    with pytest.raises(TooManyRequests) as failure:
        await walk(client)

    assert failure.value.retry_after_seconds == 3600


async def test_an_answer_that_is_no_json_is_a_protocol_error(
    gitlab: GitLab, client: RegistryClient
) -> None:
    gitlab.api_answer = httpx.Response(200, text="<html>")

    with pytest.raises(RegistryProtocol):
        await walk(client)


@pytest.mark.parametrize("document", [{}, [1, None, {"id": "1"}, {"id": True}, {}]])
async def test_projects_without_a_number_are_left_out(
    gitlab: GitLab, client: RegistryClient, document: Any
) -> None:
    gitlab.api_answer = httpx.Response(200, content=json.dumps(document))

    assert await walk(client) == []


async def test_a_next_page_that_is_not_the_following_one_ends_the_list(
    gitlab: GitLab, client: RegistryClient
) -> None:
    gitlab.api_answer = httpx.Response(200, json=[], headers={"X-Next-Page": "1"})

    assert await walk(client) == []
    assert gitlab.count("/api/") == 1


@pytest.mark.parametrize("cursor", ["gitlab_page=", "gitlab_page=1", "gitlab_page=x&gitlab_size=1"])
async def test_a_malformed_cursor_is_a_bad_request(client: RegistryClient, cursor: str) -> None:
    await client.list_repositories(n=1)  # learns that this is a GitLab

    with pytest.raises(BadRequest):
        await client.list_repositories(n=1, cursor=cursor)


async def test_a_small_page_asks_for_few_projects(gitlab: GitLab, client: RegistryClient) -> None:
    gitlab.projects = {number: [f"team/app-{number}"] for number in range(10)}

    page = await client.list_repositories(n=1)

    assert page.items == ("team/app-0",)
    assert gitlab.count("/registry/repositories") == 1


async def test_a_list_goes_on_in_another_process(gitlab: GitLab, client: RegistryClient) -> None:
    gitlab.projects = {number: [f"team/app-{number}"] for number in range(30)}
    first = await client.list_repositories(n=100)
    other = make_client(gitlab)

    second = await other.list_repositories(n=100, cursor=first.next)
    await other.aclose()

    assert [*first.items, *second.items] == [f"team/app-{number}" for number in range(30)]


async def test_without_a_token_gitlab_is_not_asked(gitlab: GitLab) -> None:
    client = make_client(gitlab, Anonymous())

    with pytest.raises(Denied):
        await walk(client)
    await client.aclose()

    assert gitlab.count("/api/") == 0


async def test_repositories_of_the_inventory_come_before_gitlabs_list(gitlab: GitLab) -> None:
    client = make_client(gitlab, repositories=("team/app",))
    view = await list_repositories(client)
    await client.aclose()

    assert view.repositories == ("team/app",)
    assert gitlab.count("/api/") == 0
