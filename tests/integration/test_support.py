"""The test servers themselves: what other tests build on must be what it says."""

from collections.abc import Callable

import httpx
import pytest

from reglite import media_types
from tests.conftest import HTPASSWD_USER
from tests.support.docker_registry import DockerRegistry
from tests.support.filesystem import fill_filesystem, format_busy_tag
from tests.support.images import Pusher, push_every_kind
from tests.support.token_server import TokenServer

ACCEPT = {"Accept": media_types.ACCEPT_MANIFESTS}
NOTHING = "sha256:" + "0" * 64


def _get_token(server: TokenServer, scope: str, **options: object) -> str:
    answer = httpx.get(
        server.realm,
        params={"service": server.service, "scope": scope},
        trust_env=False,
        **options,  # type: ignore[arg-type]
    )
    assert answer.status_code == 200
    token: str = answer.json()["token"]
    return token


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_every_kind_of_image_lands_in_the_real_registry(
    pusher: Pusher, docker_registry: DockerRegistry
) -> None:
    pushed = push_every_kind(pusher)
    with docker_registry.client() as client:
        for tag, manifest in pushed.items():
            path = f"/v2/{pusher.repository}/manifests/{tag}"
            answer = client.get(path, headers=ACCEPT)
            assert answer.content == manifest.raw
            assert answer.headers["Docker-Content-Digest"] == manifest.digest


def test_a_sparse_index_names_a_child_that_is_gone(
    pusher: Pusher, docker_registry: DockerRegistry
) -> None:
    child = pusher.push_sparse_index("sparse").document["manifests"][1]["digest"]
    with docker_registry.client() as client:
        path = f"/v2/{pusher.repository}/manifests/{child}"
        assert client.get(path, headers=ACCEPT).status_code == 404


def test_htpasswd_registry_wants_its_user(secured_docker_registry: DockerRegistry) -> None:
    with secured_docker_registry.client(auth=None) as client:
        assert client.get("/v2/").status_code == 401
        assert client.get("/v2/", auth=HTPASSWD_USER).status_code == 200


def test_deletion_is_off_where_it_was_asked_off(
    undeletable_docker_registry: DockerRegistry, docker_registry: DockerRegistry
) -> None:
    path = f"/v2/some/thing/manifests/{NOTHING}"
    with undeletable_docker_registry.client() as client:
        assert client.delete(path).status_code == 405
    with docker_registry.client() as client:
        assert client.delete(path).status_code == 404


def test_restart_keeps_port_and_content(
    make_docker_registry: Callable[..., DockerRegistry],
) -> None:
    registry = make_docker_registry()
    address = registry.url
    with registry.client() as client:
        Pusher(client, "kept").push_image("v1")
    registry.restart()
    with registry.client() as client:
        assert registry.url == address
        assert client.get("/v2/kept/tags/list").json()["tags"] == ["v1"]


def test_stopped_registry_refuses_connections(
    make_docker_registry: Callable[..., DockerRegistry],
) -> None:
    registry = make_docker_registry()
    registry.stop()
    with registry.client() as client, pytest.raises(httpx.ConnectError):
        client.get("/v2/")


def test_frozen_registry_answers_nothing_until_it_thaws(
    make_docker_registry: Callable[..., DockerRegistry],
) -> None:
    registry = make_docker_registry()
    with registry.client(timeout=0.3) as client:
        registry.freeze()
        with pytest.raises(httpx.ReadTimeout):
            client.get("/v2/")
        registry.thaw()
    with registry.client() as client:
        assert client.get("/v2/").status_code == 200


def test_prefixed_registry_lives_under_its_path(
    make_docker_registry: Callable[..., DockerRegistry],
) -> None:
    registry = make_docker_registry(prefix="/nested/registry/")
    with registry.client() as client:
        pushed = Pusher(client, "app").push_image("v1")
        answer = client.head("v2/app/manifests/v1", headers=ACCEPT)
    assert registry.url.endswith("/nested/registry")
    assert answer.headers["Docker-Content-Digest"] == pushed.digest


