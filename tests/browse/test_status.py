import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from reglite.browse.hint import explain_failure
from reglite.browse.status import get_status
from reglite.credentials.source import Credentials, FixedCredentials
from reglite.demo import presets
from reglite.demo.exchange import Answer, Request
from reglite.demo.registry import MemoryRegistry
from reglite.errors import ConfigurationError, Denied, HelperFailed, RegistryUnreachable
from reglite.inventory.registry_config import RegistryConfig
from reglite.registry.client import RegistryClient
from reglite.registry.connection_failure import translate_exception
from tests.browse.conftest import MakeClient

pytestmark = pytest.mark.anyio

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
ALL = {"catalog": True, "referrers": True, "delete": True, "untag": True}


@pytest.fixture
def filled(memory_registry: MemoryRegistry) -> MemoryRegistry:
    memory_registry.put_manifest("team/app", b"{}", MANIFEST, "v1")
    return memory_registry


async def test_a_registry_where_everything_works_needs_no_change(
    filled: MemoryRegistry, client: RegistryClient
) -> None:
    filled.switches.server_headers = {}
    view = (await get_status(client)).to_json()

    assert view.pop("latency_ms") >= 0
    assert view.pop("hints") == [
        "It speaks plain http, which Docker refuses without this line in "
        '/etc/docker/daemon.json: {"insecure-registries": ["memory"]}'
    ]
    assert view == {
        "name": "memory:5000",
        "status": "online",
        "credential_source": "none",
        "credential_checked": False,
        "proxy": None,
        "capabilities": ALL,
        "error": None,
    }


async def test_those_who_ask_at_once_share_the_requests(
    filled: MemoryRegistry, client: RegistryClient
) -> None:
    filled.switches.latency_seconds = {".": 0.05}

    views = await asyncio.gather(*(get_status(client) for _ in range(20)))

    assert all(view.to_json()["capabilities"] == ALL for view in views)
    assert filled.count_requests("GET", "^/v2/$") == 1
    assert filled.count_requests("GET", "/referrers/") == 1


async def test_plain_http_on_loopback_needs_no_hint(
    filled: MemoryRegistry, make_client: MakeClient
) -> None:
    filled.switches.server_headers = {}
    assert (await get_status(make_client(url="http://127.0.0.1:5000"))).hints == ()


async def test_what_frees_the_space_is_said_where_deletion_works(
    filled: MemoryRegistry, make_client: MakeClient
) -> None:
    (hint,) = (await get_status(make_client(url="http://127.0.0.1:5000"))).hints
    assert "registry garbage-collect" in hint
    filled.switches.delete = "405"
    hints = (await get_status(make_client(url="http://127.0.0.1:5000"))).hints
    assert not any("garbage" in hint for hint in hints)


async def test_distribution_2_8_removes_single_tags_through_a_placeholder(
    make_client: MakeClient,
) -> None:
    registry = MemoryRegistry(presets.distribution_2_8())
    registry.put_manifest("team/app", b"{}", MANIFEST, "v1")

    view = await get_status(make_client(registry, url="https://registry.example.com"))

    assert view.to_json()["capabilities"] == ALL | {"referrers": False, "untag": False}
    placeholder, garbage = view.hints
    assert "placeholder" in placeholder
    assert "garbage-collect" in garbage
    assert "--delete-untagged" not in garbage


async def test_deletion_that_is_off_names_the_setting(
    filled: MemoryRegistry, client: RegistryClient
) -> None:
    filled.switches.delete = filled.switches.untag = "405"

    view = await get_status(client)

    assert (view.capabilities.delete, view.capabilities.untag) == (False, False)
    assert any("REGISTRY_STORAGE_DELETE_ENABLED=true" in hint for hint in view.hints)


async def test_what_was_switched_on_since_is_seen_when_asked_afresh(
    filled: MemoryRegistry, client: RegistryClient
) -> None:
    filled.switches.delete = filled.switches.untag = "405"
    filled.switches.has_referrers = False
    before = (await get_status(client)).capabilities
    filled.switches.delete = filled.switches.untag = "enabled"
    filled.switches.has_referrers = True

    remembered = (await get_status(client)).capabilities
    after = (await get_status(client, fresh=True)).capabilities

    assert (before.delete, before.untag, before.referrers) == (False, False, False)
    assert remembered == before
    assert (after.delete, after.untag, after.referrers) == (True, True, True)


async def test_deletion_that_the_inventory_forbids_is_not_even_probed(
    filled: MemoryRegistry, make_client: MakeClient
) -> None:
    view = await get_status(make_client(can_delete=False))

    assert view.capabilities.delete is False
    assert any("delete: false under inventory.memory:5000" in hint for hint in view.hints)
    assert filled.count_requests("DELETE", "") == 0


