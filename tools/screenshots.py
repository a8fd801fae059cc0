"""Takes the screenshots of the README and the documentation from the demo: ``make screenshots``."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.support.browser import run_chromium
from tests.support.command import run_command

OUT = Path(__file__).parents[1] / "docs" / "screenshots"
REPOSITORY = "registry=demo&repository=shop/storefront"
PAGES = {
    "registries": "index.html?all",
    "repositories": "repositories.html?registry=demo",
    "tags": f"tags.html?{REPOSITORY}",
    "manifest": f"manifest.html?{REPOSITORY}&tag=1.4.2",
}


@contextmanager
def run_demo() -> Iterator[str]:
    """Run ``reglite dev --demo`` with no other registry; give its address."""
    arguments = ("dev", "--demo", "--no-open", "--port", "0")
    with (
        tempfile.TemporaryDirectory() as home,
        run_command(*arguments, folder=Path(home)) as demo,
    ):
        yield demo.url


def take(browser: Browser, base: str, name: str, path: str, *, width: int, theme: str) -> None:
    """Open one page and keep what is on the screen."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if theme == "dark" else "light",
        has_touch=width < 640,
        locale="en",
    )
    page = context.new_page()
    page.goto(f"{base}/{path}")
    page.wait_for_load_state("networkidle")
    _prepare(page, name)
    page.screenshot(path=OUT / f"{name}.png")
    context.close()


def _prepare(page: Page, name: str) -> None:
    if name == "deletion":
        page.locator("[data-part=delete]").first.click()
        page.get_by_role("button", name="Remove tag").wait_for()


def main() -> None:
    """Take every page, one of them dark, one on a phone, and the dialog."""
    OUT.mkdir(parents=True, exist_ok=True)
    with run_demo() as base, run_chromium() as browser:
        for name, path in PAGES.items():
            take(browser, base, name, path, width=1280, theme="light")
        take(browser, base, "manifest-dark", PAGES["manifest"], width=1280, theme="dark")
        take(browser, base, "tags-phone", PAGES["tags"], width=375, theme="light")
        take(browser, base, "deletion", PAGES["manifest"], width=1280, theme="light")


if __name__ == "__main__":
    main()
