"""The frame of every page: language, theme, keys, jump box, sign-in, base path, other origins."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Request, Route, expect
from starlette.types import Receive, Scope, Send

from reglite.config.installation import find_templates
from reglite.demo.images import fill_demo
from reglite.demo.registry import MemoryRegistry
from reglite.inventory.access_config import AccessConfig, AccessToken, Grant, ProxyAccess
from reglite.inventory.load import Inventory
from reglite.inventory.registry_config import RegistryConfig
from reglite.site.build import render_site
from reglite.site.pages import SiteOptions
from tests.browser.conftest import ServeSite
from tests.support.accessibility import list_violations
from tests.support.browser import Watch

WatchPage = Callable[..., Watch]
REPOSITORIES = "/repositories.html?registry=nas"
TAGS = "/tags.html?registry=nas&repository=shop/storefront"
MANIFEST = "/manifest.html?registry=nas&repository=shop/storefront&tag=latest"
PAGES = ("/?all", REPOSITORIES, TAGS, MANIFEST, "/api.html")
TOKEN = "a token for this test"
TRY_MARKUP = """
() => {
  try { document.body.innerHTML = "<b>x</b>"; return "" } catch (error) { return error.name }
}
"""
TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}


@pytest.fixture
def registry_url(serve: Callable[..., str], memory_registry: MemoryRegistry) -> str:
    fill_demo(memory_registry)
    return serve(memory_registry)


@pytest.fixture
def inventory(registry_url: str) -> Inventory:
    host = registry_url.removeprefix("http://")
    return Inventory(
        (
            RegistryConfig(name="nas", url=registry_url, source="inventory", pull_host=host),
            RegistryConfig(name="demo", url=registry_url, source="demo", pull_host="demo.example"),
            RegistryConfig(name="hub", url=registry_url, source="inventory", pull_host="docker.io"),
        )
    )


@pytest.fixture
def base(serve_inventory: ServeSite, inventory: Inventory) -> str:
    return serve_inventory(inventory)


def with_access(inventory: Inventory, **access: Any) -> Inventory:
    tokens = (AccessToken("ana", TOKEN, "maintainer"),)
    return Inventory(inventory.registries, AccessConfig(tokens=tokens, **access))


def serve_files(files: Mapping[str, bytes]) -> Callable[..., Any]:
    """Make an ASGI app of a static host that knows nothing but files."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix("/") or "index.html"
        body = files.get(path)
        kind = TYPES.get(path.rpartition(".")[2], "text/plain").encode()
        await send(
            {
                "type": "http.response.start",
                "status": 404 if body is None else 200,
                "headers": [(b"content-type", kind)],
            }
        )
        await send({"type": "http.response.body", "body": body or b""})

    return app


def test_a_link_opens_in_the_reader_s_language(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="ru-RU").page
    page.goto(f"{REPOSITORIES}&q=shop")
    page.wait_for_url(f"**/ru{REPOSITORIES}&q=shop")
    expect(page.locator("#content .count")).to_have_text("2 из 13 репозиториев")
    page = watch_page(base, locale="en-GB").page
    page.goto(f"/ru{REPOSITORIES}")
    page.wait_for_url(f"{base}{REPOSITORIES}")


def test_a_chosen_language_wins_over_the_browser_s_and_any_link(
    base: str, watch_page: WatchPage
) -> None:
    page = watch_page(base, locale="en-GB").page
    page.goto(f"{REPOSITORIES}&q=shop")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Русский").click()
    page.wait_for_url(f"**/ru{REPOSITORIES}&q=shop")
    page.goto("/?all")
    page.wait_for_url("**/ru/index.html?all")
    expect(page.locator("h1")).to_have_text("Реестры")


