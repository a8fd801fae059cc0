import json

import httpx
import pytest

from reglite import media_types
from reglite.deletion.removal import delete_by_digest
from reglite.deletion.restore import read_manifest, restore
from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.presets import distribution_2_8
from reglite.demo.registry import MemoryRegistry
from reglite.errors import (
    BlobUnknown,
    Denied,
    DigestInvalid,
    ManifestInvalid,
    RegistryProtocol,
    RegliteError,
)
from reglite.reference import Digest, Tag, compute_digest, format_referrers_tag
from reglite.registry.client import RegistryClient
from reglite.registry.placeholder import build_placeholder
from tests.deletion.conftest import MakeClient
from tests.deletion.content import REPOSITORY, DyingTransport, Killed, Repo, make_image
from tests.support.images import sign_schema1

pytestmark = pytest.mark.anyio
A, B = Tag("a"), Tag("b")


async def test_a_deletion_is_undone_to_the_byte(repo: Repo, client: RegistryClient) -> None:
    digest = repo.add_image("a", "a", "b")
    raw, before = repo.get_raw(digest), repo.tags
    deletion = await delete_by_digest(client, REPOSITORY, digest)
    restoration = await restore(client, REPOSITORY, digest, raw, None, deletion.tags)
    assert restoration.to_json() == {
        "restored": digest,
        "tags": ["a", "b"],
        "kept": [],
        "lost": [],
        "reason": None,
    }
    assert repo.tags == before
    assert repo.get_raw(digest) == raw
    assert repo.get_media_type(digest) == media_types.OCI_MANIFEST


async def test_a_tag_that_exists_again_is_left_alone(repo: Repo, client: RegistryClient) -> None:
    other, raw = repo.add_image("other", "a"), make_image("gone")
    restoration = await restore(client, REPOSITORY, compute_digest(raw), raw, None, (A, B))
    assert (restoration.tags, restoration.kept) == ((B,), (A,))
    assert repo.tags == {"a": other, "b": compute_digest(raw)}


async def test_a_tag_that_can_not_be_read_is_not_overwritten(
    repo: Repo, client: RegistryClient
) -> None:
    other, raw = repo.add_image("other", "a"), make_image("gone")

    def fail(request: Request) -> Answer | None:
        is_read = request.method in {"HEAD", "GET"} and request.path.endswith("/manifests/a")
        return refuse(500, "UNKNOWN", "unknown error") if is_read else None

    repo.registry.on_request = fail
    with pytest.raises(RegistryProtocol):
        await restore(client, REPOSITORY, compute_digest(raw), raw, None, (A,))
    assert repo.tags == {"a": other}


async def test_a_tag_left_on_a_placeholder_or_dangling_is_put_back(
    repo: Repo, client: RegistryClient
) -> None:
    raw = make_image("gone")
    digest = compute_digest(raw)
    placeholder = build_placeholder(digest, A, "nonce")
    repo.registry.put_manifest(repo.name, placeholder, media_types.OCI_INDEX, "a")
    repo.registry.move_tag(repo.name, "b", digest)
    assert (await restore(client, REPOSITORY, digest, raw, None, (A, B))).kept == (B,)
    assert repo.tags == {"a": digest, "b": digest}


async def test_without_tags_only_the_manifest_comes_back(
    repo: Repo, client: RegistryClient
) -> None:
    raw = make_image("gone")
    assert (await restore(client, REPOSITORY, compute_digest(raw), raw)).tags == ()
    assert repo.manifests == {compute_digest(raw)}


@pytest.mark.parametrize("change", [b" ", b"\n"])
async def test_other_bytes_than_the_digests_are_refused(
    repo: Repo, client: RegistryClient, change: bytes
) -> None:
    raw = make_image("gone")
    with pytest.raises(DigestInvalid):
        await restore(client, REPOSITORY, compute_digest(raw), raw + change, None, (A,))
    assert repo.registry.requests == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"not json",
        b'"text"',
        b"\xff\xfe",
        b"{}",
        b'{"mediaType": "text/html"}',
        b'{"mediaType": 7}',
        b"[" * 100_000,
        build_placeholder(Digest("sha256:" + "1" * 64), A, "nonce"),
    ],
)
async def test_what_is_no_manifest_is_not_pushed(
    repo: Repo, client: RegistryClient, raw: bytes
) -> None:
    with pytest.raises(ManifestInvalid):
        await restore(client, REPOSITORY, compute_digest(raw), raw, "application/json", (A,))
    assert repo.registry.requests == []


@pytest.mark.parametrize(
    ("document", "declared", "expected"),
    [
        ({"mediaType": media_types.DOCKER_MANIFEST}, None, media_types.DOCKER_MANIFEST),
        ({"mediaType": media_types.OCI_INDEX}, "application/json", media_types.OCI_INDEX),
        ({"layers": []}, f"{media_types.DOCKER_MANIFEST}; q=1", media_types.DOCKER_MANIFEST),
        ({"layers": []}, "application/octet-stream", media_types.OCI_MANIFEST),
        ({"manifests": []}, "", media_types.OCI_INDEX),
        ({"schemaVersion": 1}, media_types.DOCKER_SCHEMA1, media_types.DOCKER_SCHEMA1),
    ],
)
async def test_the_media_type_is_the_documents_own_or_the_content_type(
    document: dict[str, object], declared: str | None, expected: str
) -> None:
    raw = json.dumps(document).encode()
    assert read_manifest(compute_digest(raw), raw, declared).media_type == expected