async def test_a_plain_404_to_a_deletion_proves_nothing(
    filled: MemoryRegistry, client: RegistryClient
) -> None:
    filled.switches.delete = "plain-404"

    assert (await get_status(client)).capabilities.delete is None


@pytest.mark.parametrize("status", [401, 403, 404, 405])
async def test_a_missing_catalog_names_the_line_to_add(
    memory_registry: MemoryRegistry, client: RegistryClient, status: int
) -> None:
    memory_registry.switches.has_catalog = False
    memory_registry.switches.catalog_status = status

    view = await get_status(client, path="my.yaml")

    assert view.status == "online"
    assert view.capabilities.catalog is False
    assert view.capabilities.referrers is None
    assert any(
        "repositories: [team/app] under inventory.memory:5000 in my.yaml" in hint
        for hint in view.hints
    )


async def test_repositories_of_the_inventory_need_no_catalog(
    filled: MemoryRegistry, make_client: MakeClient
) -> None:
    filled.switches.has_catalog = False

    view = await get_status(make_client(repositories=("team/app",)))

    assert view.to_json()["capabilities"] == ALL | {"catalog": False}
    assert not any("repositories:" in hint for hint in view.hints)


async def test_a_missing_password_is_unauthorized_and_says_where_to_put_it(
    filled: MemoryRegistry, client: RegistryClient
) -> None:
    filled.switches.auth = "basic"

    view = await get_status(client)

    assert view.status == "unauthorized"
    assert view.to_json()["error"]["code"] == "DENIED"
    assert view.hints == (
        "Add username: and password: under inventory.memory:5000 in inventory.yaml, "
        "or run 'docker login memory'",
    )


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("inventory", "correct username and password under inventory.memory:5000"),
        ("docker-config", "run 'docker login memory' again"),
        ("helper desktop", "run 'docker login memory' again"),
        ("helper aws", "'aws sts get-caller-identity' must work"),
    ],
)
async def test_a_wrong_password_is_unauthorized_and_never_shown(
    filled: MemoryRegistry, make_client: MakeClient, label: str, expected: str
) -> None:
    filled.switches.auth = "basic"
    source = FixedCredentials(Credentials("ana", "a wrong password"), label=label)

    view = await get_status(make_client(credential=source))

    assert (view.status, view.credential_source) == ("unauthorized", label)
    assert expected in view.hints[0]
    assert "a wrong password" not in json.dumps(view.to_json()) + repr(view)


async def test_credentials_that_the_registry_never_had_to_check_are_said_to_be_unchecked(
    filled: MemoryRegistry, make_client: MakeClient
) -> None:
    source = FixedCredentials(Credentials("demo", "demo"))
    filled.switches.auth = "basic"
    assert (await get_status(make_client(credential=source))).credential_checked

    filled.switches.stranger_repositories = frozenset()
    view = await get_status(make_client(credential=source))

    assert (view.status, view.credential_checked) == ("online", False)
    assert any("credentials from inventory are unchecked" in hint for hint in view.hints)


@pytest.mark.parametrize("is_ping_blind", [False, True])
async def test_a_wrong_password_of_a_registry_that_answers_strangers_is_not_online(
    filled: MemoryRegistry, make_client: MakeClient, is_ping_blind: bool
) -> None:
    filled.switches.auth = "basic"
    filled.switches.stranger_repositories = frozenset({"team/app"})
    if is_ping_blind:
        filled.on_request = lambda request: Answer(200) if request.path == "/v2/" else None
    source = FixedCredentials(Credentials("demo", "a wrong password"))

    view = await get_status(make_client(credential=source))

    assert (view.status, view.credential_checked) == ("unauthorized", True)
    assert view.error is not None
    assert "were not enough" in view.error.message


async def test_a_helper_that_fails_at_an_open_registry_is_named(
    filled: MemoryRegistry, make_client: MakeClient
) -> None:
    view = await get_status(make_client(credential=BrokenHelper()))

    assert view.status == "online"
    assert any("docker-credential-broken is not installed" in hint for hint in view.hints)


@dataclass(frozen=True)
class BrokenHelper:
    kind: Any = "helper"
    label: str = "helper broken"

    async def resolve(self) -> Credentials | None:
        raise ConfigurationError("docker-credential-broken is not installed: install it")


async def test_a_helper_that_fails_is_part_of_the_answer(
    filled: MemoryRegistry, make_client: MakeClient
) -> None:
    filled.switches.auth = "basic"

    view = await get_status(make_client(credential=BrokenHelper()))

    assert view.status == "unauthorized"
    assert view.to_json()["error"]["message"].startswith("docker-credential-broken")


