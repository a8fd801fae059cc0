"""Basic and bearer authentication of the in-memory registry."""

import re

import httpx
import pytest

from reglite import media_types
from reglite.demo.registry import MemoryRegistry
from tests.demo.conftest import Ask

INDEX = b'{"schemaVersion":2,"manifests":[]}'
TAGS = "/v2/team/app/tags/list"
USER = ("demo", "demo")
REFRESH = {"grant_type": "refresh_token", "refresh_token": "identity"}


@pytest.fixture
def registry(memory_registry: MemoryRegistry) -> MemoryRegistry:
    memory_registry.put_manifest("team/app", INDEX, media_types.OCI_INDEX, "v1")
    memory_registry.switches.auth = "bearer"
    return memory_registry


def _read_challenge(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 401
    return dict(re.findall(r'(\w+)="([^"]*)"', answer.headers["WWW-Authenticate"]))


def _get_token(ask: Ask, *scopes: str, **options: object) -> str:
    answer = ask("GET", "/token", params=[("scope", scope) for scope in scopes], **options)
    assert answer.status_code == 200
    token: str = answer.json()["token"]
    return token


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_basic_wants_the_right_password(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.auth = "basic"
    assert ask("GET", TAGS).headers["WWW-Authenticate"].startswith("Basic ")
    assert ask("GET", TAGS, auth=("demo", "wrong")).status_code == 401
    assert ask("GET", TAGS, auth=USER).status_code == 200
    assert ask("OPTIONS", TAGS).status_code == 401


def test_challenge_names_realm_service_and_scope(ask: Ask, registry: MemoryRegistry) -> None:
    assert _read_challenge(ask("GET", TAGS)) == {
        "realm": "http://memory/token",
        "service": "memory-registry",
        "scope": "repository:team/app:pull",
    }
    assert _read_challenge(ask("GET", "/v2/_catalog"))["scope"] == "registry:catalog:*"
    assert "scope" not in _read_challenge(ask("GET", "/v2/"))


def test_challenge_may_leave_scope_out_and_name_any_realm(
    ask: Ask, registry: MemoryRegistry
) -> None:
    registry.switches.challenge_has_scope = False
    registry.switches.realm = "http://169.254.169.254/token"
    challenge = _read_challenge(ask("GET", TAGS))
    assert challenge == {"realm": "http://169.254.169.254/token", "service": "memory-registry"}


def test_token_opens_what_its_scope_names(ask: Ask, registry: MemoryRegistry) -> None:
    token = _get_token(ask, "repository:team/app:pull", auth=USER)
    assert ask("GET", TAGS, headers=_bearer(token)).status_code == 200
    assert ask("GET", "/v2/", headers=_bearer(token)).status_code == 200
    challenge = _read_challenge(ask("GET", "/v2/_catalog", headers=_bearer(token)))
    assert challenge["error"] == "insufficient_scope"


def test_deletion_needs_a_scope_of_its_own(ask: Ask, registry: MemoryRegistry) -> None:
    path = "/v2/team/app/manifests/v1"
    pull = _get_token(ask, "repository:team/app:pull,push", auth=USER)
    assert _read_challenge(ask("DELETE", path, headers=_bearer(pull)))["error"]
    delete = _get_token(ask, "repository:team/app:pull,delete", auth=USER)
    assert ask("DELETE", path, headers=_bearer(delete)).status_code == 202


def test_token_server_may_grant_less_than_asked(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.granted_actions = frozenset({"pull"})
    token = _get_token(ask, "repository:team/app:pull,delete", auth=USER)
    assert ask("GET", TAGS, headers=_bearer(token)).status_code == 200
    answer = ask("DELETE", "/v2/team/app/manifests/v1", headers=_bearer(token))
    assert _read_challenge(answer)["error"] == "insufficient_scope"


def test_several_scopes_come_in_one_token(ask: Ask, registry: MemoryRegistry) -> None:
    token = _get_token(ask, "repository:team/app:pull", "registry:catalog:*", auth=USER)
    assert ask("GET", "/v2/_catalog", headers=_bearer(token)).status_code == 200
    assert ask("GET", TAGS, headers=_bearer(token)).status_code == 200


def test_tokens_expire(ask: Ask, registry: MemoryRegistry) -> None:
    registry.authority.clock = lambda: 0.0
    token = _get_token(ask, "repository:team/app:pull", auth=USER)
    registry.authority.clock = lambda: registry.switches.token_seconds
    challenge = _read_challenge(ask("GET", TAGS, headers=_bearer(token)))
    assert challenge["error"] == "invalid_token"


def test_tokens_can_be_revoked(ask: Ask, registry: MemoryRegistry) -> None:
    token = _get_token(ask, "repository:team/app:pull", auth=USER)
    registry.authority.revoke_tokens()
    assert ask("GET", TAGS, headers=_bearer(token)).status_code == 401


@pytest.mark.parametrize(
    ("token_field", "fields"),
    [
        ("token", {"token"}),
        ("access_token", {"access_token"}),
        ("both", {"token", "access_token"}),
    ],
)
@pytest.mark.parametrize("has_expires_in", [True, False])
def test_token_answers_come_in_every_shape(
    ask: Ask, registry: MemoryRegistry, token_field: str, fields: set[str], has_expires_in: bool
) -> None:
    registry.switches.token_field = token_field  # type: ignore[assignment]
    registry.switches.token_has_expires_in = has_expires_in
    document = ask("GET", "/token", auth=USER).json()
    assert set(document) == fields | ({"expires_in"} if has_expires_in else set())


def test_anonymous_tokens_only_pull(ask: Ask, registry: MemoryRegistry) -> None:
    assert ask("GET", "/token").status_code == 401
    registry.switches.is_pull_anonymous = True
    token = _get_token(ask, "repository:team/app:pull,delete")
    assert ask("GET", TAGS, headers=_bearer(token)).status_code == 200
    answer = ask("DELETE", "/v2/team/app/manifests/v1", headers=_bearer(token))
    assert answer.status_code == 401


def test_wrong_password_gets_no_token(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.is_pull_anonymous = True
    assert ask("GET", "/token", auth=("demo", "wrong")).status_code == 401


def test_refresh_token_is_exchanged_by_post(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.identity_token = "identity"
    form = {**REFRESH, "scope": "repository:team/app:pull"}
    token = ask("POST", "/token", data=form).json()["token"]
    assert ask("GET", TAGS, headers=_bearer(token)).status_code == 200
    wrong = {**form, "refresh_token": "other"}
    assert ask("POST", "/token", data=wrong).status_code == 401


@pytest.mark.parametrize("status", [404, 405])
def test_refresh_token_works_by_get_where_there_is_no_post(
    ask: Ask, registry: MemoryRegistry, status: int
) -> None:
    registry.switches.identity_token = "identity"
    registry.switches.token_post_status = status
    assert ask("POST", "/token", data=REFRESH).status_code == status
    assert _get_token(ask, "repository:team/app:pull", auth=("<token>", "identity"))


@pytest.mark.parametrize("auth", ["none", "basic"])
def test_denied_actions_are_403(ask: Ask, registry: MemoryRegistry, auth: str) -> None:
    registry.switches.auth = auth  # type: ignore[assignment]
    registry.switches.denied_actions = frozenset({"delete"})
    answer = ask("DELETE", "/v2/team/app/manifests/v1", auth=USER)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "DENIED")
    assert ask("GET", TAGS, auth=USER).status_code == 200
