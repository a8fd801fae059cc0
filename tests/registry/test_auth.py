"""Answers to challenges: to whom credentials go, how often, and what never shows."""

import asyncio
import logging
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from reglite.credentials.source import Credentials, FixedCredentials
from reglite.demo.registry import MemoryRegistry
from reglite.demo.switches import Switches
from reglite.errors import (
    ConfigurationError,
    Denied,
    RegistryProtocol,
    RegistryUnreachable,
    RegliteError,
    StorageFailed,
    TooManyRequests,
)
from reglite.inventory.registry_config import RegistryConfig
from reglite.media_types import OCI_INDEX
from reglite.reference import Digest, Repository
from reglite.registry.pace import Pace
from tests.registry.clients import (
    APP,
    EMPTY_INDEX,
    PASSWORD,
    V1,
    MakeClient,
    answer_index,
    answer_json,
    make_credential,
)
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

REALM = "https://auth.test/token"
CHALLENGE = f'Bearer realm="{REALM}",service="s",scope="repository:team/app:pull"'


def make_registry(**switches: Any) -> Any:
    registry = MemoryRegistry(Switches(username="ana", password=PASSWORD, **switches))
    for name in ("team/app", "team/other"):
        registry.put_manifest(name, EMPTY_INDEX, OCI_INDEX, "v1", "v2")
    return registry


def count(registry: Any, path: Any) -> Any:
    return sum(request.path == path for request in registry.requests)


def refuse(challenge: Any = CHALLENGE, **headers: Any) -> Any:
    return httpx.Response(401, headers={"WWW-Authenticate": challenge, **headers})


class TokenRegistry:
    """A registry behind a token server; remembers who sent which Authorization where."""

    def __init__(
        self, *, challenge: Any = CHALLENGE, token: Any = None, accept: Any = ("Bearer t0k3n",)
    ) -> None:
        self.challenge = challenge
        self.accept = accept
        self.token = token or answer_json({"token": "t0k3n"})
        self.seen: list[tuple[str, str, str | None]] = []
        self.token_requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> Any:
        authorization = request.headers.get("authorization")
        self.seen.append((request.method, request.url.host, authorization))
        if request.url.host == "auth.test":
            self.token_requests.append(request)
            return self.token(request) if callable(self.token) else self.token
        return answer_index() if authorization in self.accept else refuse(self.challenge)


def make_open_registry(**switches: Any) -> Any:
    """Return one that answers strangers, and shows them a part of what it has."""
    return make_registry(auth="basic", stranger_repositories=frozenset({"team/app"}), **switches)


async def list_names(client: Any) -> list[str]:
    return list((await client.list_repositories(n=10)).items)


async def test_registry_that_answers_strangers_gets_the_credentials_after_a_bare_ping(
    make_client: MakeClient,
) -> None:
    registry = make_open_registry()
    client = make_client(registry, credential=make_credential())
    assert await list_names(client) == ["team/app", "team/other"]
    await client.list_tags(Repository("team/other"))
    assert [(r.path, r.authorization) for r in registry.requests] == [
        ("/v2/", None),
        ("/v2/_catalog", "basic"),
        ("/v2/team/other/tags/list", "basic"),
    ]
    assert not client.is_credential_checked
    assert await list_names(make_client(registry)) == ["team/app"]


async def test_those_who_ask_at_once_share_the_bare_ping(make_client: MakeClient) -> None:
    registry = make_open_registry(latency_seconds={"^/v2/$": 0.02})
    client = make_client(registry, credential=make_credential())
    await asyncio.gather(*(client.list_tags(APP) for _ in range(3)), list_names(client))
    assert count(registry, "/v2/") == 1


async def test_wrong_password_of_a_registry_that_answers_strangers_is_told(
    make_client: MakeClient,
) -> None:
    registry = make_open_registry()
    client = make_client(registry, credential=make_credential(password="wrong-" + PASSWORD))
    with pytest.raises(Denied, match="credentials from inventory were not enough"):
        await client.ping()
    with pytest.raises(Denied, match="credentials from inventory were not enough"):
        await client.list_repositories(n=1)
    assert client.is_credential_checked
    assert client.is_credential_refused


async def test_answer_that_asks_politely_is_asking_too(make_client: MakeClient) -> None:
    registry = make_open_registry(is_asking_politely=True)
    client = make_client(registry, credential=make_credential(), source="docker-config")
    assert len(await list_names(client)) == 2


