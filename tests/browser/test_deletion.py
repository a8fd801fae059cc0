"""Deleting, refusing and undoing in the browser; afterwards the registry itself is asked."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import expect

from reglite.demo.presets import distribution_2_8
from reglite.demo.registry import MemoryRegistry
from reglite.media_types import OCI_INDEX, OCI_MANIFEST
from tests.browser.conftest import ServeSite
from tests.browser.tags_page import TagsPage
from tests.support.browser import Watch
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pushed, Pusher

WatchPage = Callable[..., Watch]
ANY = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"


class Repository:
    """One repository of a registry, asked past RegLite."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        self._client = client
        self.name = name

    def digest_of(self, tag: str) -> str | None:
        """Return what a tag names, or None where it answers 404."""
        answer = self._client.head(f"v2/{self.name}/manifests/{tag}", headers={"Accept": ANY})
        assert answer.status_code in (200, 404)
        return answer.headers.get("Docker-Content-Digest") if answer.status_code == 200 else None

    def tags(self) -> list[str]:
        """Return all tags, sorted; none for an emptied repository."""
        answer = self._client.get(f"v2/{self.name}/tags/list")
        return sorted(answer.json().get("tags") or []) if answer.status_code == 200 else []


OpenTags = Callable[..., TagsPage]


@pytest.fixture
def open_tags(
    serve_site: ServeSite, docker_registry: DockerRegistry, pusher: Pusher, watch_page: WatchPage
) -> OpenTags:
    """Open the tags of the test's repository in the real registry."""

    def open_it(locale: str = "en", **options: object) -> TagsPage:
        base = serve_site(docker_registry.url, **options)
        tags = TagsPage(watch_page(base, locale=locale), base, pusher.repository)
        return tags.open(prefix="" if locale == "en" else f"{locale}/")

    return open_it


@pytest.fixture
def truth(docker_registry: DockerRegistry, repository: str) -> Iterator[Repository]:
    """Ask the real registry about the test's repository."""
    with docker_registry.client() as client:
        yield Repository(client, repository)


@pytest.fixture
def image(pusher: Pusher) -> Pushed:
    """Push one multi-arch image under three tags, and another beside it."""
    pusher.push_image("1.0.0", name="other")
    return pusher.push_index("1.4.2", "latest", "stable")


def test_only_the_tag_goes_and_undo_brings_it_back(
    open_tags: OpenTags, image: Pushed, truth: Repository
) -> None:
    tags = open_tags()
    tags.ask_to_delete("1.4.2")
    expect(tags.in_dialog("title")).to_have_text("Remove tag 1.4.2?")
    expect(tags.in_dialog("cancel")).to_be_focused()
    expect(tags.in_dialog("tag_then")).to_have_text("The image stays as latest and stable.")
    expect(tags.in_dialog("image_what")).to_have_text("Image and all 3 tags.")
    expect(tags.in_dialog("image_then")).to_have_text(
        "latest, 1.4.2 and stable stop working; affects 2 platforms."
    )
    expect(tags.in_dialog("confirm")).to_be_hidden()
    tags.confirm()
    tags.expect_tags("latest", "1.0.0", "stable")
    assert truth.tags() == ["1.0.0", "latest", "stable"]
    assert truth.digest_of("latest") == image.digest
    banner = tags.page.locator("main .banner.done")
    expect(banner).to_contain_text("Removed tag 1.4.2")
    banner.get_by_role("button", name="Undo").click()
    tags.expect_tags("latest", "1.4.2", "1.0.0", "stable")
    expect(banner).to_have_count(0)
    assert truth.digest_of("1.4.2") == image.digest
    tags.watch.assert_quiet()


