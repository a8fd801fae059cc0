"""The in-memory registry does what its switches say, and keeps a log that holds no secret."""

import json
from email.utils import parsedate_to_datetime

import httpx
import pytest

from reglite import media_types
from reglite.demo.exchange import Answer, Request
from reglite.demo.registry import MemoryRegistry, Switches
from reglite.reference import compute_digest
from tests.demo.conftest import Ask

NOTHING = "sha256:" + "0" * 64
ALL = {"Accept": media_types.ACCEPT_MANIFESTS}
INDEX = b'{"schemaVersion":2,"manifests":[]}'
INDEX_DIGEST = compute_digest(INDEX)
PATH = "/v2/app/manifests"


@pytest.fixture
def registry(memory_registry: MemoryRegistry) -> MemoryRegistry:
    memory_registry.put_manifest("app", INDEX, media_types.OCI_INDEX, "v1", "v2")
    return memory_registry


def _read_code(answer: httpx.Response) -> str:
    code: str = answer.json()["errors"][0]["code"]
    return code


def test_log_keeps_the_scheme_and_not_the_secret(ask: Ask, registry: MemoryRegistry) -> None:
    ask("GET", "/v2/_catalog?n=3", auth=("ana", "secret-password"), headers={"Cookie": "a=secret"})
    (logged,) = registry.requests
    assert (logged.method, logged.path, logged.query) == ("GET", "/v2/_catalog", {"n": "3"})
    assert (logged.authorization, logged.status) == ("basic", 200)
    assert "secret" not in repr(logged)


def test_switches_do_not_print_their_password() -> None:
    switches = Switches(password="hidden-password", identity_token="hidden-token")
    assert "hidden" not in repr(switches)


def test_requests_are_counted_by_method_and_path(ask: Ask, registry: MemoryRegistry) -> None:
    ask("GET", f"{PATH}/v1")
    ask("HEAD", f"{PATH}/v1")
    ask("HEAD", f"{PATH}/v2")
    assert registry.count_requests("HEAD", "/manifests/") == 2


def test_hook_can_move_a_tag_between_two_requests(ask: Ask, registry: MemoryRegistry) -> None:
    moved = registry.put_manifest("app", INDEX + b"\n", media_types.OCI_INDEX)

    def move(request: Request) -> None:
        if request.method == "GET":
            registry.move_tag("app", "v1", moved)

    registry.on_request = move
    before = ask("HEAD", f"{PATH}/v1").headers["Docker-Content-Digest"]
    after = ask("GET", f"{PATH}/v1").headers["Docker-Content-Digest"]
    assert (before, after) == (INDEX_DIGEST, moved)


def test_hook_can_answer_itself(ask: Ask, registry: MemoryRegistry) -> None:
    registry.on_request = lambda _request: Answer(503)
    assert ask("GET", "/v2/").status_code == 503


async def _break(_request: Request, _answer: Answer) -> None:
    raise ConnectionAbortedError


def test_hook_can_break_off_after_the_work_is_done(ask: Ask, registry: MemoryRegistry) -> None:
    registry.on_answer = _break
    with pytest.raises(ConnectionAbortedError):
        ask("DELETE", f"{PATH}/{INDEX_DIGEST}")
    assert registry.get_tags("app") == {}
    assert registry.requests[-1].status is None


@pytest.mark.parametrize(
    ("delete", "status", "code"),
    [("405", 405, "UNSUPPORTED"), ("400", 400, "UNSUPPORTED"), ("plain-404", 404, None)],
)
def test_deletion_may_be_off_in_three_ways(
    ask: Ask, registry: MemoryRegistry, delete: str, status: int, code: str | None
) -> None:
    registry.switches.delete = delete  # type: ignore[assignment]
    answer = ask("DELETE", f"{PATH}/{INDEX_DIGEST}")
    assert answer.status_code == status
    if code is None:
        assert answer.headers["Content-Type"].startswith("text/plain")
    else:
        assert _read_code(answer) == code
    assert set(registry.get_tags("app")) == {"v1", "v2"}