@pytest.mark.parametrize(
    ("url", "source", "is_sent"),
    [
        ("https://registry.test", "docker-config", True),
        ("http://127.0.0.1:5000", "docker-config", True),
        ("http://registry.test", "inventory", True),
        ("http://registry.test", "docker-config", False),
    ],
)
async def test_credentials_go_unasked_over_https_to_loopback_or_where_the_inventory_says_http(
    make_client: MakeClient, url: str, source: str, is_sent: bool
) -> None:
    seen = []

    def answer(request: httpx.Request) -> Any:
        seen.append("authorization" in request.headers)
        is_ping = request.url.path == "/v2/"
        return answer_json({}) if is_ping else httpx.Response(403)

    client = make_client(answer, url=url, source=source, credential=make_credential())
    with pytest.raises(Denied) as caught:
        await client.list_tags(APP)
    assert seen == [False, is_sent]
    assert ("were not enough" in caught.value.message) is is_sent
    assert ("plain http only" in caught.value.message) is not is_sent


async def test_ping_that_leads_elsewhere_gets_no_password(make_client: MakeClient) -> None:
    seen = []

    def answer(request: httpx.Request) -> Any:
        seen.append(request.headers.get("authorization"))
        is_ping = request.url.path == "/v2/"
        away = httpx.Response(302, headers={"Location": "https://elsewhere.test/"})
        return away if is_ping else answer_json({"name": APP, "tags": []})

    await make_client(answer, credential=make_credential()).list_tags(APP)
    assert seen == [None, None]


async def test_bearer_challenge_keeps_the_password_from_the_registry(
    make_client: MakeClient,
) -> None:
    registry = make_registry(auth="bearer")
    client = make_client(registry, credential=make_credential())
    await client.list_tags(APP)
    assert {r.authorization for r in registry.requests if r.path != "/token"} == {None, "bearer"}
    assert client.is_credential_checked


async def test_identity_token_is_for_token_servers_alone(make_client: MakeClient) -> None:
    registry = make_registry(auth="none")
    client = make_client(registry, credential=make_credential("<token>", "", "1dent1ty"))
    await client.list_tags(APP)
    assert {r.authorization for r in registry.requests} == {None}


async def test_registry_that_is_not_available_is_asked_again(make_client: MakeClient) -> None:
    answers = [httpx.Response(503), answer_json({}), answer_json({"name": "x", "tags": ["v1"]})]
    client = make_client(lambda _: answers.pop(0), credential=make_credential())
    assert await client.list_tags(APP) == ("v1",)
    assert not answers


class DyingHelper:
    """A helper whose every token is good once more than it was asked for."""

    kind = "helper"
    label = "helper gcloud"

    def __init__(self, passwords: list[str]) -> None:
        self.passwords = passwords
        self.asked = 0

    async def resolve(self) -> Credentials:
        return Credentials("ana", self.passwords[0])

    def forget(self) -> bool:
        self.asked += 1
        if len(self.passwords) == 1:
            return False
        self.passwords.pop(0)
        return True


@pytest.mark.parametrize("auth", ["basic", "bearer"])
async def test_credentials_that_died_are_asked_for_anew_once(
    make_client: MakeClient, auth: str
) -> None:
    registry = make_registry(auth=auth)
    helper = DyingHelper(["dead-" + PASSWORD, PASSWORD])
    client = make_client(registry, credential=helper)
    assert await client.list_tags(APP) == ("v1", "v2")
    registry.authority.revoke_tokens()
    registry.switches.password = "n3w-" + PASSWORD
    helper.passwords = [PASSWORD, "n3w-" + PASSWORD]
    assert await client.list_tags(APP, fresh=True) == ("v1", "v2")
    assert helper.asked == 2


async def test_refusal_with_the_same_credentials_is_told_at_once(make_client: MakeClient) -> None:
    registry = make_registry(auth="basic", denied_actions=frozenset({"pull"}))
    helper = DyingHelper([PASSWORD, PASSWORD])
    with pytest.raises(Denied, match="helper gcloud were not enough"):
        await make_client(registry, credential=helper).list_tags(APP)
    assert count(registry, "/v2/team/app/tags/list") == 1


async def test_source_that_fails_does_not_close_a_registry_that_asks_nobody(
    make_client: MakeClient,
) -> None:
    class Broken:
        kind = "helper"
        label = "helper desktop"

        async def resolve(self) -> None:
            raise ConfigurationError("docker-credential-desktop is not installed")

    client = make_client(make_registry(auth="none"), credential=Broken())
    assert await client.list_tags(APP) == ("v1", "v2")
    assert "not installed" in str(client.credential_trouble)