def test_the_whole_image_goes_after_its_repository_is_typed(
    open_tags: OpenTags, image: Pushed, truth: Repository
) -> None:
    tags = open_tags()
    tags.ask_to_delete("stable")
    tags.dialog.locator("[value=image]").check()
    go = tags.in_dialog("go")
    expect(go).to_have_text("Delete image and 3 tags")
    expect(go).to_have_attribute("aria-disabled", "true")
    tags.in_dialog("typed").fill("wrong/name")
    tags.page.keyboard.press("Enter")
    expect(tags.dialog).to_be_visible()
    tags.confirm(name=tags.repository)
    tags.expect_tags("1.0.0")
    assert truth.tags() == ["1.0.0"]
    banner = tags.page.locator("main .banner.done")
    expect(banner.locator("[lang=en] code")).to_have_text(
        "registry garbage-collect /etc/docker/registry/config.yml"
    )
    tags.page.reload()
    banner.get_by_role("button", name="Undo").click()
    tags.expect_tags("latest", "1.4.2", "1.0.0", "stable")
    assert truth.digest_of("stable") == image.digest


def test_the_last_tag_offers_the_image_without_a_choice(
    open_tags: OpenTags, pusher: Pusher, truth: Repository
) -> None:
    pusher.push_image("1.0.0", name="one")
    pusher.push_image("2.0.0", name="two")
    tags = open_tags()
    tags.ask_to_delete("1.0.0")
    expect(tags.in_dialog("title")).to_have_text("Delete image 1.0.0?")
    expect(tags.in_dialog("said")).to_have_text(
        "1.0.0 is its only tag and stops working; affects 1 platform."
    )
    expect(tags.in_dialog("choices")).to_be_hidden()
    tags.confirm()
    tags.expect_tags("2.0.0")
    assert truth.tags() == ["2.0.0"]


def test_escape_deletes_nothing(open_tags: OpenTags, image: Pushed, truth: Repository) -> None:
    tags = open_tags()
    tags.ask_to_delete("1.4.2")
    tags.page.keyboard.press("Escape")
    expect(tags.dialog).to_be_hidden()
    assert truth.tags() == ["1.0.0", "1.4.2", "latest", "stable"]


def test_the_delete_key_asks_in_russian(open_tags: OpenTags, image: Pushed) -> None:
    tags = open_tags(locale="ru")
    for key in ("j", "j", "Delete"):
        tags.page.keyboard.press(key)
    tags.expect_plan()
    expect(tags.in_dialog("title")).to_have_text("Удалить тег 1.4.2?")
    expect(tags.in_dialog("tag_then")).to_have_text("Образ останется под тегами latest и stable.")
    expect(tags.in_dialog("image_what")).to_have_text("Образ и все 3 тега.")
    expect(tags.in_dialog("image_then")).to_have_text(
        "Теги latest, 1.4.2 и stable перестанут работать; затронуто: 2 платформы."
    )


def test_one_tag_that_stays_is_named_in_russian_as_one(open_tags: OpenTags, pusher: Pusher) -> None:
    pusher.push_image("3.0.0", "edge", name="pair")
    tags = open_tags(locale="ru")
    tags.ask_to_delete("3.0.0")
    expect(tags.in_dialog("tag_then")).to_have_text("Образ останется как edge.")
    expect(tags.in_dialog("image_what")).to_have_text("Образ и оба тега.")


def test_several_protected_siblings_are_named_in_the_plural(
    open_tags: OpenTags,
    image: Pushed,
) -> None:
    tags = open_tags(protect=("latest", "1.4.2"))
    tags.ask_to_delete("stable")
    expect(tags.in_dialog("said")).to_contain_text("latest and 1.4.2 are protected")


def test_a_tag_that_moved_meanwhile_is_not_deleted(
    open_tags: OpenTags, image: Pushed, pusher: Pusher, truth: Repository
) -> None:
    tags = open_tags()
    tags.ask_to_delete("1.4.2")
    moved = pusher.push_image("1.4.2", name="moved")
    tags.confirm()
    expect(tags.in_dialog("notice")).to_be_visible()
    tags.expect_plan()
    assert truth.digest_of("1.4.2") == moved.digest
    expect(tags.in_dialog("where")).to_contain_text("nas / ")
    expect(tags.in_dialog("title")).to_have_text("Delete image 1.4.2?")


