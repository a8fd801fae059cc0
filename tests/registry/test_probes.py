"""What a registry can do, found out without changing anything; and which server it is."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from reglite.demo.registry import MemoryRegistry
from reglite.demo.switches import Switches
from reglite.errors import Denied, RegistryProtocol, RegistryUnreachable, RegliteError
from reglite.media_types import OCI_INDEX
from reglite.reference import compute_digest, format_referrers_tag
from reglite.registry.challenge import Challenge
from reglite.registry.limits import LIST_BYTES, MANIFEST_BYTES
from reglite.registry.recognition import recognise_server
from tests.registry.clients import (
    APP,
    EMPTY_INDEX,
    EMPTY_INDEX_DIGEST,
    MakeClient,
    Script,
    answer_json,
    make_credential,
)

pytestmark = pytest.mark.anyio

SUBJECT = compute_digest(b"subject")
SIGNATURE = {
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "digest": compute_digest(b"signature"),
    "size": 9,
    "artifactType": "application/x-signature",
}
SBOM = {**SIGNATURE, "digest": compute_digest(b"sbom"), "artifactType": "application/x-sbom"}
REFERRERS = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [SIGNATURE, SBOM]}


def make_registry(**switches: Any) -> Any:
    registry = MemoryRegistry(Switches(**switches))
    registry.put_manifest(APP, EMPTY_INDEX, OCI_INDEX, "v1")
    return registry


@pytest.mark.parametrize(
    ("delete", "expected"),
    [("enabled", True), ("405", False), ("400", False), ("plain-404", None)],
)
async def test_deletion_is_probed_with_a_digest_that_nothing_has(
    make_client: MakeClient, delete: Any, expected: Any
) -> None:
    registry = make_registry(delete=delete)
    client = make_client(registry)
    assert await client.can_delete(APP) is expected
    assert await client.can_delete(APP) is expected
    assert len(registry.requests) == 1
    assert registry.requests[0].path.endswith("sha256:" + "0" * 64)
    assert await client.list_tags(APP) == ("v1",)


@pytest.mark.parametrize(("untag", "expected"), [("enabled", True), ("400", False), ("405", False)])
async def test_untagging_is_probed_with_a_tag_that_does_not_exist(
    make_client: MakeClient, untag: Any, expected: Any
) -> None:
    registry = make_registry(untag=untag)
    client = make_client(registry)
    assert await client.can_untag(APP) is expected
    assert await client.can_untag(APP) is expected
    assert len(registry.requests) == 1
    assert await client.list_tags(APP) == ("v1",)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(202), True),
        (answer_json({"errors": [{"code": "TAG_UNKNOWN"}]}, 404), True),
        (httpx.Response(404, text="404 page not found"), None),
        (httpx.Response(501), False),
        (httpx.Response(500), None),
        (httpx.Response(403), None),
    ],
    ids=str,
)
async def test_plain_404_alone_is_no_proof_that_tags_can_be_deleted(
    make_client: MakeClient, answer: httpx.Response, expected: bool | None
) -> None:
    assert await make_client(lambda _: answer).can_untag(APP) is expected


@pytest.mark.parametrize(("delete", "expected"), [("enabled", True), ("405", None)])
async def test_plain_404_counts_where_deletions_get_through(
    make_client: MakeClient, delete: Any, expected: bool | None
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("0" * 64):
            code = "MANIFEST_UNKNOWN" if delete == "enabled" else "UNSUPPORTED"
            return answer_json({"errors": [{"code": code}]}, 404 if delete == "enabled" else 405)
        return httpx.Response(404)

    assert await make_client(answer).can_untag(APP) is expected


async def test_refused_probe_tells_nothing(make_client: MakeClient) -> None:
    registry = make_registry(denied_actions=frozenset({"delete"}))
    client = make_client(registry)
    assert await client.can_delete(APP) is None
    assert await client.can_untag(APP) is None


async def test_probe_of_an_unreachable_registry_tells_nothing_and_is_not_remembered(
    make_client: MakeClient,
) -> None:
    registry = Script([httpx.ConnectError("refused")])
    client = make_client(registry)
    assert await client.can_delete() is None
    asked = len(registry.requests)
    assert await client.can_delete() is None
    assert len(registry.requests) > asked
    assert await client.has_referrers(APP) is None


async def test_registry_that_is_read_only_in_the_inventory_gets_no_delete(
    make_client: MakeClient,
) -> None:
    registry = make_registry()
    client = make_client(registry, can_delete=False)
    assert await client.can_delete() is False
    assert await client.can_untag(APP) is False
    assert registry.requests == []


@pytest.mark.parametrize("has_referrers", [True, False])
async def test_referrers_api_is_probed_once(make_client: MakeClient, has_referrers: Any) -> None:
    registry = make_registry(has_referrers=has_referrers)
    client = make_client(registry)
    assert await client.has_referrers(APP) is has_referrers
    assert await client.has_referrers(APP) is has_referrers
    assert len(registry.requests) == 1


async def test_referrers_come_from_the_api(make_client: MakeClient) -> None:
    client = make_client(lambda _: answer_json(REFERRERS))
    found = await client.list_referrers(APP, SUBJECT)
    assert found.source == "api"
    assert [item.digest for item in found.descriptors] == [SIGNATURE["digest"], SBOM["digest"]]


async def test_referrers_are_filtered_where_the_registry_does_not(make_client: MakeClient) -> None:
    registry = Script([answer_json(REFERRERS)])
    client = make_client(registry)
    found = await client.list_referrers(APP, SUBJECT, artifact_type="application/x-sbom")
    assert [item.digest for item in found.descriptors] == [SBOM["digest"]]
    assert registry.requests[0].url.params["artifactType"] == "application/x-sbom"


async def test_referrers_are_walked_over_their_pages(make_client: MakeClient) -> None:
    pages = [
        answer_json({**REFERRERS, "manifests": [SIGNATURE]}, Link='<?page=2>; rel="next"'),
        answer_json({**REFERRERS, "manifests": [SBOM, SIGNATURE]}),
    ]
    registry = Script(pages)
    found = await make_client(registry).list_referrers(APP, SUBJECT)
    assert [item.digest for item in found.descriptors] == [SIGNATURE["digest"], SBOM["digest"]]
    assert registry.requests[1].url.params["page"] == "2"


async def test_page_with_nothing_of_the_wanted_type_is_not_the_last(
    make_client: MakeClient,
) -> None:
    pages = [
        answer_json({**REFERRERS, "manifests": [SIGNATURE]}, Link='<?page=2>; rel="next"'),
        answer_json({**REFERRERS, "manifests": [SBOM]}),
    ]
    client = make_client(Script(pages))
    found = await client.list_referrers(APP, SUBJECT, artifact_type="application/x-sbom")
    assert [item.digest for item in found.descriptors] == [SBOM["digest"]]


async def test_referrer_page_that_breaks_off_hides_nothing(make_client: MakeClient) -> None:
    pages = [answer_json(REFERRERS, Link='<?page=2>; rel="next"'), httpx.Response(404)]
    with pytest.raises(RegliteError):
        await make_client(Script(pages)).list_referrers(APP, SUBJECT)


async def test_referrer_pages_without_end_are_ended(
    make_client: MakeClient,
) -> None:
    padding = "x" * (MANIFEST_BYTES // 2)
    asked = iter(range(LIST_BYTES // len(padding) + 1))

    def answer(_: httpx.Request) -> httpx.Response:
        number = next(asked)
        entry = {**SBOM, "digest": compute_digest(str(number).encode())}
        link = f'<?page={number}>; rel="next"'
        return answer_json({**REFERRERS, "manifests": [entry], "padding": padding}, Link=link)

    with pytest.raises(RegistryProtocol, match="without end"):
        await make_client(answer).list_referrers(APP, SUBJECT)


async def test_loop_of_referrer_pages_ends(make_client: MakeClient) -> None:
    registry = Script([answer_json(REFERRERS, Link='<?page=2>; rel="next"')])
    await make_client(registry).list_referrers(APP, SUBJECT)
    assert len(registry.requests) == 2


async def test_referrers_come_from_the_fallback_tag_where_there_is_no_api(
    make_client: MakeClient,
) -> None:
    registry = make_registry(has_referrers=False)
    tag = format_referrers_tag(SUBJECT)
    registry.put_manifest(APP, json.dumps(REFERRERS).encode(), OCI_INDEX, tag)
    client = make_client(registry)
    found = await client.list_referrers(APP, SUBJECT)
    assert found.source == "tag-schema"
    assert [item.digest for item in found.descriptors] == [SIGNATURE["digest"], SBOM["digest"]]
    none = await client.list_referrers(APP, EMPTY_INDEX_DIGEST)
    assert (none.descriptors, none.source) == ((), "tag-schema")
    assert sum("/referrers/" in request.path for request in registry.requests) == 1


async def test_web_page_in_place_of_the_referrers_api_is_not_visited(
    make_client: MakeClient,
) -> None:
    registry = make_registry(referrers_redirect="https://pages.test/packages")
    tag = format_referrers_tag(SUBJECT)
    registry.put_manifest(APP, json.dumps(REFERRERS).encode(), OCI_INDEX, tag)
    client = make_client(registry)
    found = await client.list_referrers(APP, SUBJECT)
    assert (found.source, len(found.descriptors)) == ("tag-schema", 2)
    assert await client.has_referrers(APP) is False


async def test_fresh_referrers_are_read_anew(make_client: MakeClient) -> None:
    registry = make_registry(has_referrers=False)
    tag = format_referrers_tag(SUBJECT)
    registry.put_manifest(APP, json.dumps(REFERRERS).encode(), OCI_INDEX, tag)
    client = make_client(registry)
    await client.list_referrers(APP, SUBJECT)
    fewer = {**REFERRERS, "manifests": [SBOM]}
    registry.put_manifest(APP, json.dumps(fewer).encode(), OCI_INDEX, tag)
    found = await client.list_referrers(APP, SUBJECT, fresh=True)
    assert [item.digest for item in found.descriptors] == [SBOM["digest"]]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, text="404 page not found"),
        httpx.Response(405),
        httpx.Response(400),
        httpx.Response(501),
        httpx.Response(200, html="<html>everything is fine</html>"),
        answer_json({"manifests": "none"}),
        answer_json({"errors": [{"code": "NAME_UNKNOWN"}]}, 404),
        httpx.Response(403),
    ],
    ids=str,
)
async def test_whatever_is_no_index_means_the_fallback_tag(
    make_client: MakeClient, answer: Any
) -> None:
    def answer_all(request: httpx.Request) -> httpx.Response:
        return answer if "/referrers/" in request.url.path else httpx.Response(404)

    found = await make_client(answer_all).list_referrers(APP, SUBJECT)
    assert (found.descriptors, found.source) == ((), "tag-schema")


@pytest.mark.parametrize("status", [500, 503])
async def test_trouble_with_the_referrers_api_is_not_taken_for_its_absence(
    make_client: MakeClient, status: int
) -> None:
    registry = Script([httpx.Response(status)])
    client = make_client(registry)
    with pytest.raises((RegistryProtocol, RegistryUnreachable)):
        await client.list_referrers(APP, SUBJECT)
    assert await client.has_referrers(APP) is None


async def test_ping_tells_latency_server_and_scheme(make_client: MakeClient) -> None:
    registry = make_registry()
    ping = await make_client(registry).ping()
    assert ping.latency_ms > 0
    assert (ping.has_challenged, ping.server, ping.is_http) == (False, "distribution", True)
    assert [request.path for request in registry.requests] == ["/v2/"]


async def test_ping_with_credentials_tells_of_the_challenge(make_client: MakeClient) -> None:
    registry = make_registry(auth="bearer", service="harbor-registry")
    client = make_client(registry, credential=make_credential("demo", "demo"))
    ping = await client.ping()
    assert (ping.has_challenged, ping.server) == (True, "harbor")


async def test_web_page_is_no_registry(make_client: MakeClient) -> None:
    client = make_client(lambda _: httpx.Response(200, html="<h1>Welcome</h1>"))
    with pytest.raises(RegistryProtocol, match="web page"):
        await client.ping()


@pytest.mark.parametrize("status", [404, 500, 302])
async def test_ping_of_something_else_says_to_check_the_url(
    make_client: MakeClient, status: int
) -> None:
    with pytest.raises(RegistryProtocol):
        await make_client(lambda _: httpx.Response(status)).ping()


async def test_refused_ping_is_denied(make_client: MakeClient) -> None:
    with pytest.raises(Denied):
        await make_client(lambda _: httpx.Response(403)).ping()


@pytest.mark.parametrize(
    ("headers", "challenge", "expected"),
    [
        ({"docker-distribution-api-version": "registry/2.0"}, None, "distribution"),
        (
            {"docker-distribution-api-version": "registry/2.0"},
            Challenge("bearer", {"realm": "https://gitlab.test/jwt/auth"}),
            "gitlab",
        ),
        ({"gitlab-container-registry-version": "4.0.0"}, None, "gitlab"),
        ({}, Challenge("bearer", {"service": "harbor-registry"}), "harbor"),
        ({}, Challenge("bearer", {"realm": "https://auth.docker.io/token"}), "docker-hub"),
        ({}, Challenge("bearer", {"realm": "https://ghcr.io/token"}), "ghcr"),
        ({}, Challenge("bearer", {"realm": "https://quay.io/v2/auth"}), "quay"),
        ({}, Challenge("basic", {"realm": "https://1.dkr.ecr.eu-1.amazonaws.com/"}), "ecr"),
        ({"server": "zot/2.1"}, None, "zot"),
        ({"server": "Nexus/3.70"}, None, "nexus"),
        ({"x-jfrog-version": "7"}, None, "artifactory"),
        ({"server": "nginx"}, None, None),
        ({}, None, None),
    ],
)
def test_server_is_recognised_by_its_headers(headers: Any, challenge: Any, expected: Any) -> None:
    assert recognise_server(headers, challenge) == expected


async def test_many_probes_at_once_are_one_request(make_client: MakeClient) -> None:
    registry = make_registry()
    client = make_client(registry)
    found = await asyncio.gather(*(client.can_delete(APP) for _ in range(20)))
    assert found == [True] * 20
    assert len(registry.requests) == 1
