"""Text that is meant to be read as something else: markup, controls, headers, paths."""

import hashlib
import json
from typing import Any

import pytest

from tests.hostile.conftest import Stage, get_code
from tests.hostile.registry import OCI_MANIFEST, Asked, Output, write_answer, write_json

TEXTS = {
    "markup": '"><img src=x onerror=alert(1)><script>alert(document.domain)</script>',
    "controls": "\x00\x07\x1b[2J\x1b]0;owned\x07\x7f\x9b",
    "bidi": "\u202egnp.exe\u2066\u2069\u200b\ufeff",
    "header": "a\r\nSet-Cookie: owned=1\r\n\r\n<html>",
    "surrogates": "\ud800 and \udfff",
    "template": "{{ 7*7 }} ${7*7} %s %n <%= 7 %>",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_in_every_field_stays_text(attack: Stage, repo: str, text: str) -> None:
    config = json.dumps(
        {
            "architecture": text,
            "os": text,
            "author": text,
            "created": text,
            "config": {"Labels": {text: text}, "Env": [text], "Cmd": [text], "User": text},
            "history": [{"created_by": text, "comment": text, "created": text}],
        }
    ).encode()
    config_digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    descriptor = {
        "mediaType": "application/vnd.oci.image.config.v1+json",
        "digest": config_digest,
        "size": len(config),
    }
    layer = {**descriptor, "mediaType": text, "annotations": {text: text}, "urls": [text]}
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": text,
            "config": descriptor,
            "layers": [layer],
            "annotations": {text: text},
        }
    ).encode()

    def answer(asked: Asked, out: Output) -> None:
        is_config = "/blobs/" in asked.path
        write_answer(out, config if is_config else manifest, Content_Type=OCI_MANIFEST)

    attack.plain.answer = answer
    reply = attack.get(f"repositories/{repo}/tags/v1/manifest")
    document = reply.json()

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert reply.content.isascii()
    assert "set-cookie" not in reply.headers
    said = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert document["image"]["author"] == said
    assert document["annotations"] == {said: said}
    assert document["created"] is None


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_error_of_a_registry_is_told_without_its_tricks(
    attack: Stage, repo: str, text: str
) -> None:
    error = {"errors": [{"code": text, "message": text, "detail": text}]}
    attack.plain.answer = lambda _, out: write_json(out, error, 400)
    reply = attack.get(f"repositories/{repo}/tags")

    assert reply.status_code in {400, 502}
    get_code(reply)
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "body",
    [b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"],
)
def test_blob_is_never_a_page(attack: Stage, repo: str, body: bytes) -> None:
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    attack.plain.answer = lambda _, out: write_answer(out, body, Content_Type="text/html")
    reply = attack.get(f"repositories/{repo}/blobs/{digest}")

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in reply.headers["content-security-policy"]


NAMES = [
    "../../etc/passwd",
    "..",
    "a/../../b",
    "a\r\nX-Injected: 1",
    "a\nb",
    "%2e%2e%2f",
    "C:\\windows",
    "a b",
    "a?x=1",
    "a#b",
    "<script>",
    "\u202eabc",
    "x" * 300,
    "",
]


def test_names_with_line_breaks_and_tags_like_paths_are_left_out(attack: Stage, repo: str) -> None:
    document: dict[str, Any] = {"tags": [*NAMES, "v1", 7, None, ["v2"]]}
    attack.plain.answer = lambda _, out: write_json(out, document)
    reply = attack.get(f"repositories/{repo}/tags")

    assert reply.json()["tags"] == ["v1"]


def test_repositories_like_paths_are_left_out(attack: Stage) -> None:
    attack.plain.answer = lambda _, out: write_json(out, {"repositories": [*NAMES, "team/app"]})
    reply = attack.get("repositories")

    assert reply.json()["repositories"] == ["team/app"]


@pytest.mark.parametrize("name", ["..%2F..%2Fetc", "a%0d%0aX-Injected:%201", "a%00b", "A", "a//b"])
def test_names_like_paths_never_leave_the_process(attack: Stage, name: str) -> None:
    reply = attack.get(f"repositories/{name}/tags")

    assert reply.status_code in {400, 404}
    assert attack.plain.asked == []


@pytest.mark.parametrize("tag", ["..%2F..%2F_catalog", "a%0d%0ab", "..", "a%3Fx=1", "a%00"])
def test_tags_like_paths_never_leave_the_process(attack: Stage, repo: str, tag: str) -> None:
    reply = attack.get(f"repositories/{repo}/tags/{tag}/manifest")

    assert reply.status_code in {400, 404}
    assert not any("manifests" in asked.path for asked in attack.plain.asked)


@pytest.mark.parametrize("header", ["Docker-Content-Digest", "Link", "Content-Type", "ETag"])
def test_headers_of_a_registry_are_not_passed_on(attack: Stage, repo: str, header: str) -> None:
    value = "sha256:<script>\x0b\x1b, owned"

    def answer(asked: Asked, out: Output) -> None:
        write_json(out, {"tags": ["v1"]}, 200, **{header.replace("-", "_"): value})

    attack.plain.answer = answer
    reply = attack.get(f"repositories/{repo}/tags")

    assert reply.status_code in {200, 502}
    assert "owned" not in str(reply.headers)
    assert "owned" not in str(reply.json())
