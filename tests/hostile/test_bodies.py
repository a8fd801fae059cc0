"""Answers that are too long, too slow, too deep, or other than they say."""

import hashlib
import json
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.conftest import MIB, Stage, get_code
from tests.hostile.registry import OCI_MANIFEST, Asked, Output, write_answer, write_json

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
CHUNK = b" " * MIB


def digest_of(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def answer_manifest(raw: bytes, media_type: str = OCI_MANIFEST) -> Callable[..., None]:
    """Answer every request for a manifest with these bytes and their digest."""

    def answer(asked: Asked, out: Output) -> None:
        headers = {"Content_Type": media_type, "Docker_Content_Digest": digest_of(raw)}
        if "/manifests/" in asked.path:
            write_answer(out, b"" if asked.method == "HEAD" else raw, 200, **headers)
        else:
            write_json(out, {"errors": [{"code": "BLOB_UNKNOWN"}]}, 404)

    return answer


def describe(name: str, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(name.encode()), "size": 1}


def make_manifest(**fields: Any) -> bytes:
    config = describe("config", OCI_CONFIG)
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": []}
    return json.dumps({**document, **fields}).encode()


@pytest.mark.parametrize("path", ["tags", "tags/v1/manifest"])
@pytest.mark.parametrize("declares_length", [True, False])
def test_body_of_one_gigabyte_is_not_read(
    attack: Stage, repo: str, path: str, *, declares_length: bool
) -> None:
    written = 0

    def answer(asked: Asked, out: Output) -> None:
        nonlocal written
        length = f"Content-Length: {1024 * MIB}\r\n" if declares_length else ""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {OCI_MANIFEST}\r\n{length}\r\n"
        out.write(head.encode())
        for _ in range(1024):
            out.write(CHUNK)
            written += 1

    attack.plain.answer = answer
    reply = attack.get(f"repositories/{repo}/{path}")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")
    assert written < 200


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Return a few MiB that unpack to a gigabyte of zeros."""
    packed = zlib.compressobj(1, wbits=16 + zlib.MAX_WBITS)
    return b"".join([*(packed.compress(bytes(MIB)) for _ in range(1024)), packed.flush()])


@pytest.mark.parametrize("path", ["tags", "tags/v1/manifest"])
def test_gzip_bomb_is_not_unpacked(attack: Stage, repo: str, path: str, bomb: bytes) -> None:
    def answer(asked: Asked, out: Output) -> None:
        write_answer(out, bomb, Content_Type=OCI_MANIFEST, Content_Encoding="gzip")

    attack.plain.answer = answer
    reply = attack.get(f"repositories/{repo}/{path}")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")


def test_slow_drip_ends_within_the_budget(attack: Stage, repo: str) -> None:
    def answer(asked: Asked, out: Output) -> None:
        out.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:  # until the other side hangs up
            out.write(b" ")
            out.flush()
            time.sleep(0.05)

    attack.tls.answer = answer
    reply = attack.get(f"repositories/{repo}/tags", registry="drip")

    assert (reply.status_code, get_code(reply)) == (504, "REGISTRY_TIMEOUT")


@pytest.mark.parametrize("line", ["X: " + "x" * 4 * MIB, "\r\n".join(["X: x"] * 200_000)])
def test_header_bomb_is_refused(attack: Stage, repo: str, line: str) -> None:
    def answer(asked: Asked, out: Output) -> None:
        out.write(f"HTTP/1.1 200 OK\r\n{line}\r\n\r\n{{}}".encode())

    attack.plain.answer = answer
    reply = attack.get(f"repositories/{repo}/tags")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")


@pytest.mark.parametrize("lie", ["header", "content"])
def test_lying_digest_is_found_out(attack: Stage, repo: str, lie: str) -> None:
    raw = make_manifest()
    asked_for = digest_of(raw)
    sent = raw if lie == "header" else raw + b" "

    def answer(asked: Asked, out: Output) -> None:
        claim = digest_of(b"another") if lie == "header" else asked_for
        write_answer(out, sent, Content_Type=OCI_MANIFEST, Docker_Content_Digest=claim)

    attack.plain.answer = answer
    reply = attack.get(f"repositories/{repo}/manifests/{asked_for}")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")
    assert "digest" in reply.json()["errors"][0]["message"]


def test_manifest_of_a_million_layers_is_refused(attack: Stage, repo: str) -> None:
    layer = json.dumps(describe("layer", "application/vnd.oci.image.layer.v1.tar"))
    raw = make_manifest()[:-2] + b",".join([layer.encode()] * 1_000_000) + b"]}"

    attack.plain.answer = answer_manifest(raw)
    reply = attack.get(f"repositories/{repo}/tags/v1/manifest")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")


def test_a_million_layers_that_fit_the_limit_are_read(attack: Stage, repo: str) -> None:
    raw = make_manifest()[:-2] + b",".join([b"{}"] * 1_000_000) + b"]}"

    attack.plain.answer = answer_manifest(raw)
    reply = attack.get(f"repositories/{repo}/tags/v1/manifest")

    assert reply.status_code == 200
    assert reply.json()["layers"] == []


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("path", ["tags", "tags/v1/manifest"])
def test_deep_json_is_refused(attack: Stage, repo: str, path: str, opening: bytes) -> None:
    attack.plain.answer = lambda _, out: write_answer(
        out, opening * 200_000, Content_Type=OCI_MANIFEST
    )
    reply = attack.get(f"repositories/{repo}/{path}")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")


def test_indexes_that_seem_to_be_cyclic_end(attack: Stage, repo: str) -> None:
    """No document can hold its own digest: a registry without digests can only pretend."""
    children = [describe("a", OCI_INDEX), describe("b", OCI_INDEX)]
    raw = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children}).encode()

    attack.plain.answer = lambda _, out: write_answer(out, raw, Content_Type=OCI_INDEX)
    reply = attack.get(f"repositories/{repo}/tags/v1/manifest")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")
    assert len(attack.plain.asked) < 20


def test_nested_indexes_that_multiply_are_cut_off(attack: Stage, repo: str) -> None:
    """Every index names two hundred others, each of them real: four levels are 1.6 billion."""
    made: dict[str, bytes] = {}

    def make_index(level: int) -> dict[str, Any]:
        child = [make_index(level - 1)] if level else []
        entries = [{**entry, "annotations": {"n": str(n)}} for entry in child for n in range(200)]
        raw = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
        made[digest_of(raw.encode())] = raw.encode()
        return {"mediaType": OCI_INDEX, "digest": digest_of(raw.encode()), "size": len(raw)}

    top = make_index(12)["digest"]

    def answer(asked: Asked, out: Output) -> None:
        raw = made.get(asked.path.rpartition("/")[2], b"")
        write_answer(out, raw, 200 if raw else 404, Content_Type=OCI_INDEX)

    attack.plain.answer = answer
    reply = attack.get(f"repositories/{repo}/manifests/{top}")

    assert reply.status_code == 200
    assert reply.json()["platforms"] == []
    assert len(attack.plain.asked) < 300
