"""Catalogs and tags, page by page, from registries that page in every way there is."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglite.demo.registry import MemoryRegistry
from reglite.demo.switches import Switches
from reglite.errors import (
    BadRequest,
    Denied,
    NameUnknown,
    RegistryProtocol,
    RegistryTimeout,
    TagInvalid,
    Unsupported,
)
from reglite.media_types import OCI_INDEX
from reglite.reference import Repository, Tag, are_tags, parse_tag
from reglite.registry.cache import ContentCache
from reglite.registry.limits import LIST_BYTES
from reglite.registry.pace import Pace
from tests.registry.clients import APP, EMPTY_INDEX, V1, MakeClient, answer_json

pytestmark = pytest.mark.anyio

NAMES = tuple(f"team/app{number:02}" for number in range(25))
TAGS = tuple(f"v{number:02}" for number in range(25))


def make_registry(**switches: Any) -> Any:
    registry = MemoryRegistry(Switches(**switches))
    for name in NAMES:
        registry.put_manifest(name, EMPTY_INDEX, OCI_INDEX, "v1")
    registry.put_manifest(Repository("team/app00"), EMPTY_INDEX, OCI_INDEX, *TAGS)
    return registry


@pytest.mark.parametrize("style", ["relative", "absolute", "unquoted", "opaque", "foreign"])
@pytest.mark.parametrize("links_exact_fit", [True, False])
@pytest.mark.parametrize("short", [None, 1, 5, 7])
async def test_every_page_is_walked(
    make_client: MakeClient, style: str, links_exact_fit: bool, short: int | None
) -> None:
    registry = make_registry(
        link_style=style, links_exact_fit=links_exact_fit, short_page_size=short
    )
    client = make_client(registry)
    assert sorted(await client.list_all_repositories()) == sorted(NAMES)
    assert set(await client.list_tags(Repository("team/app00"))) == {"v1", *TAGS}


@pytest.mark.parametrize("style", ["relative", "absolute", "unquoted", "opaque", "foreign", "none"])
async def test_one_page_leads_to_the_next(make_client: MakeClient, style: str) -> None:
    client = make_client(make_registry(link_style=style))
    names: list[str] = []
    cursor = None
    for _ in range(3):
        page = await client.list_repositories(n=10, cursor=cursor)
        names += page.items
        cursor = page.next
    assert cursor is None
    assert sorted(names) == sorted(NAMES)


async def test_link_that_leads_elsewhere_is_followed_at_the_registry_itself(
    make_client: MakeClient,
) -> None:
    asked = []

    def answer(request: httpx.Request) -> Any:
        asked.append(str(request.url.copy_with(query=None)))
        if request.url.params.get("last"):
            return answer_json({"tags": ["b"]})
        link = "<ftp://ana:pw@elsewhere.internal:8081/other/v2/x?last=a&n=1>; rel=next"
        return answer_json({"tags": ["a"]}, Link=link)

    assert await make_client(answer).list_tags(APP) == ("a", "b")
    assert asked == ["http://registry.test/v2/team/app/tags/list"] * 2


@pytest.mark.parametrize("size", [999, 1000, 1001, 2500])
async def test_full_page_without_a_link_is_worth_one_more_question(
    make_client: MakeClient, size: int
) -> None:
    registry = make_registry(link_style="none")
    tags = [f"t{n:04}" for n in range(size)]
    registry.put_manifest(Repository("team/big"), EMPTY_INDEX, OCI_INDEX, *tags)
    assert list(await make_client(registry).list_tags(Repository("team/big"))) == tags


@pytest.mark.parametrize("n", [1, 2, 3])
async def test_full_page_of_a_registry_that_ignores_last_is_the_only_one(
    make_client: MakeClient, n: int
) -> None:
    names = ["team/a", "team/b"][:n]
    client = make_client(lambda _: answer_json({"repositories": names}))
    page = await client.list_repositories(n=n)
    assert (list(page.items), page.next) == (names, None)
    assert list(await client.list_all_repositories()) == names


async def test_loop_of_links_ends(make_client: MakeClient) -> None:
    registry = make_registry(link_style="loop", short_page_size=5)
    assert await make_client(registry).list_tags(Repository("team/app00"))
    assert len(registry.requests) <= 10


async def test_registry_that_ignores_last_ends(make_client: MakeClient) -> None:
    def answer(request: httpx.Request) -> Any:
        return answer_json({"tags": ["a", "b"]}, Link='</v2/x?last=b&n=2>; rel="next"')

    assert await make_client(answer).list_tags(APP) == ("a", "b")


@pytest.mark.parametrize("max_n", [1000, 500, 100, 7])
async def test_page_size_is_lowered_where_the_registry_refuses_it(
    make_client: MakeClient, max_n: int
) -> None:
    registry = make_registry(max_n=max_n)
    client = make_client(registry)
    page = await client.list_repositories(n=5000)
    assert page.items
    refused = len(registry.requests) - 1
    await client.list_repositories(n=5000, fresh=True)
    assert len(registry.requests) == refused + 2  # what was learned is not asked again
    assert sorted(await client.list_all_repositories()) == sorted(NAMES)


async def test_page_size_that_ecr_calls_unsupported_is_lowered_too(make_client: MakeClient) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if int(request.url.params["n"]) <= 1000:
            return answer_json({"repositories": ["team/app"]})
        fault = {"code": "UNSUPPORTED", "message": "Invalid parameter at 'maxResults'"}
        return answer_json({"errors": [fault]}, 405)

    page = await make_client(answer).list_repositories(n=5000)
    assert page.items == ("team/app",)


async def test_server_without_tag_pages_gives_all_at_once(make_client: MakeClient) -> None:
    registry = make_registry(has_tag_pages=False)
    assert set(await make_client(registry).list_tags(Repository("team/app00"))) == {"v1", *TAGS}
    assert len(registry.requests) == 1


@pytest.mark.parametrize("order", ["component", "bytewise", "random"])
async def test_order_does_not_matter(make_client: MakeClient, order: str) -> None:
    client = make_client(make_registry(order=order))
    assert sorted(await client.list_all_repositories()) == sorted(NAMES)


async def test_tags_are_in_order_whatever_the_order_of_pages(make_client: MakeClient) -> None:
    def answer(request: httpx.Request) -> Any:
        if request.url.params.get("last") == "c":
            return answer_json({"tags": ["d", "a"]})
        return answer_json({"tags": ["c", "b"]}, Link='</v2/x?last=c&n=2>; rel="next"')

    assert await make_client(answer).list_tags(APP) == ("a", "b", "c", "d")


@pytest.mark.parametrize(("emptied", "expected"), [("null", ()), ("empty", ())])
async def test_emptied_repository_has_no_tags(
    make_client: MakeClient, emptied: str, expected: Any
) -> None:
    registry = make_registry(emptied_tags=emptied)
    registry.remove_tag("team/app01", "v1")
    assert await make_client(registry).list_tags(Repository("team/app01")) == expected


async def test_emptied_repository_that_is_not_found_stays_so(make_client: MakeClient) -> None:
    registry = make_registry(emptied_tags="unknown")
    registry.remove_tag("team/app01", "v1")
    with pytest.raises(NameUnknown):
        await make_client(registry).list_tags(Repository("team/app01"))


async def test_unknown_repository_is_name_unknown(make_client: MakeClient) -> None:
    with pytest.raises(NameUnknown):
        await make_client(make_registry()).list_tags(Repository("team/none"))


async def test_names_that_come_twice_are_listed_once(make_client: MakeClient) -> None:
    client = make_client(lambda _: answer_json({"tags": ["b", "a", "b"]}))
    assert await client.list_tags(APP) == ("a", "b")
    client = make_client(lambda _: answer_json({"repositories": ["b", "a", "b"]}), name="other")
    assert await client.list_all_repositories() == ("b", "a")


async def test_names_outside_the_grammar_are_left_out(make_client: MakeClient) -> None:
    tags = ["ok", "../up", "a b", "x\r\ny", "", 7, None, "a" * 129, "-dash", "<script>"]
    client = make_client(lambda _: answer_json({"tags": tags}))
    assert await client.list_tags(APP) == ("ok",)
    names = ["team/app", "../../etc", "Team/App", "a//b", {"x": 1}]
    client = make_client(lambda _: answer_json({"repositories": names}), name="other")
    assert (await client.list_repositories(n=10)).items == ("team/app",)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"tags": "v1"}', b'{"tags": {}}', b"[" * 100_000]
)
async def test_nonsense_is_a_protocol_error(make_client: MakeClient, body: bytes) -> None:
    with pytest.raises(RegistryProtocol):
        await make_client(lambda _: httpx.Response(200, content=body)).list_tags(APP)


@pytest.mark.parametrize("status", [404, 405])
async def test_missing_catalog_is_unsupported(make_client: MakeClient, status: int) -> None:
    client = make_client(make_registry(has_catalog=False, catalog_status=status))
    with pytest.raises(Unsupported, match="inventory"):
        await client.list_repositories(n=10)


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_catalog_is_denied_unless_repositories_are_named(
    make_client: MakeClient, status: int
) -> None:
    def answer(request: httpx.Request) -> Any:
        return httpx.Response(status)

    with pytest.raises(Denied):
        await make_client(answer).list_repositories(n=10)
    with pytest.raises(Unsupported):
        await make_client(answer, repositories=("team/app",)).list_repositories(n=10)


async def test_token_server_that_grants_no_catalog_means_none_where_repositories_are_named(
    make_client: MakeClient,
) -> None:
    def answer(request: httpx.Request) -> Any:
        if request.url.path == "/token":
            return httpx.Response(403)
        challenge = 'Bearer realm="http://registry.test/token",service="s"'
        return httpx.Response(401, headers={"WWW-Authenticate": challenge})

    with pytest.raises(Denied):
        await make_client(answer).list_repositories(n=10)
    with pytest.raises(Unsupported):
        await make_client(answer, repositories=("team/app",)).list_repositories(n=10)
    with pytest.raises(Denied):
        await make_client(answer, repositories=("team/app",)).list_tags(APP)


async def test_malformed_cursor_is_a_bad_request(make_client: MakeClient) -> None:
    registry = make_registry()
    with pytest.raises(BadRequest):
        await make_client(registry).list_repositories(n=10, cursor="nonsense")
    assert registry.requests == []


async def test_cursor_can_only_change_the_query(make_client: MakeClient) -> None:
    seen = []

    def answer(request: httpx.Request) -> Any:
        seen.append(request.url)
        return answer_json({"repositories": []})

    await make_client(answer).list_repositories(n=10, cursor="last=../../x%23%3F&host=evil.test")
    assert (seen[0].host, seen[0].path) == ("registry.test", "/v2/_catalog")
    assert parse_qs(seen[0].query.decode())["last"] == ["../../x#?"]


async def test_endless_pages_end_with_the_budget(
    make_client: MakeClient,
) -> None:
    counter = iter(range(10**9))

    async def answer(request: httpx.Request) -> Any:
        await asyncio.sleep(0)
        name = f"t{next(counter)}"
        return answer_json({"tags": [name]}, Link=f'<?last={name}>; rel="next"')

    with pytest.raises(RegistryTimeout):
        await make_client(answer, pace=Pace(0.2)).list_tags(APP)


async def test_endless_pages_end_with_the_byte_bound(
    make_client: MakeClient,
) -> None:
    pages = 8
    counter = iter(range(pages + 1))

    def answer(request: httpx.Request) -> Any:
        name = f"t{next(counter)}"
        document = {"tags": [name], "padding": "x" * (LIST_BYTES // pages)}
        return answer_json(document, Link=f'<?last={name}>; rel="next"')

    with pytest.raises(RegistryProtocol, match="without end"):
        await make_client(answer).list_tags(APP)


async def test_lists_are_remembered_for_ten_seconds_and_forgotten_by_a_write(
    make_client: MakeClient,
) -> None:
    registry = make_registry()
    client = make_client(registry)
    await client.list_tags(Repository("team/app00"))
    await client.list_tags(Repository("team/app00"))
    assert len(registry.requests) == 1
    await client.list_tags(Repository("team/app00"), fresh=True)
    assert len(registry.requests) == 2
    await client.delete_tag(Repository("team/app00"), Tag("v01"))
    assert "v01" not in await client.list_tags(Repository("team/app00"))


async def test_list_that_was_read_before_a_write_is_not_kept(make_client: MakeClient) -> None:
    registry = make_registry()
    client = make_client(registry)
    began, gate = asyncio.Event(), asyncio.Event()

    async def hold(request: Any, answer: Any) -> None:
        if request.path.endswith("/tags/list") and not gate.is_set():
            began.set()
            await gate.wait()

    registry.on_answer = hold
    reading = asyncio.create_task(client.list_tags(Repository("team/app00")))
    await began.wait()
    await client.delete_tag(Repository("team/app00"), Tag("v01"))
    after = asyncio.create_task(client.list_tags(Repository("team/app00")))
    await asyncio.sleep(0)
    gate.set()
    assert "v01" in await reading
    assert "v01" not in await after
    assert "v01" not in await client.list_tags(Repository("team/app00"))


async def test_hundred_readers_cause_one_request(make_client: MakeClient) -> None:
    registry = make_registry()
    client = make_client(registry)
    await asyncio.gather(*(client.list_tags(Repository("team/app00")) for _ in range(100)))
    await asyncio.gather(*(client.get_manifest(Repository("team/app00"), V1) for _ in range(100)))
    assert len(registry.requests) == 2


@given(st.lists(st.text(st.sampled_from("aZ0_.-/\n é"), max_size=4), max_size=4))
def test_tags_are_checked_at_once_as_they_are_one_by_one(names: list[str]) -> None:
    def is_tag(name: str) -> bool:
        try:
            return bool(parse_tag(name))
        except TagInvalid:
            return False

    assert are_tags(names) is all(map(is_tag, names))


def test_tag_of_128_characters_is_the_longest() -> None:
    assert are_tags(["a", "t" * 128])
    assert not are_tags(["a", "t" * 129])
    assert are_tags([])


async def test_body_that_is_read_again_and_again_is_parsed_once(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    read: list[object] = []
    loads = json.loads

    def count(text: Any) -> Any:
        read.append(text)
        return loads(text)

    monkeypatch.setattr("json.loads", count)
    cache = ContentCache(16 * 1024, clock=lambda: now)
    client = make_client(make_registry(), cache=cache)
    for turn in range(8):
        now = 60.0 * turn
        await client.list_tags(Repository("team/app00"))
        cache.put(turn, turn, 3 * 1024)  # pushes out what was not used for long
    assert len(read) == 1