def test_a_chosen_theme_is_there_before_the_first_paint(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en", color_scheme="light").page
    page.goto("/?all")
    page.get_by_role("button", name="Menu").click()
    page.get_by_label("Dark").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(14, 17, 22)"
    page.route("**/*.js", lambda r: r.abort() if "early" not in r.request.url else r.continue_())
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_system_theme_follows_the_system_again(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en", color_scheme="dark").page
    page.goto("/?all")
    page.get_by_role("button", name="Menu").click()
    page.get_by_label("Light").check()
    page.get_by_label("System").check()
    page.reload()
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(14, 17, 22)"


def test_the_jump_box_finds_what_is_loaded(base: str, watch_page: WatchPage) -> None:
    watch = watch_page(base, locale="en")
    page = watch.page
    page.goto(REPOSITORIES)
    expect(page.locator("#content .count")).to_have_text("13 repositories")
    page.keyboard.press("Control+k")
    page.keyboard.type("front")
    options = page.locator("#found").get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert list_violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{TAGS}")
    watch.assert_quiet()


@pytest.mark.parametrize(
    ("pasted", "address"),
    [
        (
            "demo.example/shop/storefront:1.4.2",
            "registry=demo&repository=shop/storefront&tag=1.4.2",
        ),
        ("docker pull demo.example/team/x:latest", "registry=demo&repository=team/x&tag=latest"),
        ("nas/shop/payments", "tags.html?registry=nas&repository=shop/payments"),
        ("team/other:2.0", "registry=nas&repository=team/other&tag=2.0"),
        ("docker.io/nginx:1.27", "registry=hub&repository=library/nginx&tag=1.27"),
        ("FROM nas/team/x:2.0 AS build", "registry=nas&repository=team/x&tag=2.0"),
        ("/v2/team/other/manifests/2.0", "registry=nas&repository=team/other&tag=2.0"),
    ],
)
def test_a_pasted_reference_leads_to_its_page(
    base: str, watch_page: WatchPage, pasted: str, address: str
) -> None:
    page = watch_page(base, locale="en").page
    page.goto(REPOSITORIES)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Jump").fill(pasted)
    expect(page.locator("#found").get_by_role("option").last).to_be_visible()
    page.locator("#found").get_by_role("option").last.click()
    page.wait_for_url(f"**{address}")


@pytest.mark.parametrize("pasted", ["elsewhere.example/a/b:1", "nobody:5000/a/b:1"])
def test_a_reference_of_a_registry_that_is_not_here_leads_nowhere(
    base: str, watch_page: WatchPage, pasted: str
) -> None:
    page = watch_page(base, locale="en").page
    page.goto(REPOSITORIES)
    expect(page.locator("#content .count")).to_have_text("13 repositories")
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("front")
    expect(page.locator("#found a")).to_have_count(2)
    page.locator("#palette input").fill(pasted)
    expect(page.locator("#found a")).to_have_count(0)
    nothing = page.locator("#palette").get_by_role("status")
    host = pasted.partition("/")[0]
    expect(nothing).to_have_text(f"No registry here is pulled from {host}.")
    expect(nothing).to_be_visible()
    page.locator("#palette input").fill("front")
    expect(nothing).to_be_hidden()
    page.locator("#palette input").fill(f"sha256:{'ab' * 32}")
    expect(nothing).to_have_text("Open a repository first: a digest is looked up there.")


def test_the_jump_box_gives_the_focus_back(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    page.goto(REPOSITORIES)
    expect(page.locator("#content .count")).to_have_text("13 repositories")
    dialog = page.locator("#palette")
    bar = page.locator("#jump input")
    for before in (page.locator("tr[data-name] a.open").nth(2), page.locator("#filter"), bar):
        before.focus()
        page.keyboard.press("Control+k")
        page.keyboard.type("front")
        expect(dialog.locator("input")).to_have_value("front")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(before).to_be_focused()
    bar.click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar).to_be_focused()
    bar.blur()
    page.keyboard.press("Control+k")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(bar).not_to_be_focused()


def test_a_pasted_digest_leads_to_its_manifest_in_this_repository(
    base: str, watch_page: WatchPage
) -> None:
    page = watch_page(base, locale="en").page
    page.goto(TAGS)
    digest = "sha256:" + "a" * 64
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Jump").fill(digest)
    page.locator("#found").get_by_role("option").click()
    page.wait_for_url(f"**repository=shop/storefront&digest={digest}")


def press(page: Page, code: str, key: str, *, shift: bool = False) -> None:
    """Press a key as a Russian layout reports it."""
    event = {"code": code, "key": key, "shiftKey": shift, "bubbles": True, "cancelable": True}
    page.evaluate("e => document.body.dispatchEvent(new KeyboardEvent('keydown', e))", event)


def test_keys_work_in_a_russian_layout(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="ru").page
    page.goto(f"/ru{REPOSITORIES}")
    expect(page.locator("#content .count")).to_have_text("13 репозиториев")
    press(page, "KeyJ", "о")
    expect(page.locator("tr.cursor")).to_have_count(1)
    press(page, "Slash", ".")
    expect(page.locator("#filter")).to_be_focused()
    page.locator("#filter").blur()
    press(page, "Slash", ",", shift=True)
    expect(page.get_by_role("dialog", name="Сочетания клавиш")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, "KeyU", "г")
    page.wait_for_url("**/ru/index.html?all")


def test_single_keys_can_be_switched_off(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    page.goto(REPOSITORIES)
    page.keyboard.press("Shift+Slash")
    page.get_by_role("dialog").get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator("#content .count")).to_have_text("13 repositories")
    page.keyboard.press("j")
    page.keyboard.press("Shift+Slash")
    expect(page.locator("tr.cursor")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Jump")).to_be_visible()


def test_keys_leave_typing_and_modifiers_alone(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    page.goto(REPOSITORIES)
    page.locator("#filter").press_sequentially("juk/?")
    expect(page.locator("#filter")).to_have_value("juk/?")
    page.locator("#filter").blur()
    page.keyboard.press("Alt+j")
    page.keyboard.press("Control+j")
    expect(page.locator("tr.cursor")).to_have_count(0)
    assert "repositories.html" in page.url


def test_the_menu_is_walked_by_keyboard_and_gives_focus_back(
    base: str, watch_page: WatchPage
) -> None:
    page = watch_page(base, locale="en").page
    page.goto("/?all")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    menu = page.get_by_role("button", name="Menu")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("System")).to_be_focused()
    page.get_by_role("link", name="Русский").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="API reference")).to_be_focused()
    assert list_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#menu-main")).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_switcher_lists_registries_and_the_demo_is_labelled(
    base: str, watch_page: WatchPage
) -> None:
    page = watch_page(base, locale="en").page
    page.goto(REPOSITORIES)
    expect(page.locator("#content .count")).to_have_text("13 repositories")
    expect(page.locator("#demo")).to_be_hidden()
    page.get_by_role("button", name="Switch registry").click()
    items = page.locator("#menu-registries ul a")
    expect(items).to_have_count(3)
    expect(items.first).to_have_attribute("aria-current", "true")
    items.nth(1).click()
    page.wait_for_url("**/repositories.html?registry=demo")
    expect(page.locator("#demo")).to_have_text("Demo")