@pytest.mark.parametrize("is_old_one_there", [True, False])
def test_a_tag_that_moved_since_its_row_was_drawn_is_looked_at_again(
    open_tags: OpenTags,
    image: Pushed,
    pusher: Pusher,
    truth: Repository,
    is_old_one_there: bool,
) -> None:
    tags = open_tags()
    old = truth.digest_of("1.0.0") or ""
    newer = pusher.push_image("1.0.0", name="newer")
    if not is_old_one_there:
        pusher.delete(old)
    tags.ask_to_delete("1.0.0")
    expect(tags.in_dialog("notice")).to_be_visible()
    expect(tags.in_dialog("where")).to_contain_text(newer.digest[7:19])
    expect(tags.in_dialog("said")).to_contain_text("1.0.0 is its only tag")
    tags.confirm()
    tags.expect_tags("latest", "1.4.2", "stable")
    assert truth.digest_of("1.0.0") is None
    assert (truth.digest_of(old) == old) == is_old_one_there


def test_a_new_sibling_stops_the_deletion_of_the_image(
    open_tags: OpenTags, image: Pushed, pusher: Pusher, truth: Repository
) -> None:
    tags = open_tags()
    tags.ask_to_delete("1.4.2")
    tags.dialog.locator("[value=image]").check()
    pusher.push_raw(image.raw, image.media_type, "sneaked-in")
    tags.confirm(name=tags.repository)
    expect(tags.in_dialog("notice")).to_be_visible()
    expect(tags.in_dialog("tag_then")).to_contain_text("sneaked-in")
    assert truth.tags() == ["1.0.0", "1.4.2", "latest", "sneaked-in", "stable"]


def test_a_protected_tag_names_the_setting_and_offers_only_close(
    open_tags: OpenTags, image: Pushed, truth: Repository
) -> None:
    tags = open_tags(protect=("latest",))
    tags.ask_to_delete("latest")
    expect(tags.in_dialog("title")).to_have_text("latest is protected")
    expect(tags.in_dialog("said")).to_contain_text("inventory.nas.protect")
    expect(tags.in_dialog("go")).to_be_hidden()
    expect(tags.in_dialog("cancel")).to_have_text("Close")
    tags.in_dialog("cancel").click()
    assert "latest" in truth.tags()


def test_a_protected_sibling_leaves_only_the_tag(
    open_tags: OpenTags, image: Pushed, truth: Repository
) -> None:
    tags = open_tags(protect=("latest",))
    tags.ask_to_delete("stable")
    expect(tags.in_dialog("choices")).to_be_hidden()
    expect(tags.in_dialog("said")).to_contain_text("latest is protected")
    tags.confirm()
    tags.expect_tags("latest", "1.4.2", "1.0.0")
    assert truth.digest_of("latest") == image.digest


def test_switched_off_deletion_names_the_servers_setting(
    serve_site: ServeSite,
    undeletable_docker_registry: DockerRegistry,
    repository: str,
    watch_page: WatchPage,
) -> None:
    with undeletable_docker_registry.client() as client:
        Pusher(client, repository).push_image("1.0.0")
        base = serve_site(undeletable_docker_registry.url)
        tags = TagsPage(watch_page(base, locale="en"), base, repository).open()
        tags.ask_to_delete("1.0.0")
        expect(tags.in_dialog("title")).to_have_text("nas does not allow deletion")
        expect(tags.in_dialog("remedy")).to_contain_text("REGISTRY_STORAGE_DELETE_ENABLED=true")
        expect(tags.in_dialog("go")).to_be_hidden()
        assert Repository(client, repository).tags() == ["1.0.0"]


