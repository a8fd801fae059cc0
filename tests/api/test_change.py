"""The audit line of every deletion, restoration and refusal."""

import json
from ipaddress import ip_network
from typing import Any

import httpx
import pytest

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.demo.registry import MemoryRegistry
from reglite.inventory.access_config import AccessConfig, AccessToken, ProxyAccess
from tests.api.conftest import OpenApi, make_runtime
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
        "who": "token:ci",
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
        (bearer("r"), f"{REPO}/manifests/{DIGEST}", "token:reader", "DENIED"),
        (bearer("r"), f"{REPO}/tags/{TAG}", "token:reader", "DENIED"),
        ({"Sec-Fetch-Site": "cross-site"}, f"{REPO}/tags/{TAG}", None, "DENIED"),
        (bearer("c"), f"{REPO}/manifests/sha256:zzz", "token:ci", "DIGEST_INVALID"),
        (bearer("c"), f"{REPO}/tags/{TAG}?digest=sha256:{'0' * 64}", "token:ci", "TAG_MOVED"),
        (bearer("c"), f"{REPO}/tags/{TAG}?digest=", "token:ci", "DIGEST_INVALID"),
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


async def test_a_flood_of_refused_strangers_leaves_few_short_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REGLITE_AUDIT_DIR", raising=False)
    runtime = make_runtime(MemoryRegistry(), AccessConfig(tokens=TOKENS))
    transport = httpx.ASGITransport(app=create_app(*load_routers(), runtime=runtime))
    tags = "&".join(f"tag={number:0128}" for number in range(400))
    path = f"{REPO}/manifests/{DIGEST}?{tags}"

    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as flood:
        for number in range(200):
            headers = {"Authorization": f"Bearer {number}"} if number % 2 else {}
            await flood.put(path, content=MANIFEST, headers=headers)
        await flood.delete(f"{REPO}/tags/{TAG}", headers=bearer("r"))
    await runtime.aclose()

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) < 4096
    *refused, known, counted = map(json.loads, lines)
    assert known["who"] == "token:reader"
    assert len(refused) + counted["left_out"] == 200
    assert all(len(line["tags"]) + line["tags_left_out"] == 400 for line in refused)


async def test_a_person_can_not_pass_for_a_token(
    open_api: OpenApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REGLITE_AUDIT_DIR", raising=False)
    proxy = ProxyAccess("X-User", None, (ip_network("192.0.2.4"),), None)
    api = open_api(AccessConfig(tokens=TOKENS, proxy=proxy), peer="192.0.2.4")
    who = []

    for headers in ({"X-User": "token:ci"}, {"X-User": "user:token:ci"}, {"X-User": "ci"}):
        await api.delete(f"{REPO}/tags/{TAG}", headers=headers)
        who.append(read_line(capsys)["who"])
    await api.delete(f"{REPO}/tags/{TAG}", headers=bearer("c"))

    assert who == ["user:token:ci", "user:user:token:ci", "ci"]
    assert read_line(capsys)["who"] == "token:ci"


async def test_the_line_names_who_is_behind_the_trusted_proxy(
    open_api: OpenApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REGLITE_AUDIT_DIR", raising=False)
    proxy = ProxyAccess(None, None, (ip_network("192.0.2.4"),), None)
    access = AccessConfig(tokens=TOKENS, proxy=proxy)
    forwarded = {"X-Forwarded-For": "198.51.100.1, [2001:db8::7]:4711"}
    seen = []

    for peer in ("192.0.2.4", "192.0.2.5"):
        for headers in (forwarded, forwarded | bearer("r"), forwarded | {"Authorization": "x y"}):
            await open_api(access, peer=peer).delete(f"{REPO}/tags/{TAG}", headers=headers)
            seen.append(read_line(capsys)["from"])

    assert seen == ["2001:db8::7"] * 3 + ["192.0.2.5"] * 3