def test_signing_in_makes_a_maintainer_for_this_tab_alone(
    serve_inventory: ServeSite, inventory: Inventory, watch_page: WatchPage
) -> None:
    base = serve_inventory(with_access(inventory, anonymous="viewer"), is_maintainer=False)
    page = watch_page(base, locale="en").page
    page.goto("/?all")
    expect(page.locator("#who")).to_contain_text("viewer")
    page.locator("#sign-in").click()
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_role("textbox", name="Token").fill("wrong")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not accepted")
    dialog.get_by_role("textbox", name="Token").fill(TOKEN)
    assert list_violations(page) == []
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#who")).to_contain_text("ana maintainer")
    assert TOKEN not in json.dumps(page.context.storage_state())
    page.reload()
    expect(page.locator("#who")).to_contain_text("ana maintainer")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#who")).to_contain_text("viewer")
    assert page.evaluate("sessionStorage.length") == 0


def test_delete_is_offered_where_the_role_reaches_and_nowhere_else(
    serve_inventory: ServeSite, inventory: Inventory, watch_page: WatchPage
) -> None:
    proxy = ProxyAccess("X-User", None, (ip_network("127.0.0.0/8"),), None)
    grants = (Grant("maintainer", users=("ana",), repositories=("charts/*",)),)
    access = AccessConfig(anonymous=None, proxy=proxy, grants=grants)
    base = serve_inventory(Inventory(inventory.registries, access), is_maintainer=False)
    watch = watch_page(base, locale="en", extra_http_headers={"X-User": "ana"})
    page = watch.page
    delete = page.locator("#content [data-part=delete]")

    page.goto(MANIFEST)
    expect(delete).to_have_attribute("aria-disabled", "true")
    expect(delete).to_have_attribute("title", "needs the maintainer role")
    expect(page.locator("#who")).to_contain_text("ana viewer")
    page.goto(TAGS)
    page.locator("tr[data-tag=latest] .hit").click()
    expect(page.locator(".selection [data-part=remove]")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#why-not")).to_have_text("needs the maintainer role")

    page.goto(TAGS.replace("shop/", "charts/"))
    page.locator("tr[data-tag] .hit").first.click()
    remove = page.locator(".selection [data-part=remove]")
    expect(remove).not_to_have_attribute("aria-disabled", "true")
    expect(page.locator("#who")).to_contain_text("ana maintainer")
    watch.assert_quiet()
    page.goto("/tags.html?registry=nowhere&repository=charts/storefront")
    expect(page.locator(".void h2")).to_have_text("No registry is called nowhere")
    expect(page.locator("#who")).to_contain_text("ana maintainer")


def test_where_nothing_is_shown_to_strangers_the_dialog_opens_by_itself(
    serve_inventory: ServeSite, inventory: Inventory, watch_page: WatchPage
) -> None:
    base = serve_inventory(with_access(inventory, anonymous=None), is_maintainer=False)
    page = watch_page(base, locale="en").page
    page.goto(REPOSITORIES)
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_role("textbox", name="Token").fill(TOKEN)
    dialog.get_by_role("textbox", name="Token").press("Enter")
    expect(page.locator("#content .count")).to_have_text("13 repositories")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_after_a_sign_in_all_is_asked_again_that_was_refused(
    serve_inventory: ServeSite, inventory: Inventory, watch_page: WatchPage
) -> None:
    host = inventory.registries[0].pull_host
    first = replace(inventory.registries[0], protect=("1.4*",))
    secured = with_access(Inventory((first,)), anonymous=None)
    base = serve_inventory(secured, is_maintainer=False)
    for address, command in (
        (TAGS, f"docker pull {host}/shop/storefront:latest"),
        (MANIFEST, f"docker pull {host}/shop/storefront:latest"),
        (REPOSITORIES, host),
    ):
        page = watch_page(base, locale="en").page
        page.goto(address)
        token = page.get_by_role("dialog", name="Sign in").get_by_role("textbox", name="Token")
        expect(token).to_be_visible()
        expect(page.locator("main .command:visible, main .copyable:visible")).to_have_count(0)
        assert "docker pull" not in page.locator("main").inner_text()
        token.fill(TOKEN)
        token.press("Enter")
        expect(page.locator("main")).to_contain_text(command)
        if address == TAGS:
            expect(page.locator("tr[data-tag='1.4.2'] .flag").first).to_be_visible()
        if address == REPOSITORIES:
            expect(page.locator("main")).to_contain_text("Online")


def test_a_sign_in_that_is_no_longer_accepted_says_so_and_the_page_goes_on(
    serve_inventory: ServeSite, inventory: Inventory, watch_page: WatchPage
) -> None:
    base = serve_inventory(with_access(inventory, anonymous="viewer"), is_maintainer=False)
    page = watch_page(base, locale="en").page
    page.goto("/api.html")
    page.evaluate("sessionStorage.setItem('rl-authorization', 'Bearer an old one')")
    page.goto(REPOSITORIES)
    dialog = page.get_by_role("dialog", name="Sign in")
    expect(dialog).to_contain_text("no longer accepted")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#who")).to_contain_text("viewer")
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#content .count")).to_have_text("13 repositories")


def test_rows_and_selection_wait_for_who_signs_in_again(
    serve_inventory: ServeSite, inventory: Inventory, watch_page: WatchPage
) -> None:
    base = serve_inventory(with_access(inventory, anonymous="viewer"), is_maintainer=False)
    page = watch_page(base, locale="en").page
    page.goto(TAGS)
    page.locator("tr[data-tag='1.4.2'] .hit").click()
    refusal = {"errors": [{"code": "UNAUTHORIZED", "message": "expired", "detail": None}]}
    page.route("**/tags?*", lambda route: route.fulfill(status=401, json=refusal))
    page.get_by_role("button", name="Refresh").click()
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_role("button", name="Cancel").click()
    page.unroute("**/tags?*")
    banner = page.locator("main .banner")
    banner.get_by_role("button", name="Sign in").click()
    dialog.get_by_role("textbox", name="Token").fill(TOKEN)
    dialog.get_by_role("button", name="Sign in").click()
    expect(banner).to_have_count(0)
    expect(page.locator(".selection .count")).to_have_text("1 selected")


def test_all_of_it_stands_under_a_base_path(
    serve_inventory: ServeSite, inventory: Inventory, watch_page: WatchPage
) -> None:
    base = serve_inventory(inventory, base_path="/tools/reglite/")
    watch = watch_page(base, locale="en")
    page = watch.page
    page.goto("/tools/reglite/?all")
    page.get_by_role("link", name="nas").click()
    page.wait_for_url(f"**/tools/reglite{REPOSITORIES}")
    expect(page.locator("#content .count")).to_have_text("13 repositories")
    calls = [line for line in watch.requests if "/api/" in line]
    assert calls
    assert all("/tools/reglite/api/v1/" in line for line in calls)
    watch.assert_quiet()


def test_a_static_host_shows_an_api_of_another_origin(
    serve: Callable[..., str],
    serve_inventory: ServeSite,
    inventory: Inventory,
    watch_page: WatchPage,
) -> None:
    files: dict[str, bytes] = {}
    static = serve(serve_files(files), lifespan="off")
    access = AccessConfig(origins=(static,))
    api = serve_inventory(Inventory(inventory.registries, access))
    options = SiteOptions(title="RegLite", version="1.2.3", api_root=api)
    files.update(render_site(find_templates(), options))
    assert httpx.get(f"{static}/index.html").status_code == 200
    watch = watch_page(static, api, locale="en")
    watch.page.context.add_cookies([{"name": "session", "value": "secret", "url": api}])
    calls: list[Request] = []

    def note(request: Request) -> None:
        if request.url.startswith(api):
            calls.append(request)

    watch.page.on("request", note)
    watch.page.goto(REPOSITORIES)
    expect(watch.page.locator("#content .count")).to_have_text("13 repositories")
    assert {call.header_value("cookie") for call in calls} == {None}
    watch.assert_quiet()
    assert watch.page.evaluate(TRY_MARKUP) == "TypeError"


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_scrolls_sideways_or_speaks_to_strangers(
    base: str, watch_page: WatchPage, address: str, width: int
) -> None:
    watch = watch_page(base, locale="en", viewport={"width": width, "height": 700})
    watch.page.goto(address)
    expect(watch.page.locator("h1")).not_to_be_empty()
    if address != "/api.html":
        watch.wait_until_all_is_there()
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert watch.page.evaluate(sideways) == 0
    watch.assert_quiet()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/manifest.html?registry=nas&repository=shop/storefront", TAGS),
        ("/manifest.html?registry=nas", REPOSITORIES),
        ("/tags.html?registry=nas", REPOSITORIES),
        ("/repositories.html", "/index.html?all"),
    ],
)
def test_an_address_that_names_too_little_leads_to_where_the_rest_is_chosen(
    base: str, watch_page: WatchPage, address: str, place: str
) -> None:
    page = watch_page(base, locale="en").page
    page.goto(address, wait_until="commit")
    page.wait_for_url(base + place)
    expect(page.locator("tbody .open").first).to_be_visible()