@pytest.mark.parametrize(
    ("switched", "status", "left"),
    [
        ({}, 202, {"v2"}),
        ({"delete": "405"}, 202, {"v2"}),
        ({"untag": "400"}, 400, {"v1", "v2"}),
        ({"untag": "405"}, 405, {"v1", "v2"}),
        ({"untag": "400", "delete": "405"}, 405, {"v1", "v2"}),
    ],
)
def test_deletion_by_tag_is_a_switch_of_its_own(
    ask: Ask, registry: MemoryRegistry, switched: dict[str, str], status: int, left: set[str]
) -> None:
    for name, value in switched.items():
        setattr(registry.switches, name, value)
    assert ask("DELETE", f"{PATH}/v1").status_code == status
    assert set(registry.get_tags("app")) == left
    assert registry.has_manifest("app", INDEX_DIGEST)


def test_untagging_an_unknown_tag_tells_that_it_is_possible(
    ask: Ask, registry: MemoryRegistry
) -> None:
    answer = ask("DELETE", f"{PATH}/missing")
    assert (answer.status_code, _read_code(answer)) == (404, "MANIFEST_UNKNOWN")


def test_deletion_by_digest_takes_every_tag(ask: Ask, registry: MemoryRegistry) -> None:
    assert ask("DELETE", f"{PATH}/{INDEX_DIGEST}").status_code == 202
    assert registry.get_tags("app") == {}