def test_bulk_deletes_whole_images_and_single_tags_and_undoes_all(
    open_tags: OpenTags, image: Pushed, truth: Repository
) -> None:
    tags = open_tags()
    for tag in ("1.4.2", "1.0.0"):
        tags.row(tag).locator(".hit").click()
    tags.page.locator(".selection [data-part=remove]").click()
    tags.expect_plan()
    expect(tags.in_dialog("title")).to_have_text("Delete 2 tags?")
    expect(tags.in_dialog("tag_then")).to_have_text(
        "1 image has other tags and stays. 1 image has none and goes."
    )
    tags.confirm(name=tags.repository)
    tags.expect_tags("latest", "stable")
    expect(tags.dialog).to_be_hidden()
    assert truth.tags() == ["latest", "stable"]
    tags.page.locator("main .banner.done").get_by_role("button", name="Undo").click()
    tags.expect_tags("latest", "1.4.2", "1.0.0", "stable")
    assert truth.digest_of("1.4.2") == image.digest


def test_an_index_and_its_tagged_platform_go_together_and_come_back(
    open_tags: OpenTags, pusher: Pusher, truth: Repository
) -> None:
    platform = pusher.push_image("amd64")
    entry = {"mediaType": platform.media_type, "digest": platform.digest, "size": 2}
    index = pusher.push_manifest(
        {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}, OCI_INDEX, "multi"
    )
    tags = open_tags()
    for tag in ("multi", "amd64"):
        tags.row(tag).locator(".hit").click()
    tags.page.locator(".selection [data-part=remove]").click()
    tags.expect_plan()
    tags.dialog.locator("[value=image]").check()
    tags.confirm(name=tags.repository)
    expect(tags.page.get_by_text("No tags here yet.")).to_be_visible()
    expect(tags.dialog).to_be_hidden()
    assert truth.tags() == []
    kept = "JSON.stringify(JSON.parse(sessionStorage['reglite.undo']).reverse())"
    tags.page.evaluate(f"sessionStorage['reglite.undo'] = {kept}")
    tags.page.reload()  # as if the index had gone first
    tags.page.get_by_role("button", name="Undo").click()
    expect(tags.row("multi")).to_be_visible()
    assert (truth.digest_of("multi"), truth.digest_of("amd64")) == (index.digest, platform.digest)
    expect(tags.page.locator("main .banner.danger")).to_have_count(0)


def test_before_a_platform_goes_the_tags_that_lose_it_are_named(
    serve_site: ServeSite,
    docker_registry: DockerRegistry,
    watch_page: WatchPage,
    image: Pushed,
    truth: Repository,
) -> None:
    base = serve_site(docker_registry.url)
    tags = TagsPage(watch_page(base, locale="en"), base, truth.name)
    platform = image.document["manifests"][1]
    tags.page.goto(tags.url.replace("tags.html", "manifest.html") + f"&digest={platform['digest']}")
    tags.page.get_by_role("button", name="Delete…").click()
    tags.expect_plan()
    expect(tags.in_dialog("said")).to_contain_text(
        "latest, 1.4.2 and stable lose linux/arm64/v8: pulls of that fail."
    )
    expect(tags.in_dialog("go")).to_have_attribute("aria-disabled", "true")
    tags.confirm(name=tags.repository)
    tags.page.wait_for_url("**/tags.html?**")
    assert truth.digest_of("1.4.2") == image.digest
    assert truth.digest_of(platform["digest"]) is None


def test_several_images_are_planned_on_one_walk_which_serves_the_next_dialog(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
) -> None:
    registry = serve(memory_registry)
    with httpx.Client(base_url=registry) as client:
        pusher = Pusher(client, "team/app")
        for number in range(5):
            image = pusher.push_image(f"v{number}", name=f"image {number}")
            for other in range(30):
                memory_registry.move_tag("team/app", f"b{number}-{other}", image.digest)
    base = serve_site(registry)
    tags = TagsPage(watch_page(base, locale="en"), base, "team/app").open("&q=v")
    tags.page.locator("thead .check").check()
    memory_registry.requests.clear()
    tags.page.locator(".selection [data-part=remove]").click()
    tags.expect_plan()
    expect(tags.in_dialog("tag_then")).to_contain_text("5 images have other tags and stay.")
    assert memory_registry.count_requests("HEAD", "/manifests/") <= 1.2 * 155
    tags.page.keyboard.press("Escape")
    memory_registry.requests.clear()
    tags.page.locator(".selection [data-part=remove]").click()
    tags.expect_plan()
    assert memory_registry.count_requests("HEAD", "/manifests/") == 0


