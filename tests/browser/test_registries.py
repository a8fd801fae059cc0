"""The registries page: states as they arrive, hints, filter, and what an empty inventory says."""

import socket
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from reglite import media_types
from reglite.demo.registry import MemoryRegistry
from reglite.demo.switches import Switches
from reglite.inventory.load import Inventory
from reglite.inventory.registry_config import RegistryConfig
from tests.browser.conftest import ServeSite
from tests.support.accessibility import list_violations
from tests.support.browser import Watch

WatchPage = Callable[..., Watch]
HOSTILE = '<img src=x onerror="document.title=1">'


def configure(name: str, url: str) -> RegistryConfig:
    host = url.split("://")[1]
    return RegistryConfig(name=name, url=url, source="inventory", pull_host=host)


@pytest.fixture
def closed_port() -> str:
    """Return an address of this machine at which nothing answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def locked_registry() -> MemoryRegistry:
    """Return a registry that wants a password."""
    return MemoryRegistry(Switches(auth="basic"))


@pytest.fixture
def base(
    serve: Callable[..., str],
    serve_inventory: ServeSite,
    memory_registry: MemoryRegistry,
    locked_registry: MemoryRegistry,
    closed_port: str,
) -> str:
    """Serve three registries: one that works, one that refuses us, one that is off."""
    registries = (
        configure("nas", serve(memory_registry)),
        configure("harbor", serve(locked_registry)),
        configure("lab", closed_port),
    )
    return serve_inventory(Inventory(registries, path="inventory.yaml"))


def row(page: Page, name: str) -> str:
    return f'tr:has(.open span:text-is("{name}"))'


def test_the_list_is_asked_for_once(base: str, watch_page: WatchPage) -> None:
    watch = watch_page(base, locale="en")
    watch.page.goto("/")
    watch.wait_until_all_is_there()
    expect(watch.page.locator("#who")).to_be_visible()
    assert watch.requests.count(f"GET {base}/api/v1/registries") == 1


def test_each_registry_says_how_it_is_and_what_to_do(
    base: str, watch_page: WatchPage, memory_registry: MemoryRegistry
) -> None:
    # Of an empty catalog it would say so.
    memory_registry.put_manifest("team/app", b"{}", media_types.OCI_MANIFEST, "v1")
    watch = watch_page(base, locale="en")
    page = watch.page
    page.goto("/")
    expect(page.locator(".count")).to_have_text("3 registries")
    nas, harbor, lab = (page.locator(row(page, name)) for name in ("nas", "harbor", "lab"))
    expect(nas.locator(".c-status")).to_contain_text("Online")
    expect(nas.locator(".c-status")).to_contain_text("ms")
    expect(nas.locator(".c-works")).to_contain_text("list")
    expect(nas.locator(".c-works")).to_contain_text("remove tag")
    expect(page.locator(f"{row(page, 'nas')} + tr.hint")).to_be_hidden()
    expect(harbor.locator(".c-status")).to_contain_text("Sign-in refused")
    expect(harbor.locator(".c-sign")).to_have_text("None")
    expect(lab.locator(".c-status")).to_contain_text("Offline")
    hint = page.locator(f"{row(page, 'lab')} + tr.hint")
    expect(hint).to_be_visible()
    expect(hint.get_by_role("button", name="Retry: lab")).to_be_visible()
    watch.assert_quiet()


def test_what_the_api_says_is_marked_as_english(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="ru").page
    page.goto("/ru/index.html?all")
    hint = page.locator(f"{row(page, 'lab')} + tr.hint")
    expect(hint).to_contain_text("Проверьте, что он запущен")
    expect(hint.locator("[lang=en]")).to_contain_text("inventory.lab")
    page.goto("/ru/repositories.html?registry=lab")
    expect(page.locator(".void h2")).to_have_text("lab не отвечает")
    expect(page.locator(".void p")).to_contain_text("Проверьте, что он запущен")
    expect(page.locator(".void p [lang=en]")).to_contain_text("registry 'lab'")


def test_retry_asks_again_and_takes_the_hint_away(
    base: str, watch_page: WatchPage, locked_registry: MemoryRegistry
) -> None:
    page = watch_page(base, locale="en").page
    page.goto("/")
    hint = page.locator(f"{row(page, 'harbor')} + tr.hint")
    expect(hint).to_be_visible()
    locked_registry.switches.auth = "none"
    hint.get_by_role("button", name="Retry: harbor").click()
    expect(page.locator(row(page, "harbor")).locator(".c-status")).to_contain_text("Online")
    expect(hint.get_by_role("button")).to_be_hidden()


def test_a_slow_registry_holds_up_no_other(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/registries/harbor/status", hold)
    page.goto("/")
    expect(page.locator(row(page, "nas")).locator(".c-status")).to_contain_text("Online")
    expect(page.locator(row(page, "harbor")).locator(".c-status .pending")).to_be_visible()
    expect(page.locator("#progress")).to_be_visible()
    held[0].continue_()
    expect(page.locator(row(page, "harbor")).locator(".c-status")).to_contain_text("refused")
    expect(page.locator("#progress")).to_be_hidden()


def test_the_filter_is_kept_in_the_address(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    page.goto("/")
    page.keyboard.press("Slash")
    page.keyboard.type("HARB")
    expect(page.locator(".count")).to_have_text("1 of 3 registries")
    expect(page.locator("tbody .c-name .open")).to_have_text(["harbor"])
    page.reload()
    expect(page.locator("tbody .c-name .open")).to_have_text(["harbor"])
    page.locator("#filter").fill("nothing")
    expect(page.locator(".void")).to_contain_text("No registry matches ‘nothing’.")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".count")).to_have_text("3 registries")


def test_a_person_walks_by_keyboard_alone(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    page.goto("/")
    expect(page.locator(".count")).to_have_text("3 registries")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("tr.cursor .c-name")).to_have_text("nas")
    page.keyboard.press("Enter")
    page.wait_for_url("**/repositories.html?registry=nas")


def test_enter_goes_from_the_filter_to_the_rows_it_left(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    page.goto("/")
    expect(page.locator(".count")).to_have_text("3 registries")
    page.keyboard.press("/")
    page.keyboard.type("nas")
    page.keyboard.press("Enter")
    expect(page.locator("tr.cursor .open")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/repositories.html?registry=nas")


def test_one_registry_leads_straight_to_its_repositories(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
) -> None:
    page = watch_page(serve_site(serve(memory_registry)), locale="en").page
    page.goto("/")
    page.wait_for_url("**/repositories.html?registry=nas")
    page.get_by_role("button", name="Switch registry").click()
    page.get_by_role("link", name="All registries").click()
    expect(page.locator("tbody .c-name .open")).to_have_text(["nas"])


def test_no_registry_explains_three_ways_to_get_one(
    serve_inventory: ServeSite, watch_page: WatchPage
) -> None:
    watch = watch_page(serve_inventory(Inventory()), locale="en")
    watch.page.goto("/")
    commands = watch.page.locator(".void .command code")
    expect(commands).to_have_text(
        ["reglite init", "reglite dev http://localhost:5000", "docker login registry.example.com"]
    )
    expect(watch.page.locator(".tools")).to_be_hidden()
    assert list_violations(watch.page) == []
    watch.assert_quiet()


def test_an_api_that_is_off_is_an_error_with_retry(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    page.route("**/api/v1/registries", lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("OFFLINE")
    page.unroute("**/api/v1/registries")
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".count")).to_have_text("3 registries")


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "content_type": "text/html", "body": "<title>Sign in</title>"},
        {"status": 302, "headers": {"Location": "/oauth2/sign_in"}},
    ],
)
def test_a_proxy_s_sign_in_page_is_called_what_it_is(
    base: str, watch_page: WatchPage, answer: dict[str, object]
) -> None:
    page = watch_page(base, locale="en").page
    page.route("**/api/v1/registries", lambda route: route.fulfill(**answer))
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("SESSION_EXPIRED")


def test_hostile_text_stays_text(base: str, watch_page: WatchPage) -> None:
    watch = watch_page(base, locale="en")
    status = {
        "name": "nas", "status": "offline", "latency_ms": None,
        "credential_source": f"helper {HOSTILE}", "hints": [f"Run `{HOSTILE}` {HOSTILE}"],
        "capabilities": {"catalog": None, "referrers": None, "delete": None, "untag": None},
        "error": {"code": "X", "message": HOSTILE},
    }  # fmt: skip
    watch.page.route("**/registries/*/status", lambda route: route.fulfill(json=status))
    watch.page.goto("/")
    expect(watch.page.locator("tr.hint code").first).to_have_text(HOSTILE)
    expect(watch.page.locator("tbody .c-sign:not(:has(.pending))").first).to_have_text(
        f"Helper {HOSTILE}"
    )
    assert watch.page.locator("img").count() == 0
    watch.assert_quiet()


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_stands_in_people_s_way(
    base: str, watch_page: WatchPage, width: int, scheme: str, language: str
) -> None:
    viewport = {"width": width, "height": 800}
    watch = watch_page(base, locale=language, color_scheme=scheme, viewport=viewport)
    watch.page.goto("/")
    expect(watch.page.locator("html")).to_have_attribute("lang", language)
    expect(watch.page.locator("tbody .flag")).to_have_count(3)
    assert list_violations(watch.page) == []
    watch.assert_quiet()