async def test_a_registry_that_can_not_be_reached_is_offline() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    config = RegistryConfig(
        name="gone", url="http://gone:5000", source="inventory", pull_host="gone:5000"
    )
    client = RegistryClient(config, transport=httpx.MockTransport(refuse))
    view = await get_status(client)
    await client.aclose()

    assert (view.status, view.latency_ms) == ("offline", None)
    assert view.to_json()["error"]["code"] == "REGISTRY_UNREACHABLE"
    assert set(view.to_json()["capabilities"].values()) == {None}
    assert view.hints == (
        "Check that gone:5000 runs and can be reached from here, and its url: "
        "under inventory.gone in inventory.yaml",
    )


async def test_a_web_page_is_no_registry(filled: MemoryRegistry, client: RegistryClient) -> None:
    filled.on_request = lambda _: Answer(200, {"Content-Type": "text/html"}, b"<html>")
    filled.switches.server_headers = {}

    view = await get_status(client)

    assert view.status == "offline"
    assert "Check the url" in view.hints[0]


async def test_a_rate_limit_does_not_make_a_registry_offline(
    filled: MemoryRegistry, client: RegistryClient
) -> None:
    filled.switches.rate_limited_requests = 1000
    filled.switches.retry_after_seconds = 3600

    view = await get_status(client)

    assert view.status == "online"
    assert view.to_json()["error"]["code"] == "TOOMANYREQUESTS"
    assert view.hints == (
        "It is there and limits requests: wait a while; with credentials the limit is higher",
    )


async def test_probes_that_hang_leave_capabilities_unknown(
    filled: MemoryRegistry, client: RegistryClient
) -> None:
    stuck = asyncio.Event()

    async def stall(request: Request) -> None:
        if request.path != "/v2/":
            await stuck.wait()

    filled.on_request = stall

    view = await get_status(client, budget_seconds=1)

    assert view.status == "online"
    assert set(view.to_json()["capabilities"].values()) == {None}


def make_config(**options: Any) -> RegistryConfig:
    options = {"url": "https://registry.corp:5000", "source": "inventory", **options}
    return RegistryConfig(**{"name": "corp", "pull_host": "registry.corp:5000", **options})


@pytest.mark.parametrize(
    ("message", "options", "expected"),
    [
        ("certificate verify failed: unable to get issuer", {}, "ca_file: /path/to/ca.pem"),
        (
            "certificate verify failed: unable to get issuer",
            {"ca_file": Path("/etc/corp.pem")},
            "not from the authority in /etc/corp.pem",
        ),
        ("certificate verify failed: certificate has expired", {}, "until this one is mended"),
        ("certificate verify failed: Hostname mismatch, ...", {}, "until this one is mended"),
        ("[SSL] record layer failure", {}, "url: http://registry.corp:5000 under inventory.corp"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", {}, "url: http://registry.corp:5000"),
        ("refused", {"source": "docker-config"}, "url: http://registry.corp:5000"),
        ("wrong version number", {"url": "https://corp/prefix"}, "url: http://corp/prefix"),
    ],
)
def test_a_failed_connection_names_the_line_that_mends_it(
    message: str, options: dict[str, Any], expected: str
) -> None:
    config = make_config(**options)
    error = translate_exception(httpx.ConnectError(message), "registry 'corp'", config)

    hints = explain_failure(config, error)

    assert any(expected in hint for hint in hints)


async def test_a_path_in_the_url_suggests_a_pull_host(
    filled: MemoryRegistry, make_client: MakeClient
) -> None:
    filled.switches.prefix = "/artifactory"
    url = "https://registry.corp/artifactory"
    hints = (await get_status(make_client(url=url, pull_host="registry.corp"))).hints
    assert any("add pull_host: registry.corp/team" in hint for hint in hints)
    hints = (await get_status(make_client(url=url, pull_host="registry.corp/team"))).hints
    assert not any("pull_host" in hint for hint in hints)


def test_people_with_ecr_are_sent_to_their_aws_policy() -> None:
    config = make_config(url="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com")

    hints = explain_failure(config, Denied("refused"))

    assert "ecr:GetAuthorizationToken" in hints[0]
    assert "docker login" not in hints[0]


def test_a_helper_that_fails_is_not_taken_for_a_login_that_is_refused() -> None:
    assert explain_failure(make_config(), HelperFailed("there is no helper: install it")) == ()


def test_plain_http_is_not_suggested_to_who_wrote_it() -> None:
    config = make_config(url="http://registry.corp:5000")

    hints = explain_failure(config, RegistryUnreachable("refused"))

    assert not any("plain http" in hint for hint in hints)