def test_written_layout_is_what_the_server_reads(
    make_docker_registry: Callable[..., DockerRegistry],
) -> None:
    registry = make_docker_registry()
    busy = fill_filesystem(registry.storage, repositories=120, tags=25, digests=4)
    with registry.client() as client:
        assert len(client.get("/v2/_catalog?n=1000").json()["repositories"]) == 121
        tags = client.get(f"/v2/{busy}/tags/list").json()["tags"]
        assert sorted(tags) == sorted(map(format_busy_tag, range(25)))
        manifest = client.get(f"/v2/{busy}/manifests/{tags[0]}", headers=ACCEPT)
        config = manifest.json()["config"]["digest"]
        assert client.get(f"/v2/{busy}/blobs/{config}").json()["os"] == "linux"


def test_written_images_can_be_deleted_with_their_tags(
    make_docker_registry: Callable[..., DockerRegistry],
) -> None:
    registry = make_docker_registry()
    busy = fill_filesystem(registry.storage, tags=25, digests=5)
    with registry.client() as client:
        path = f"/v2/{busy}/manifests"
        head = client.head(f"{path}/{format_busy_tag(0)}", headers=ACCEPT)
        answer = client.delete(f"{path}/{head.headers['Docker-Content-Digest']}")
        assert answer.status_code == 202
        assert len(client.get(f"/v2/{busy}/tags/list").json()["tags"]) == 20


def test_real_registry_trusts_tokens_of_the_token_server(
    token_server: TokenServer, token_docker_registry: DockerRegistry
) -> None:
    token = _get_token(token_server, "repository:app:pull,push", auth=("demo", "demo"))
    with token_docker_registry.client(headers=_bearer(token)) as client:
        Pusher(client, "app").push_image("v1")
        assert client.get("/v2/app/tags/list").json()["tags"] == ["v1"]
        assert client.get("/v2/other/tags/list").status_code == 401
    assert [logged.authorization for logged in token_server.requests] == ["basic"]


def test_challenge_of_the_real_registry_names_the_token_server(
    token_server: TokenServer, token_docker_registry: DockerRegistry
) -> None:
    with token_docker_registry.client() as client:
        challenge = client.get("/v2/_catalog").headers["WWW-Authenticate"]
    assert f'realm="{token_server.realm}"' in challenge
    assert 'scope="registry:catalog:*"' in challenge


def test_token_with_less_than_asked_is_an_insufficient_scope(
    token_server: TokenServer, token_docker_registry: DockerRegistry
) -> None:
    token_server.switches.granted_actions = frozenset({"pull"})
    token = _get_token(token_server, "repository:app:pull,delete", auth=("demo", "demo"))
    with token_docker_registry.client(headers=_bearer(token)) as client:
        answer = client.delete(f"/v2/app/manifests/{NOTHING}")
    assert answer.status_code == 401
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


def test_anonymous_tokens_pull_where_they_are_switched_on(token_server: TokenServer) -> None:
    refused = httpx.get(token_server.realm, trust_env=False)
    token_server.switches.is_pull_anonymous = True
    assert refused.status_code == 401
    assert _get_token(token_server, "repository:app:pull")


def test_backdated_token_is_refused_as_expired(
    token_server: TokenServer, token_docker_registry: DockerRegistry
) -> None:
    token_server.age_seconds = token_server.switches.token_seconds + 120
    token = _get_token(token_server, "repository:app:pull", auth=("demo", "demo"))
    with token_docker_registry.client(headers=_bearer(token)) as client:
        answer = client.get("/v2/app/tags/list")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("status", [404, 405])
def test_refresh_token_falls_back_to_get_where_there_is_no_post(
    token_server: TokenServer, status: int
) -> None:
    token_server.switches.identity_token = "refresh-me"
    form = {"grant_type": "refresh_token", "refresh_token": "refresh-me"}
    accepted = httpx.post(token_server.realm, data=form, trust_env=False)
    token_server.switches.token_post_status = status
    refused = httpx.post(token_server.realm, data=form, trust_env=False)
    assert (accepted.status_code, refused.status_code) == (200, status)
    assert _get_token(token_server, "repository:app:pull", auth=("<token>", "refresh-me"))