def test_bulk_says_what_became_of_each_and_retries_the_failed(
    open_tags: OpenTags, pusher: Pusher, truth: Repository
) -> None:
    names = ["1.0.0", "2.0.0", "3.0.0"]
    pushed = {name: pusher.push_image(name, name=name) for name in names}
    tags = open_tags()
    refused = f"**/manifests/{pushed['2.0.0'].digest}?plan=*"
    tags.answer(refused, 502, "REGISTRY_PROTOCOL")
    tags.page.locator("thead .hit").click()
    tags.page.locator(".selection [data-part=remove]").click()
    tags.expect_plan()
    tags.confirm(name=tags.repository)
    retry = tags.dialog.get_by_role("button", name="Retry failed ones")
    expect(retry).to_be_visible()
    expect(tags.in_dialog("outcomes").locator("li.ok")).to_have_count(2)
    expect(tags.in_dialog("outcomes").locator("li.danger")).to_contain_text("REGISTRY_PROTOCOL")
    assert truth.tags() == ["2.0.0"]
    tags.page.unroute(refused)
    retry.click()
    expect(tags.in_dialog("title")).to_have_text("Delete image 2.0.0?")
    tags.confirm()
    expect(tags.page.get_by_text("No tags here yet.")).to_be_visible()
    assert truth.tags() == []


def test_stop_leaves_the_rest_alone(open_tags: OpenTags, pusher: Pusher, truth: Repository) -> None:
    for name in ("1.0.0", "2.0.0", "3.0.0"):
        pusher.push_image(name, name=name)
    tags = open_tags()
    tags.page.locator("thead .hit").click()
    tags.page.locator(".selection [data-part=remove]").click()
    tags.expect_plan()
    held = tags.hold("**/manifests/*?plan=*")
    tags.confirm(name=tags.repository)
    expect(tags.in_dialog("finding")).to_have_text("Deleting… 1 of 3")
    tags.dialog.get_by_role("button", name="Stop").click()
    expect(tags.dialog).to_be_hidden()
    held[0].continue_()
    tags.expect_tags("2.0.0", "1.0.0")
    expect(tags.page.locator("main .banner.done")).to_contain_text("3.0.0")
    assert truth.tags() == ["1.0.0", "2.0.0"]
    assert len(held) == 1


def test_a_failure_is_said_and_stays_until_dismissed(
    open_tags: OpenTags, image: Pushed, truth: Repository
) -> None:
    tags = open_tags()
    tags.answer("**/tags/1.4.2?digest=*", 502, "REGISTRY_PROTOCOL")
    tags.ask_to_delete("1.4.2")
    tags.confirm()
    banner = tags.page.locator("main .banner.danger")
    expect(banner).to_contain_text("1.4.2 was not deleted and still works.")
    expect(banner).to_contain_text("REGISTRY_PROTOCOL")
    expect(tags.row("1.4.2").locator(".digest")).to_be_visible()
    banner.get_by_role("button", name="Dismiss").click()
    expect(banner).to_have_count(0)
    assert truth.digest_of("1.4.2") == image.digest


def test_undo_says_plainly_when_the_blobs_are_gone(open_tags: OpenTags, image: Pushed) -> None:
    tags = open_tags()
    tags.ask_to_delete("1.0.0")
    tags.confirm()
    tags.expect_tags("latest", "1.4.2", "stable")
    tags.page.route(
        "**/manifests/*?tag=*",
        lambda route: route.fulfill(
            status=404,
            json={"errors": [{"code": "MANIFEST_UNKNOWN", "message": "its blobs are collected"}]},
        ),
    )
    tags.page.get_by_role("button", name="Undo").click()
    expect(tags.page.locator("main .banner.danger")).to_contain_text("can’t be put back")
    expect(tags.page.locator("main .banner.danger")).to_contain_text("its blobs are collected")


