"""What stands in an answer, an address or a tab's storage neither stops a page nor floods it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Route, expect

from reglite.demo.images import fill_demo
from reglite.demo.registry import MemoryRegistry
from tests.browser.conftest import ServeSite
from tests.support.browser import Watch

REPOSITORY = "shop/storefront"
TAGS = f"/tags.html?registry=nas&repository={REPOSITORY}"
MANIFEST = f"/manifest.html?registry=nas&repository={REPOSITORY}&tag="
DIGEST = "sha256:" + "a" * 64
MOST_CHARACTERS = 500_000


@pytest.fixture
def watch(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: Callable[..., Watch],
) -> Watch:
    fill_demo(memory_registry)
    base = serve_site(serve(memory_registry))
    return watch_page(base, locale="en", permissions=["clipboard-read", "clipboard-write"])


def visit(watch: Watch, address: str) -> None:
    """Go to a page and wait until it has shown what it shows by itself."""
    watch.page.goto(address)
    watch.wait_until_all_is_there()
    watch.page.wait_for_load_state("networkidle")


def change(watch: Watch, pattern: str, edit: Callable[[Any], Any]) -> None:
    """Change what the API answers."""
    watch.page.route(pattern, lambda route: route.fulfill(json=edit(route.fetch().json())))


def change_summaries(watch: Watch, **fields: Any) -> None:
    """Change fields of what the API says of every tag."""

    def edit(answer: Any) -> Any:
        return {**answer, "summaries": [{**each, **fields} for each in answer["summaries"]]}

    change(watch, "**/summaries*", edit)


def fail_with(watch: Watch, pattern: str, **error: Any) -> None:
    watch.page.route(pattern, lambda route: route.fulfill(status=502, json={"errors": [error]}))


def expect_whole(watch: Watch) -> None:
    assert watch.page_errors == []
    expect(watch.page.locator("#fault")).to_be_hidden()
    said = watch.page.locator("body").inner_text()
    assert [w for w in ("undefined", "[object", "NaN", "Infinity") if w in said] == []
    assert len(watch.page.content()) <= MOST_CHARACTERS


@pytest.mark.parametrize("name", ["constructor", "toString", "__proto__"])
def test_an_answer_that_names_what_every_object_has_stops_no_page(watch: Watch, name: str) -> None:
    fail_with(watch, "**/tags?*", code=name, message="m")
    visit(watch, TAGS)
    expect(watch.page.locator("main [role=alert] code")).to_have_text(name)
    expect_whole(watch)
    watch.page.unroute("**/tags?*")
    change(watch, "**/session*", lambda answer: {**answer, "role": name})
    change_summaries(watch, kind=name)
    change(watch, "**/latest/manifest*", lambda answer: {**answer, "kind": name})
    change(watch, "**/status", lambda answer: {**answer, "credential_source": name})
    for address in (TAGS, MANIFEST + "latest", "/?all"):
        visit(watch, address)
        expect_whole(watch)


def test_an_error_s_detail_that_is_no_text_is_left_out_of_its_sentence(watch: Watch) -> None:
    detail: dict[str, Any] = {"status": {}, "address": [1], "registry": {"a": 1}}
    for code in ("GATEWAY", "API_MISSING"):
        fail_with(watch, "**/tags?*", code=code, detail=detail)
        visit(watch, TAGS)
        expect_whole(watch)


@pytest.mark.parametrize("text", ["`a" * 500_000, "x" * 1_000_000], ids=["marks", "letters"])
def test_a_hint_or_message_without_end_is_shown_in_part(watch: Watch, text: str) -> None:
    change(watch, "**/status", lambda answer: {**answer, "hints": [text]})
    visit(watch, "/?all")
    expect_whole(watch)
    fail_with(watch, "**/tags?*", code="INTERNAL", message=text)
    visit(watch, TAGS)
    expect(watch.page.locator("main [role=alert] code").last).to_have_text("INTERNAL")
    expect_whole(watch)


def test_a_code_without_end_is_no_code(watch: Watch) -> None:
    fail_with(watch, "**/tags?*", code="X" * 1_000_000)
    visit(watch, TAGS)
    expect(watch.page.locator("main [role=alert] code").last).to_have_text("GATEWAY")
    expect_whole(watch)


def test_ten_thousand_tags_of_one_image_are_named_in_part(watch: Watch) -> None:
    watch.page.set_default_timeout(60_000)  # its 10,000 rows take a busy machine long
    tags = [f"t{n}-{'x' * 110}" for n in range(10_000)]

    def summarise(route: Route) -> None:
        asked = parse_qs(urlsplit(route.request.url).query)["tag"]
        rest: dict[str, Any] = {"digest": DIGEST, "kind": "image", "created": None, "size_bytes": 1}
        summaries: list[Any] = [{**rest, "tag": tag, "platforms": []} for tag in asked]
        place = {"registry": "nas", "repository": REPOSITORY}
        route.fulfill(json={**place, "summaries": summaries, "failed": [], "pending": []})

    watch.page.route("**/summaries*", summarise)
    change(watch, "**/tags?*", lambda answer: {**answer, "tags": tags})
    visit(watch, f"{TAGS}&sort=size")
    expect(watch.page.locator(".siblings:visible").first).to_contain_text("+9999")
    expect_whole(watch)


@pytest.mark.parametrize(("n", "length"), [(10_000, 10), (2, 50_000)])
def test_platforms_without_number_or_end_are_named_in_part(
    watch: Watch, n: int, length: int
) -> None:
    platforms = [{"platform": f"p{at}{'x' * length}", "size_bytes": 1} for at in range(n)]
    change_summaries(watch, platforms=platforms)
    visit(watch, TAGS)
    watch.page.locator("[popovertarget=menu-view]").click()
    expect(watch.page.locator("#menu-view")).to_be_visible()
    expect_whole(watch)


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_beyond_all_is_no_size(watch: Watch, number: str) -> None:
    def answer(route: Route) -> None:
        view = {**route.fetch().json(), "size_bytes": "@"}
        body = json.dumps(view).replace('"@"', number)
        route.fulfill(content_type="application/json", body=body)

    watch.page.route("**/latest/manifest*", answer)
    visit(watch, MANIFEST + "latest")
    expect(watch.page.locator("main [role=alert] code")).to_have_text("WRONG_ANSWER")
    expect_whole(watch)


def test_a_latency_that_is_not_told_is_not_shown(watch: Watch) -> None:
    change(watch, "**/status", lambda answer: {k: answer[k] for k in answer if k != "latency_ms"})
    visit(watch, "/?all")
    expect_whole(watch)


def test_a_fragment_that_is_no_text_stops_no_page(watch: Watch) -> None:
    for fragment in ("#%", "#%E0%A4", "#__proto__"):
        watch.page.goto("about:blank")
        watch.page.goto("/api.html" + fragment)
        watch.page.wait_for_load_state("networkidle")
        expect_whole(watch)


def test_nothing_is_copied_where_there_is_no_digest(watch: Watch) -> None:
    visit(watch, MANIFEST + "no-such-tag")
    watch.page.evaluate("navigator.clipboard.writeText('before')")
    watch.page.keyboard.press("y")
    # The box of keys comes after what the key before it did.
    watch.page.keyboard.press("Shift+?")
    expect(watch.page.locator("#keys")).to_be_visible()
    assert watch.page.evaluate("navigator.clipboard.readText()") == "before"


@pytest.mark.parametrize("stored", [
    "{", "null", "[null]", '{"a":1}', '[{"registry":"nas","repository":"shop/storefront"}]',
    json.dumps([{"registry": "nas", "repository": REPOSITORY, "digest": DIGEST, "tags": ["1"],
                 "raw": "{}", "media_type": "a\nb"}]),
])  # fmt: skip
def test_what_else_stands_where_undo_is_kept_stops_neither_the_page_nor_a_deletion(
    watch: Watch, stored: str
) -> None:
    watch.page.goto("/api.html")
    watch.page.evaluate("text => sessionStorage.setItem('reglite.undo', text)", stored)
    visit(watch, TAGS)
    watch.page.locator("tr[data-tag] [popovertarget]").first.click()
    watch.page.locator("#menu-row [data-part=remove]").click()
    expect(watch.page.locator("#deletion")).to_be_visible()
    expect_whole(watch)


@pytest.mark.parametrize("stored", ["5", '{"nas":"abc"}', '{"nas":[null,{},"../../x","a/b"]}'])
def test_what_else_stands_where_opened_names_are_kept_stops_no_page(
    watch: Watch, stored: str
) -> None:
    fail_with(watch, "**/repositories?*", code="UNSUPPORTED", message="no list")
    watch.page.goto("/api.html")
    watch.page.evaluate("text => localStorage.setItem('rl-opened', text)", stored)
    visit(watch, "/repositories.html?registry=nas")
    expect(watch.page.locator("main form").first).to_be_visible()
    names = watch.page.locator("tr[data-name]").evaluate_all(
        "rows => rows.map(r => r.dataset.name)"
    )
    assert set(names) <= {"abc", "a/b"}
    expect_whole(watch)


def test_five_thousand_registries_are_checked_some_at_once(watch: Watch) -> None:
    rest = {"url": "https://x", "pull_host": "h", "source": "inventory", "protect": []}
    registries = [{**rest, "name": f"r{n}"} for n in range(5000)]
    watch.page.route("**/api/v1/registries", lambda r: r.fulfill(json={"registries": registries}))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    watch.page.route("**/status", hold)
    watch.page.goto("/?all")
    expect(watch.page.locator("tr.hinted, tbody tr").nth(4999)).to_be_attached(timeout=30_000)
    watch.page.get_by_role("searchbox").first.fill("r4999")
    expect(watch.page.locator("#content")).to_contain_text("r4999")
    assert 0 < len(held) <= 12
