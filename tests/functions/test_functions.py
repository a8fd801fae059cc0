import asyncio
import base64
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from reglite.api.schema.deletion import Deletion, Holders, Plan, Restoration, Untagging
from reglite.api.schema.listing import Repositories, Summaries, Tags
from reglite.api.schema.manifest import Manifest, Referrers
from reglite.api.schema.registry import Registries, Status
from reglite.api.schema.service import Health, Session
from reglite.config.installation import list_functions
from reglite.demo.registry import MemoryRegistry
from tests.functions.conftest import EVENTS, Event, LoadFunction, read_event
from tests.functions.content import CONFIG, DIGEST, MANIFEST, REGISTRY, REPOSITORY, TAG

READS: dict[str, type[BaseModel]] = {
    "health": Health,
    "session": Session,
    "registries": Registries,
    "status": Status,
    "repositories": Repositories,
    "tags": Tags,
    "summaries": Summaries,
    "manifest": Manifest,
    "manifests": Manifest,
    "referrers": Referrers,
    "deletion_plan": Plan,
    "manifest_tags": Holders,
}
CHANGES: dict[str, type[BaseModel]] = {
    "delete_manifest": Deletion,
    "untag": Untagging,
    "restore": Restoration,
}
TOKEN = "a-token-of-the-tests"
MAINTAINER = {"tokens": [{"name": "ci", "token": TOKEN, "role": "maintainer"}]}
EVENT_NAMES = sorted(path.stem for path in EVENTS.glob("*.json"))
READ_EVENTS = [n for n in EVENT_NAMES if n.removesuffix("_encoded") in READS]
CHANGE_EVENTS = [n for n in EVENT_NAMES if n.removesuffix("_encoded") in CHANGES]


def invoke(function: ModuleType, event: Event, **headers: str) -> tuple[int, Any, dict[str, str]]:
    event["headers"].update(headers)
    answer = function.handler(event, None)
    assert answer["isBase64Encoded"] is False
    return answer["statusCode"], json.loads(answer["body"]), answer["headers"]


def request_app(
    loop: asyncio.AbstractEventLoop, function: ModuleType, event: Event, **headers: str
) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=function.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(
                event["requestContext"]["http"]["method"],
                f"{event['rawPath']}?{event['rawQueryString']}",
                content=event.get("body"),
                headers={"content-type": event["headers"].get("content-type", ""), **headers},
            )

    return loop.run_until_complete(send())


def test_every_function_has_an_event_and_a_documented_answer() -> None:
    assert {name.removesuffix("_encoded") for name in EVENT_NAMES} == set(list_functions())
    assert {*READS, *CHANGES, "blobs"} == set(list_functions())


@pytest.mark.parametrize("name", READ_EVENTS)
def test_handler_answers_its_event_as_documented(load_function: LoadFunction, name: str) -> None:
    function = name.removesuffix("_encoded")

    status, document, _ = invoke(load_function(function), read_event(name))

    assert status == 200
    READS[function].model_validate(document, strict=True)


@pytest.mark.parametrize("name", READ_EVENTS)
def test_app_answers_what_the_handler_answers(
    load_function: LoadFunction, loop: asyncio.AbstractEventLoop, name: str
) -> None:
    function = load_function(name.removesuffix("_encoded"))

    response = request_app(loop, function, read_event(name))
    _, document, _ = invoke(function, read_event(name))

    assert response.status_code == 200
    assert drop_times(response.json()) == drop_times(document)


def drop_times(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "latency_ms"}


@pytest.mark.parametrize("name", ["tags", "tags_encoded"])
def test_tags_are_those_of_the_repository_in_the_event(
    load_function: LoadFunction, name: str
) -> None:
    _, document, headers = invoke(load_function("tags"), read_event(name))

    assert document == {
        "registry": REGISTRY,
        "repository": REPOSITORY,
        "tags": [TAG, "latest"],
        "hidden": 0,
        "next": None,
    }
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["manifest", "manifests", "manifest_encoded", "manifests_encoded"])
def test_manifest_carries_the_exact_text_and_its_digest(
    load_function: LoadFunction, name: str
) -> None:
    function = load_function(name.removesuffix("_encoded"))

    _, document, headers = invoke(function, read_event(name))

    assert document["raw"].encode() == MANIFEST
    assert document["digest"] == headers["docker-content-digest"] == DIGEST
    assert document["platforms"][0]["platform"] == "linux/arm64/v8"


@pytest.mark.parametrize("name", ["blobs", "blobs_encoded"])
def test_blob_arrives_byte_for_byte_and_as_json(load_function: LoadFunction, name: str) -> None:
    answer = load_function("blobs").handler(read_event(name), None)

    assert answer["statusCode"] == 200
    assert answer["body"].encode() == CONFIG
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["headers"]["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", CHANGE_EVENTS)
def test_nobody_changes_anything_through_a_handler_without_access(
    load_function: LoadFunction, filled_registry: MemoryRegistry, name: str
) -> None:
    function = load_function(name.removesuffix("_encoded"))

    status, document, _ = invoke(function, read_event(name))

    assert (status, document["errors"][0]["code"]) == (403, "DENIED")
    assert filled_registry.get_tags(REPOSITORY) == {TAG: DIGEST, "latest": DIGEST}


@pytest.mark.parametrize("name", CHANGE_EVENTS)
def test_a_maintainers_token_changes_through_a_handler(
    load_function: LoadFunction,
    configure: Callable[..., None],
    filled_registry: MemoryRegistry,
    name: str,
) -> None:
    configure(**MAINTAINER)
    kind = name.removesuffix("_encoded")
    if kind == "restore":
        filled_registry.remove_tag(REPOSITORY, TAG)
    headers = {"authorization": f"Bearer {TOKEN}"}

    status, document, _ = invoke(load_function(kind), read_event(name), **headers)

    assert status == 200, document
    CHANGES[kind].model_validate(document, strict=True)
    left = {"delete_manifest": set(), "untag": {"latest"}, "restore": {TAG, "latest"}}
    assert set(filled_registry.get_tags(REPOSITORY)) == left[kind]