def test_undo_of_very_many_tags_fits_into_addresses(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
) -> None:
    names = [f"nightly-2026-{number:03}-{'x' * 40}" for number in range(120)]
    memory_registry.switches.checks_references = False
    raw = b'{"schemaVersion":2,"config":{},"layers":[]}'
    memory_registry.put_manifest("team/app", raw, OCI_MANIFEST, *names)
    base = serve_site(serve(memory_registry))
    tags = TagsPage(watch_page(base, locale="en"), base, "team/app").open()
    tags.ask_to_delete(names[-1])
    tags.dialog.locator("[value=image]").check()
    tags.confirm(name="team/app")
    expect(tags.page.get_by_text("No tags here yet.")).to_be_visible()
    asked: list[str] = []
    tags.page.on("request", lambda sent: asked.append(f"{sent.method} {sent.url}"))
    tags.page.get_by_role("button", name="Undo").click()
    expect(tags.row(names[-1])).to_be_visible()
    assert sorted(memory_registry.get_tags("team/app")) == names
    assert max(len(line) for line in asked if line.startswith("PUT")) < 4096


def test_undo_leaves_a_tag_alone_that_was_pushed_again(
    open_tags: OpenTags, image: Pushed, pusher: Pusher, truth: Repository
) -> None:
    tags = open_tags()
    tags.ask_to_delete("1.0.0")
    tags.confirm()
    tags.expect_tags("latest", "1.4.2", "stable")
    newer = pusher.push_image("1.0.0", name="newer")
    tags.page.get_by_role("button", name="Undo").click()
    expect(tags.page.locator("main .banner.warn")).to_contain_text("1.0.0 was pushed again")
    tags.expect_tags("latest", "1.4.2", "1.0.0", "stable")
    assert truth.digest_of("1.0.0") == newer.digest


def test_without_the_manifests_bytes_the_name_is_asked_for(
    open_tags: OpenTags, image: Pushed
) -> None:
    tags = open_tags()
    digest = tags.row("1.0.0").locator(".digest").get_attribute("title")
    tags.answer(f"**/manifests/{digest}", 502, "REGISTRY_PROTOCOL")
    tags.ask_to_delete("1.0.0")
    expect(tags.in_dialog("note")).to_contain_text("can’t be undone")
    expect(tags.in_dialog("confirm")).to_be_visible()
    tags.confirm(name=tags.repository)
    expect(tags.page.locator("main .banner.done")).to_contain_text("can’t be undone")
    expect(tags.page.get_by_role("button", name="Undo")).to_have_count(0)


def plan_path(tags: TagsPage, image: Pushed) -> str:
    repository = f"/api/v1/registries/nas/repositories/{tags.repository}"
    return f"{repository}/manifests/{image.digest}/deletion-plan"


def test_a_long_plan_shows_how_far_it_has_come(open_tags: OpenTags, image: Pushed) -> None:
    tags = open_tags()
    part = {
        "digest": image.digest,
        "kind": "index",
        "tags": ["1.4.2"],
        "protected": [],
        "parents": [],
        "children": [],
        "referrers": [],
        "related_tags": [],
        "untag": "placeholder",
        "allowed": False,
        "reason": "still looking",
        "complete": False,
        "checked": 2140,
        "total": 10000,
        "next": f"{plan_path(tags, image)}?cursor=the-rest",
        "plan": "0",
    }
    whole = {**part, "allowed": True, "reason": None, "complete": True, "next": None}
    held = tags.hold("**/deletion-plan?cursor=the-rest")
    tags.page.route("**/deletion-plan?walk=*", lambda route: route.fulfill(json=part))
    tags.row("1.4.2").locator("[popovertarget]").click()
    tags.page.locator("#menu-row [data-part=remove]").click()
    expect(tags.in_dialog("finding")).to_have_text(
        "Finding other tags on this image… 2,140 of 10,000"
    )
    expect(tags.in_dialog("go")).to_have_attribute("aria-disabled", "true")
    held[0].fulfill(json=whole)
    tags.expect_plan()
    expect(tags.in_dialog("title")).to_have_text("Delete image 1.4.2?")


