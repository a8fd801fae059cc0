"""Asks axe-core what stands in people's way on a page."""

from pathlib import Path

from playwright.sync_api import Page

from tests.support.availability import give_up

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime))
  .map((each) => each.finished))"""
_RUN = """async () => (await axe.run()).violations.map((violation) =>
  `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ").slice(0, 600)}`)"""


def list_violations(page: Page) -> list[str]:
    """Return what axe-core finds on the page once its fades have ended, a line for each rule."""
    if not _AXE.is_file():
        give_up("axe-core is not installed; 'make setup' does it")
    page.evaluate(_SETTLED)
    # Through the debugger, not a script element: the policy of the page stays as it is.
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    violations: list[str] = page.evaluate(_RUN)
    return violations
