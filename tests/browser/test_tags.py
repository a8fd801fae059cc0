"""The tags page against the real registry and the in-memory one."""

import re
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from reglite.demo.registry import MemoryRegistry
from reglite.media_types import OCI_MANIFEST
from tests.browser.conftest import ServeSite
from tests.browser.tags_page import TagsPage
from tests.support.accessibility import list_violations
from tests.support.browser import Watch
from tests.support.docker_registry import DockerRegistry
from tests.support.filesystem import fill_filesystem
from tests.support.images import HOSTILE_TEXT, Pusher

WatchPage = Callable[..., Watch]
PATIENCE_SECONDS = 15
POLL_MS = 50
CLIPBOARD = ("clipboard-read", "clipboard-write")


def push_releases(pusher: Pusher) -> None:
    """Push versions of different sizes and dates, two of them on one digest, and a chart."""
    pusher.push_index("1.10.0", "latest", name="new", created="2026-03-01T00:00:00Z")
    pusher.push_image("1.9.0", name="middle", layers=3, created="2026-02-01T00:00:00Z")
    pusher.push_image("1.9.0-rc.1", name="old", layers=2, created="2026-04-01T00:00:00Z")
    pusher.push_chart("0.1.0")


@pytest.fixture
def releases(
    serve_site: ServeSite, docker_registry: DockerRegistry, pusher: Pusher, watch_page: WatchPage
) -> TagsPage:
    """Open the page of a repository with a few releases in the real registry."""
    push_releases(pusher)
    base = serve_site(docker_registry.url, protect=("*-rc.*",))
    watch = watch_page(base, locale="en", permissions=CLIPBOARD)
    return TagsPage(watch, base, pusher.repository).open()


def read_clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def await_clipboard(page: Page, beginning: str) -> str:
    """Wait until a text that begins like this is on the clipboard, and return all of it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (text := read_clipboard(page)).startswith(beginning):
        assert time.monotonic() < deadline, text
        page.wait_for_timeout(POLL_MS)
    return text


def test_tags_stand_by_version_with_latest_first(releases: TagsPage) -> None:
    releases.expect_tags("latest", "1.10.0", "1.9.0", "1.9.0-rc.1", "0.1.0")
    expect(releases.count).to_have_text("5 tags")
    releases.watch.assert_quiet()


def test_a_row_says_platforms_kind_siblings_and_protection(releases: TagsPage) -> None:
    row = releases.row("latest")
    expect(row.locator(".c-platforms")).to_have_attribute("title", "linux/amd64, linux/arm64/v8")
    expect(row.locator(".c-platforms .wide")).to_have_text("amd64, arm64")
    expect(row.locator(".siblings")).to_have_attribute("title", "1.10.0")
    expect(row.locator("time")).to_have_attribute("title", "1 March 2026, 00:00 UTC")
    expect(releases.row("0.1.0").locator(".kind")).to_have_text("Helm chart")
    expect(releases.row("1.9.0-rc.1").locator(".flag").first).to_be_visible()
    expect(releases.row("1.9.0").locator(".flag").first).to_be_hidden()


def test_a_protected_tag_has_its_lock_however_late_the_globs_are(releases: TagsPage) -> None:
    held = releases.hold("**/api/v1/registries")
    with releases.page.expect_request("**/api/v1/registries"):
        releases.open()
    expect(releases.row("1.9.0-rc.1").locator(".digest")).to_be_visible()
    held[0].continue_()
    expect(releases.row("1.9.0-rc.1").locator(".flag").first).to_be_visible()


# Keeps the time when the first row was there, and lets nothing that waits for rows lose patience.
NOTE_FIRST_ROW = """
new MutationObserver((changes, observer) => {
  if (!document.querySelector("tr[data-tag]")) return;
  window.firstRow = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });
const wait = window.setTimeout;
window.setTimeout = (act, ms, ...rest) => wait(act, ms === 150 ? 1e9 : ms, ...rest);
"""
# When the reader's role and the registries were asked for.
READ_FRAME = """
() => performance.getEntriesByType("resource")
  .filter(({ name }) => /[/](session|registries)([?]|$)/.test(name))
  .map(({ startTime }) => startTime)
