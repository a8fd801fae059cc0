"""A real Chromium through Playwright, with an eye on everything that should not happen."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests.support.availability import find_program

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_TIMEOUT_MS = 15_000
_ABORTED = "net::ERR_ABORTED"  # what a page cancels on purpose, or leaves behind


@dataclass
class Watch:
    """What one page did wrong; ``origins`` are those that it may talk to."""

    page: Page
    origins: frozenset[str]
    console_errors: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)
    failed_requests: list[str] = field(default_factory=list)
    failed_responses: list[str] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Listen to the page from now on."""
        self.page.on("console", self._note_console)
        self.page.on("pageerror", self._note_page_error)
        self.page.on("request", self._note_request)
        self.page.on("requestfailed", self._note_failure)
        self.page.on("response", self._note_response)

    def wait_until_all_is_there(self) -> None:
        """Wait until the page has loaded what it shows by itself."""
        self.page.locator("#content[aria-busy=false]").wait_for()

    def list_complaints(self, *, ignoring: str | None = None) -> list[str]:
        """Return everything noted, without what the pattern matches somewhere."""
        complaints = [
            *(f"console: {text}" for text in self.console_errors),
            *(f"uncaught: {text}" for text in self.page_errors),
            *(f"failed: {text}" for text in self.failed_requests),
            *(f"answer: {text}" for text in self.failed_responses),
            *(f"foreign: {text}" for text in self.foreign_requests),
        ]
        return [c for c in complaints if ignoring is None or not re.search(ignoring, c)]

    def assert_quiet(self, *, ignoring: str | None = None) -> None:
        """Fail if there was a console error, a failed or a third-party request.

        Chromium also reports answers from 400 up on the console: a test that provokes one names
        it, e.g. ``ignoring="404"``.
        """
        assert self.list_complaints(ignoring=ignoring) == []

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console_errors.append(f"{message.type}: {message.text} {message.location}")

    def _note_page_error(self, error: Error) -> None:
        self.page_errors.append(str(error))

    def _note_request(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url}")
        address = urlsplit(request.url)
        is_network = address.scheme in ("http", "https", "ws", "wss")
        if is_network and f"{address.scheme}://{address.netloc}" not in self.origins:
            self.foreign_requests.append(f"{request.method} {request.url}")

    def _note_failure(self, request: Request) -> None:
        if request.failure != _ABORTED:
            self.failed_requests.append(f"{request.method} {request.url}: {request.failure}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400:
            self.failed_responses.append(f"{response.status} {response.url}")


@contextmanager
def run_chromium(*flags: str, **options: Any) -> Iterator[Browser]:
    """Run a headless Chromium; ``flags`` come on top, ``options`` go to Playwright's launch.

    Playwright's sync API keeps an event loop in this thread until the end: no ``asyncio.run``
    beside it.
    """
    program = find_program(*CHROMIUM_NAMES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*CHROMIUM_FLAGS, *flags], **options
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(
    browser: Browser, base_url: str, *other_origins: str, **options: Any
) -> Iterator[Watch]:
    """Open a page in a context of its own and watch it; ``options`` go to ``new_context``."""
    address = urlsplit(base_url)
    origins = frozenset({f"{address.scheme}://{address.netloc}", *other_origins})
    context = browser.new_context(base_url=base_url, **options)
    context.set_default_timeout(_TIMEOUT_MS)
    try:
        watch = Watch(context.new_page(), origins)
        watch.start()
        yield watch
    finally:
        context.close()