@pytest.mark.parametrize("declared", [None, media_types.DOCKER_SCHEMA1_SIGNED])
async def test_a_signed_schema1_manifest_has_the_digest_of_what_was_signed(
    declared: str | None,
) -> None:
    payload = b'{\n   "schemaVersion": 1,\n   "tag": "a"\n}'
    raw = sign_schema1(payload)
    manifest = read_manifest(compute_digest(payload), raw, declared)
    assert (manifest.media_type, manifest.raw) == (media_types.DOCKER_SCHEMA1_SIGNED, raw)
    with pytest.raises(DigestInvalid):
        read_manifest(compute_digest(raw), raw, declared)


async def test_what_is_not_there_after_an_undo_is_lost_and_the_reason_is_told(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(distribution_2_8())
    repo.registry.switches.forgets_pushes = True
    other, raw = repo.add_image("other", "b"), make_image("gone")
    restoration = await restore(client, REPOSITORY, compute_digest(raw), raw, None, (A, B))
    assert (restoration.tags, restoration.kept, restoration.lost) == ((), (B,), (A,))
    reason = restoration.to_json()["reason"]
    assert (reason["code"], reason["params"]) == ("LOST_AFTER_COLLECTION", {"what": "tag a"})
    assert "restart the registry" in reason["message"]
    assert repo.tags["b"] == other


async def test_a_manifest_without_tags_that_is_not_there_after_an_undo_is_an_error(
    repo: Repo, client: RegistryClient
) -> None:
    repo.registry.switches.forgets_pushes = True
    raw = make_image("gone")
    with pytest.raises(RegistryProtocol, match="restart the registry"):
        await restore(client, REPOSITORY, compute_digest(raw), raw)


async def test_missing_blobs_are_said_plainly_and_no_tag_comes_back(
    repo: Repo, client: RegistryClient
) -> None:
    repo.registry.switches.checks_references = True
    raw = make_image("gone")
    with pytest.raises(BlobUnknown, match="push the image again"):
        await restore(client, REPOSITORY, compute_digest(raw), raw, None, (A,))
    assert repo.tags == {}


async def test_delete_false_means_no_undo_either(repo: Repo, make_client: MakeClient) -> None:
    raw, client = make_image("gone"), make_client(can_delete=False)
    with pytest.raises(Denied):
        await restore(client, REPOSITORY, compute_digest(raw), raw, None, (A,))
    assert repo.registry.requests == []


async def test_a_restored_referrer_is_on_the_fallback_list_again(
    repo: Repo, client: RegistryClient
) -> None:
    repo.behave_as(distribution_2_8())
    image = repo.add_image("a", "latest")
    subject = {"mediaType": media_types.OCI_MANIFEST, "digest": image, "size": 2}
    parts = {"subject": subject, "artifactType": "application/x", "annotations": {"k": "v"}}
    referrer = repo.add_image("sbom", **parts)
    tag = format_referrers_tag(image)
    repo.add_index([referrer], tag)
    raw = repo.get_raw(referrer)
    await delete_by_digest(client, REPOSITORY, referrer)
    for _ in range(2):  # a second undo adds nothing
        await restore(client, REPOSITORY, referrer, raw)
    document = (await client.get_manifest(REPOSITORY, tag, fresh=True)).document
    assert document["manifests"] == [
        {
            "mediaType": media_types.OCI_MANIFEST,
            "digest": referrer,
            "size": len(raw),
            "artifactType": "application/x",
            "annotations": {"k": "v"},
        }
    ]


@pytest.mark.parametrize("is_sent", [True, False])
async def test_killed_at_any_request_an_undo_can_be_repeated(
    make_client: MakeClient, is_sent: bool
) -> None:
    raw = make_image("gone")
    digest = compute_digest(raw)
    for dies_at in range(40):
        registry = MemoryRegistry(distribution_2_8())
        repo = Repo(registry)
        other = repo.add_image("other", "b")
        transport = DyingTransport(httpx.ASGITransport(app=registry), dies_at, is_sent=is_sent)
        try:
            await restore(make_client(transport=transport), REPOSITORY, digest, raw, None, (A, B))
        except Killed:
            assert repo.tags.items() <= {"a": digest, "b": other}.items()
            fresh = make_client(transport=httpx.ASGITransport(app=registry))
            await restore(fresh, REPOSITORY, digest, raw, None, (A, B))
            assert repo.tags == {"a": digest, "b": other}
        else:
            assert dies_at > 4
            return
    raise AssertionError("it never ended")


@pytest.mark.parametrize("is_sent", [True, False])
async def test_killed_at_any_request_a_deletion_loses_no_other_tag_and_can_be_repeated(
    make_client: MakeClient, is_sent: bool
) -> None:
    for dies_at in range(40):
        registry = MemoryRegistry(distribution_2_8())
        repo = Repo(registry)
        digest, other = repo.add_image("gone", "a", "b"), repo.add_image("other", "c")
        transport = DyingTransport(httpx.ASGITransport(app=registry), dies_at, is_sent=is_sent)
        try:
            await delete_by_digest(make_client(transport=transport), REPOSITORY, digest)
        except Killed:
            assert repo.tags in ({"a": digest, "b": digest, "c": other}, {"c": other})
            fresh = make_client(transport=httpx.ASGITransport(app=registry))
            try:
                await delete_by_digest(fresh, REPOSITORY, digest)
            except RegliteError as exc:
                assert exc.code == "MANIFEST_UNKNOWN"  # noqa: PT017 - one of two good ends
            assert (repo.tags, repo.manifests) == ({"c": other}, {other})
        else:
            assert dies_at > 4
            return
    raise AssertionError("it never ended")