def test_deletion_may_break_half_way_and_leave_its_tags(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.half_deletions = 1
    statuses = [ask("DELETE", f"{PATH}/{INDEX_DIGEST}").status_code for _ in range(2)]
    assert statuses == [500, 404]
    assert ask("GET", "/v2/app/tags/list").json()["tags"] == ["v1", "v2"]
    assert ask("GET", f"{PATH}/v1", headers=ALL).status_code == 404


def test_log_of_a_long_life_stays_bounded(ask: Ask, registry: MemoryRegistry) -> None:
    registry.log_length = 4
    for number in range(9):
        ask("GET", f"/v2/?number={number}")
    assert len(registry.requests) <= 4
    assert registry.requests[-1].query == {"number": "8"}


def test_zot_keeps_shared_digests_and_children(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.is_shared_digest_kept = True
    assert ask("DELETE", f"{PATH}/{INDEX_DIGEST}").status_code == 409
    parent = json.dumps({"schemaVersion": 2, "manifests": [{"digest": INDEX_DIGEST}]}).encode()
    registry.put_manifest("app", parent, media_types.OCI_INDEX, "parent")
    registry.remove_tag("app", "v2")
    registry.switches.is_child_kept = True
    assert ask("DELETE", f"{PATH}/{INDEX_DIGEST}").status_code == 405


def test_tagged_manifests_may_have_to_lose_their_tags_first(
    ask: Ask, registry: MemoryRegistry
) -> None:
    registry.switches.is_tagged_kept = True
    assert ask("DELETE", f"{PATH}/{INDEX_DIGEST}").status_code == 400
    for tag in ("v1", "v2"):
        ask("DELETE", f"{PATH}/{tag}")
    assert ask("DELETE", f"{PATH}/{INDEX_DIGEST}").status_code == 202


def test_content_digest_may_be_absent(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.sends_content_digest = False
    answer = ask("GET", f"{PATH}/v1")
    assert "Docker-Content-Digest" not in answer.headers
    assert compute_digest(answer.content) == INDEX_DIGEST


@pytest.mark.parametrize("status", [403, 404])
def test_head_may_be_refused_where_get_works(
    ask: Ask, registry: MemoryRegistry, status: int
) -> None:
    registry.switches.head_status = status
    assert ask("HEAD", f"{PATH}/v1").status_code == status
    assert ask("GET", f"{PATH}/v1").status_code == 200


def test_content_type_of_manifests_may_lie(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.manifest_content_type = "text/plain"
    assert ask("GET", f"{PATH}/v1").headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_first_manifest_reads_may_fail(ask: Ask, registry: MemoryRegistry, method: str) -> None:
    registry.switches.failing_manifest_reads = 2
    statuses = [ask(method, f"{PATH}/v1").status_code for _ in range(3)]
    assert statuses == [500, 500, 200]


def test_rate_limit_ends_after_as_many_requests_as_were_set(
    ask: Ask, registry: MemoryRegistry
) -> None:
    registry.switches.rate_limited_requests = 2
    answers = [ask("GET", "/v2/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"


def test_retry_after_may_be_a_date_or_absent(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.rate_limited_requests = 2
    registry.switches.retry_after = "date"
    assert parsedate_to_datetime(ask("GET", "/v2/").headers["Retry-After"]).tzinfo is not None
    registry.switches.retry_after = "none"
    assert "Retry-After" not in ask("GET", "/v2/").headers


@pytest.mark.parametrize(
    ("style", "content_type", "body"),
    [
        ("object", "application/json; charset=utf-8", {"Tag": "no"}),
        ("string", "application/json; charset=utf-8", '{"Tag": "no"}'),
        ("none", "application/json; charset=utf-8", None),
        ("mislabelled", "text/plain", {"Tag": "no"}),
    ],
)
def test_errors_come_with_every_kind_of_detail(
    ask: Ask, registry: MemoryRegistry, style: str, content_type: str, body: object
) -> None:
    registry.switches.error_style = style  # type: ignore[assignment]
    answer = ask("GET", f"{PATH}/no")
    assert answer.headers["Content-Type"] == content_type
    assert answer.json()["errors"][0].get("detail") == body


@pytest.mark.parametrize(
    ("style", "content_type", "body"),
    [
        ("plain", "text/plain; charset=utf-8", "manifest unknown\n"),
        ("empty", None, ""),
        (
            "html",
            "application/json; charset=utf-8",
            "<html><body><h1>manifest unknown</h1></body></html>",
        ),
    ],
)
def test_errors_may_be_no_json_at_all(
    ask: Ask, registry: MemoryRegistry, style: str, content_type: str | None, body: str
) -> None:
    registry.switches.error_style = style  # type: ignore[assignment]
    answer = ask("GET", f"{PATH}/no")
    assert (answer.status_code, answer.text) == (404, body)
    assert answer.headers.get("Content-Type") == content_type


def test_referrers_are_found_by_subject_and_filtered(ask: Ask, registry: MemoryRegistry) -> None:
    document = {"schemaVersion": 2, "artifactType": "a/b", "subject": {"digest": INDEX_DIGEST}}
    raw = json.dumps(document).encode()
    digest = registry.put_manifest("app", raw, media_types.OCI_MANIFEST)
    path = f"/v2/app/referrers/{INDEX_DIGEST}"
    (found,) = ask("GET", path).json()["manifests"]
    assert (found["digest"], found["size"], found["artifactType"]) == (digest, len(raw), "a/b")
    filtered = ask("GET", f"{path}?artifactType=c/d")
    assert filtered.json()["manifests"] == []
    assert filtered.headers["OCI-Filters-Applied"] == "artifactType"
    registry.switches.applies_referrers_filter = False
    unfiltered = ask("GET", f"{path}?artifactType=c/d")
    assert len(unfiltered.json()["manifests"]) == 1
    assert "OCI-Filters-Applied" not in unfiltered.headers


def test_referrers_of_an_unknown_subject_are_none(ask: Ask, registry: MemoryRegistry) -> None:
    answer = ask("GET", f"/v2/nobody/referrers/{NOTHING}")
    assert (answer.status_code, answer.json()["manifests"]) == (200, [])
    assert answer.headers["Content-Type"] == media_types.OCI_INDEX


def test_referrers_api_may_be_absent(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.has_referrers = False
    answer = ask("GET", f"/v2/app/referrers/{INDEX_DIGEST}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_blobs_may_be_redirected_to_storage_on_another_origin(
    ask: Ask, registry: MemoryRegistry
) -> None:
    digest = registry.put_blob("app", b"content")
    registry.switches.blob_redirect = "http://storage.example"
    answer = ask("GET", f"/v2/app/blobs/{digest}")
    assert answer.status_code == 307
    assert answer.headers["Location"].startswith(f"http://storage.example/storage/{digest}?")
    assert ask("GET", answer.headers["Location"]).content == b"content"


def test_virtual_blobs_have_a_size_and_bytes_when_asked(ask: Ask, registry: MemoryRegistry) -> None:
    digest = registry.put_virtual_blob("app", "layer", 200_000)
    assert ask("HEAD", f"/v2/app/blobs/{digest}").headers["Content-Length"] == "200000"
    assert len(ask("GET", f"/v2/app/blobs/{digest}").content) == 200_000


def test_empty_index_may_be_refused(ask: Ask, registry: MemoryRegistry) -> None:
    headers = {"Content-Type": media_types.OCI_INDEX}
    assert ask("PUT", f"{PATH}/new", content=INDEX, headers=headers).status_code == 201
    registry.switches.accepts_empty_index = False
    assert ask("PUT", f"{PATH}/new", content=INDEX, headers=headers).status_code == 400


@pytest.mark.parametrize("field", ["config", "layers", "manifests", "subject"])
@pytest.mark.parametrize("value", [None, 3, "text", [], [3], {}, {"digest": 3}])
def test_pushed_nonsense_is_never_a_server_error(
    ask: Ask, registry: MemoryRegistry, field: str, value: object
) -> None:
    document = {"schemaVersion": 2, "config": {"digest": NOTHING}, field: value}
    for media_type in (media_types.OCI_MANIFEST, media_types.OCI_INDEX):
        content, headers = json.dumps(document).encode(), {"Content-Type": media_type}
        answer = ask("PUT", f"{PATH}/odd", content=content, headers=headers)
        assert answer.status_code in (201, 400)
        assert ask("GET", f"/v2/app/referrers/{NOTHING}").status_code == 200


def test_latency_falls_on_the_paths_that_match(ask: Ask, registry: MemoryRegistry) -> None:
    slept: list[float] = []

    async def note(seconds: float) -> None:
        slept.append(seconds)

    registry.sleep = note
    registry.switches.latency_seconds = {"/manifests/": 0.5, "/tags/list$": 2.0}
    for path in (f"{PATH}/v1", "/v2/app/tags/list", "/v2/"):
        assert ask("GET", path).status_code == 200
    assert slept == [0.5, 2.0]


def test_prefix_moves_the_whole_api(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.prefix = "/nested"
    assert ask("GET", "/nested/v2/app/tags/list").status_code == 200
    assert ask("GET", "/v2/app/tags/list").status_code == 404
    location = ask("POST", "/nested/v2/app/blobs/uploads/").headers["Location"]
    assert location.startswith("http://memory/nested/v2/app/blobs/uploads/")


def test_blob_can_be_pushed_in_one_request(ask: Ask, registry: MemoryRegistry) -> None:
    digest = compute_digest(b"whole")
    answer = ask("POST", f"/v2/app/blobs/uploads/?digest={digest}", content=b"whole")
    assert (answer.status_code, answer.headers["Docker-Content-Digest"]) == (201, digest)
    assert ask("GET", f"/v2/app/blobs/{digest}").content == b"whole"


def test_chunk_out_of_order_is_refused(ask: Ask, registry: MemoryRegistry) -> None:
    location = ask("POST", "/v2/app/blobs/uploads/").headers["Location"]
    first = ask("PATCH", location, content=b"abc", headers={"Content-Range": "0-2"})
    answer = ask("PATCH", location, content=b"def", headers={"Content-Range": "9-11"})
    assert (first.status_code, answer.status_code) == (202, 416)
    assert ask("GET", location).headers["Range"] == "0-2"


def test_upload_can_be_cancelled(ask: Ask, registry: MemoryRegistry) -> None:
    location = ask("POST", "/v2/app/blobs/uploads/").headers["Location"]
    assert ask("DELETE", location).status_code == 204
    assert ask("GET", location).status_code == 404


def test_tag_may_point_at_a_manifest_that_is_gone(ask: Ask, registry: MemoryRegistry) -> None:
    registry.move_tag("app", "dangling", NOTHING)
    assert "dangling" in ask("GET", "/v2/app/tags/list").json()["tags"]
    assert ask("GET", f"{PATH}/dangling", headers=ALL).status_code == 404