"""


def test_what_frames_the_rows_is_asked_for_after_them(releases: TagsPage) -> None:
    page = releases.page
    page.add_init_script(NOTE_FIRST_ROW)
    releases.open()
    expect(page.locator("#who")).to_be_visible()
    expect(page.locator("main .command")).to_be_visible()  # both are answered, and so recorded
    asked = page.evaluate(READ_FRAME)
    assert len(asked) == 2
    assert min(asked) > page.evaluate("window.firstRow")


def test_a_slow_list_keeps_no_reader_from_the_frame(releases: TagsPage) -> None:
    held = releases.hold("**/tags?n=*")
    releases.visit()
    expect(releases.page.locator("#who")).to_be_visible()
    assert held
    expect(releases.page.locator("tr[data-tag]")).to_have_count(0)
    held[0].continue_()
    expect(releases.row("latest")).to_be_visible()


def test_no_pull_command_is_shown_before_its_host_is_known(
    releases: TagsPage, docker_registry: DockerRegistry
) -> None:
    held = releases.hold("**/api/v1/registries")
    with releases.page.expect_request("**/api/v1/registries"):
        releases.open()
    command = releases.page.locator("main .command")
    expect(command).to_be_hidden()
    releases.page.keyboard.press("j")
    releases.page.keyboard.press("c")
    held[0].continue_()
    host = docker_registry.url.removeprefix("http://")
    expected = f"docker pull {host}/{releases.repository}:latest"
    expect(command.locator("code")).to_have_text(expected)
    assert await_clipboard(releases.page, expected) == expected


def test_columns_order_all_tags_and_the_address_remembers(releases: TagsPage) -> None:
    page = releases.page
    page.locator("[data-sort=built] .sort").click()
    expect(page.locator("tr[data-tag]").first).to_have_attribute("data-tag", "1.9.0-rc.1")
    assert releases.tags() == ["1.9.0-rc.1", "latest", "1.10.0", "1.9.0", "0.1.0"]
    page.locator("[data-sort=size] .sort").click()
    expect(page.locator("[data-sort=size]")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("tr[data-tag]").first).to_have_attribute("data-tag", "1.9.0")
    expect(page).to_have_url(re.compile("sort=size"))
    page.reload()
    expect(page.locator("tr[data-tag]").first).to_have_attribute("data-tag", "1.9.0")
    page.go_back()
    expect(page.locator("[data-sort=built]")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("tr[data-tag]").first).to_have_attribute("data-tag", "1.9.0-rc.1")


def test_the_tag_column_goes_by_version_and_by_name(releases: TagsPage) -> None:
    header = releases.page.locator("[data-sort=version] .sort")
    header.click()
    releases.expect_tags("0.1.0", "1.9.0-rc.1", "1.9.0", "1.10.0", "latest")
    header.click()
    releases.expect_tags("0.1.0", "1.10.0", "1.9.0", "1.9.0-rc.1", "latest")


def test_the_filter_marks_matches_and_clears(releases: TagsPage) -> None:
    page = releases.page
    page.keyboard.press("/")
    page.keyboard.type("9.0")
    releases.expect_tags("1.9.0", "1.9.0-rc.1")
    expect(releases.count).to_have_text("2 of 5 tags")
    expect(releases.row("1.9.0").locator("mark")).to_have_text("9.0")
    expect(page).to_have_url(re.compile(r"q=9\.0"))
    page.keyboard.type("nothing")
    expect(page.get_by_text("No tag matches")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(releases.count).to_have_text("5 tags")


def test_keys_move_select_ranges_and_copy(releases: TagsPage) -> None:
    page = releases.page
    for key in ("j", "j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(page.locator(".selection .count")).to_have_text("3 selected")
    page.keyboard.press("c")
    shown = page.locator("main .command code")
    expect(shown).to_contain_text(":latest")
    command = (shown.text_content() or "").replace(":latest", ":1.9.0-rc.1")
    assert await_clipboard(page, command) == command
    page.keyboard.press("y")
    digest = releases.row("1.9.0-rc.1").locator(".digest").get_attribute("title")
    assert await_clipboard(page, "sha256:") == digest
    page.keyboard.press("Escape")
    expect(page.locator(".selection")).to_have_count(0)


def test_a_russian_layout_has_the_same_keys(releases: TagsPage) -> None:
    page = releases.page
    page.evaluate(
        """() => {
          for (const [code, key] of [["KeyJ", "о"], ["KeyX", "ч"], ["Slash", "."]]) {
            document.activeElement.dispatchEvent(
              new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true }));
          }
        }"""
    )
    expect(page.locator(".selection .count")).to_have_text("1 selected")


def test_single_keys_can_be_switched_off(releases: TagsPage) -> None:
    page = releases.page
    page.evaluate("localStorage.setItem('reglite.keys', 'off')")
    page.keyboard.press("j")
    expect(page.locator("tr.cursor")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("tr.cursor")).to_have_count(1)


def test_copy_formats_fit_the_kind_and_the_plain_registry(releases: TagsPage) -> None:
    page = releases.page
    releases.row("1.9.0").locator("[popovertarget]").click()
    page.locator("#menu-row [data-part=copy]").click()
    expect(page.locator("#menu-copy .item")).to_have_text(
        [
            "docker pull",
            "podman pull",
            "nerdctl pull",
            "skopeo copy",
            "Reference",
            "Pinned by digest",
            "insecure-registries line",
        ]
    )
    page.get_by_role("button", name="podman pull").click()
    await_clipboard(page, "podman pull --tls-verify=false 127.0.0.1:")
    releases.row("0.1.0").locator("[popovertarget]").click()
    page.locator("#menu-row [data-part=copy]").click()
    page.get_by_role("button", name="helm pull").click()
    copied = await_clipboard(page, "helm pull --plain-http oci://127.0.0.1:")
    assert copied.endswith("/app --version 0.1.0")


def test_the_chosen_platform_decides_the_size(releases: TagsPage) -> None:
    page = releases.page
    page.locator("[popovertarget=menu-view]").click()
    page.locator("#menu-view label", has_text="linux/arm64/v8").click()
    expect(releases.row("1.9.0").locator(".c-size")).to_have_text("–")
    expect(releases.row("1.10.0").locator(".c-size")).not_to_have_text("–")
    expect(page).to_have_url(re.compile("platform=linux/arm64/v8"))


def test_siblings_are_marked_while_one_is_pointed_at(releases: TagsPage) -> None:
    releases.row("latest").locator(".siblings").hover()
    expect(releases.page.locator("tr.sibling")).to_have_count(2)
    releases.row("1.9.0").locator(".c-size").hover()
    expect(releases.page.locator("tr.sibling")).to_have_count(0)


def test_siblings_are_marked_while_one_has_the_focus(releases: TagsPage) -> None:
    releases.row("latest").locator(".siblings").focus()
    expect(releases.page.locator("tr.sibling")).to_have_count(2)
    releases.row("latest").locator(".digest").focus()
    expect(releases.page.locator("tr.sibling")).to_have_count(0)


def test_siblings_far_below_are_counted_too(
    serve_site: ServeSite, serve: Callable[..., str], watch_page: WatchPage
) -> None:
    registry = MemoryRegistry()
    image = b'{"schemaVersion":2,"config":{},"layers":[]}'
    media_type = "application/vnd.oci.image.manifest.v1+json"
    registry.put_manifest("team/app", image, media_type, "2.0.0", "stable")
    for patch in range(60):
        registry.put_manifest("team/app", image + b" " * (patch + 1), media_type, f"1.0.{patch}")
    base = serve_site(serve(registry))
    tags = TagsPage(watch_page(base, locale="en"), base, "team/app").open()
    assert "stable" not in tags.tags()
    expect(tags.row("2.0.0").locator(".siblings")).to_have_attribute("title", "stable")


def test_a_digest_that_is_not_known_yet_is_not_copied(
    serve_site: ServeSite, docker_registry: DockerRegistry, pusher: Pusher, watch_page: WatchPage
) -> None:
    pusher.push_image("1.0.0")
    base = serve_site(docker_registry.url)
    watch = watch_page(base, locale="en", permissions=CLIPBOARD)
    tags = TagsPage(watch, base, pusher.repository)
    tags.hold("**/summaries?*")
    tags.visit()
    expect(tags.row("1.0.0")).to_be_visible()
    tags.page.evaluate("navigator.clipboard.writeText('before')")
    selection = tags.page.locator(".selection .count")
    for key in ("j", "x"):
        tags.page.keyboard.press(key)
    expect(selection).to_have_text("1 selected")  # so what keys do is loaded
    for key in ("y", "Escape"):
        tags.page.keyboard.press(key)
    expect(selection).to_have_count(0)  # so y is done, too
    assert read_clipboard(tags.page) == "before"


def test_menus_opened_out_of_menus_give_the_focus_back(releases: TagsPage) -> None:
    page = releases.page
    opener = releases.row("1.9.0").locator("[popovertarget]")
    opener.focus()
    page.keyboard.press("Enter")
    copy = page.locator("#menu-row [data-part=copy]")
    expect(copy).to_be_visible()
    copy.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#menu-copy button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#menu-copy")).to_be_hidden()
    expect(opener).to_be_focused()


def test_an_emptied_repository_says_what_to_push(
    serve_site: ServeSite, docker_registry: DockerRegistry, pusher: Pusher, watch_page: WatchPage
) -> None:
    pushed = pusher.push_image("only")
    pusher.delete(pushed.digest)
    base = serve_site(docker_registry.url)
    tags = TagsPage(watch_page(base, locale="en"), base, pusher.repository).visit()
    expect(tags.page.get_by_text("No tags here yet.")).to_be_visible()
    expect(tags.page.locator(".void code")).to_contain_text("docker push")
    expect(tags.page.get_by_role("searchbox", name="Filter tags")).to_be_hidden()
    pusher.push_image("again")
    tags.page.get_by_role("button", name="Refresh").click()
    tags.expect_tags("again")
    expect(tags.page.get_by_role("searchbox", name="Filter tags")).to_be_visible()
    tags.watch.assert_quiet()


def test_an_unknown_repository_is_told_from_an_empty_one_with_the_nearest_names(
    serve_site: ServeSite, docker_registry: DockerRegistry, watch_page: WatchPage, pusher: Pusher
) -> None:
    pusher.push_image("v1")
    base = serve_site(docker_registry.url)
    tags = TagsPage(watch_page(base, locale="en"), base, f"{pusher.repository}s").visit()
    words = tags.page.locator(".void")
    expect(words).to_contain_text(f"nas knows no repository {pusher.repository}s.")
    expect(tags.page.get_by_text("No tags here yet.")).to_have_count(0)
    tags.watch.assert_quiet(ignoring="404")
    words.get_by_role("link", name=pusher.repository, exact=True).click()
    tags.expect_tags("v1")


def test_a_repository_that_its_catalog_still_lists_has_only_no_tags(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
) -> None:
    """Quay answers 404 for the tags of a repository that was emptied."""
    memory_registry.switches.emptied_tags = "unknown"
    digest = memory_registry.put_manifest("team/app", b"{}", OCI_MANIFEST, "v1")
    registry = serve(memory_registry)
    with httpx.Client(base_url=registry) as client:
        assert client.delete(f"/v2/team/app/manifests/{digest}").status_code == 202
    base = serve_site(registry)
    tags = TagsPage(watch_page(base, locale="en"), base, "team/app").visit()
    expect(tags.page.get_by_text("No tags here yet.")).to_be_visible()


def test_a_filter_takes_globs_what_is_excluded_and_ages(releases: TagsPage) -> None:
    box = releases.page.get_by_role("searchbox", name="Filter tags")
    box.fill("1.9*")
    expect(releases.page.locator("tr[data-tag]")).not_to_have_count(0)
    assert all(tag.startswith("1.9") for tag in releases.tags())
    box.fill("!1.* !latest")
    expect(releases.row("latest")).to_have_count(0)
    expect(releases.row("0.1.0")).to_be_visible()
    box.fill("newer:1h")
    expect(releases.page.locator(".void")).to_contain_text("newer:1h")
    box.fill("older:1d latest")
    releases.expect_tags("latest")
    name = "Select all 1 that match older:1d latest"
    expect(releases.page.get_by_role("checkbox", name=name)).to_be_visible()


def test_a_selection_leaves_the_filter_and_gathers_over_several(releases: TagsPage) -> None:
    box = releases.page.get_by_role("searchbox", name="Filter tags")
    for text in ("latest", "1.9.0"):
        releases.page.locator("h1").click()
        releases.page.keyboard.press("/")
        expect(box).to_be_focused()
        box.fill(text)
        releases.row(text).locator(".hit").click()
    expect(releases.page.locator(".selection .count")).to_have_text("2 selected")
    box.fill("")
    expect(releases.page.locator("tr.chosen")).to_have_count(2)


def test_the_siblings_of_a_tag_open_as_a_list_by_click_and_key(releases: TagsPage) -> None:
    siblings = releases.row("latest").locator(".siblings")
    siblings.click()
    menu = releases.page.locator("#menu-copy")
    expect(menu.get_by_role("link")).to_have_text(["1.10.0"])
    releases.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    siblings.focus()
    releases.page.keyboard.press("Enter")
    menu.get_by_role("link", name="1.10.0").click()
    releases.page.wait_for_url("**tag=1.10.0")


def test_a_stopped_registry_is_an_error_with_a_retry(
    serve_site: ServeSite,
    make_docker_registry: Callable[..., DockerRegistry],
    watch_page: WatchPage,
) -> None:
    registry = make_docker_registry()
    with registry.client() as client:
        Pusher(client, "team/app").push_image("1.0")
    base = serve_site(registry.url)
    registry.stop()
    tags = TagsPage(watch_page(base, locale="en"), base, "team/app").visit()
    expect(tags.page.locator(".void h2")).to_have_text("nas does not answer")
    expect(tags.page.locator(".void code.dim")).to_have_text("REGISTRY_UNREACHABLE")
    registry.start()
    tags.page.get_by_role("button", name="Retry").click()
    tags.expect_tags("1.0")


def test_a_failed_row_is_retried_in_its_cell(
    serve_site: ServeSite, docker_registry: DockerRegistry, pusher: Pusher, watch_page: WatchPage
) -> None:
    pusher.push_image("1.0")
    base = serve_site(docker_registry.url)
    tags = TagsPage(watch_page(base, locale="en"), base, pusher.repository)
    failed = {
        "registry": "nas",
        "repository": pusher.repository,
        "summaries": [],
        "failed": [{"tag": "1.0", "code": "MANIFEST_UNKNOWN", "message": "it is gone"}],
        "pending": [],
    }
    tags.page.route("**/summaries?*", lambda route: route.fulfill(json=failed), times=1)
    tags.visit()
    cell = tags.row("1.0").locator(".c-all")
    expect(cell).to_contain_text("Not found")
    cell.get_by_role("button", name="Retry: 1.0").click()
    expect(tags.row("1.0").locator(".digest")).to_be_visible()
    expect(cell).to_be_hidden()


def test_a_list_with_a_name_that_is_no_tag_is_not_drawn(
    serve_site: ServeSite, docker_registry: DockerRegistry, pusher: Pusher, watch_page: WatchPage
) -> None:
    pusher.push_hostile_image("1.0")
    base = serve_site(docker_registry.url)
    tags = TagsPage(watch_page(base, locale="en"), base, pusher.repository)
    place = {"registry": "nas", "repository": pusher.repository}
    evil = {**place, "tags": [HOSTILE_TEXT, "1.0"], "hidden": 0, "next": None}
    tags.page.route("**/tags?*", lambda route: route.fulfill(json=evil))
    tags.visit()
    expect(tags.page.locator("main [role=alert] code")).to_have_text("ANSWER_FOREIGN")
    assert tags.tags() == []
    assert tags.page.locator("main img, main script").count() == 0


CUT = """select => {
  const style = getComputedStyle(select);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(select.selectedOptions[0].textContent).width - room;
}"""
"""By how many pixels a select is too narrow for what is chosen in it."""


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_order_can_be_read_on_the_narrowest_phone(
    *,
    serve_site: ServeSite,
    docker_registry: DockerRegistry,
    pusher: Pusher,
    watch_page: WatchPage,
    language: str,
) -> None:
    pusher.push_image("1.0")
    base = serve_site(docker_registry.url)
    watch = watch_page(base, locale=language, viewport={"width": 320, "height": 640})
    tags = TagsPage(watch, base, pusher.repository)
    tags.open(prefix="" if language == "en" else "ru/")
    select = tags.page.locator("[data-part=sort]")
    for order in ("version", "built", "platforms"):
        select.select_option(order)
        assert select.evaluate(CUT) <= 1
        assert tags.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_viewer_sees_why_delete_is_off(
    serve_site: ServeSite, docker_registry: DockerRegistry, pusher: Pusher, watch_page: WatchPage
) -> None:
    pusher.push_image("1.0")
    base = serve_site(docker_registry.url, is_maintainer=False)
    tags = TagsPage(watch_page(base, locale="en"), base, pusher.repository).open()
    tags.row("1.0").locator(".hit").click()
    remove = tags.page.locator(".selection [data-part=remove]")
    expect(remove).to_have_attribute("aria-disabled", "true")
    expect(tags.page.locator("#why-not")).to_have_text("needs the maintainer role")
    remove.click(force=True)
    tags.page.keyboard.press("Delete")
    expect(tags.dialog).to_be_hidden()


def test_an_expired_sign_in_keeps_rows_and_selection(releases: TagsPage) -> None:
    page = releases.page
    for tag in ("1.9.0", "1.10.0"):
        releases.row(tag).locator(".hit").click()
    releases.answer("**/tags?*", 401, "UNAUTHORIZED")
    page.get_by_role("button", name="Refresh").click()
    banner = page.locator("main .banner")
    expect(banner).to_contain_text("The 2 selected tags stay selected.")
    expect(page.locator("tr[data-tag] .digest:visible")).to_have_count(5)
    expect(page.locator(".selection .count")).to_have_text("2 selected")
    page.unroute("**/tags?*")
    banner.get_by_role("button", name="Retry").click()
    expect(banner).to_have_count(0)
    expect(page.locator(".selection .count")).to_have_text("2 selected")


def test_a_sign_in_page_instead_of_data_is_said(releases: TagsPage) -> None:
    page = releases.page
    page.route("**/tags?*", lambda route: route.fulfill(content_type="text/html", body="<p>in"))
    releases.visit()
    expect(page.locator(".void")).to_contain_text("Your sign-in has expired")
    expect(page.locator(".void")).to_contain_text("Reload this page")
    expect(page.locator(".void code")).to_have_text("SESSION_EXPIRED")


def test_a_registry_that_asks_to_wait_is_asked_again(releases: TagsPage) -> None:
    page = releases.page
    error = {"errors": [{"code": "TOOMANYREQUESTS", "message": "slowly", "detail": None}]}
    page.route(
        "**/tags?*",
        lambda route: route.fulfill(status=429, headers={"Retry-After": "1"}, json=error),
        times=1,
    )
    releases.open()
    expect(releases.count).to_have_text("5 tags")


def test_refresh_sees_what_was_pushed_meanwhile(releases: TagsPage, pusher: Pusher) -> None:
    before = releases.row("1.9.0").locator(".digest").get_attribute("title")
    moved = pusher.push_image("1.9.0", name="moved")
    pusher.push_image("3.0.0", name="added")
    releases.page.get_by_role("button", name="Refresh").click()
    releases.expect_tags("latest", "3.0.0", "1.10.0", "1.9.0", "1.9.0-rc.1", "0.1.0")
    expect(releases.row("1.9.0").locator(".digest")).to_have_attribute("title", moved.digest)
    assert moved.digest != before


def test_signature_tags_are_shown_when_wanted(releases: TagsPage, pusher: Pusher) -> None:
    page = releases.page
    pusher.push_signature(pusher.push_image("signed", name="signed"))
    page.get_by_role("button", name="Refresh").click()
    expect(releases.count).to_have_text("6 tags")
    page.locator("[popovertarget=menu-view]").click()
    page.get_by_label("Show 1 signature tag").check()
    expect(releases.count).to_have_text("7 tags")
    expect(page).to_have_url(re.compile("all=true"))


@pytest.fixture
def busy(
    serve_site: ServeSite,
    make_docker_registry: Callable[..., DockerRegistry],
    watch_page: WatchPage,
) -> TagsPage:
    """Open a repository with 10,000 tags."""
    registry = make_docker_registry()
    repository = fill_filesystem(registry.storage, tags=10_000)
    base = serve_site(registry.url)
    return TagsPage(watch_page(base, locale="en"), base, repository).open()


def test_ten_thousand_tags_cost_few_nodes_and_few_requests(busy: TagsPage) -> None:
    page = busy.page
    expect(busy.count).to_have_text("10,000 tags")
    page.set_viewport_size({"width": 1280, "height": 1700})
    expect(page.locator("tr[data-tag] .digest:visible").nth(39)).to_be_visible()
    requests = [each for each in busy.watch.requests if "/api/" in each]
    assert len(requests) <= 15
    assert page.evaluate("document.querySelectorAll('*').length") <= 5000
    assert page.locator("table.tags").get_attribute("aria-rowcount") == "10001"
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(busy.row("1.0.0")).to_be_visible()
    expect(busy.row("1.0.0")).to_have_attribute("aria-rowindex", "10001")
    expect(busy.row("1.0.0").locator(".digest")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('*').length") <= 5000
    busy.watch.assert_quiet()


ROW_AT_THE_TOP = """() => {
  const rows = [...document.querySelectorAll("tr[data-tag]")];
  const row = rows.find((each) => each.getBoundingClientRect().bottom > 1);
  return [row.dataset.tag, Math.round(row.getBoundingClientRect().height)];
}"""


def test_a_turned_phone_keeps_the_place_in_a_long_list(busy: TagsPage) -> None:
    page = busy.page
    for width, height in ((375, 700), (375, 640), (1280, 700), (375, 700)):
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
        expect(page.locator("tr.spacer:visible")).to_have_count(2)
        tag, _ = page.evaluate(ROW_AT_THE_TOP)
        page.set_viewport_size({"width": width, "height": height})
        row_height = 60 if width == 375 else 36
        page.wait_for_function(
            "height => document.documentElement.scrollHeight > 10_000 * height"
            " && document.documentElement.scrollHeight < 10_050 * height",
            arg=row_height,
        )
        assert page.evaluate(ROW_AT_THE_TOP) == [tag, row_height]
    busy.watch.assert_quiet()


def test_sorting_ten_thousand_tags_shows_progress_and_stops(busy: TagsPage) -> None:
    page = busy.page
    page.locator("[data-sort=built] .sort").click()
    expect(page.locator(".reading")).to_be_visible()
    expect(page.locator(".reading p")).to_contain_text("of 10,000")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".reading")).to_be_hidden()
    expect(page.locator("main .banner")).to_contain_text("of 10,000 tags")


def test_the_whole_list_can_be_filtered_and_selected(busy: TagsPage) -> None:
    page = busy.page
    page.keyboard.press("/")
    page.keyboard.type("1.99.")
    expect(busy.count).to_have_text("100 of 10,000 tags")
    page.locator("thead .hit").click()
    expect(page.locator(".selection .count")).to_have_text("100 selected")


@pytest.fixture
def open_in(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
) -> Callable[..., TagsPage]:
    """Open the releases in a language, a theme and a width."""

    def open_it(locale: str, scheme: str, width: int) -> TagsPage:
        registry = serve(memory_registry)
        with httpx.Client(base_url=registry) as client:
            push_releases(Pusher(client, "team/app"))
        base = serve_site(registry, protect=("*-rc.*",))
        size = {"width": width, "height": 900}
        watch = watch_page(
            base, viewport=size, color_scheme=scheme, locale=locale, has_touch=width < 640
        )
        return TagsPage(watch, base, "team/app").open(prefix="" if locale == "en" else "ru/")

    return open_it


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ru"])
def test_axe_finds_nothing(
    open_in: Callable[..., TagsPage], width: int, scheme: str, locale: str
) -> None:
    tags = open_in(locale, scheme, width)
    assert list_violations(tags.page) == []
    if width > 640:
        tags.row("1.9.0").locator(".hit").click()
        assert list_violations(tags.page) == []
        tags.page.keyboard.press("Escape")
    tags.ask_to_delete("latest")
    assert list_violations(tags.page) == []
    scroll_width = tags.page.evaluate("document.documentElement.scrollWidth")
    assert scroll_width <= width
    tags.watch.assert_quiet()
