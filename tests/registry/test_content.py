"""Media types told and digests checked, whatever the headers say."""

import json
from typing import Any

import pytest

from reglite import media_types
from reglite.errors import RegistryProtocol
from reglite.reference import compute_digest
from reglite.registry.call import Answer
from reglite.registry.content import read_descriptor_headers, read_manifest, tell_media_type
from tests.registry.clients import EMPTY_INDEX, EMPTY_INDEX_DIGEST, V1
from tests.support.images import sign_schema1

OTHER_DIGEST = compute_digest(b"other")


def make_answer(raw: bytes = EMPTY_INDEX, **headers: str) -> Answer:
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Answer(200, named, raw, "http://registry.test/")


@pytest.mark.parametrize(
    ("declared", "document", "expected"),
    [
        (media_types.OCI_MANIFEST, {"layers": []}, media_types.OCI_MANIFEST),
        (media_types.DOCKER_MANIFEST, {"schemaVersion": 2}, media_types.DOCKER_MANIFEST),
        (
            media_types.DOCKER_MANIFEST,
            {"mediaType": media_types.OCI_INDEX, "manifests": []},
            media_types.OCI_INDEX,
        ),
        ("application/json", {"mediaType": media_types.OCI_INDEX}, media_types.OCI_INDEX),
        ("text/plain", {"manifests": []}, media_types.OCI_INDEX),
        ("", {"layers": [], "config": {}}, media_types.OCI_MANIFEST),
        ("application/json", {"schemaVersion": 1}, media_types.DOCKER_SCHEMA1),
        (
            "application/json",
            {"schemaVersion": 1, "signatures": []},
            media_types.DOCKER_SCHEMA1_SIGNED,
        ),
        ("application/x-own", {"mediaType": "application/x-else"}, "application/x-else"),
        ("application/x-own", {"mediaType": 7}, "application/x-own"),
        ("application/x-own", ["no object"], "application/x-own"),
    ],
)
def test_media_type_is_told_by_the_document_then_the_header_then_the_shape(
    declared: str, document: Any, expected: Any
) -> None:
    assert tell_media_type(declared, json.dumps(document).encode()) == expected


def test_broken_json_keeps_the_declared_type() -> None:
    assert tell_media_type(media_types.OCI_INDEX, b'{"mediaType"') == media_types.OCI_INDEX
    assert tell_media_type("text/html", b"<html>") == "text/html"


def test_absent_digest_header_means_hashing() -> None:
    manifest = read_manifest(make_answer(Content_Type=media_types.OCI_INDEX), V1, "here")
    assert manifest.digest == EMPTY_INDEX_DIGEST
    assert manifest.raw == EMPTY_INDEX


@pytest.mark.parametrize("declared", ["nonsense", "md5:1234", "sha256:short", ""])
def test_digest_header_that_is_no_digest_means_hashing(declared: str) -> None:
    answer = make_answer(Docker_Content_Digest=declared)
    assert read_manifest(answer, V1, "here").digest == EMPTY_INDEX_DIGEST


def test_lying_digest_header_is_refused() -> None:
    with pytest.raises(RegistryProtocol, match="lies"):
        read_manifest(make_answer(Docker_Content_Digest=OTHER_DIGEST), V1, "here")


@pytest.mark.parametrize("declared", [OTHER_DIGEST, EMPTY_INDEX_DIGEST])
def test_other_bytes_than_the_digest_asked_for_are_refused(declared: str) -> None:
    with pytest.raises(RegistryProtocol):
        read_manifest(make_answer(Docker_Content_Digest=declared), OTHER_DIGEST, "here")


def test_manifest_may_be_asked_for_by_sha512() -> None:
    digest = compute_digest(EMPTY_INDEX, "sha512")
    answer = make_answer(Docker_Content_Digest=EMPTY_INDEX_DIGEST)
    assert read_manifest(answer, digest, "here").digest == digest


def test_digest_of_signed_schema1_is_that_of_its_payload() -> None:
    payload = b'{\n   "schemaVersion": 1,\n   "name": "a"\n}'
    raw = sign_schema1(payload)
    answer = make_answer(
        raw,
        Content_Type=media_types.DOCKER_SCHEMA1_SIGNED,
        Docker_Content_Digest=compute_digest(payload),
    )
    manifest = read_manifest(answer, V1, "here")
    assert manifest.digest == compute_digest(payload)
    assert manifest.raw == raw


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Docker_Content_Digest": "nonsense"},
        {"Content_Type": "application/json"},
        {"Content_Length": "many"},
        {"Content_Encoding": "gzip"},
    ],
)
def test_head_that_does_not_tell_everything_is_not_trusted(headers: Any) -> None:
    whole = {
        "Content_Type": f"{media_types.OCI_INDEX}; charset=utf-8",
        "Docker_Content_Digest": EMPTY_INDEX_DIGEST,
        "Content_Length": "93",
    }
    found = read_descriptor_headers(make_answer(b"", **whole))
    assert found is not None
    assert (found.media_type, found.digest, found.size_bytes) == (
        media_types.OCI_INDEX,
        EMPTY_INDEX_DIGEST,
        93,
    )
    broken = {**whole, **headers} if headers else {}
    assert read_descriptor_headers(make_answer(b"", **broken)) is None
