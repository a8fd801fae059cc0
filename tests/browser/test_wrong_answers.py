"""What pages say where something else than RegLite's API answers, or answers otherwise."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from reglite.config.installation import find_templates
from reglite.demo.images import fill_demo
from reglite.demo.registry import MemoryRegistry
from reglite.inventory.access_config import AccessConfig, AccessToken
from reglite.inventory.load import Inventory
from reglite.inventory.registry_config import RegistryConfig
from reglite.site.build import render_site
from reglite.site.pages import SiteOptions
from tests.browser.conftest import ServeSite
from tests.browser.test_shell import serve_files
from tests.support.browser import Watch

WatchPage = Callable[..., Watch]
PAGES = {
    "index": "/?all",
    "repositories": "/repositories.html?registry=nas",
    "tags": "/tags.html?registry=nas&repository=shop/storefront",
    "manifest": "/manifest.html?registry=nas&repository=shop/storefront&tag=latest",
    "api": "/api.html",
}
HTML = {"content_type": "text/html", "body": "<h1>something</h1>"}
OWN_PAGE = '<!doctype html>\n<html lang="en" data-page="index" data-api="">'
SAID = "answered, but not as RegLite’s API does"
NO_API = "There is no API at "

# What answers, its code, and words of the sentence.
BY_OTHERS: dict[str, tuple[dict[str, Any], str, str]] = {
    "gateway": ({"status": 502, **HTML}, "GATEWAY", "in front of RegLite answered 502"),
    "empty-503": ({"status": 503, "body": ""}, "GATEWAY", "answered 503"),
    "lambda-500": (
        {"status": 500, "json": {"message": "Internal Server Error"}}, "GATEWAY", "answered 500",
    ),
    "missing": ({"status": 404, **HTML}, "API_MISSING", NO_API),
    "missing-json": ({"status": 404, "json": {"detail": "Not Found"}}, "API_MISSING", NO_API),
    "own-page": (
        {"status": 200, "content_type": "text/html", "body": OWN_PAGE}, "API_MISSING", NO_API,
    ),
    "sign-in": ({"status": 200, **HTML}, "SESSION_EXPIRED", "Your sign-in has expired"),
    "redirect": (
        {"status": 302, "headers": {"Location": "/oauth2"}}, "SESSION_EXPIRED", "Reload this page",
    ),
    "forbidden": ({"status": 403, **HTML}, "PROXY_REFUSED", "RegLite refuses this (403)"),
    "too-long": ({"status": 413, **HTML}, "PROXY_TOO_LONG", "Too long for a proxy"),
    "busy": ({"status": 429, **HTML}, "PROXY_BUSY", "asks to wait (429)"),
    "teapot": ({"status": 418, "body": "short and stout"}, "WRONG_ANSWER", SAID),
    "errors-no-list": ({"status": 400, "json": {"errors": "none"}}, "WRONG_ANSWER", SAID),
    "errors-empty": ({"status": 400, "json": {"errors": []}}, "WRONG_ANSWER", SAID),
    "errors-of-null": ({"status": 409, "json": {"errors": [None]}}, "WRONG_ANSWER", SAID),
    "text": ({"status": 200, "content_type": "text/plain", "body": "OK"}, "WRONG_ANSWER", SAID),
    "nothing": ({"status": 204, "body": ""}, "WRONG_ANSWER", SAID),
    "broken": (
        {"status": 200, "content_type": "application/json", "body": '{"a":'}, "WRONG_ANSWER", SAID,
    ),
    "null": ({"status": 200, "json": None, "body": "null", "content_type": "application/json"},
             "WRONG_ANSWER", SAID),
    "object": ({"status": 200, "json": {}}, "WRONG_ANSWER", SAID),
    "list": ({"status": 200, "json": [[1], {"a": None}]}, "WRONG_ANSWER", SAID),
}  # fmt: skip

UNSAID = ("undefined", "TypeError", "Cannot read", "[object", "NaN", "is not iterable", "Error:")


@pytest.fixture
def base(serve: Callable[..., str], serve_site: ServeSite, memory_registry: MemoryRegistry) -> str:
    fill_demo(memory_registry)
    return serve_site(serve(memory_registry))


def answer(answer: dict[str, Any]) -> Callable[[Route], None]:
    """Make a route of an answer; ``null`` as JSON is given as a body."""
    kept = {key: value for key, value in answer.items() if key != "json" or value is not None}
    return lambda route: route.fulfill(**kept)


def read_aloud(page: Page) -> str:
    """Return every text that a reader meets, titles and labels too."""
    text: str = page.evaluate(
        """() => [document.body.innerText, ...[...document.querySelectorAll("body *")].flatMap(
             (e) => [e.title, e.ariaLabel, e.getAttribute("href")])].filter(Boolean).join("\\n")"""
    )
    return text


def expect_plain_words(watch: Watch) -> None:
    said = read_aloud(watch.page)
    assert [words for words in UNSAID if words in said] == []
    assert watch.page_errors == []
    expect(watch.page.locator("#fault")).to_be_hidden()


@pytest.mark.parametrize("kind", BY_OTHERS)
def test_what_answers_in_reglite_s_place_is_called_what_it_is_on_every_page(
    base: str, watch_page: WatchPage, kind: str
) -> None:
    answered, code, words = BY_OTHERS[kind]
    watch = watch_page(base, locale="en")
    watch.page.route("**/api/v1/**", answer(answered))
    for address in PAGES.values():
        watch.page.goto(address)
        trouble = watch.page.locator("main .void, #trouble .banner").first
        expect(trouble).to_contain_text(words)
        expect(trouble.locator("code").last).to_have_text(code)
        if code == "API_MISSING":
            expect(trouble).to_contain_text(f"{base}/api/v1")
        expect_plain_words(watch)


def spoil(value: Any) -> Iterator[Any]:
    """Yield the answer with one thing wrong each: what JSON may hold in its place instead."""
    if isinstance(value, dict):
        for key, part in value.items():
            for wrong in spoil(part):
                yield {**value, key: wrong}
            yield {name: each for name, each in value.items() if name != key}
    elif isinstance(value, list) and value:
        for wrong in spoil(value[0]):
            yield [wrong, *value[1:]]
    yield from (None, "5", 5, [None], {"a": 1}, True)


SPOILT = {
    "registries": ("index", "**/api/v1/registries"),
    "status": ("index", "**/status"),
    "session": ("tags", "**/session?*"),
    "repositories": ("repositories", "**/repositories?*"),
    "tags": ("tags", "**/tags?*"),
    "summaries": ("tags", "**/summaries?*"),
    "manifest": ("manifest", "**/tags/latest/manifest*"),
    "referrers": ("manifest", "**/referrers*"),
}


def shorten(document: Any) -> Any:
    """Keep two of each list: the third is spoilt no other way."""
    if isinstance(document, dict):
        return {key: shorten(part) for key, part in document.items()}
    return [shorten(part) for part in document[:2]] if isinstance(document, list) else document


@pytest.mark.parametrize("name", SPOILT)
def test_an_answer_of_another_shape_is_one_clear_error_and_never_javascript_s_own(
    base: str, watch_page: WatchPage, name: str
) -> None:
    place, pattern = SPOILT[name]
    watch = watch_page(base, locale="en")
    page = watch.page
    with page.expect_response(pattern) as response:
        page.goto(PAGES[place])
    right = shorten(response.value.json())
    spoilt = list(spoil(right))
    assert len(spoilt) > 8
    page.goto(PAGES["api"])
    # A page for each would take minutes: some of every kind do.
    wrong: list[Any] = []
    page.route(pattern, lambda route: route.fulfill(json=wrong[0]) if wrong[0] is not None
               else route.fulfill(body="null", content_type="application/json"))  # fmt: skip
    for each in spoilt[:: max(1, len(spoilt) // 12)]:
        wrong[:] = [each]
        page.goto(PAGES[place])
        expect(page.locator("#content")).to_have_attribute("aria-busy", "false")
        page.wait_for_load_state("networkidle")
        expect_plain_words(watch)


def test_a_wrong_plan_is_said_in_the_dialog(base: str, watch_page: WatchPage) -> None:
    watch = watch_page(base, locale="en")
    plans: tuple[Any, ...] = ({}, {"tags": None}, {"tags": "latest", "total": "5"}, [])
    for plan in plans:
        for path in ("**/deletion-plan*", "**/manifests/*/tags?*"):
            watch.page.route(path, answer({"json": plan}))
        watch.page.goto(PAGES["manifest"])
        watch.page.get_by_role("button", name="Delete…").click()
        said = watch.page.locator("#deletion [data-part=said]")
        expect(said).to_contain_text(SAID)
        expect(said.locator("code")).to_have_text("WRONG_ANSWER")
        watch.page.get_by_role("button", name="Close").click()
        watch.page.get_by_role("button", name="Find all tags").click()
        expect(watch.page.locator(".facts .chain")).to_contain_text(SAID)
        expect_plain_words(watch)


def test_a_gateway_that_answers_for_a_blob_is_said_in_its_fold(
    base: str, watch_page: WatchPage
) -> None:
    watch = watch_page(base, locale="en")
    fold = watch.page.locator("details.fold", has_text="SPDX").first
    for kind in ("gateway", "sign-in", "text", "object"):
        answered, code, words = BY_OTHERS[kind]
        watch.page.route("**/blobs/*", answer(answered))
        watch.page.goto(PAGES["manifest"])
        fold.locator("summary").first.click()
        expect(fold).to_contain_text(words)
        expect(fold.locator("code")).to_have_text(code)
        expect_plain_words(watch)


@pytest.fixture
def elsewhere(
    serve: Callable[..., str], serve_inventory: ServeSite, memory_registry: MemoryRegistry
) -> tuple[str, str]:
    """Serve pages of one origin for an API of another that does not know them."""
    fill_demo(memory_registry)
    config = RegistryConfig(
        name="nas", url=serve(memory_registry), source="inventory", pull_host="nas.example"
    )
    access = AccessConfig(origins=("https://another.example",))
    api = serve_inventory(Inventory((config,), access))
    files: dict[str, bytes] = {}
    static = serve(serve_files(files), lifespan="off")
    options = SiteOptions(title="RegLite", version="1.2.3", api_root=api)
    files.update(render_site(find_templates(), options))
    return static, api


@pytest.mark.parametrize("name", ["index", "repositories", "tags", "manifest"])
def test_an_api_that_does_not_know_this_origin_is_told_to_name_it(
    elsewhere: tuple[str, str], watch_page: WatchPage, name: str
) -> None:
    static, api = elsewhere
    watch = watch_page(static, api, locale="en")
    watch.page.goto(PAGES[name])
    trouble = watch.page.locator("main .void")
    expect(trouble).to_contain_text(f"{api}/api/v1 does not let this page read its answers")
    expect(trouble).to_contain_text(f"Add {static} to access.origins")
    expect(trouble.locator("code").last).to_have_text("ORIGIN_REFUSED")


def test_an_api_elsewhere_that_is_not_there_may_be_off_or_not_know_this_origin(
    elsewhere: tuple[str, str], watch_page: WatchPage
) -> None:
    static, api = elsewhere
    watch = watch_page(static, api, locale="en")
    watch.page.route(f"{api}/**", lambda route: route.abort("connectionrefused"))
    watch.page.goto(PAGES["repositories"])
    trouble = watch.page.locator("main .void")
    expect(trouble).to_contain_text(f"{api}/api/v1 does not answer")
    expect(trouble).to_contain_text(f"access.origins must name {static}")


def test_a_reader_without_a_network_is_told_so(base: str, watch_page: WatchPage) -> None:
    watch = watch_page(base, locale="en")
    watch.page.goto(PAGES["tags"])
    watch.wait_until_all_is_there()
    watch.page.goto(PAGES["repositories"])
    watch.wait_until_all_is_there()
    watch.page.context.set_offline(True)
    watch.page.get_by_role("button", name="Refresh").click()
    # Neither the list nor the module that says why comes: the document holds these words.
    fault = watch.page.locator("#fault")
    expect(fault).to_be_visible()
    expect(fault).to_contain_text("does not answer")
    expect(fault).to_contain_text("are you online?")


def test_a_fault_of_the_page_s_own_is_not_called_a_dead_server(
    base: str, watch_page: WatchPage
) -> None:
    watch = watch_page(base, locale="en")
    watch.page.add_init_script(
        "Object.defineProperty(window, 'Request', {value: class { constructor() { null.fault } }})"
    )
    watch.page.goto(PAGES["index"])
    expect(watch.page.locator("#fault")).to_be_visible()
    expect(watch.page.locator("main")).not_to_contain_text("OFFLINE")
    assert any("fault" in error for error in watch.page_errors)


def test_a_token_that_no_header_carries_is_refused_in_the_dialog(
    serve: Callable[..., str],
    serve_inventory: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
) -> None:
    config = RegistryConfig(
        name="nas", url=serve(memory_registry), source="inventory", pull_host="nas.example"
    )
    tokens = (AccessToken("ana", "a token for this test", "maintainer"),)
    access = AccessConfig(anonymous="viewer", tokens=tokens)
    base = serve_inventory(Inventory((config,), access), is_maintainer=False)
    watch = watch_page(base, locale="en")
    watch.page.goto(PAGES["index"])
    watch.page.locator("#sign-in").click()
    dialog = watch.page.get_by_role("dialog", name="Sign in")
    dialog.get_by_role("textbox", name="Token").fill("секрет")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not accepted")
    expect_plain_words(watch)
    assert json.loads(watch.page.evaluate("JSON.stringify({...sessionStorage})")) == {}
