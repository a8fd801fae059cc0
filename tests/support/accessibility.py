"""Asks axe-core what stands in people's way on a page."""

from pathlib import Path

from playwright.sync_api import Page

from tests.support.availability import require

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
