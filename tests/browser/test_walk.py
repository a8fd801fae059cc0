"""The main job, end to end: registries, repositories, tags, manifest, deletion; real registry."""

from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from reglite import media_types
from tests.browser.conftest import ServeSite
from tests.support.browser import Watch
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher


def test_a_person_walks_to_an_image_and_deletes_it(
    serve_site: ServeSite,
    docker_registry: DockerRegistry,
    pusher: Pusher,
    watch_page: Callable[..., Watch],
) -> None:
    kept = pusher.push_image("1.0.0", name="kept")
    gone = pusher.push_index("2.0.0", name="gone", has_attestations=True)
    watch = watch_page(serve_site(docker_registry.url), locale="en")
    page = watch.page

    page.goto("/?all")
    page.locator("main").get_by_role("link", name="nas").click()
    page.get_by_role("searchbox", name="Filter repositories").fill(pusher.repository)
    page.locator("main").get_by_role("link", name=pusher.repository).click()
    page.locator("main").get_by_role("link", name="2.0.0").click()
    expect(page.locator(".facts code").first).to_have_text(gone.digest)
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete image").click()

    page.wait_for_url("**/tags.html**")
    expect(page.locator("main").get_by_role("link", name="1.0.0")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="2.0.0")).to_have_count(0)
    watch.assert_quiet()
    with docker_registry.client(headers={"Accept": media_types.ACCEPT_MANIFESTS}) as client:
        path = f"/v2/{pusher.repository}/manifests"
        assert client.get(f"/v2/{pusher.repository}/tags/list").json()["tags"] == ["1.0.0"]
        assert client.head(f"{path}/{gone.digest}").status_code == httpx.codes.NOT_FOUND
        assert client.head(f"{path}/{kept.digest}").status_code == httpx.codes.OK
        for child in gone.document["manifests"]:  # nothing else held them
            assert client.head(f"{path}/{child['digest']}").status_code == httpx.codes.NOT_FOUND