@pytest.mark.parametrize("status", [401, 403])
async def test_refusal_without_a_challenge_blames_no_credentials_that_were_not_sent(
    make_client: MakeClient, status: int
) -> None:
    client = make_client(lambda _: httpx.Response(status))
    with pytest.raises(Denied, match="without credentials: add username"):
        await client.list_tags(APP)
    client = make_client(lambda _: httpx.Response(status), credential=make_credential())
    with pytest.raises(Denied, match="from inventory were not enough"):
        await client.list_tags(APP)


async def test_basic_is_asked_for_once_and_then_sent_at_once(make_client: MakeClient) -> None:
    registry = make_registry(auth="basic")
    client = make_client(registry, credential=make_credential())
    await client.list_tags(APP)
    await client.list_tags(Repository("team/other"))
    assert [request.authorization for request in registry.requests] == [None, "basic", "basic"]


async def test_wrong_password_is_tried_once_and_told(make_client: MakeClient) -> None:
    registry = make_registry(auth="basic")
    client = make_client(registry, credential=make_credential(password="wrong-" + PASSWORD))
    with pytest.raises(Denied, match="credentials from inventory") as caught:
        await client.ping()
    assert PASSWORD not in caught.value.message
    assert len(registry.requests) == 2


async def test_absent_credentials_are_told(make_client: MakeClient) -> None:
    with pytest.raises(Denied, match="without credentials"):
        await make_client(make_registry(auth="basic")).ping()


@pytest.mark.parametrize("token_field", ["token", "access_token", "both"])
@pytest.mark.parametrize("challenge_has_scope", [True, False])
async def test_token_is_fetched_and_used_again(
    make_client: MakeClient, token_field: str, challenge_has_scope: bool
) -> None:
    registry = make_registry(
        auth="bearer", token_field=token_field, challenge_has_scope=challenge_has_scope
    )
    client = make_client(registry, credential=make_credential())
    await client.list_tags(APP)
    await client.get_manifest(APP, V1)
    assert count(registry, "/token") == 1
    assert [r.authorization for r in registry.requests if r.path != "/token"] == [
        None,
        "bearer",
        "bearer",
    ]


async def test_every_scope_has_its_own_token(make_client: MakeClient) -> None:
    registry = make_registry(auth="bearer")
    client = make_client(registry, credential=make_credential())
    await client.list_tags(APP)
    await client.list_tags(Repository("team/other"))
    await client.list_repositories(n=10)
    await client.delete_manifest(APP, (await client.head_manifest(APP, V1)).digest)
    scopes = [r.query.get("scope") for r in registry.requests if r.path == "/token"]
    assert scopes == [
        "repository:team/app:pull",
        "repository:team/other:pull",
        "registry:catalog:*",
        "repository:team/app:delete",
    ]
    assert [r.authorization for r in registry.requests if r.path != "/token"][1:] == ["bearer"] * 5


async def test_ping_has_a_token_without_scope(make_client: MakeClient) -> None:
    registry = make_registry(auth="bearer")
    client = make_client(registry, credential=make_credential())
    assert (await client.ping()).has_challenged
    await client.ping()
    assert count(registry, "/token") == 1
    assert count(registry, "/v2/") == 3


class StrangersRegistry:
    """GHCR and GitLab to strangers: a token for a public repository, none without one."""

    def __call__(self, request: httpx.Request) -> Any:
        """Answer one request."""
        public = "repository:team/app:pull"
        if request.url.host == "auth.test":
            is_public = request.url.params.get("scope") == public
            return answer_json({"token": "public"}) if is_public else httpx.Response(403)
        if request.headers.get("authorization") == "Bearer public":
            return answer_json({"tags": ["v1"]})
        scope = f',scope="{public}"' if "team/app" in request.url.path else ""
        return refuse(f'Bearer realm="{REALM}"{scope}')


async def test_stranger_who_may_read_a_named_repository_is_let_in(make_client: MakeClient) -> None:
    ping = await make_client(StrangersRegistry(), repositories=("team/app",)).ping()
    assert ping.has_challenged


@pytest.mark.parametrize("named", [(), ("team/private",)])
async def test_stranger_who_may_read_nothing_is_denied(make_client: MakeClient, named: Any) -> None:
    with pytest.raises(Denied):
        await make_client(StrangersRegistry(), repositories=named).ping()


