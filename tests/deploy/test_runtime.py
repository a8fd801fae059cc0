"""Every zip under AWS's own runtime client, against the real registry."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from reglite.api.response.security_headers import SECURITY_HEADERS
from reglite.bundle.catch_all import CATCH_ALLS
from reglite.bundle.package import Package
from reglite.config.installation import list_functions
from reglite.reference import compute_digest
from tests.deploy.conftest import find_module
from tests.deploy.connections import relay_to
from tests.deploy.events import GATEWAYS, list_events
from tests.functions.conftest import Event
from tests.functions.content import REGISTRY, REPOSITORY, TAG, push
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher
from tests.support.lambda_runtime import LambdaProcess, unpack

TOKEN = "a-token-of-the-tests"
CHANGES = {"delete_manifest", "untag", "restore"}

Run = Callable[..., LambdaProcess]


@pytest.fixture(scope="module")
def registry() -> Iterator[DockerRegistry]:
    with DockerRegistry() as registry:
        yield registry


@pytest.fixture(scope="module")
def unpacked(
    packages: dict[str, Package], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Return a function that unpacks a zip, once."""
    folders: dict[str, Path] = {}

    def find(name: str) -> Path:
        if name not in folders:
            folders[name] = unpack(packages[name].path, tmp_path_factory.mktemp(name))
        return folders[name]

    return find


@pytest.fixture
def run(
    unpacked: Callable[[str], Path],
    enter: Callable[..., LambdaProcess],
    tmp_path: Path,
) -> Run:
    """Return a function that starts a zip with an inventory."""

    def start(
        name: str, url: str, *, access: dict[str, Any] | None = None, **settings: Any
    ) -> LambdaProcess:
        document = {
            "inventory": {REGISTRY: {"url": url, **settings}},
            "docker_config": False,
            "access": access or {},
        }
        environ = {"REGLITE_INVENTORY": json.dumps(document), "REGLITE_CONFIG_FILE": ""}
        handler = f"{find_module(name)}.handler"
        return enter(LambdaProcess(unpacked(name), handler, environ, scratch=tmp_path))

    return start


def list_tags(registry: DockerRegistry) -> set[str]:
    with registry.client() as client:
        return set(client.get(f"/v2/{REPOSITORY}/tags/list").json()["tags"] or ())


def read_body(answer: dict[str, Any]) -> Any:
    assert answer["isBase64Encoded"] is False
    return json.loads(answer["body"])


@pytest.mark.parametrize("function", sorted(set(list_functions()) - CHANGES))
def test_zip_answers_events_of_every_gateway_alike(
    registry: DockerRegistry, run: Run, function: str
) -> None:
    push(registry)
    process = run(function, registry.url)
    answers = []
    for event in list_events(function):
        for convert in GATEWAYS.values():
            answer = process.invoke(convert(event))
            assert answer["statusCode"] == 200, answer
            answers.append(answer["body"] if function == "blobs" else read_body(answer))

    for answer in answers:
        if isinstance(answer, dict):
            answer.pop("latency_ms", None)
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("function", sorted(CHANGES))
def test_zip_changes_the_registry_for_a_maintainer_through_every_gateway(
    registry: DockerRegistry, run: Run, function: str
) -> None:
    access = {"tokens": [{"name": "ci", "token": TOKEN, "role": "maintainer"}]}
    process = run(function, registry.url, access=access)
    left: dict[str, set[str]] = {
        "delete_manifest": set(),
        "untag": {"latest"},
        "restore": {TAG, "latest"},
    }
    event = list_events(function)[0]
    for convert in GATEWAYS.values():
        push(registry)
        converted = convert(event)
        refused = process.invoke(converted)
        assert refused["statusCode"] == 401, refused
        assert list_tags(registry) == {TAG, "latest"}

        answer = process.invoke(add_header(converted, "authorization", f"Bearer {TOKEN}"))

        assert answer["statusCode"] == 200, answer
        assert list_tags(registry) == left[function]


