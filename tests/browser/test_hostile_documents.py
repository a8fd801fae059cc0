"""What a hostile registry sends is drawn in bounds, whatever it holds: depth, number, length."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from reglite.demo.images import fill_demo
from reglite.demo.registry import MemoryRegistry
from tests.browser.conftest import ServeSite
from tests.support.browser import Watch

WatchPage = Callable[..., Watch]
REPOSITORY = "shop/storefront"
MANIFEST = f"/manifest.html?registry=nas&repository={REPOSITORY}&tag=latest"
MOST_CHARACTERS = 1_000_000
MOST_NODES = 30_000
LONG = 100_000
DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def page(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: WatchPage,
) -> Page:
    fill_demo(memory_registry)
    return watch_page(serve_site(serve(memory_registry)), locale="en").page


def nest(depth: int, length: int) -> str:
    """Write arrays in arrays around numbers, as long as asked: each would be a line of its own."""
    numbers = ",".join(["1"] * ((length - 2 * depth) // 2))
    return "[" * depth + numbers + "]" * depth


def expect_bounds(page: Page) -> None:
    """Tell that what is in the document stays small, and that the page answers."""
    size = page.evaluate("document.querySelector('main').outerHTML.length")
    nodes = page.evaluate("document.querySelectorAll('main *').length")
    assert size <= MOST_CHARACTERS
    assert nodes <= MOST_NODES
    page.get_by_role("button", name="Menu").click()
    expect(page.locator("#menu-main")).to_be_visible()
    page.keyboard.press("Escape")


def give_blob(page: Page, text: str, kind: str = "application/json") -> None:
    headers = {"Docker-Content-Digest": DIGEST, "Content-Type": kind}
    page.route("**/blobs/*", lambda route: route.fulfill(headers=headers, body=text))


def open_fold(page: Page) -> Locator:
    page.goto(MANIFEST)
    fold = page.locator("details.fold", has_text="SPDX").first
    fold.locator("summary").first.click()
    return fold


@pytest.mark.parametrize(
    ("depth", "length"), [(900, 42_000), (900, 300_000), (900, 4_000_000), (100_000, 300_000)]
)
def test_an_attestation_of_nested_arrays_is_shown_as_it_came_and_does_not_freeze_the_tab(
    page: Page, depth: int, length: int
) -> None:
    text = nest(depth, length)
    give_blob(page, text)
    fold = open_fold(page)
    shown = fold.locator("pre")
    expect(shown).to_contain_text(f"(the first 20,000 of {len(text):,} characters)")
    assert shown.inner_text().startswith(text[:20_000])
    with page.expect_download() as download:
        fold.get_by_role("link", name="Download").click()
    assert download.value.path().read_text() == text
    expect_bounds(page)


@pytest.mark.parametrize(
    "document",
    [
        {"spdxVersion": "SPDX-2.3", "packages": [{"name": f"p{n}"} for n in range(LONG)]},
        {"bomFormat": "CycloneDX", "specVersion": "9" * LONG,
         "components": [{"name": "n" * LONG, "version": "v" * LONG, "type": "t" * LONG}] * 10},
    ],
    ids=["a-hundred-thousand", "of-long-words"],
)  # fmt: skip
def test_packages_without_number_or_end_are_drawn_in_part_and_it_is_said(
    page: Page, document: dict[str, Any]
) -> None:
    give_blob(page, json.dumps(document))
    fold = open_fold(page)
    expect(fold.locator(".packages tbody tr").first).to_be_visible()
    if "packages" in document:
        expect(fold).to_contain_text("The first 50,000 of 100,000 are shown.")
    else:
        expect(fold).to_contain_text("(the first 200 of 100,000 characters)")
    expect_bounds(page)


def test_materials_without_number_are_drawn_in_part(page: Page) -> None:
    materials = [{"uri": "u" * 30, "digest": {"sha1": "b"}} for _ in range(LONG // 4)]
    statement = {
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {"buildType": "b" * LONG, "resolvedDependencies": materials}
        },
    }
    give_blob(page, json.dumps(statement))
    fold = open_fold(page)
    expect(fold).to_contain_text("The first 100 of 25,000 are shown.")
    expect(fold).to_contain_text("(the first 2,000 of 100,000 characters)")
    fold.get_by_role("button", name="Show more").click()
    expect(fold).to_contain_text("The first 200 of 25,000 are shown.")
    expect_bounds(page)


def make_view(**changes: Any) -> dict[str, Any]:
    """Make the answer of a manifest; ``changes`` are what is hostile about it."""
    view: dict[str, Any] = {
        "registry": "nas", "repository": REPOSITORY, "reference": "latest", "digest": DIGEST,
        "media_type": "application/vnd.oci.image.manifest.v1+json", "artifact_type": None,
        "kind": "image", "created": None, "size_bytes": 1, "manifest_bytes": 1, "annotations": {},
        "subject": None, "platforms": [], "members": [], "unread": [], "image": None,
        "layers": [], "raw": "{}",
    }  # fmt: skip
    return {**view, **changes}


def make_image(**changes: Any) -> dict[str, Any]:
    lists = ("env", "entrypoint", "cmd", "exposed_ports", "volumes", "history")
    return {**{name: [] for name in lists}, "labels": {}, **changes}


def make_layer(n: int) -> dict[str, Any]:
    digest = f"sha256:{n:064x}"
    return {"digest": digest, "media_type": "application/json", "size_bytes": n, "annotations": {}}


def make_platform(n: int) -> dict[str, Any]:
    platform = f"linux/p{n}"
    digest = f"sha256:{n:064x}"
    return {"platform": platform, "digest": digest, "attestations": [DIGEST] * 3, "os_features": []}


def make_member(n: int) -> dict[str, Any]:
    digest = f"sha256:{n:064x}"
    return {"digest": digest, "media_type": "m" * 3000, "size_bytes": n, "annotations": {}}


STEP = {"created_by": "RUN x", "comment": None, "empty_layer": True, "layer": None}
WORDS = {f"k{n}": "v" for n in range(LONG)}
HOSTILE = {
    "layers": make_view(layers=[make_layer(n) for n in range(LONG)]),
    "steps": make_view(image=make_image(history=[STEP] * 10_000)),
    "long-steps": make_view(image=make_image(history=[
        {**STEP, "created_by": "RUN a && " + "a\n" * LONG},
        {**STEP, "created_by": " " * 300_000 + "x"},
        {**STEP, "created_by": "RUN x" + " " * 300_000 + "x"}])),
    "labels": make_view(image=make_image(labels=WORDS, env=list(WORDS), volumes=list(WORDS))),
    "annotations": make_view(annotations=WORDS),
    "long-words": make_view(
        artifact_type="t" * LONG, media_type="m" * LONG, annotations={"k" * LONG: "v" * LONG},
        image=make_image(env=["e" * 4_000_000], cmd=["c" * LONG] * 9, user="u" * LONG),
    ),
    "platforms": make_view(kind="index", platforms=[make_platform(n) for n in range(LONG)]),
    "twins": make_view(kind="index", platforms=[
        {**make_platform(n), "platform": "windows/amd64", "os_version": "v" * 300}
        for n in range(LONG // 10)]),
    "members": make_view(kind="index", members=[make_member(n) for n in range(LONG // 10)]),
    "raw": make_view(raw=nest(900, 4_000_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_manifest_without_number_or_end_is_drawn_in_part_and_it_is_said(
    page: Page, name: str
) -> None:
    view = json.dumps(HOSTILE[name])
    plain = json.dumps(make_view(image=make_image()))
    page.route("**/manifests/sha256:*", lambda route: route.fulfill(
        content_type="application/json", body=plain))  # fmt: skip
    page.route("**/tags/latest/manifest*", lambda route: route.fulfill(
        content_type="application/json", body=view))  # fmt: skip
    none = {"referrers": [], "related_tags": [], "source": "api"}
    page.route("**/referrers*", lambda route: route.fulfill(json=none))
    page.goto(MANIFEST)
    expect(page.locator("#content")).to_have_attribute("aria-busy", "false")
    # The raw text stands in a fold that is closed: what is said there is text and not yet shown.
    in_part = re.compile(r"of 100,000 are shown|of 10,000 are shown| characters\)")
    expect(page.locator("main")).to_contain_text(in_part)
    expect_bounds(page)


def test_referrers_and_tags_without_number_are_drawn_in_part(page: Page) -> None:
    referrer = {"media_type": "m", "artifact_type": "a/b", "size_bytes": 1, "annotations": {}}
    many = [{**referrer, "digest": f"sha256:{n:064x}"} for n in range(LONG)]
    answer = {"referrers": many, "related_tags": [], "source": "api"}
    page.route("**/referrers*", lambda route: route.fulfill(json=answer))
    tags = [{"tag": f"t{n}", "as": "manifest", "platform": None} for n in range(LONG)]
    held = [{"tag": f"p{n}", "as": "platform", "platform": f"linux/{n}"} for n in range(LONG)]
    holders = {"tags": tags + held, "checked": 1, "total": 1, "next": None}
    page.route("**/manifests/*/tags?*", lambda route: route.fulfill(
        json={**holders, "digest": route.request.url.split("/")[-2]}))  # fmt: skip
    page.goto(MANIFEST)
    expect(page.locator("section[data-part=attached]")).to_contain_text("are shown. Show more")
    page.get_by_role("button", name="Find all tags").click()
    expect(page.locator(".facts")).to_contain_text("The first 100 of 100,001 are shown.")
    expect_bounds(page)


def test_content_in_a_storage_out_of_reach_is_named_above_what_the_manifest_tells(
    page: Page, memory_registry: MemoryRegistry
) -> None:
    memory_registry.switches.blob_redirect = "http://127.0.0.1:1"
    page.goto(MANIFEST)
    expect(page.get_by_role("alert").first).to_contain_text("keeps it at 127.0.0.1:1")
    expect(page.get_by_role("alert").first).to_contain_text("storage.redirect.disable")
    expect(page.locator("section[data-part=platforms] tbody tr").first).to_be_visible()
    expect(page.locator("section[data-part=layers] tbody tr").first).to_be_visible()