async def test_token_that_is_created_is_a_token(make_client: MakeClient) -> None:
    registry = TokenRegistry(token=answer_json({"access_token": "t0k3n"}, 201))
    assert await make_client(registry).get_manifest(APP, V1)


async def test_anonymous_tokens_are_taken(make_client: MakeClient) -> None:
    registry = make_registry(auth="bearer", is_pull_anonymous=True)
    assert await make_client(registry).list_tags(APP) == ("v1", "v2")
    (asked,) = [r for r in registry.requests if r.path == "/token"]
    assert asked.authorization is None
    assert "account" not in asked.query


async def test_insufficient_scope_does_not_loop(make_client: MakeClient) -> None:
    registry = make_registry(auth="bearer", granted_actions=frozenset({"pull"}))
    client = make_client(registry, credential=make_credential())
    digest = (await client.head_manifest(APP, V1)).digest
    before = len(registry.requests)
    with pytest.raises(Denied, match="right to do it"):
        await client.delete_manifest(APP, digest)
    assert len(registry.requests) - before <= 4


async def test_expired_token_is_replaced(make_client: MakeClient) -> None:
    registry = make_registry(auth="bearer", token_has_expires_in=True)
    client = make_client(registry, credential=make_credential())
    await client.get_manifest(APP, V1)
    registry.authority.revoke_tokens()
    await client.get_manifest(APP, V1, fresh=True)
    assert count(registry, "/token") == 2


async def test_token_is_renewed_ahead_of_its_expiry(
    make_client: MakeClient,
) -> None:
    registry = TokenRegistry(token=answer_json({"token": "t0k3n", "expires_in": 100}))
    clock = Clock()
    client = make_client(registry, credential=make_credential(), pace=Pace(clock=clock))
    await client.get_manifest(APP, V1, fresh=True)
    clock.now += 89
    await client.get_manifest(APP, V1, fresh=True)
    assert len(registry.token_requests) == 1
    clock.now += 2
    await client.get_manifest(APP, V1, fresh=True)
    assert len(registry.token_requests) == 2
    assert registry.seen[-1] == ("GET", "registry.test", "Bearer t0k3n")


async def test_token_without_expires_in_lives_a_minute(
    make_client: MakeClient,
) -> None:
    registry = TokenRegistry()
    clock = Clock()
    client = make_client(registry, credential=make_credential(), pace=Pace(clock=clock))
    await client.get_manifest(APP, V1, fresh=True)
    clock.now += 45
    await client.get_manifest(APP, V1, fresh=True)
    assert len(registry.token_requests) == 1
    clock.now += 10
    await client.get_manifest(APP, V1, fresh=True)
    assert len(registry.token_requests) == 2


async def test_one_refresh_serves_all_who_wait(make_client: MakeClient) -> None:
    registry = make_registry(auth="bearer")
    client = make_client(registry, credential=make_credential(), max_connections=50)
    await client.ping()
    before = count(registry, "/token")
    await asyncio.gather(*(client.head_manifest(APP, V1, fresh=True) for _ in range(50)))
    assert count(registry, "/token") - before == 1


async def test_identity_token_is_posted(make_client: MakeClient) -> None:
    registry = TokenRegistry(token=answer_json({"access_token": "t0k3n"}))
    client = make_client(registry, credential=make_credential("<token>", "", "r3fresh"))
    await client.get_manifest(APP, V1)
    (asked,) = registry.token_requests
    assert asked.method == "POST"
    assert "authorization" not in asked.headers
    assert parse_qs(asked.content.decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["r3fresh"],
        "service": ["s"],
        "client_id": ["reglite"],
        "scope": ["repository:team/app:pull"],
    }
    assert "r3fresh" not in str(asked.url)


async def test_user_name_token_means_a_refresh_token(make_client: MakeClient) -> None:
    registry = TokenRegistry()
    client = make_client(registry, credential=make_credential("<token>", "r3fresh"))
    await client.get_manifest(APP, V1)
    assert registry.token_requests[0].method == "POST"


@pytest.mark.parametrize("status", [404, 405])
async def test_identity_token_falls_back_to_get(make_client: MakeClient, status: int) -> None:
    def answer(request: httpx.Request) -> Any:
        is_post = request.method == "POST"
        return httpx.Response(status) if is_post else answer_json({"token": "t0k3n"})

    registry = TokenRegistry(token=answer)
    client = make_client(registry, credential=make_credential("<token>", "", "r3fresh"))
    await client.get_manifest(APP, V1)
    assert [request.method for request in registry.token_requests] == ["POST", "GET"]
    assert registry.token_requests[1].headers["authorization"].startswith("Basic ")