def add_header(event: Event, name: str, value: str) -> Event:
    changed = event.copy()
    for key, added in (("headers", value), ("multiValueHeaders", [value])):
        if key in event:
            changed[key] = event[key] | {name: added}
    return changed


def test_catch_alls_answer_for_the_functions_they_carry(registry: DockerRegistry, run: Run) -> None:
    push(registry)
    reading = run("any_read", registry.url)
    deleting = run("any_deletion", registry.url)

    for function in CATCH_ALLS["any_read"]:
        assert reading.invoke(list_events(function)[0])["statusCode"] == 200, function
    for function in CATCH_ALLS["any_deletion"]:
        answer = deleting.invoke(list_events(function)[0])
        assert (answer["statusCode"], read_body(answer)["errors"][0]["code"]) == (403, "DENIED")


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_path_that_hides_from_the_routes_by_double_encoding_runs_nothing(
    registry: DockerRegistry, run: Run, gateway: str
) -> None:
    process = run("unmatched", registry.url, access={"origins": ["https://pages.example.com"]})
    for function in ("session", "registries", "tags", "delete_manifest"):
        event = list_events(function)[0]
        hidden = quote(event["rawPath"]).replace(
            "/api", "/%61pi"
        )  # what the gateway has decoded once
        event["rawPath"] = event["requestContext"]["http"]["path"] = hidden
        sent = add_header(GATEWAYS[gateway](event), "origin", "https://pages.example.com")

        answer = process.invoke(sent)

        assert (answer["statusCode"], read_body(answer)["errors"][0]["code"]) == (404, "NOT_FOUND")
        found = answer.get("headers") or answer["multiValueHeaders"]
        assert {name.lower() for name in SECURITY_HEADERS} <= found.keys()


def test_ten_warm_invocations_use_one_upstream_connection(
    registry: DockerRegistry, run: Run
) -> None:
    push(registry)
    event = list_events("tags")[0]
    event["headers"]["cache-control"] = "no-cache"  # through every cache
    with relay_to(registry.url) as relay:
        process = run("tags", relay.url)
        for _ in range(10):
            assert process.invoke(event)["statusCode"] == 200

        assert relay.connections == 1


def test_package_that_lacks_a_module_is_an_init_error(
    packages: dict[str, Package], tmp_path: Path, enter: Callable[..., LambdaProcess]
) -> None:
    folder = unpack(packages["health"].path, tmp_path / "task")
    (folder / "mangum").rename(folder / "gone")
    process = enter(LambdaProcess(folder, "functions/health.handler", {}, scratch=tmp_path))

    error = process.await_init_error()

    assert error.kind == "Runtime.ImportModuleError"
    assert "No module named 'mangum'" in error.document["errorMessage"]


def test_broken_inventory_is_an_answer_that_says_nothing_of_it(
    unpacked: Callable[[str], Path], tmp_path: Path, enter: Callable[..., LambdaProcess]
) -> None:
    environ = {"REGLITE_INVENTORY": "inventory: {nas: {url: 'ftp://secret.example'}}"}
    process = enter(
        LambdaProcess(
            unpacked("registries"), "functions/registries.handler", environ, scratch=tmp_path
        )
    )

    answer = process.invoke(list_events("registries")[0])

    assert (answer["statusCode"], read_body(answer)["errors"][0]["code"]) == (500, "INTERNAL")
    assert "secret.example" not in json.dumps(answer)
    assert "inventory.nas.url" in process.read_log()


def test_registry_that_hangs_is_a_timeout_and_the_next_invocation_works(
    run: Run, make_docker_registry: Callable[..., DockerRegistry]
) -> None:
    hanging = make_docker_registry()
    push(hanging)
    process = run("tags", hanging.url, timeout_seconds=0.5)
    event = list_events("tags")[0]
    hanging.freeze()

    slow = process.invoke(event)
    hanging.thaw()
    after = process.invoke(event)

    assert (slow["statusCode"], read_body(slow)["errors"][0]["code"]) == (504, "REGISTRY_TIMEOUT")
    assert after["statusCode"] == 200


