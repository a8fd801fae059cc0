"""What a registry's refusals mean, whatever shape their bodies have."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglite import errors
from reglite.registry import calls, probe
from reglite.registry.call import Answer, Call
from reglite.registry.failure import translate_answer
from reglite.registry.fault import parse_faults
from tests.registry.clients import APP, EMPTY_INDEX_DIGEST, V1

PING = calls.ping()
CATALOG = calls.list_repositories("n=10")
TAGS = calls.list_tags(APP, "")
MANIFEST = calls.get_manifest(APP, V1)
BLOB = calls.get_blob(APP, EMPTY_INDEX_DIGEST, 100)
PUT = calls.put_manifest(APP, V1, b"{}", "application/json")
DELETE = calls.delete_manifest(APP, EMPTY_INDEX_DIGEST)
UNTAG = calls.delete_tag(APP, V1)


def make_answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Answer(status, named, body, "http://registry.test/v2/")


def make_body(code: str, **fields: object) -> bytes:
    return json.dumps({"errors": [{"code": code, **fields}]}).encode()


def translate(call: Call, answer: Answer, **options: object) -> errors.RegliteError:
    options = {"remedy": "log in to it", **options}
    return translate_answer("registry 'here'", call, answer, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "status", "code", "expected"),
    [
        (MANIFEST, 401, "UNAUTHORIZED", errors.Denied),
        (MANIFEST, 403, "DENIED", errors.Denied),
        (MANIFEST, 404, "MANIFEST_UNKNOWN", errors.ManifestUnknown),
        (MANIFEST, 404, "NAME_UNKNOWN", errors.NameUnknown),
        (MANIFEST, 404, "", errors.ManifestUnknown),
        (TAGS, 404, "NAME_UNKNOWN", errors.NameUnknown),
        (TAGS, 404, "", errors.NameUnknown),
        (BLOB, 404, "BLOB_UNKNOWN", errors.BlobUnknown),
        (BLOB, 404, "", errors.BlobUnknown),
        (CATALOG, 404, "", errors.Unsupported),
        (CATALOG, 405, "UNSUPPORTED", errors.Unsupported),
        (CATALOG, 401, "UNAUTHORIZED", errors.Denied),
        (PING, 404, "", errors.RegistryProtocol),
        (DELETE, 404, "MANIFEST_UNKNOWN", errors.ManifestUnknown),
        (DELETE, 405, "UNSUPPORTED", errors.Unsupported),
        (DELETE, 405, "", errors.Unsupported),
        (DELETE, 400, "UNSUPPORTED", errors.Unsupported),
        (DELETE, 400, "", errors.Unsupported),
        (DELETE, 409, "", errors.Unsupported),
        (DELETE, 500, "UNKNOWN", errors.RegistryProtocol),
        (UNTAG, 400, "DIGEST_INVALID", errors.Unsupported),
        (PUT, 400, "MANIFEST_BLOB_UNKNOWN", errors.BlobUnknown),
        (PUT, 404, "BLOB_UNKNOWN", errors.BlobUnknown),
        (PUT, 400, "MANIFEST_INVALID", errors.Unsupported),
        (PUT, 403, "DENIED", errors.Denied),
        (TAGS, 429, "TOOMANYREQUESTS", errors.TooManyRequests),
        (TAGS, 500, "UNKNOWN", errors.RegistryProtocol),
        (TAGS, 502, "", errors.RegistryUnreachable),
        (TAGS, 503, "UNAVAILABLE", errors.RegistryUnreachable),
        (TAGS, 504, "", errors.RegistryTimeout),
        (TAGS, 400, "NAME_INVALID", errors.RegistryProtocol),
        (TAGS, 302, "", errors.RegistryProtocol),
        (TAGS, 204, "", errors.RegistryProtocol),
    ],
)
def test_status_and_code_tell_the_error(call: Call, status: int, code: str, expected: Any) -> None:
    body = make_body(code, message="said the registry") if code else b""
    assert type(translate(call, make_answer(status, body))) is expected


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (make_body("DENIED", message="no", detail={"a": [1]}), "application/json", "DENIED no"),
        (make_body("DENIED", message="no", detail="why"), "application/json", "DENIED no: why"),
        (make_body("DENIED", message="no", detail=None), "application/json", "DENIED no"),
        (make_body("DENIED"), "application/json", "DENIED"),
        (make_body("DENIED", message="no"), "text/plain", "DENIED no"),
        (make_body("DENIED", message="no"), "text/html", "DENIED no"),
        (b'{"errors":[{"code":7,"message":["x"]}, 5, null]}', "application/json", "403"),
        (b'{"errors":{"code":"DENIED"}}', "application/json", "403"),
        (b"[1, 2]", "application/json", "403"),
        (b"not json", "application/json", "403"),
        (b"denied: requested access", "text/plain", "denied: requested access"),
        (b"<html><script>alert(1)</script>", "text/html", "403"),
        (b"", "", "403"),
        (b"\xff\xfe\x00", "text/plain", "403"),
        (b"[" * 50_000, "application/json", "403"),
    ],
)
def test_every_shape_of_body_gives_a_message(body: bytes, content_type: str, said: str) -> None:
    error = translate(MANIFEST, make_answer(403, body, Content_Type=content_type))
    assert isinstance(error, errors.Denied)
    assert said in error.message
    assert "log in to it" in error.message
    assert error.message.isprintable()
    assert "<script>" not in error.message


def test_message_of_a_registry_is_shortened() -> None:
    body = make_body("DENIED", message="x" * 10_000)
    assert len(translate(MANIFEST, make_answer(403, body)).message) < 300


def test_message_that_repeats_a_secret_is_left_out() -> None:
    body = make_body("DENIED", message="Authorization was: Bearer s3cret")
    error = translate(MANIFEST, make_answer(403, body), secrets=("s3cret",))
    assert "s3cret" not in error.message
    assert "403" in error.message


def test_rate_limit_tells_when_to_try_again() -> None:
    error = translate(TAGS, make_answer(429, b"", Retry_After="17"))
    assert isinstance(error, errors.TooManyRequests)
    assert error.retry_after_seconds == 17
    assert error.headers == {"Retry-After": "17"}


def test_rate_limit_without_a_time_is_one_all_the_same() -> None:
    error = translate(TAGS, make_answer(429))
    assert error.headers == {}


def test_missing_catalog_says_what_to_do() -> None:
    assert "inventory" in translate(CATALOG, make_answer(404)).message


@given(st.binary(max_size=300))
def test_any_body_can_be_read(body: bytes) -> None:
    assert isinstance(parse_faults(body), tuple)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["errors", "code", "message", "detail"]), inner)
        ),
    )
)
def test_any_json_can_be_read(document: Any) -> None:
    for fault in parse_faults(json.dumps(document).encode()):
        assert isinstance(fault.code, str)
        assert isinstance(fault.message, str)


def test_body_of_a_refusal_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    loads = json.loads

    def count(text: Any) -> Any:
        read.append(text)
        return loads(text)

    answer = make_answer(405, make_body("UNSUPPORTED", message="no"))
    monkeypatch.setattr("json.loads", count)
    probe.read_deletion(answer)
    translate(DELETE, answer)
    assert len(read) == 1


@pytest.mark.parametrize(
    ("call", "status", "code", "words", "error", "said"),
    [
        (DELETE, 412, "PRECONDITION", "configured as immutable", errors.Denied, "immutable"),
        (PUT, 412, "", "", errors.Denied, "change the rule there"),
        (PUT, 409, "TAG_INVALID", "The image tag is immutable", errors.Denied, "change the rule"),
        (
            DELETE,
            403,
            "DENIED",
            "The system is in read only mode",
            errors.Denied,
            "try again later",
        ),
        (PUT, 405, "UNSUPPORTED", "registry in maintenance", errors.Denied, "try again later"),
        (PUT, 405, "DENIED", "can not push artifact to a proxy project", errors.Denied, "mirrors"),
        (DELETE, 403, "DENIED", "pull-through cache", errors.Denied, "mirrors"),
        (DELETE, 405, "UNSUPPORTED", "The operation is unsupported.", errors.Unsupported, "cache"),
        (PUT, 405, "UNSUPPORTED", "The operation is unsupported.", errors.Unsupported, "cache"),
        (DELETE, 403, "DENIED", "requested access is denied", errors.Denied, "log in to it"),
        (MANIFEST, 403, "DENIED", "read only", errors.Denied, "log in to it"),
    ],
)
def test_what_bars_a_change_is_told_with_its_own_remedy(  # noqa: PLR0917 - a table
    call: Call, status: int, code: str, words: str, error: type[errors.RegliteError], said: str
) -> None:
    translated = translate(call, make_answer(status, make_body(code, message=words)))
    assert type(translated) is error
    assert said in translated.message
    assert words in translated.message