async def test_realm_keeps_its_own_query(make_client: MakeClient) -> None:
    registry = TokenRegistry(challenge=f'Bearer realm="{REALM}?tenant=a%26b",service="s"')
    await make_client(registry, credential=make_credential()).get_manifest(APP, V1)
    query = parse_qs(urlsplit(str(registry.token_requests[0].url)).query)
    assert query["tenant"] == ["a&b"]
    assert query["scope"] == ["repository:team/app:pull"]
    assert query["account"] == ["ana"]


@pytest.mark.parametrize(
    "realm",
    [
        "https://169.254.169.254/token",
        "https://metadata.google.internal/token",
        "http://auth.test/token",
        "https://ana:x@auth.test/token",
        "ftp://auth.test/token",
        "https://xn--/token",
        "https://[auth.test/token",
    ],
)
async def test_token_is_not_sought_at_a_forbidden_realm(
    make_client: MakeClient, realm: str
) -> None:
    registry = TokenRegistry(challenge=f'Bearer realm="{realm}",service="s"')
    client = make_client(registry, credential=make_credential(), url="https://registry.test")
    with pytest.raises(RegistryProtocol):
        await client.get_manifest(APP, V1)
    assert {host for _, host, _ in registry.seen} == {"registry.test"}
    assert {authorization for *_, authorization in registry.seen} == {None}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401), Denied),
        (httpx.Response(403), Denied),
        (httpx.Response(429, headers={"Retry-After": "99"}), TooManyRequests),
        (httpx.Response(500), RegistryUnreachable),
        (httpx.Response(302, headers={"Location": "https://evil.test/"}), RegistryProtocol),
        (httpx.Response(200, content=b"not json"), RegistryProtocol),
        (answer_json([]), RegistryProtocol),
        (answer_json({}), RegistryProtocol),
        (answer_json({"token": ""}), RegistryProtocol),
        (answer_json({"token": "two words"}), RegistryProtocol),
        (answer_json({"token": "line\r\nX-Injected: 1"}), RegistryProtocol),
        (answer_json({"token": 7}), RegistryProtocol),
        (httpx.Response(200, content=b"x" * 2_000_000), RegistryProtocol),
    ],
)
async def test_token_server_that_gives_no_token(
    make_client: MakeClient, answer: Any, error: type[RegliteError]
) -> None:
    registry = TokenRegistry(token=answer)
    client = make_client(registry, credential=make_credential())
    with pytest.raises(error) as caught:
        await client.get_manifest(APP, V1)
    assert PASSWORD not in caught.value.message
    assert {host for _, host, _ in registry.seen} == {"registry.test", "auth.test"}


async def test_challenge_of_a_blob_storage_is_not_answered(make_client: MakeClient) -> None:
    seen = []

    def answer(request: httpx.Request) -> Any:
        seen.append((request.url.host, request.headers.get("authorization")))
        if request.url.host == "storage.test":
            return refuse('Basic realm="give me your password"')
        if "authorization" not in request.headers:
            return refuse('Basic realm="r"')
        return httpx.Response(307, headers={"Location": "https://storage.test/blob"})

    client = make_client(answer, credential=make_credential())
    with pytest.raises(StorageFailed):
        await client.get_blob(APP, Digest("sha256:" + "a" * 64), max_bytes=10)
    assert [host for host, _ in seen] == ["registry.test", "registry.test", "storage.test"]
    assert [authorization is None for _, authorization in seen] == [True, False, True]


async def test_challenge_of_an_unknown_scheme_is_refused_without_another_try(
    make_client: MakeClient,
) -> None:
    seen = []

    def answer(request: httpx.Request) -> Any:
        seen.append(request)
        return refuse("Negotiate")

    with pytest.raises(Denied):
        await make_client(answer, credential=make_credential()).ping()
    assert ["authorization" in request.headers for request in seen] == [False, True]


async def test_bearer_challenge_without_realm_is_a_protocol_error(make_client: MakeClient) -> None:
    with pytest.raises(RegistryProtocol, match="realm"):
        await make_client(lambda _: refuse('Bearer service="s"')).ping()