@pytest.fixture
def quoted_blob(registry: DockerRegistry) -> tuple[str, bytes]:
    """Push a text blob of almost 4 MiB that JSON's escapes make twice as long."""
    raw = b'["' + b'\\"' * (2 * 1024 * 1024 - 100) + b'"]'
    with registry.client() as client:
        Pusher(client, REPOSITORY).push_blob(raw)
    return compute_digest(raw), raw


def ask_for_blob(digest: str, gateway: str, **headers: str) -> Event:
    event = list_events("blobs")[0]
    path = f"/api/v1/registries/{REGISTRY}/repositories/{REPOSITORY}/blobs/{digest}"
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    converted = GATEWAYS[gateway](event)
    for name, value in headers.items():
        converted = add_header(converted, name.replace("_", "-"), value)
    return converted


@pytest.mark.parametrize("gateway", ["http-api", "function-url", "load-balancer"])
def test_answer_above_the_limit_is_compressed_for_who_takes_that(
    registry: DockerRegistry, run: Run, quoted_blob: tuple[str, bytes], gateway: str
) -> None:
    digest, raw = quoted_blob

    answer = run("blobs", registry.url).invoke(
        ask_for_blob(digest, gateway, accept_encoding="gzip, br")
    )

    assert answer["statusCode"] == 200
    headers = answer.get("headers") or answer["multiValueHeaders"]
    assert headers["content-encoding"] in ("gzip", ["gzip"])
    assert gzip.decompress(base64.b64decode(answer["body"])) == raw


@pytest.mark.parametrize(
    ("gateway", "headers"), [("http-api", {}), ("rest-api", {"accept_encoding": "gzip"})]
)
def test_answer_above_the_limit_is_refused_with_what_to_do(
    registry: DockerRegistry,
    run: Run,
    quoted_blob: tuple[str, bytes],
    gateway: str,
    headers: dict[str, str],
) -> None:
    answer = run("blobs", registry.url).invoke(ask_for_blob(quoted_blob[0], gateway, **headers))

    assert answer["statusCode"] == 400
    assert "larger than the 6 MB that AWS lets through" in answer["body"]


def test_nobody_changes_anything_where_access_is_not_configured(
    registry: DockerRegistry, run: Run
) -> None:
    push(registry)
    process = run("delete_manifest", registry.url)
    event = list_events("delete_manifest")[0]
    event["requestContext"]["http"]["sourceIp"] = "127.0.0.1"
    for headers in ({}, {"authorization": "Bearer x"}, {"x-auth-request-user": "ana"}):
        answer = process.invoke(event | {"headers": event["headers"] | headers})
        assert (answer["statusCode"], read_body(answer)["errors"][0]["code"]) == (403, "DENIED")
    assert list_tags(registry) == {TAG, "latest"}


def test_nobody_reads_where_anonymous_is_none(registry: DockerRegistry, run: Run) -> None:
    answer = run("tags", registry.url, access={"anonymous": "none"}).invoke(list_events("tags")[0])

    assert (answer["statusCode"], read_body(answer)["errors"][0]["code"]) == (403, "DENIED")


def test_a_gateways_token_is_no_sign_in_where_access_names_none(
    registry: DockerRegistry, run: Run
) -> None:
    push(registry)
    access = {"anonymous": "viewer"}
    sent = ("authorization", "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl")

    read = run("tags", registry.url, access=access).invoke(
        add_header(list_events("tags")[0], *sent)
    )
    deleted = run("delete_manifest", registry.url, access=access).invoke(
        add_header(list_events("delete_manifest")[0], *sent)
    )

    assert read["statusCode"] == 200, read
    assert (deleted["statusCode"], read_body(deleted)["errors"][0]["code"]) == (403, "DENIED")
