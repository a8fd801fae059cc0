"""The audit line of every deletion, restoration and refusal."""

import json
from typing import Any

import httpx
import pytest

from reglite.inventory.access_config import AccessConfig, AccessToken
from tests.api.conftest import OpenApi
from tests.functions.content import DIGEST, MANIFEST, REGISTRY, REPOSITORY, TAG

pytestmark = pytest.mark.anyio

REPO = f"/api/v1/registries/{REGISTRY}/repositories/{REPOSITORY}"
TOKENS = (
    AccessToken("ci", "c" * 20, "maintainer"),
    AccessToken("reader", "r" * 20, "viewer"),
)


@pytest.fixture
def api(open_api: OpenApi, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    monkeypatch.delenv("REGLITE_AUDIT_DIR", raising=False)
    return open_api(AccessConfig(tokens=TOKENS), peer="192.0.2.4")


def read_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().err.splitlines()
    event: dict[str, Any] = json.loads(line)
    assert event.pop("time").endswith("Z")
    return event


def bearer(letter: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {letter * 20}"}


async def test_a_deletion_leaves_one_line(
    api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await api.delete(f"{REPO}/manifests/{DIGEST}", headers=bearer("c"))

    assert read_line(capsys) == {
        "who": "ci",
        "from": "192.0.2.4",
        "action": "delete",
        "registry": REGISTRY,
        "repository": REPOSITORY,
        "digest": DIGEST,
        "tags": [TAG, "latest"],
        "outcome": "done",
        "code": None,
    }


async def test_untagging_and_restoring_leave_their_lines(
    api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await api.delete(f"{REPO}/tags/{TAG}", headers=bearer("c"))
    untagged = read_line(capsys)
    await api.put(f"{REPO}/manifests/{DIGEST}?tag={TAG}", content=MANIFEST, headers=bearer("c"))
    restored = read_line(capsys)

    assert (untagged["action"], untagged["outcome"]) == ("untag", "done")
    assert (untagged["tags"], untagged["digest"]) == ([TAG], DIGEST)
    assert (restored["action"], restored["outcome"]) == ("restore", "done")
    assert restored["tags"] == [TAG]


@pytest.mark.parametrize(
    ("headers", "path", "who", "code"),
    [
        ({}, f"{REPO}/manifests/{DIGEST}", None, "UNAUTHORIZED"),
        ({"Authorization": "Bearer x"}, f"{REPO}/manifests/{DIGEST}", None, "UNAUTHORIZED"),
        (bearer("r"), f"{REPO}/manifests/{DIGEST}", "reader", "DENIED"),
        (bearer("r"), f"{REPO}/tags/{TAG}", "reader", "DENIED"),
        ({"Sec-Fetch-Site": "cross-site"}, f"{REPO}/tags/{TAG}", None, "DENIED"),
        (bearer("c"), f"{REPO}/manifests/sha256:zzz", "ci", "DIGEST_INVALID"),
        (bearer("c"), f"{REPO}/tags/{TAG}?digest=sha256:{'0' * 64}", "ci", "TAG_MOVED"),
        (bearer("c"), f"{REPO}/tags/{TAG}?digest=", "ci", "DIGEST_INVALID"),
    ],
)
async def test_a_refusal_leaves_one_line_too(
    *,
    api: httpx.AsyncClient,
    capsys: pytest.CaptureFixture[str],
    headers: dict[str, str],
    path: str,
    who: str | None,
    code: str,
) -> None:
    response = await api.delete(path, headers=headers)

    event = read_line(capsys)
    assert response.status_code >= 400
    assert (event["who"], event["outcome"], event["code"]) == (who, "refused", code)


async def test_a_body_that_is_too_long_is_refused_before_it_is_read(
    api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = 0

    async def send_much() -> Any:
        nonlocal sent
        for _ in range(64):
            sent += 1024 * 1024
            yield b" " * 1024 * 1024

    response = await api.put(f"{REPO}/manifests/{DIGEST}", content=send_much(), headers=bearer("c"))

    assert response.status_code == 400
    assert sent <= 6 * 1024 * 1024
    assert read_line(capsys)["code"] == "BAD_REQUEST"