@pytest.mark.parametrize("name", CHANGE_EVENTS)
def test_app_wants_a_sign_in_for_changes_where_there_is_one(
    load_function: LoadFunction,
    configure: Callable[..., None],
    loop: asyncio.AbstractEventLoop,
    name: str,
) -> None:
    configure(**MAINTAINER, anonymous="viewer")

    response = request_app(loop, load_function(name.removesuffix("_encoded")), read_event(name))

    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer ")


def test_local_addresses_give_no_rights_on_lambda(load_function: LoadFunction) -> None:
    event = read_event("delete_manifest")
    event["requestContext"]["http"]["sourceIp"] = "127.0.0.1"

    status, document, _ = invoke(load_function("delete_manifest"), event, host="localhost")

    assert (status, document["errors"][0]["code"]) == (403, "DENIED")


def test_nobody_reads_on_lambda_where_anonymous_is_none(
    load_function: LoadFunction, configure: Callable[..., None]
) -> None:
    configure(anonymous="none")

    status, document, _ = invoke(load_function("tags"), read_event("tags"))

    assert (status, document["errors"][0]["code"]) == (403, "DENIED")


def test_base64_body_is_restored_byte_for_byte(
    load_function: LoadFunction, configure: Callable[..., None], filled_registry: MemoryRegistry
) -> None:
    configure(**MAINTAINER)
    event = read_event("restore")
    event["body"] = base64.b64encode(MANIFEST).decode()
    event["isBase64Encoded"] = True
    filled_registry.remove_tag(REPOSITORY, TAG)

    status, _, _ = invoke(load_function("restore"), event, authorization=f"Bearer {TOKEN}")

    assert status == 200
    assert filled_registry.get_tags(REPOSITORY)[TAG] == DIGEST


def test_broken_inventory_is_a_500_that_says_nothing_about_it(
    load_function: LoadFunction, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("REGLITE_INVENTORY", "inventory: {nas: {url: 'ftp://secret.example'}}")

    status, document, _ = invoke(load_function("registries"), read_event("registries"))

    assert (status, document["errors"][0]["code"]) == (500, "INTERNAL")
    assert "secret.example" not in json.dumps(document)
    assert "inventory.nas.url" in caplog.text


def test_hints_name_where_the_inventory_really_is(
    load_function: LoadFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"inventory": {REGISTRY: {"url": "http://127.0.0.1:9"}}, "docker_config": False}
    monkeypatch.setenv("REGLITE_INVENTORY", json.dumps(document))

    _, status, _ = invoke(load_function("status"), read_event("status"))

    assert status["status"] == "offline"
    assert f"under inventory.{REGISTRY} in REGLITE_INVENTORY" in status["hints"][0]


def test_health_reads_no_inventory(
    load_function: LoadFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGLITE_INVENTORY", "[broken")
    function = load_function("health")

    status, document, _ = invoke(function, read_event("health"))

    assert (status, document["status"]) == (200, "ok")
    assert function.app.state.runtime_source.given is None


def test_warm_invocations_share_one_connection_to_the_registry(
    load_function: LoadFunction, filled_registry: MemoryRegistry, connections: set[object]
) -> None:
    function = load_function("tags")

    for _ in range(10):
        event = read_event("tags")
        event["headers"]["cache-control"] = "no-cache"
        assert invoke(function, event)[0] == 200

    assert len(filled_registry.requests) >= 10
    assert len(connections) == 1


@pytest.mark.parametrize("name", [n for n in READ_EVENTS if n not in {"health", "session"}])
def test_reading_through_a_handler_wants_a_sign_in_once_there_is_one(
    load_function: LoadFunction, configure: Callable[..., None], name: str
) -> None:
    configure(tokens=[{"name": "screen", "token": TOKEN, "role": "viewer"}])
    function = load_function(name.removesuffix("_encoded"))

    nobody, document, headers = invoke(function, read_event(name))
    viewer, _, _ = invoke(function, read_event(name), authorization=f"Bearer {TOKEN}")

    assert (nobody, document["errors"][0]["code"]) == (401, "UNAUTHORIZED")
    assert headers["www-authenticate"].startswith("Bearer ")
    assert viewer == 200


@pytest.mark.parametrize("name", CHANGE_EVENTS)
def test_a_viewers_token_changes_nothing_through_a_handler(
    load_function: LoadFunction,
    configure: Callable[..., None],
    filled_registry: MemoryRegistry,
    name: str,
) -> None:
    configure(tokens=[{"name": "screen", "token": TOKEN, "role": "viewer"}])
    headers = {"authorization": f"Bearer {TOKEN}"}

    status, document, _ = invoke(
        load_function(name.removesuffix("_encoded")), read_event(name), **headers
    )

    assert (status, document["errors"][0]["code"]) == (403, "DENIED")
    assert filled_registry.get_tags(REPOSITORY) == {TAG: DIGEST, "latest": DIGEST}


@pytest.mark.parametrize("name", CHANGE_EVENTS)
def test_proxy_headers_are_believed_from_no_gateway(
    load_function: LoadFunction, configure: Callable[..., None], name: str
) -> None:
    proxy = {"user_header": "X-User", "trusted": ["203.0.113.0/24"]}
    configure(proxy=proxy, default_role="maintainer")
    function = load_function(name.removesuffix("_encoded"))

    status, _, _ = invoke(function, read_event(name), **{"x-user": "ana"})

    assert status == 401
