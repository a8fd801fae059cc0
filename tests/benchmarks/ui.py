"""The pages with 10,000 entries, beside a control page that only fetches the same JSON."""

import re
import time
from dataclasses import dataclass
from statistics import median
from urllib.parse import quote

import httpx
from playwright.sync_api import Browser, Page, Request, ViewportSize

from tests.benchmarks.measure import Row
from tests.support.browser import run_chromium
from tests.support.command import Command

ROUNDS = 9
# Lists are cached for ten seconds: each reading waits until the one before is forgotten.
FORGOTTEN_SECONDS = 10.5
PATIENCE_SECONDS = 60
POLL_MS = 300
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
# Forty rows are in view, so that they are all asked for.
TALL: ViewportSize = {"width": 1280, "height": 1700}
COMPLETE_ROWS = 40

# Looks at the page once a frame and notes when something was first seen, in ms since navigation.
_WATCH = """
window.seen = {longest: 0};
new PerformanceObserver((list) => list.getEntries().forEach((task) => {
  seen.longest = Math.max(seen.longest, task.duration);
})).observe({type: "longtask", buffered: true});
const look = () => {
  const rows = [...document.querySelectorAll(".rows tbody tr:not(.spacer)")]
    .filter((row) => row.querySelector(".name")?.textContent);
  const count = document.querySelector("main .count")?.textContent ?? "";
  const isComplete = (row) => row.querySelector(".digest")?.textContent;
  if (rows.length) seen.rows ??= performance.now();
  if (/^10,00[01] \\w+$/.test(count.trim())) seen.all ??= performance.now();
  if (rows.filter(isComplete).length >= 40) seen.complete ??= performance.now();
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""

_SEEN = """
() => ({...seen, paint: performance.getEntriesByName("first-contentful-paint")[0].startTime})
"""

# Runs in a file of the site that is shown as text: nothing of ours, nothing in between.
_CONTROL = """
(async () => {
  let next = new URLSearchParams(location.search).get("list");
  window.seen = {};
  while (next) {
    const page = await (await fetch(next)).json();
    seen.rows ??= performance.now();
    next = page.next;
  }
  seen.all = performance.now();
})();
"""


@dataclass
class Reading:
    """What one visit showed: ms since navigation, requests, bytes over the wire, DOM nodes."""

    seen: dict[str, float]
    nodes: int
    requests: int
    wire_bytes: int


def bench_ui(served: Command, busy: str) -> list[Row]:
    """Measure the repositories page and the tags page."""
    base = "/api/v1/registries/bench/repositories"
    with run_chromium() as browser:
        return [
            *_bench_page(
                browser,
                served,
                "10,000 repositories",
                page="repositories.html?registry=bench",
                listing=f"{base}?n=1000",
                walk=1.5,
            ),
            *_bench_page(
                browser,
                served,
                "10,000 tags",
                page=f"tags.html?registry=bench&repository={busy}",
                listing=f"{base}/{busy}/tags?n=10000",
            ),
            _bench_complete(browser, served, f"tags.html?registry=bench&repository={busy}"),
        ]


def _bench_page(
    browser: Browser,
    served: Command,
    name: str,
    *,
    page: str,
    listing: str,
    walk: float | None = None,
) -> list[Row]:
    """Measure one page; ``walk`` is the target of its whole list, where that is many requests."""
    control_page = f"{_find_script(served)}?list={quote(listing)}"
    ours, control = [], []
    _visit(browser, served, page, _WATCH)  # the browser's own first steps are nobody's
    for _ in range(ROUNDS):
        control.append(_visit(browser, served, control_page, _CONTROL))
        ours.append(_visit(browser, served, page, _WATCH))
    counted = _visit(browser, served, page, _WATCH, is_counted=True)
    return [
        _ratio(f"{name}: first paint", None, ours, control, "paint"),
        _ratio(f"{name}: first rows", 2, ours, control, "rows"),
        _ratio(f"{name}: all loaded and filterable", walk, ours, control, "all"),
        Row(f"{name}: DOM nodes", max(r.nodes for r in ours), 5000, ""),
        Row(f"{name}: longest task", max(r.seen["longest"] for r in ours), 100, "ms"),
        Row(f"{name}: bytes over the wire", counted.wire_bytes / 1024, None, "KiB"),
        Row(f"{name}: requests", counted.requests, None, ""),
    ]


def _bench_complete(browser: Browser, served: Command, page: str) -> Row:
    """Count all requests, the page's own files included, until forty rows are complete."""
    reading = _visit(
        browser, served, page, _WATCH, until="complete", viewport=TALL, is_counted=True
    )
    detail = f"after {reading.seen['complete']:.0f} ms; {reading.nodes:,} DOM nodes"
    name = f"10,000 tags: requests for {COMPLETE_ROWS} complete rows"
    return Row(name, reading.requests, 15, "", detail)


def _ratio(
    name: str, target: float | None, ours: list[Reading], control: list[Reading], moment: str
) -> Row:
    def times(readings: list[Reading]) -> list[float]:
        return [reading.seen[moment] for reading in readings]

    def words(values: list[float]) -> str:
        return f"{median(values):.0f} ms ({min(values):.0f}–{max(values):.0f})"

    mine, theirs = times(ours), times(control)
    detail = f"{words(mine)} beside {words(theirs)}, {ROUNDS} rounds"
    return Row(name, median(mine) / median(theirs), target, detail=detail)


def _visit(
    browser: Browser,
    served: Command,
    path: str,
    script: str,
    *,
    until: str = "all",
    viewport: ViewportSize = LAPTOP,
    is_counted: bool = False,
) -> Reading:
    """Open a page with an empty cache and wait until its ``script`` saw something.

    The new window is left alone until its own start is over, and so are the requests unless they
    are counted: on two cores, whoever watches takes time from what is watched.
    """
    context = browser.new_context(base_url=served.url, viewport=viewport, locale="en")
    page = context.new_page()
    page.wait_for_timeout(FORGOTTEN_SECONDS * 1000)
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    if is_counted:
        page.on("requestfinished", note)
    page.add_init_script(script)
    page.goto(f"/{path}", wait_until="commit")
    _await(page, until)
    reading = _read(page, list(requests))
    context.close()
    return reading


def _await(page: Page, moment: str) -> None:
    """Poll from outside: what Playwright would run inside, the pages' policy forbids."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    # What is seen in a frame may be read before that frame is painted.
    paint = "performance.getEntriesByName('first-contentful-paint').length"
    while not page.evaluate(f"window.seen?.{moment} && {paint}"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{page.url}: '{moment}' was not seen")
        page.wait_for_timeout(POLL_MS)


def _read(page: Page, requests: list[Request]) -> Reading:
    seen: dict[str, float] = page.evaluate(_SEEN)
    nodes: int = page.evaluate("document.getElementsByTagName('*').length")
    sizes = [request.sizes() for request in requests]
    wire_bytes = sum(s["responseBodySize"] + s["responseHeadersSize"] for s in sizes)
    return Reading(seen, nodes, len(requests), wire_bytes)


def _find_script(served: Command) -> str:
    """Return the path of a small script of the site."""
    found = re.search(r'src="([^"]+/early\.js)"', httpx.get(f"{served.url}/api.html").text)
    if found is None:
        raise LookupError(f"{served.url}/api.html names no early.js")
    return found[1]