@pytest.mark.parametrize("is_damaged", [False, True])
def test_a_tag_that_names_nothing_that_can_be_read_can_be_removed(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
    is_damaged: bool,
) -> None:
    """Distribution 2.8 leaves such tags behind; one placeholder over them heals them."""
    memory_registry.switches = distribution_2_8()
    memory_registry.switches.damaged_tags = frozenset({"broken"} if is_damaged else ())
    registry = serve(memory_registry)
    with httpx.Client(base_url=registry) as client:
        image = Pusher(client, "team/app").push_image("1.0.0")
        memory_registry.move_tag("team/app", "broken", f"sha256:{'1' * 64}")
        base = serve_site(registry)
        tags = TagsPage(watch_page(base, locale="en"), base, "team/app").open()
        tags.ask_to_delete("broken")
        expect(tags.in_dialog("said")).to_contain_text("can’t be read any more")
        expect(tags.in_dialog("note")).to_be_hidden()
        tags.confirm()
        tags.expect_tags("1.0.0")
        truth = Repository(client, "team/app")
        assert truth.tags() == ["1.0.0"]
        assert truth.digest_of("1.0.0") == image.digest
        expect(tags.page.locator("main .banner")).to_have_count(0)


def test_a_tag_that_somebody_else_removed_leaves_the_list(
    open_tags: OpenTags, pusher: Pusher, truth: Repository
) -> None:
    pusher.push_image("1.0.0", name="one")
    pusher.push_image("2.0.0", name="two")
    tags = open_tags()
    pusher.delete(truth.digest_of("1.0.0") or "")
    tags.ask_to_delete("1.0.0")
    tags.confirm()
    tags.expect_tags("2.0.0")
    expect(tags.page.locator("main .banner")).to_have_count(0)


def test_a_tag_whose_row_failed_can_be_deleted(
    open_tags: OpenTags, image: Pushed, truth: Repository
) -> None:
    tags = open_tags()
    failing = "**/summaries?*"
    tags.page.route(
        failing,
        lambda route: route.fulfill(
            json={
                "registry": "nas",
                "repository": tags.repository,
                "summaries": [],
                "failed": [{"tag": "1.0.0", "code": "REGISTRY_PROTOCOL", "message": "500"}],
                "pending": [],
            }
        ),
    )
    tags.page.reload()
    expect(tags.row("1.0.0").get_by_role("button", name="Retry: 1.0.0")).to_be_visible()
    tags.page.unroute(failing)
    tags.ask_to_delete("1.0.0")
    expect(tags.in_dialog("said")).to_contain_text("affects 1 platform")
    tags.confirm()
    tags.expect_tags("latest", "1.4.2", "stable")
    assert truth.tags() == ["1.4.2", "latest", "stable"]


def test_a_placeholder_row_offers_to_finish(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
) -> None:
    registry = serve(memory_registry)
    with httpx.Client(base_url=registry) as client:
        pusher = Pusher(client, "team/app")
        image = pusher.push_image("1.0.0")
        pusher.push_empty_index(
            "0.9.0",
            annotations={
                "dev.reglite.untag.digest": image.digest,
                "dev.reglite.untag.tag": "0.9.0",
                "dev.reglite.untag.nonce": "n",
            },
        )
        base = serve_site(registry)
        tags = TagsPage(watch_page(base, locale="en"), base, "team/app").open()
        expect(tags.row("0.9.0")).to_contain_text("Removal was interrupted")
        tags.row("0.9.0").get_by_role("button", name="Finish…").click()
        tags.expect_plan()
        expect(tags.in_dialog("title")).to_have_text("Finish removing 0.9.0?")
        tags.confirm()
        tags.expect_tags("1.0.0")
        truth = Repository(client, "team/app")
        assert truth.tags() == ["1.0.0"]
        assert truth.digest_of("1.0.0") == image.digest
        tags.watch.assert_quiet()
