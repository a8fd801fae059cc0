"""The repositories page: streaming, window, filter, tree, and registries without a list."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from reglite.demo.images import fill_demo, fill_many
from reglite.demo.registry import MemoryRegistry
from tests.browser.conftest import ServeSite
from tests.support.accessibility import list_violations
from tests.support.browser import Watch
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher

WatchPage = Callable[..., Watch]
Open = Callable[..., Watch]
MOST_NODES = 5_000
NEXT_PAGE = re.compile(r"/repositories\?.*(last|cursor)=")


@pytest.fixture
def open_repositories(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
) -> Open:
    """Open the page of the in-memory registry; ``query`` is more of its address."""

    def open_page(query: str = "", **options: object) -> Watch:
        base = serve_site(serve(memory_registry))
        watch = watch_page(base, **{"locale": "en", **options})
        watch.page.goto(f"/repositories.html?registry=nas{query}")
        return watch

    return open_page


def test_repositories_of_a_real_registry_say_tags_and_highest_version(
    serve_site: ServeSite, docker_registry: DockerRegistry, pusher: Pusher, watch_page: WatchPage
) -> None:
    for tag in ("1.9.0", "1.10.0", "latest"):
        pusher.push_image(tag)
    watch = watch_page(serve_site(docker_registry.url), locale="en")
    watch.page.goto(f"/repositories.html?registry=nas&q={pusher.repository}")
    row = watch.page.locator("tbody tr", has_text=pusher.repository)
    expect(row.locator(".c-newest")).to_have_text("1.10.0")
    expect(row.locator(".c-count")).to_contain_text("3")
    row.locator("a.open").click()
    watch.page.wait_for_url(f"**/tags.html?registry=nas&repository={pusher.repository}")
    watch.assert_quiet()


def test_the_page_names_the_registry_its_host_and_state(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_demo(memory_registry)
    watch = open_repositories()
    page = watch.page
    expect(page.locator("h1")).to_have_text("nas")
    expect(page).to_have_title("nas, RegLite")
    expect(page.locator(".head .command code")).to_contain_text("127.0.0.1:")
    expect(page.locator(".head .flag")).to_contain_text("Online")
    expect(page.locator("tr:has(.name:text('emptied')) .c-count")).to_have_text("no tags")
    watch.assert_quiet()


def test_the_filter_marks_what_matches_and_is_kept(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_demo(memory_registry)
    page = open_repositories().page
    expect(page.locator("#content .count")).to_have_text("13 repositories")
    page.keyboard.press("Slash")
    page.keyboard.type("Front")
    expect(page.locator("#content .count")).to_have_text("2 of 13 repositories")
    expect(page.locator("tbody mark")).to_have_text(["front", "front"])
    page.reload()
    expect(page.locator("tbody mark")).to_have_text(["front", "front"])
    page.locator("#filter").press("Escape")
    expect(page.locator("#content .count")).to_have_text("13 repositories")
    expect(page).not_to_have_url(re.compile("q="))


def test_a_name_that_the_list_lacks_can_be_opened(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_demo(memory_registry)
    page = open_repositories("&q=team/secret").page
    expect(page.locator(".void")).to_contain_text("No repository matches ‘team/secret’.")
    page.get_by_role("button", name="Open").click()
    page.wait_for_url("**/tags.html?registry=nas&repository=team/secret")


def test_namespace_order_and_tree_are_states_of_the_address(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_demo(memory_registry)
    page = open_repositories().page
    page.get_by_label("Namespace").select_option("shop")
    expect(page.locator("tbody .c-name .name")).to_have_text(["shop/payments", "shop/storefront"])
    page.get_by_role("button", name="Repository").click()
    expect(page.locator("tbody .c-name .name")).to_have_text(["shop/storefront", "shop/payments"])
    expect(page.locator("th.c-name").first).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Tree").click()
    expect(page.locator("tbody .c-name .name")).to_have_text(["shop/", "storefront", "payments"])
    page.reload()
    expect(page.locator("tbody .c-name .name")).to_have_text(["shop/", "storefront", "payments"])
    page.go_back()
    page.go_back()
    expect(page.locator("#content .count")).to_have_text("13 repositories")


def test_what_a_phone_says_of_a_repository_stands_below_its_name(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_demo(memory_registry)
    page = open_repositories("&view=tree&namespace=platform").page
    page.set_viewport_size({"width": 375, "height": 800})
    row = page.locator("tr[data-name='platform/ci/runner']")
    version = row.locator(".c-newest code")
    expect(version).to_have_text("17.18.1")
    name = row.locator(".name")
    lefts = [part.evaluate("part => part.getBoundingClientRect().left") for part in (name, version)]
    assert lefts[0] == lefts[1] > 50  # two levels deep


def test_a_namespace_of_the_tree_opens_and_closes(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_demo(memory_registry)
    page = open_repositories("&view=tree&namespace=platform").page
    rows = page.locator("tbody .c-name .name")
    expect(rows).to_have_text(["platform/", "ci/", "runner", "windows/", "build-agent"])
    page.get_by_role("button", name="ci/", exact=True).click()
    expect(rows).to_have_text(["platform/", "ci/", "windows/", "build-agent"])
    page.locator("#filter").fill("runner")
    expect(rows).to_have_text(["platform/", "ci/", "runner"])


def test_ten_thousand_repositories_fit_a_window(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_many(memory_registry, tags=1)
    watch = open_repositories()
    page = watch.page
    expect(page.locator("#content .count")).to_have_text("10,001 repositories", timeout=60_000)
    assert page.evaluate("document.querySelectorAll('*').length") <= MOST_NODES
    assert page.get_by_role("table").get_attribute("aria-rowcount") == "10002"
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = page.locator("tbody tr", has_text="scale/group-099/app-09999")
    expect(last).to_be_visible()
    expect(last).to_have_attribute("aria-rowindex", "10002")
    expect(last.locator(".c-count")).to_contain_text("1")
    page.locator("#filter").fill("app-04321")
    expect(page.locator("#content .count")).to_have_text("1 of 10,001 repositories")
    details = [line for line in watch.requests if "/tags?" in line]
    assert 1 <= len(details) <= 200
    watch.assert_quiet()


def test_the_first_page_shows_while_more_is_coming(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_many(memory_registry, repositories=1_500, tags=1)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = open_repositories().page
    expect(page.locator("#content .count")).to_have_text("1,501 repositories")
    page.route(NEXT_PAGE, hold)
    page.reload()
    expect(page.locator("#content .count")).to_have_text("1,000 repositories, more are coming")
    expect(page.locator("#progress")).to_be_visible()
    page.locator("#filter").fill("app-00042")
    expect(page.locator("#content .count")).to_have_text("1 of 1,000 repositories, more are coming")
    held[0].continue_()
    expect(page.locator("#content .count")).to_have_text("1 of 1,501 repositories")
    expect(page.locator("#progress")).to_be_hidden()


def test_rows_stay_under_a_banner_when_the_rest_fails(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_many(memory_registry, repositories=1_500, tags=1)
    page = open_repositories().page
    expect(page.locator("#content .count")).to_have_text("1,501 repositories")
    error = {"errors": [{"code": "REGISTRY_TIMEOUT", "message": "slow", "detail": None}]}
    page.route(NEXT_PAGE, lambda route: route.fulfill(status=504, json=error))
    page.reload()
    banner = page.locator(".banner.warn")
    expect(banner).to_contain_text("1,000 repositories were read, then nas failed.")
    expect(banner).to_contain_text("REGISTRY_TIMEOUT")
    expect(page.locator("tbody a.open").first).to_be_visible()
    page.unroute(NEXT_PAGE)
    banner.get_by_role("button", name="Retry").click()
    expect(page.locator("#content .count")).to_have_text("1,501 repositories")
    expect(banner).to_be_hidden()


def test_a_registry_without_a_list_opens_names_and_remembers_them(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_demo(memory_registry)
    memory_registry.switches.has_catalog = False
    page = open_repositories().page
    expect(page.locator(".void")).to_contain_text("nas keeps no list of its repositories.")
    name = page.get_by_label("Open a repository by its name")
    name.fill("shop/storefront")
    name.press("Enter")
    page.wait_for_url("**/tags.html?registry=nas&repository=shop/storefront")
    page.go_back()
    expect(page.locator("tbody .c-name .name")).to_have_text(["shop/storefront"])
    expect(page.locator("tr:has(a.open) .c-count")).to_contain_text("16")
    page.get_by_role("button", name="Actions for shop/storefront").click()
    page.get_by_role("button", name="Forget").click()
    expect(page.locator("tbody a.open")).to_have_count(0)


def test_a_name_outside_the_grammar_goes_nowhere(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    memory_registry.switches.has_catalog = False
    page = open_repositories().page
    name = page.get_by_label("Open a repository by its name")
    name.fill("../../etc")
    name.press("Enter")
    assert name.evaluate("field => field.validity.patternMismatch")
    assert "repositories.html" in page.url


def test_an_empty_registry_shows_the_command_that_fills_it(open_repositories: Open) -> None:
    page = open_repositories().page
    expect(page.locator(".void h2")).to_have_text("No repositories here yet.")
    expect(page.locator(".void code")).to_contain_text("docker push 127.0.0.1:")


def test_an_unknown_registry_is_an_error_with_its_code(
    open_repositories: Open, serve: Callable[..., str]
) -> None:
    page = open_repositories().page
    page.goto("/repositories.html?registry=gone")
    expect(page.get_by_role("alert")).to_contain_text("REGISTRY_UNKNOWN")
    expect(page.get_by_role("alert").get_by_role("button", name="Retry")).to_be_visible()


def test_the_cursor_walks_past_the_window(
    open_repositories: Open, memory_registry: MemoryRegistry
) -> None:
    fill_many(memory_registry, repositories=200, tags=1)
    page = open_repositories().page
    expect(page.locator("#content .count")).to_have_text("201 repositories")
    for _ in range(60):
        page.keyboard.press("ArrowDown")
    cursor = page.locator("tr.cursor")
    expect(cursor).to_have_attribute("aria-rowindex", "61")
    expect(cursor).to_be_in_viewport()
    page.keyboard.press("u")
    page.wait_for_url("**/index.html?all")


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_stands_in_people_s_way(
    open_repositories: Open, memory_registry: MemoryRegistry, width: int, scheme: str, language: str
) -> None:
    fill_demo(memory_registry)
    viewport = {"width": width, "height": 800}
    watch = open_repositories(locale=language, color_scheme=scheme, viewport=viewport)
    for _ in ("list", "tree"):
        expect(watch.page.locator("tbody .c-name .name").first).to_be_visible()
        expect(watch.page.locator("tbody .pending:visible")).to_have_count(0)
        assert list_violations(watch.page) == []
        watch.page.locator("[aria-pressed]").click()
    watch.assert_quiet()
