"""What a first visit weighs: every script, style and icon that a page loads by itself."""

import gzip
import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Response

from reglite.demo.images import fill_demo
from reglite.demo.registry import MemoryRegistry
from reglite.site.assets import HAS_SCRIPT_MINIFIER
from tests.browser.conftest import ServeSite
from tests.support.browser import Watch

MOST_BYTES = 60_000
MOST_COMPRESSED_BYTES = 22_000

QUERIES = {
    "index": "?all",
    "repositories": "?registry=nas",
    "tags": "?registry=nas&repository=shop/storefront",
    # An index with attestations and a signature: what a manifest's page shows most for.
    "manifest": "?registry=nas&repository=shop/storefront&tag=latest",
    "api": "",
}


@pytest.fixture
def base(serve: Callable[..., str], serve_site: ServeSite, memory_registry: MemoryRegistry) -> str:
    fill_demo(memory_registry)
    return serve_site(serve(memory_registry))


@pytest.mark.skipif(
    not HAS_SCRIPT_MINIFIER, reason="no minifier of scripts is built for this platform"
)
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", QUERIES)
def test_a_first_visit_loads_little(
    base: str, watch_page: Callable[..., Watch], name: str, language: str
) -> None:
    address = f"{base}/{'' if language == 'en' else 'ru/'}{name}.html"
    watch = watch_page(base, locale=language)
    loaded: dict[str, Response] = {}

    def note(response: Response) -> None:
        if "/assets/" in response.url:
            loaded[response.url] = response

    watch.page.on("response", note)
    watch.page.goto(address + QUERIES[name], wait_until="networkidle")
    if name != "api":
        watch.wait_until_all_is_there()
    bodies = {url: response.body() for url, response in loaded.items()}
    # A browser without a window may leave out what the page only names, such as its icon.
    named = re.findall(r'href="((?:\.\./)?assets/[^"#]+)', httpx.get(address).text)
    for url in {str(httpx.URL(address).join(each)) for each in named} - set(bodies):
        bodies[url] = httpx.get(url).raise_for_status().content
    assert any(url.endswith(".css") for url in bodies)
    assert any("/js/core.js" in url for url in bodies)
    assert sum(map(len, bodies.values())) <= MOST_BYTES, sorted(bodies)
    assert sum(len(gzip.compress(body, 9)) for body in bodies.values()) <= MOST_COMPRESSED_BYTES
    watch.assert_quiet()
