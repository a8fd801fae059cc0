"""Manifests and blobs through the client: HEAD and GET, what is remembered, what is refused."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest

from reglite import media_types
from reglite.demo.registry import MemoryRegistry
from reglite.demo.switches import Switches
from reglite.errors import (
    BadRequest,
    BlobUnknown,
    Denied,
    ManifestUnknown,
    RedirectRefused,
    RegistryProtocol,
    StorageFailed,
    Unsupported,
)
from reglite.media_types import OCI_INDEX
from reglite.reference import Digest, Reference, Tag, compute_digest
from reglite.registry.cache import ContentCache
from tests.registry.clients import (
    APP,
    EMPTY_INDEX,
    EMPTY_INDEX_DIGEST,
    V1,
    MakeClient,
    Script,
    answer_index,
    make_credential,
)
from tests.support.images import sign_schema1

pytestmark = pytest.mark.anyio

OTHER_INDEX = EMPTY_INDEX[:-1] + b',"annotations":{}}'
BLOB = b"a blob"
BLOB_DIGEST = compute_digest(BLOB)


def make_registry(**switches: Any) -> Any:
    registry = MemoryRegistry(Switches(**switches))
    registry.put_manifest(APP, EMPTY_INDEX, OCI_INDEX, "v1")
    registry.put_blob("team/app", BLOB)
    return registry


def list_methods(registry: Any) -> Any:
    return [request.method for request in registry.requests]


async def test_all_media_types_go_in_one_accept_header(make_client: MakeClient) -> None:
    registry = make_registry()
    client = make_client(registry)
    await client.get_manifest(APP, V1)
    await client.head_manifest(APP, V1, fresh=True)
    for request in registry.requests:
        for media_type in (
            media_types.OCI_INDEX,
            media_types.OCI_MANIFEST,
            media_types.DOCKER_MANIFEST_LIST,
            media_types.DOCKER_MANIFEST,
        ):
            assert media_type in request.headers["accept"]


async def test_index_stays_an_index_where_a_narrow_accept_would_get_its_child(
    make_client: MakeClient,
) -> None:
    registry = make_registry(is_accept_strict=True)
    manifest = await make_client(registry).get_manifest(APP, V1)
    assert (manifest.digest, manifest.is_index) == (EMPTY_INDEX_DIGEST, True)


async def test_head_tells_digest_type_and_size(make_client: MakeClient) -> None:
    registry = make_registry()
    found = await make_client(registry).head_manifest(APP, V1)
    assert (found.digest, found.media_type, found.size_bytes) == (
        EMPTY_INDEX_DIGEST,
        OCI_INDEX,
        len(EMPTY_INDEX),
    )
    assert list_methods(registry) == ["HEAD"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
async def test_get_mends_a_refused_head(make_client: MakeClient, status: int) -> None:
    registry = make_registry(head_status=status)
    found = await make_client(registry).head_manifest(APP, V1)
    assert (found.digest, found.size_bytes) == (EMPTY_INDEX_DIGEST, len(EMPTY_INDEX))
    assert list_methods(registry) == ["HEAD", "GET"]


async def test_get_mends_a_head_without_digest_and_the_bytes_are_kept(
    make_client: MakeClient,
) -> None:
    registry = make_registry(sends_content_digest=False)
    client = make_client(registry)
    found = await client.head_manifest(APP, V1)
    await client.get_manifest(APP, found.digest)
    assert list_methods(registry) == ["HEAD", "GET"]


async def test_head_that_never_works_is_given_up(make_client: MakeClient) -> None:
    registry = make_registry(head_status=404)
    registry.put_manifest(APP, EMPTY_INDEX, OCI_INDEX, *"abcdef")
    client = make_client(registry)
    for tag in "abcdef":
        await client.head_manifest(APP, Tag(tag))
    assert list_methods(registry) == ["HEAD", "GET"] * 3 + ["GET"] * 3


async def test_head_401_is_not_asked_again_by_get(make_client: MakeClient) -> None:
    registry = make_registry(auth="basic")
    with pytest.raises(Denied):
        await make_client(registry).head_manifest(APP, V1)
    assert list_methods(registry) == ["HEAD"]


async def test_head_of_another_digest_than_asked_for_is_not_believed(
    make_client: MakeClient,
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            headers = {"Content-Type": OCI_INDEX, "Docker-Content-Digest": EMPTY_INDEX_DIGEST}
            return httpx.Response(200, headers={**headers, "Content-Length": "93"})
        return answer_index()

    with pytest.raises(RegistryProtocol):
        await make_client(answer).head_manifest(APP, Digest("sha256:" + "a" * 64))


@pytest.mark.parametrize("declared", ["text/plain", "application/json", "application/octet-stream"])
async def test_lying_content_type_of_a_manifest_is_seen_through(
    make_client: MakeClient, declared: str
) -> None:
    client = make_client(make_registry(manifest_content_type=declared))
    assert (await client.get_manifest(APP, V1)).media_type == OCI_INDEX
    assert (await client.head_manifest(APP, V1, fresh=True)).media_type == OCI_INDEX


@pytest.mark.parametrize("reference", [Tag("nope"), Digest("sha256:" + "0" * 64)])
async def test_unknown_manifest_is_manifest_unknown(
    make_client: MakeClient, reference: Reference
) -> None:
    with pytest.raises(ManifestUnknown):
        await make_client(make_registry()).get_manifest(APP, reference)


async def test_stray_500s_of_manifest_reads_are_lived_through(make_client: MakeClient) -> None:
    registry = make_registry(failing_manifest_reads=2)
    manifest = await make_client(registry).get_manifest(APP, V1)
    assert manifest.digest == EMPTY_INDEX_DIGEST


async def test_manifest_by_digest_is_read_once(make_client: MakeClient) -> None:
    registry = make_registry()
    client = make_client(registry)
    for _ in range(3):
        assert (await client.get_manifest(APP, EMPTY_INDEX_DIGEST)).raw == EMPTY_INDEX
    assert (await client.head_manifest(APP, EMPTY_INDEX_DIGEST)).size_bytes
    assert list_methods(registry) == ["GET"]


async def test_fresh_goes_through(make_client: MakeClient) -> None:
    registry = make_registry()
    client = make_client(registry)
    await client.get_manifest(APP, V1)
    await client.get_manifest(APP, V1, fresh=True)
    await client.get_manifest(APP, EMPTY_INDEX_DIGEST, fresh=True)
    await client.head_manifest(APP, V1, fresh=True)
    assert list_methods(registry) == ["GET", "GET", "GET", "HEAD"]


async def test_tag_is_remembered_for_ten_seconds_and_then_asked_for_conditionally(
    make_client: MakeClient,
) -> None:
    now = 0.0
    registry = Script([answer_index(), httpx.Response(304), answer_index()])
    client = make_client(registry, cache=ContentCache(clock=lambda: now))
    await client.get_manifest(APP, V1)
    now = 9.9
    await client.get_manifest(APP, V1)
    assert len(registry.requests) == 1
    assert "if-none-match" not in registry.requests[0].headers
    now = 10.0
    manifest = await client.get_manifest(APP, V1)
    assert manifest.raw == EMPTY_INDEX
    assert registry.requests[1].headers["if-none-match"] == f'"{EMPTY_INDEX_DIGEST}"'
    now = 19.9
    await client.get_manifest(APP, V1)
    assert len(registry.requests) == 2
    await client.get_manifest(APP, V1, fresh=True)
    assert "if-none-match" not in registry.requests[2].headers


async def test_304_that_was_not_asked_for_is_a_protocol_error(make_client: MakeClient) -> None:
    with pytest.raises(RegistryProtocol, match="304"):
        await make_client(lambda _: httpx.Response(304)).get_manifest(APP, V1)


async def test_tag_that_moved_is_seen_after_its_ten_seconds(make_client: MakeClient) -> None:
    now = 0.0
    registry = make_registry()
    client = make_client(registry, cache=ContentCache(clock=lambda: now))
    await client.get_manifest(APP, V1)
    digest = registry.put_manifest(APP, OTHER_INDEX, OCI_INDEX, "v1")
    now = 10.0
    assert (await client.get_manifest(APP, V1)).digest == digest


async def test_deleted_manifest_is_forgotten_and_its_neighbour_is_not(
    make_client: MakeClient,
) -> None:
    registry = make_registry()
    other = registry.put_manifest(APP, OTHER_INDEX, OCI_INDEX, "v2")
    client = make_client(registry)
    await client.get_manifest(APP, V1)
    await client.get_manifest(APP, Tag("v2"))
    await client.delete_manifest(APP, EMPTY_INDEX_DIGEST)
    asked = len(registry.requests)
    await client.get_manifest(APP, other)
    assert len(registry.requests) == asked
    for reference in (V1, EMPTY_INDEX_DIGEST):
        with pytest.raises(ManifestUnknown):
            await client.get_manifest(APP, reference)


async def test_push_is_seen_at_once(make_client: MakeClient) -> None:
    registry = make_registry()
    client = make_client(registry)
    await client.head_manifest(APP, V1)
    digest = await client.put_manifest(APP, V1, OTHER_INDEX, OCI_INDEX)
    assert (await client.head_manifest(APP, V1)).digest == digest
    assert (await client.get_manifest(APP, V1)).raw == OTHER_INDEX


async def test_push_that_the_registry_stores_otherwise_is_a_protocol_error(
    make_client: MakeClient,
) -> None:
    answer = httpx.Response(201, headers={"Docker-Content-Digest": "sha256:" + "a" * 64})
    with pytest.raises(RegistryProtocol, match="other bytes"):
        await make_client(lambda _: answer).put_manifest(APP, V1, EMPTY_INDEX, OCI_INDEX)


async def test_pushed_schema1_has_the_digest_of_what_was_signed(make_client: MakeClient) -> None:
    payload = b'{\n   "schemaVersion": 1,\n   "tag": "a"\n}'
    digest = "sha256:" + hashlib.sha256(payload).hexdigest()
    answer = httpx.Response(201, headers={"Docker-Content-Digest": digest})
    client = make_client(lambda _: answer)
    signed = sign_schema1(payload)
    media_type = media_types.DOCKER_SCHEMA1_SIGNED
    assert await client.put_manifest(APP, V1, signed, media_type) == digest


async def test_push_that_names_an_unknown_blob_is_blob_unknown(make_client: MakeClient) -> None:
    raw = (
        b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":'
        b'{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:'
        + b"a" * 64
        + b'"},"layers":[]}'
    )
    with pytest.raises(BlobUnknown):
        await make_client(make_registry()).put_manifest(
            APP, Tag("v3"), raw, media_types.OCI_MANIFEST
        )


async def test_blob_is_read_once_and_checked(make_client: MakeClient) -> None:
    registry = make_registry()
    client = make_client(registry)
    many = [client.get_blob(APP, BLOB_DIGEST, max_bytes=100) for _ in range(10)]
    assert set(await asyncio.gather(*many)) == {BLOB}
    assert await client.get_blob(APP, BLOB_DIGEST, max_bytes=100) == BLOB
    assert len(registry.requests) == 1


async def test_unknown_blob_is_blob_unknown(make_client: MakeClient) -> None:
    with pytest.raises(BlobUnknown):
        await make_client(make_registry()).get_blob(APP, Digest("sha256:" + "0" * 64), max_bytes=5)


async def test_blob_that_is_too_long_is_refused(make_client: MakeClient) -> None:
    with pytest.raises(BadRequest, match="5 bytes"):
        await make_client(make_registry()).get_blob(APP, BLOB_DIGEST, max_bytes=5)


async def test_blob_with_other_bytes_is_refused(make_client: MakeClient) -> None:
    with pytest.raises(RegistryProtocol, match="digest"):
        await make_client(lambda _: httpx.Response(200, content=b"other")).get_blob(
            APP, BLOB_DIGEST, max_bytes=100
        )


async def test_blob_redirect_goes_without_authorization(make_client: MakeClient) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.headers.get("authorization") is not None))
        if request.url.host == "storage.test":
            return httpx.Response(200, content=BLOB)
        if "authorization" not in request.headers:
            return httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="r"'})
        return httpx.Response(307, headers={"Location": "https://storage.test/blob?sig=1"})

    client = make_client(answer, credential=make_credential())
    assert await client.get_blob(APP, BLOB_DIGEST, max_bytes=100) == BLOB
    assert seen == [("registry.test", False), ("registry.test", True), ("storage.test", False)]


async def test_redirect_that_comes_back_does_not_bring_the_credentials_along(
    make_client: MakeClient,
) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.url.path, "authorization" in request.headers))
        if request.url.host == "storage.test":
            return httpx.Response(302, headers={"Location": "http://registry.test/chosen"})
        if request.url.path == "/chosen":
            return httpx.Response(200, content=BLOB)
        if "authorization" not in request.headers:
            return httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="r"'})
        return httpx.Response(302, headers={"Location": "http://storage.test/"})

    client = make_client(answer, credential=make_credential())
    assert await client.get_blob(APP, BLOB_DIGEST, max_bytes=100) == BLOB
    assert seen[-1] == ("registry.test", "/chosen", False)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://metadata.google.internal/",
        "http://localhost:9000/blob",
        "file:///etc/passwd",
        "https://[fe80::1]/blob",
    ],
)
async def test_blob_redirect_to_a_forbidden_address_is_not_followed(
    make_client: MakeClient, target: str
) -> None:
    registry = Script([httpx.Response(307, headers={"Location": target})])
    with pytest.raises(RegistryProtocol):
        await make_client(registry).get_blob(APP, BLOB_DIGEST, max_bytes=100)
    assert len(registry.requests) == 1


@pytest.mark.parametrize(
    "target", ["http://[::1/blob", "http://storage.test:port/", "//[", "http://xn--/blob"]
)
async def test_redirect_to_no_url_is_a_protocol_error(make_client: MakeClient, target: str) -> None:
    registry = Script([httpx.Response(307, headers={"Location": target})])
    with pytest.raises(RegistryProtocol):
        await make_client(registry).get_blob(APP, BLOB_DIGEST, max_bytes=100)


async def test_refusal_of_the_storage_is_not_blamed_on_the_credentials(
    make_client: MakeClient,
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "storage.test":
            return httpx.Response(403, text="<Error>expired</Error>")
        return httpx.Response(307, headers={"Location": "https://storage.test/blob?sig=1"})

    with pytest.raises(StorageFailed, match=r"storage\.test") as caught:
        await make_client(answer).get_blob(APP, BLOB_DIGEST, max_bytes=100)
    assert "credentials" not in caught.value.message


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (httpx.ConnectError("[Errno -2] Name or service not known"), "Name or service not known"),
        (httpx.ConnectTimeout(""), "no connection within"),
        (httpx.ReadTimeout(""), "no answer in time"),
        (httpx.ReadError(""), "ReadError"),
        (
            httpx.ConnectError(
                "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
                "self-signed certificate (_ssl.c:1000)"
            ),
            "its certificate was refused: self-signed certificate",
        ),
    ],
)
async def test_storage_out_of_reach_is_named_with_what_mends_it(
    make_client: MakeClient, failure: httpx.TransportError, said: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "minio":
            raise failure
        return httpx.Response(307, headers={"Location": "https://minio:9000/blob?sig=s1gned"})

    client = make_client(answer)
    with pytest.raises(StorageFailed) as caught:
        await client.get_blob(APP, BLOB_DIGEST, max_bytes=100)
    message = caught.value.message
    assert "keeps it at minio:9000, which can't be reached from here (" in message
    assert said in message
    assert "storage.redirect.disable" in message
    assert "s1gned" not in message


async def test_redirect_to_this_machine_says_what_mends_it(make_client: MakeClient) -> None:
    registry = Script([httpx.Response(307, headers={"Location": "http://localhost:9000/blob"})])
    with pytest.raises(RedirectRefused, match=r"localhost:9000.*storage\.redirect\.disable"):
        await make_client(registry).get_blob(APP, BLOB_DIGEST, max_bytes=100)


async def test_blob_of_a_storage_that_repeats_how_it_was_uploaded_is_read(
    make_client: MakeClient,
) -> None:
    client = make_client(
        lambda _: httpx.Response(200, content=BLOB, headers={"Content-Encoding": "aws-chunked"})
    )
    assert await client.get_blob(APP, BLOB_DIGEST, max_bytes=100) == BLOB


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b"", b"{}", EMPTY_INDEX[:40]])
async def test_what_is_no_manifest_and_has_no_digest_is_refused_and_not_kept(
    make_client: MakeClient, body: bytes
) -> None:
    registry = Script([httpx.Response(200, content=body), answer_index()])
    client = make_client(registry)
    with pytest.raises(RegistryProtocol, match="no manifest"):
        await client.get_manifest(APP, V1)
    assert (await client.get_manifest(APP, V1)).digest == EMPTY_INDEX_DIGEST


async def test_redirect_without_end_is_ended(make_client: MakeClient) -> None:
    registry = Script([httpx.Response(307, headers={"Location": "/v2/again"})])
    with pytest.raises(RegistryProtocol, match="without end"):
        await make_client(registry).get_blob(APP, BLOB_DIGEST, max_bytes=100)
    assert len(registry.requests) <= 10


async def test_list_that_moved_elsewhere_says_where(make_client: MakeClient) -> None:
    registry = Script([httpx.Response(301, headers={"Location": "https://registry.test/v2/"})])
    with pytest.raises(RegistryProtocol, match=r"https://registry\.test"):
        await make_client(registry).list_tags(APP)


async def test_deletion_is_never_redirected(make_client: MakeClient) -> None:
    registry = Script([httpx.Response(307, headers={"Location": "/v2/elsewhere"})])
    with pytest.raises(RegistryProtocol):
        await make_client(registry).delete_manifest(APP, EMPTY_INDEX_DIGEST)
    assert len(registry.requests) == 1


async def test_path_prefix_of_the_url_is_kept(make_client: MakeClient) -> None:
    registry = make_registry(prefix="/registry")
    client = make_client(registry, url="http://registry.test/registry")
    assert await client.list_tags(APP) == ("v1",)


@pytest.mark.parametrize("untag", ["400", "405"])
async def test_refused_deletion_of_a_tag_is_unsupported(
    make_client: MakeClient, untag: Any
) -> None:
    client = make_client(make_registry(untag=untag))
    with pytest.raises(Unsupported):
        await client.delete_tag(APP, V1)
    assert (await client.head_manifest(APP, V1)).digest == EMPTY_INDEX_DIGEST


async def test_descriptor_by_digest_has_no_lifetime_and_that_of_a_tag_has(
    make_client: MakeClient,
) -> None:
    registry = make_registry()
    now = 0.0
    client = make_client(registry, cache=ContentCache(clock=lambda: now))
    for reference in (EMPTY_INDEX_DIGEST, V1):
        await client.head_manifest(APP, reference)
    now = 3600.0
    for reference in (EMPTY_INDEX_DIGEST, V1):
        await client.head_manifest(APP, reference)
    asked = [request.path.rpartition("/")[2] for request in registry.requests]
    assert asked == [EMPTY_INDEX_DIGEST, V1, V1]