async def test_failing_credential_source_says_so(make_client: MakeClient) -> None:
    class Broken:
        kind = "helper"
        label = "helper desktop"

        async def resolve(self) -> None:
            raise ConfigurationError("docker-credential-desktop is not installed")

    with pytest.raises(ConfigurationError, match="not installed"):
        await make_client(make_registry(auth="basic"), credential=Broken()).ping()


async def test_cookies_are_ignored(make_client: MakeClient) -> None:
    seen = []

    def answer(request: httpx.Request) -> Any:
        seen.append(request.headers.get("cookie"))
        return answer_index(Set_Cookie="session=1; Path=/")

    client = make_client(answer)
    await client.get_manifest(APP, V1, fresh=True)
    await client.get_manifest(APP, V1, fresh=True)
    assert seen == [None, None]


async def test_secrets_are_in_no_log_and_no_repr(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(request: httpx.Request) -> Any:
        if request.url.host == "auth.test":
            return answer_json({"token": "t0k3n"})
        if request.url.host == "storage.test":
            return httpx.Response(403, content=b"Bearer t0k3n " + PASSWORD.encode())
        if request.headers.get("authorization") != "Bearer t0k3n":
            return refuse()
        return httpx.Response(
            307, headers={"Location": "https://storage.test/blob?X-Signature=s1gned"}
        )

    caplog.set_level(logging.DEBUG)
    config = RegistryConfig(
        name="here",
        url="http://registry.test",
        source="inventory",
        pull_host="registry.test",
        credential=make_credential(),
    )
    client = make_client(answer, credential=make_credential())
    with pytest.raises(StorageFailed) as caught:
        await client.get_blob(APP, Digest("sha256:" + "a" * 64), max_bytes=10)
    auth = client._transport.auth
    shown = " ".join(
        [caught.value.message, repr(caught.value), repr(config), repr(client), repr(vars(auth))]
    )
    said = [f"{record.getMessage()} {record.args}" for record in caplog.records]
    for secret in (PASSWORD, "s1gned"):
        assert secret not in shown
        assert not any(secret in line for line in said)
    assert "t0k3n" not in caught.value.message
    assert not any("t0k3n" in line for line in said)


async def test_scope_that_the_registry_names_otherwise_is_asked_for_at_once_next_time(
    make_client: MakeClient,
) -> None:
    challenge = f'Bearer realm="{REALM}",service="s",scope="repository:mirror/team/app:pull"'

    def grant(request: httpx.Request) -> Any:
        is_mirror = request.url.params["scope"] == "repository:mirror/team/app:pull"
        return answer_json({"token": "t0k3n" if is_mirror else "useless"})

    registry = TokenRegistry(challenge=challenge, token=grant)
    client = make_client(registry, credential=make_credential())
    await client.get_manifest(APP, V1)
    before = len(registry.seen)
    await client.get_manifest(APP, V1, fresh=True)
    assert registry.seen[before:] == [("GET", "registry.test", "Bearer t0k3n")]


REGISTRY_TOKEN = "registry-" + PASSWORD


@pytest.mark.parametrize("token", [REGISTRY_TOKEN, "expired"])
async def test_token_for_the_registry_itself_goes_there_as_it_is(
    make_client: MakeClient, token: str
) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.headers.get("authorization")))
        if request.headers.get("authorization") == f"Bearer {REGISTRY_TOKEN}":
            return answer_json({"name": APP, "tags": ["v1"]})
        response: httpx.Response = refuse()
        return response

    credential = FixedCredentials(
        Credentials("<token>", "", registry_token=token), label="docker-config"
    )
    client = make_client(answer, credential=credential)
    if token == REGISTRY_TOKEN:
        assert await client.list_tags(APP) == (V1,)
    else:
        with pytest.raises(Denied, match="docker-config were not enough") as caught:
            await client.list_tags(APP)
        assert token not in caught.value.message
    assert seen == [("registry.test", None), ("registry.test", f"Bearer {token}")]


@pytest.mark.parametrize("challenge", ['Basic realm="r"', None])
async def test_token_for_the_registry_itself_goes_nowhere_else(
    make_client: MakeClient, challenge: str | None
) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return refuse(challenge) if challenge else answer_json({"name": APP, "tags": None})

    credential = FixedCredentials(Credentials("<token>", "", registry_token=REGISTRY_TOKEN))
    client = make_client(answer, credential=credential)
    with nullcontext() if challenge is None else pytest.raises(Denied):
        await client.list_tags(APP)
    assert set(seen) == {None}
