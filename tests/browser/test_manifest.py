"""The manifest page against the real registry: every kind, attachments, hostile text, deletion."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ServeSite
from tests.support.accessibility import list_violations
from tests.support.browser import Watch
from tests.support.docker_registry import DockerRegistry
from tests.support.images import HOSTILE_TEXT, Pushed, Pusher, push_every_kind

WatchPage = Callable[..., Watch]


@dataclass
class ManifestPage:
    """One page of one repository that holds an image of every kind, each under its own tag."""

    watch: Watch
    repository: str
    pushed: dict[str, Pushed]

    @property
    def page(self) -> Page:
        return self.watch.page

    def open(self, tag: str, folder: str = "", **query: str) -> "ManifestPage":
        """Open the manifest that a tag names, and wait until all of it is there."""
        extra = "".join(f"&{key}={value}" for key, value in query.items())
        query_string = f"registry=nas&repository={self.repository}&tag={tag}{extra}"
        self.page.goto(f"/{folder}manifest.html?{query_string}")
        self.watch.wait_until_all_is_there()
        return self

    def section(self, name: str) -> Locator:
        return self.page.locator(f"section[data-part={name}]")

    def fact(self, name: str) -> Locator:
        pairs = self.page.locator(".facts .pairs > div")
        return pairs.filter(has=self.page.get_by_text(name, exact=True)).locator("dd")

    def fold(self, title: str) -> Locator:
        return self.page.locator("details.fold", has_text=title).first


@pytest.fixture(scope="module")
def every_kind(docker_registry: DockerRegistry) -> tuple[str, dict[str, Pushed]]:
    """Push an image of every kind once."""
    with docker_registry.client() as client:
        pusher = Pusher(client, "tests/manifest-page/app")
        return pusher.repository, push_every_kind(pusher)


@pytest.fixture
def manifests(
    serve_site: ServeSite,
    docker_registry: DockerRegistry,
    watch_page: WatchPage,
    every_kind: tuple[str, dict[str, Pushed]],
) -> ManifestPage:
    base = serve_site(docker_registry.url)
    return ManifestPage(watch_page(base, locale="en"), *every_kind)


def test_a_narrow_title_breaks_before_the_tag_and_an_old_date_stands_once(
    manifests: ManifestPage,
) -> None:
    manifests.page.set_viewport_size({"width": 375, "height": 800})
    manifests.open("oci")
    expect(manifests.fact("Built")).to_have_text("2 January 2026, 03:04")
    lines = """() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector("h1").lastChild);
      return range.getClientRects().length;
    }"""
    assert manifests.page.evaluate(lines) == 1


def test_an_image_shows_digest_size_date_layers_history_and_configuration(
    manifests: ManifestPage,
) -> None:
    manifests.open("oci")
    pushed = manifests.pushed["oci"]

    expect(manifests.page.locator("h1")).to_have_text(f"{manifests.repository}:oci")
    expect(manifests.page.locator(".facts code").first).to_have_text(pushed.digest)
    expect(manifests.fact("Kind")).to_have_text("Image of one platform")
    expect(manifests.fact("Built").locator("time")).to_have_attribute(
        "datetime", "2026-01-02T03:04:05Z"
    )
    expect(manifests.section("platforms")).to_be_hidden()
    layers = len(pushed.document["layers"])
    expect(manifests.section("layers").locator("tbody tr")).to_have_count(layers)
    expect(manifests.section("history").locator(".step b").first).to_have_text("RUN")
    expect(manifests.section("config")).to_contain_text("PATH=")
    expect(manifests.page.locator(".head .command code")).to_contain_text("docker pull 127.0.0.1:")
    manifests.watch.assert_quiet()


def test_each_platform_of_an_index_is_a_link_to_its_own_layers(manifests: ManifestPage) -> None:
    manifests.open("index")
    rows = manifests.section("platforms").locator("tbody tr")

    expect(rows).to_have_count(2)
    expect(rows.locator(".name")).to_have_text(["linux/amd64", "linux/arm64/v8"])
    expect(rows.nth(0).locator("[aria-current=true]")).to_have_count(1)
    expect(manifests.fact("Kind")).to_have_text("Index of 2 platforms")
    first = manifests.section("layers").locator(".digest").all_text_contents()

    rows.nth(1).locator("a").click()
    expect(manifests.page).to_have_url(re.compile("platform=linux/arm64/v8"))
    expect(rows.nth(1).locator("[aria-current=true]")).to_have_count(1)
    expect(manifests.section("layers").locator("header")).to_contain_text("for linux/arm64/v8")
    assert manifests.section("layers").locator(".digest").all_text_contents() != first
    expect(manifests.page.locator(".facts code").first).to_have_text(
        manifests.pushed["index"].digest
    )
    manifests.watch.assert_quiet()


def test_images_of_one_platform_are_told_apart_and_the_second_shows_the_second(
    docker_registry: DockerRegistry, manifests: ManifestPage
) -> None:
    with docker_registry.client() as client:
        pusher = Pusher(client, manifests.repository)
        entries = [
            pusher.push_image(name=version, layers=layers).describe(
                platform={"os": "windows", "architecture": "amd64", "os.version": version}
            )
            for version, layers in (("10.0.17763.6414", 1), ("10.0.20348.2762", 2))
        ]
        pusher.push_index_of(entries, "windows")
    shown = manifests.open("windows")
    names = shown.section("platforms").locator("tbody .name")
    expect(names).to_have_text(["windows/amd64 10.0.17763.6414", "windows/amd64 10.0.20348.2762"])
    expect(shown.section("layers").locator("tbody tr")).to_have_count(1)
    names.nth(1).click()
    shown.watch.wait_until_all_is_there()
    expect(shown.section("layers").locator("tbody tr")).to_have_count(2)
    expect(shown.section("layers").locator("header p")).to_contain_text("10.0.20348.2762")
    shown.watch.assert_quiet()


def test_an_index_of_models_and_charts_lists_them_with_sizes_and_offers_no_pull(
    docker_registry: DockerRegistry, manifests: ManifestPage
) -> None:
    with docker_registry.client() as client:
        pusher = Pusher(client, manifests.repository)
        model = pusher.push_artifact(artifact_type="application/x.model", content=b"w" * 2_000)
        titled = {"org.opencontainers.image.title": "weights-7b"}
        entries = [model.describe(annotations=titled), pusher.push_chart().describe()]
        pusher.push_index_of(entries, "models")
    shown = manifests.open("models")
    rows = shown.section("members").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("weights-7b")
    expect(rows.first).to_contain_text("application/x.model")
    expect(rows.first).to_contain_text("1.96 KiB")
    expect(shown.fact("Kind")).to_have_text("Index of 2 artifacts")
    expect(shown.page.locator("[data-part=pull]")).to_be_hidden()
    rows.first.get_by_role("link").click()
    shown.watch.wait_until_all_is_there()
    expect(shown.page.locator("[data-part=pull]")).to_contain_text(f"@{model.digest}")
    expect(shown.page.locator("[data-part=pull_verb]")).to_have_text("oras pull --plain-http ")
    shown.watch.assert_quiet()


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_is_attested_of_a_platform_is_not_cut(
    manifests: ManifestPage, language: str, width: int
) -> None:
    manifests.page.set_viewport_size({"width": width, "height": 800})
    manifests.page.add_init_script(f"localStorage.setItem('rl-language', '{language}')")
    manifests.open("index")
    expect(manifests.page.locator("html")).to_have_attribute("lang", language)
    cells = manifests.section("platforms").locator("tbody .c-with")
    expect(cells.nth(1)).to_contain_text("SBOM, ")
    widths = cells.evaluate_all("cells => cells.map(c => [c.scrollWidth, c.clientWidth])")
    assert all(needed <= room for needed, room in widths), widths


def test_attestations_are_read_in_the_page(manifests: ManifestPage) -> None:
    manifests.open("index")
    attested = manifests.section("platforms").locator(".c-with").nth(1)
    expect(attested).to_have_text("SBOM, provenance")

    sbom = manifests.fold("SPDX package list")
    sbom.locator("summary").first.click()
    rows = sbom.locator(".packages tbody tr")
    expect(rows.first).to_be_visible()
    names = rows.locator(".c-name").all_text_contents()
    sbom.locator("input[type=search]").fill(names[-1])
    expect(rows).to_have_count(1)
    sbom.locator("input[type=search]").fill("no such package")
    expect(sbom.get_by_text("No package matches.")).to_be_visible()

    provenance = manifests.fold("SLSA provenance")
    provenance.locator("summary").first.click()
    expect(provenance.locator("dt").first).to_have_text("Builder")
    manifests.watch.assert_quiet()


def test_signatures_and_referrers_of_an_image_are_listed(manifests: ManifestPage) -> None:
    manifests.open("signed")

    expect(manifests.fact("Signatures")).to_contain_text("not verified here")
    signature = manifests.fold("Signature")
    signature.locator("summary").first.click()
    expect(signature).to_contain_text(".sig")
    expect(signature).to_contain_text("RegLite does not verify signatures.")


def test_a_chart_shows_its_own_metadata_and_helms_command(manifests: ManifestPage) -> None:
    manifests.open("chart")

    expect(manifests.fact("Kind")).to_have_text("Helm chart")
    expect(manifests.section("chart").locator("dd").nth(1)).to_have_text("1.2.3")
    expect(manifests.page.locator(".head .command code")).to_contain_text("helm pull ")
    expect(manifests.section("history")).to_be_hidden()
    manifests.watch.assert_quiet()


def test_hostile_text_stays_text(manifests: ManifestPage) -> None:
    manifests.open("hostile")

    expect(manifests.section("config")).to_contain_text(HOSTILE_TEXT.partition("&")[0])
    for invisible in ("\u202e", "\x1b"):
        assert invisible in HOSTILE_TEXT
        expect(manifests.section("config")).not_to_contain_text(invisible)
    expect(manifests.section("history")).to_contain_text("<img src=x onerror=alert(1)>")
    links = manifests.page.locator("main a").evaluate_all("all => all.map(a => a.href)")
    assert [link for link in links if not link.startswith(("http:", "https:", "blob:"))] == []
    manifests.watch.assert_quiet()


@pytest.mark.parametrize(
    "tag", ["docker", "list", "nested", "empty", "sparse", "artifact", "undated", "deep", "foreign"]
)
def test_every_kind_of_manifest_has_a_page_without_complaints(
    manifests: ManifestPage, tag: str
) -> None:
    manifests.open(tag)

    expect(manifests.page.locator(".facts code").first).to_have_text(manifests.pushed[tag].digest)
    expect(manifests.page.locator("main [role=alert]")).to_have_count(0)
    manifests.watch.assert_quiet()


def test_all_tags_of_a_manifest_are_found_on_demand(
    manifests: ManifestPage, docker_registry: DockerRegistry
) -> None:
    with docker_registry.client() as client:
        Pusher(client, manifests.repository).push_image("oci-too")  # the same bytes as "oci"
    manifests.open("oci")
    manifests.page.get_by_role("button", name="Find all tags").click()

    expect(manifests.fact("Tags").get_by_role("link", name="oci-too")).to_be_visible()


def test_a_platforms_digest_says_which_tags_it_is_part_of(manifests: ManifestPage) -> None:
    platform = next(
        child
        for child in manifests.pushed["index"].document["manifests"]
        if child["platform"]["architecture"] == "arm64"
    )
    where = f"registry=nas&repository={manifests.repository}&digest={platform['digest']}"
    manifests.page.goto(f"/manifest.html?{where}")
    manifests.watch.wait_until_all_is_there()
    manifests.page.get_by_role("button", name="Find all tags").click()

    part = manifests.fact("Tags").locator("div", has_text="Part of").last
    expect(part).to_contain_text("as linux/arm64/v8")
    part.get_by_role("link", name="index", exact=True).click()
    manifests.watch.wait_until_all_is_there()
    chosen = manifests.section("platforms").locator("[aria-current=true]")
    expect(chosen).to_contain_text("linux/arm64/v8")


def test_the_raw_manifest_is_downloaded_byte_for_byte(
    manifests: ManifestPage, tmp_path: Path
) -> None:
    manifests.open("index")
    manifests.fold("the exact bytes").locator("summary").click()
    with manifests.page.expect_download() as download:
        manifests.page.get_by_role("link", name="Download").click()
    download.value.save_as(tmp_path / "manifest.json")

    assert (tmp_path / "manifest.json").read_bytes() == manifests.pushed["index"].raw


def test_an_unknown_tag_says_so_and_offers_a_retry(manifests: ManifestPage) -> None:
    manifests.open("nothing-here")

    alert = manifests.page.locator("main").get_by_role("alert")
    expect(alert).to_contain_text("MANIFEST_UNKNOWN")
    expect(alert.get_by_role("button", name="Retry")).to_be_visible()
    manifests.watch.assert_quiet(ignoring="404")


def test_deleting_the_image_leads_back_to_the_tags(
    manifests: ManifestPage, docker_registry: DockerRegistry, repository: str
) -> None:
    with docker_registry.client() as client:
        pushed = Pusher(client, repository).push_image("only", name="only here")
    manifests.repository = repository
    manifests.open("only")
    manifests.page.get_by_role("button", name="Delete…").click()
    manifests.page.get_by_role("button", name="Delete image").click()

    expect(manifests.page).to_have_url(re.compile(r"/tags\.html"))
    gone = httpx.head(f"{docker_registry.url}/v2/{repository}/manifests/{pushed.digest}")
    assert gone.status_code == 404


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("folder", ["", "ru/"])
def test_axe_finds_nothing(  # noqa: PLR0917 - fixtures and the table of cases
    serve_site: ServeSite,
    docker_registry: DockerRegistry,
    watch_page: WatchPage,
    every_kind: tuple[str, dict[str, Pushed]],
    width: int,
    scheme: str,
    folder: str,
) -> None:
    options = {
        "viewport": {"width": width, "height": 800},
        "color_scheme": scheme,
        "locale": "ru" if folder else "en",
    }
    base = serve_site(docker_registry.url)
    manifests = ManifestPage(watch_page(base, **options), *every_kind).open("index", folder)
    manifests.page.locator("details.fold > summary").first.click()
    expect(manifests.page.locator(".packages tbody tr").first).to_be_visible()

    assert list_violations(manifests.page) == []
