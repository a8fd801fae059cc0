"""The in-memory registry with the switches of 2.8 answers as the real docker-registry does."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from reglite import media_types
from reglite.demo import presets
from reglite.demo.registry import MemoryRegistry
from reglite.reference import compute_digest
from tests.support.docker_registry import DockerRegistry, TokenAuth
from tests.support.images import Pusher, push_every_kind
from tests.support.serving import serve_app
from tests.support.token_server import TokenServer

NOTHING = "sha256:" + "0" * 64
BLOB = b"a blob of the comparison"
BLOB_DIGEST = compute_digest(BLOB)
ALL = media_types.ACCEPT_MANIFESTS
KEY_HEADERS = (
    "content-type",
    "docker-content-digest",
    "docker-distribution-api-version",
    "etag",
    "accept-ranges",
    "content-range",
    "allow",
    "www-authenticate",
)


@dataclass(frozen=True)
class Pair:
    """The same content in a real registry and in the in-memory one."""

    real: httpx.Client
    memory: httpx.Client
    digests: Mapping[str, str] = field(default_factory=dict)


def _fill(client: httpx.Client) -> dict[str, str]:
    pusher = Pusher(client, "kinds/all")
    pushed = push_every_kind(pusher)
    pusher.push_blob(BLOB)
    for name in ("a", "a/b", "a-b", "kinds", "z/z/z"):
        pusher.into(name).push_image("v1")
    doomed = pusher.into("emptied").push_image("v1")
    pusher.into("emptied").delete(doomed.digest)
    pusher.into("blobs/only").push_blob(BLOB)
    return {tag: str(manifest.digest) for tag, manifest in pushed.items()}


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    memory = MemoryRegistry(presets.distribution_2_8())
    with (
        DockerRegistry() as registry,
        registry.client() as real,
        serve_app(memory) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        digests = _fill(real)
        assert _fill(client) == digests
        yield Pair(real, client, digests)


def _read_codes(answer: httpx.Response) -> list[str]:
    if answer.request.method == "HEAD" or answer.status_code < 400 or not answer.content:
        return []
    if not answer.headers["content-type"].startswith("application/json"):
        return [answer.text.strip()]
    return [error["code"] for error in answer.json()["errors"]]


def _read_headers(answer: httpx.Response) -> dict[str, str]:
    headers = {k: answer.headers[k] for k in KEY_HEADERS if k in answer.headers}
    if "link" in answer.headers:
        headers["link"] = answer.headers["link"]
    return headers


def _read_body(answer: httpx.Response) -> Any:
    """Return what must agree: lists whatever their order of tags, other content to the byte."""
    if answer.status_code >= 400 or answer.request.method == "HEAD":
        return None
    if answer.url.path.endswith("/tags/list") and answer.content:
        document = answer.json()
        return {**document, "tags": document["tags"] and sorted(document["tags"])}
    is_list = answer.headers.get("content-type", "").startswith("application/json")
    return answer.json() if is_list else answer.content


def _describe(answer: httpx.Response) -> dict[str, Any]:
    return {
        "status": answer.status_code,
        "codes": _read_codes(answer),
        "headers": _read_headers(answer),
        "body": _read_body(answer),
    }


def _compare(pair: Pair, method: str, path: str, **options: Any) -> httpx.Response:
    real = pair.real.request(method, path, **options)
    memory = pair.memory.request(method, path, **options)
    assert _describe(memory) == _describe(real)
    return real


READS = [
    "/v2/",
    "/v2/_catalog",
    "/v2/_catalog?n=2",
    "/v2/_catalog?n=2&last=a",
    "/v2/_catalog?n=3&last=a-b",
    "/v2/_catalog?n=8",
    "/v2/_catalog?n=100&last=kinds/all",
    "/v2/_catalog?n=-1",
    "/v2/_catalog?n=many",
    "/v2/_catalog?n=1000",
    "/v2/_catalog?n=1001",
    "/v2/kinds/all/tags/list",
    "/v2/kinds/all/tags/list?n=2",
    "/v2/kinds/all/tags/list?n=2&last=oci",
    "/v2/emptied/tags/list",
    "/v2/blobs/only/tags/list",
    "/v2/nothing/tags/list",
    "/v2/BAD/tags/list",
    "/v2/kinds/all/tags",
    "/v2/elsewhere",
    f"/v2/kinds/all/blobs/{BLOB_DIGEST}",
    f"/v2/kinds/all/blobs/{NOTHING}",
    "/v2/kinds/all/blobs/sha256:zz",
    f"/v2/a/blobs/{BLOB_DIGEST}",
    f"/v2/kinds/all/referrers/{NOTHING}",
    "/v2/kinds/all/blobs/uploads/nothing",
]


@pytest.mark.parametrize("path", READS)
def test_reads_agree(pair: Pair, path: str) -> None:
    _compare(pair, "GET", path)


@pytest.mark.parametrize("path", [path for path in READS if not re.search("uploads|:zz", path)])
def test_options_agree(pair: Pair, path: str) -> None:
    _compare(pair, "OPTIONS", path)


@pytest.mark.parametrize("path", [path for path in READS if "/blobs/" in path])
def test_heads_of_blobs_agree(pair: Pair, path: str) -> None:
    _compare(pair, "HEAD", path)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "reference",
    ["oci", "docker", "index", "list", "nested", "empty", "chart", "untyped", "nope", NOTHING],
)
def test_manifests_agree(pair: Pair, method: str, reference: str) -> None:
    path = f"/v2/kinds/all/manifests/{reference}"
    _compare(pair, method, path, headers={"Accept": ALL})


NARROW = pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        media_types.OCI_MANIFEST,
        media_types.OCI_INDEX,
        media_types.DOCKER_MANIFEST,
        media_types.DOCKER_MANIFEST_LIST,
        f"{media_types.DOCKER_MANIFEST_LIST};q=0.5, {media_types.OCI_INDEX}",
    ],
)


@NARROW
@pytest.mark.parametrize("tag", ["oci", "index", "empty", "chart"])
def test_oci_manifests_with_a_narrow_accept_agree(pair: Pair, tag: str, accept: str) -> None:
    _compare(pair, "GET", f"/v2/kinds/all/manifests/{tag}", headers={"Accept": accept})


@NARROW
@pytest.mark.parametrize("tag", ["docker", "list"])
def test_docker_manifests_with_a_narrow_accept_agree(pair: Pair, tag: str, accept: str) -> None:
    """A schema1 conversion is signed anew each time, so its bytes never agree."""
    path = f"/v2/kinds/all/manifests/{tag}"
    answers = [c.get(path, headers={"Accept": accept}) for c in (pair.real, pair.memory)]
    if "prettyjws" not in answers[0].headers["content-type"]:
        assert _describe(answers[1]) == _describe(answers[0])
        return
    for answer in answers:
        assert answer.headers["docker-content-digest"] != pair.digests[tag]
    real, memory = (answer.json() for answer in answers)
    assert answers[1].headers["content-type"] == answers[0].headers["content-type"]
    assert memory["fsLayers"] == real["fsLayers"]
    assert len(memory["history"]) == len(real["history"])


@pytest.mark.parametrize("tag", ["docker", "list"])
def test_digests_are_never_converted(pair: Pair, tag: str) -> None:
    path = f"/v2/kinds/all/manifests/{pair.digests[tag]}"
    _compare(pair, "GET", path, headers={"Accept": "*/*"})


def test_conditional_reads_agree(pair: Pair) -> None:
    digest = pair.digests["oci"]
    headers = {"Accept": ALL, "If-None-Match": f'"{digest}"'}
    answer = _compare(pair, "GET", "/v2/kinds/all/manifests/oci", headers=headers)
    assert answer.status_code == 304
    assert "docker-content-digest" not in answer.headers


def test_ranges_of_blobs_agree(pair: Pair) -> None:
    path = f"/v2/kinds/all/blobs/{BLOB_DIGEST}"
    for wanted in ("bytes=0-3", "bytes=2-", "bytes=0-999"):
        answer = _compare(pair, "GET", path, headers={"Range": wanted})
        assert answer.status_code == 206


def _push_options(content: bytes, media_type: str) -> dict[str, Any]:
    return {"content": content, "headers": {"Content-Type": media_type}}


EMPTY_INDEX = b'{"schemaVersion":2,"mediaType":"%s","manifests":[]}'
LOST_BLOB = (
    b'{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"x/y","digest":"%s","size":2},'
    b'"layers":[]}' % (media_types.OCI_MANIFEST.encode(), NOTHING.encode())
)
LOST_CHILD = b'{"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":2}]}' % (
    media_types.OCI_MANIFEST.encode(),
    NOTHING.encode(),
)


@pytest.mark.parametrize(
    ("reference", "content", "media_type"),
    [
        ("bad", b"not json", media_types.OCI_MANIFEST),
        ("bad", b"[]", media_types.OCI_MANIFEST),
        ("bad", LOST_BLOB, media_types.OCI_MANIFEST),
        ("bad", LOST_CHILD, media_types.OCI_INDEX),
        ("bad", LOST_BLOB, "application/json"),
        ("bad", LOST_BLOB, media_types.DOCKER_MANIFEST),
        ("bad", EMPTY_INDEX % b"text/plain", media_types.OCI_INDEX),
        ("bad+tag", EMPTY_INDEX % media_types.OCI_INDEX.encode(), media_types.OCI_INDEX),
        (NOTHING, EMPTY_INDEX % media_types.OCI_INDEX.encode(), media_types.OCI_INDEX),
        ("fine", EMPTY_INDEX % media_types.OCI_INDEX.encode(), media_types.OCI_INDEX),
    ],
)
def test_pushes_of_manifests_agree(
    pair: Pair, reference: str, content: bytes, media_type: str
) -> None:
    path = f"/v2/pushed/manifests/{reference}"
    answer = _compare(pair, "PUT", path, **_push_options(content, media_type))
    assert (answer.status_code == 201) is (reference == "fine")


def test_deletions_agree(pair: Pair) -> None:
    for client in (pair.real, pair.memory):
        pusher = Pusher(client, "deletions")
        pusher.push_image("one", "two", name="shared")
        other = pusher.push_image("three", name="other")
        shared = pusher.push_image(name="shared")
    for reference in ("one", "missing", NOTHING, shared.digest, shared.digest):
        _compare(pair, "DELETE", f"/v2/deletions/manifests/{reference}")
        _compare(pair, "GET", "/v2/deletions/tags/list")
    _compare(pair, "DELETE", f"/v2/deletions/manifests/{other.digest}")
    _compare(pair, "GET", "/v2/deletions/tags/list")
    _compare(pair, "DELETE", f"/v2/nothing/manifests/{NOTHING}")


def test_deletions_of_blobs_agree(pair: Pair) -> None:
    for client in (pair.real, pair.memory):
        Pusher(client, "blob/deletions").push_blob(BLOB)
    for _ in range(2):
        _compare(pair, "DELETE", f"/v2/blob/deletions/blobs/{BLOB_DIGEST}")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v2/_catalog"),
        ("POST", "/v2/kinds/all/manifests/oci"),
        ("DELETE", "/v2/kinds/all/tags/list"),
        ("OPTIONS", "/v2/kinds/all/manifests/oci"),
    ],
)
def test_other_methods_agree(pair: Pair, method: str, path: str) -> None:
    _compare(pair, method, path)


def _push_in_chunks(client: httpx.Client, chunks: list[bytes], digest: str) -> list[Any]:
    seen: list[Any] = []
    answer = client.post("/v2/chunks/blobs/uploads/")
    for chunk in chunks:
        headers = {"Content-Type": "application/octet-stream"}
        answer = client.patch(answer.headers["Location"], content=chunk, headers=headers)
        seen.append((answer.status_code, answer.headers.get("Range")))
    answer = client.put(f"{answer.headers['Location']}&digest={digest}")
    seen.append((answer.status_code, answer.headers.get("Docker-Content-Digest")))
    return seen


@pytest.mark.parametrize("digest", [compute_digest(b"onetwothree"), NOTHING])
def test_chunked_uploads_agree(pair: Pair, digest: str) -> None:
    chunks = [b"one", b"two", b"three"]
    assert _push_in_chunks(pair.memory, chunks, digest) == _push_in_chunks(
        pair.real, chunks, digest
    )


def test_mounts_agree(pair: Pair) -> None:
    query = f"mount={BLOB_DIGEST}&from=kinds/all"
    mounted = _compare(pair, "POST", f"/v2/mounted/blobs/uploads/?{query}")
    unknown = _compare(pair, "POST", f"/v2/mounted/blobs/uploads/?mount={NOTHING}&from=kinds/all")
    assert (mounted.status_code, unknown.status_code) == (201, 202)


def _serve_memory(enter: Callable[..., Any], memory: MemoryRegistry) -> httpx.Client:
    url = enter(serve_app(memory))
    client: httpx.Client = enter(httpx.Client(base_url=url, trust_env=False))
    return client


def test_refusals_of_an_htpasswd_registry_agree(
    enter: Callable[..., Any], make_docker_registry: Callable[..., DockerRegistry]
) -> None:
    switches = presets.distribution_2_8()
    switches.auth = "basic"
    memory = _serve_memory(enter, MemoryRegistry(switches))
    registry = make_docker_registry(htpasswd={"demo": "demo"})
    pair = Pair(enter(registry.client(auth=None)), memory)
    for path in ("/v2/", "/v2/_catalog"):
        answers = [client.get(path) for client in (pair.real, pair.memory)]
        assert [a.status_code for a in answers] == [401, 401]
        assert [_read_codes(a) for a in answers] == [["UNAUTHORIZED"]] * 2
        schemes = [a.headers["www-authenticate"].split(" ")[0] for a in answers]
        assert schemes == ["Basic", "Basic"]
        assert pair.real.options(path).status_code == pair.memory.options(path).status_code == 401
        _compare(pair, "GET", path, auth=("demo", "demo"))


def test_refusals_without_deletion_agree(
    enter: Callable[..., Any], make_docker_registry: Callable[..., DockerRegistry]
) -> None:
    switches = presets.distribution_2_8()
    switches.delete = "405"
    memory = _serve_memory(enter, MemoryRegistry(switches))
    pair = Pair(enter(make_docker_registry(delete=False).client()), memory)
    for client in (pair.real, pair.memory):
        digest = Pusher(client, "app").push_image("v1").digest
    for reference in ("v1", NOTHING, digest):
        assert _compare(pair, "DELETE", f"/v2/app/manifests/{reference}").status_code == 405
    _compare(pair, "GET", "/v2/app/tags/list")


def _read_challenge(answer: httpx.Response) -> dict[str, set[str]]:
    """Return the parameters but the realm; the real one lists actions in any order."""
    parameters = re.findall(r'(\w+)="([^"]*)"', answer.headers["www-authenticate"])
    return {name: set(re.split("[:,]", value)) for name, value in parameters if name != "realm"}


def test_challenges_of_a_token_registry_agree(
    enter: Callable[..., Any],
    token_server: TokenServer,
    make_docker_registry: Callable[..., DockerRegistry],
) -> None:
    auth: TokenAuth = token_server.auth
    switches = presets.distribution_2_8()
    switches.auth = "bearer"
    switches.service = auth.service
    memory = _serve_memory(enter, MemoryRegistry(switches))
    real = enter(make_docker_registry(token=auth).client())
    requests = [
        ("GET", "/v2/"),
        ("GET", "/v2/_catalog"),
        ("GET", "/v2/team/app/tags/list"),
        ("PUT", "/v2/team/app/manifests/v1"),
        ("DELETE", f"/v2/team/app/manifests/{NOTHING}"),
    ]
    for headers in ({}, {"Authorization": "Bearer not.a.token"}):
        for method, path in requests:
            answers = [c.request(method, path, headers=headers) for c in (real, memory)]
            assert [a.status_code for a in answers] == [401, 401]
            assert _read_challenge(answers[1]) == _read_challenge(answers[0])