@pytest.mark.parametrize("width", [375, 768])
def test_long_names_leave_room_in_the_bar(base: str, watch_page: WatchPage, width: int) -> None:
    watch = watch_page(base, locale="en", viewport={"width": width, "height": 700})
    watch.page.goto(f"/manifest.html?registry=nas&repository={'a-part/' * 12}app&tag={'x' * 128}")
    expect(watch.page.get_by_role("alert")).to_be_visible()
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert watch.page.evaluate(sideways) == 0
    registry = watch.page.locator("#crumb-registry")
    assert registry.evaluate("link => link.scrollWidth - link.clientWidth") == 0


def test_every_page_carries_the_title_that_the_site_was_given(
    base: str, watch_page: WatchPage
) -> None:
    page = watch_page(base, locale="en").page

    def rename(route: Route) -> None:
        body = route.fetch().text()
        route.fulfill(
            body=body.replace("RegLite</title>", "Images</title>"), content_type="text/html"
        )

    page.route(re.compile(r"\.html\?"), rename)
    for address in (REPOSITORIES, TAGS, MANIFEST):
        page.goto(address)
        expect(page).to_have_title(re.compile(r", Images$"))


def test_a_script_in_the_page_cannot_run(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    page.goto("/?all")
    assert page.evaluate(TRY_MARKUP) == "TypeError"


def test_the_files_of_a_page_are_asked_for_together(base: str, watch_page: WatchPage) -> None:
    page = watch_page(base, locale="en").page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/js/early.js", hold)
    with (
        page.expect_request("**/tags.css"),
        page.expect_request("**/js/core.js"),
        page.expect_request("**/js/pages/tags.js"),
    ):
        page.goto(TAGS, wait_until="commit")
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("#content .count")).to_have_text(re.compile(r"^\d+ tags"))


def test_figures_stand_below_each_other_everywhere(base: str, watch_page: WatchPage) -> None:
    watch = watch_page(base, locale="en")
    watch.page.goto(TAGS)
    watch.wait_until_all_is_there()
    numerals = watch.page.locator("main *").evaluate_all(
        "nodes => [...new Set(nodes.map((node) => getComputedStyle(node).fontVariantNumeric))]"
    )
    assert numerals == ["tabular-nums"]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", [375, 1280])
def test_the_api_reference_stands_in_nobody_s_way(
    base: str, watch_page: WatchPage, language: str, width: int
) -> None:
    viewport = {"width": width, "height": 800}
    watch = watch_page(base, locale=language, viewport=viewport)
    watch.page.goto("/api.html#list_tags")
    expect(watch.page.locator("html")).to_have_attribute("lang", language)
    expect(watch.page.locator("#list_tags .command")).to_be_visible()
    assert list_violations(watch.page) == []
    watch.assert_quiet()
