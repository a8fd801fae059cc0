"""The tags page as a person drives it."""

from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.support.browser import Watch


class TagsPage:
    """Names what is on the page; ``watch`` knows what went wrong on it."""

    def __init__(self, watch: Watch, base_url: str, repository: str) -> None:
        self.watch = watch
        self.page: Page = watch.page
        self.url = f"{base_url}/tags.html?registry=nas&repository={repository}"
        self.repository = repository

    def open(self, query: str = "", *, prefix: str = "") -> "TagsPage":
        """Go to the page and wait for its first complete row."""
        self.visit(query, prefix=prefix)
        expect(self.page.locator("tr[data-tag] .digest:visible").first).to_be_visible()
        return self

    def visit(self, query: str = "", *, prefix: str = "") -> "TagsPage":
        """Go to the page, whatever it will show."""
        self.page.goto(self.url.replace("/tags.html", f"/{prefix}tags.html") + query)
        return self

    def row(self, tag: str) -> Locator:
        """Return the row of a tag."""
        return self.page.locator(f'tr[data-tag="{tag}"]')

    def tags(self) -> list[str]:
        """Return the tags whose rows are in the document, in order."""
        names: list[str] = self.page.locator("tr[data-tag]").evaluate_all(
            "rows => rows.map(row => row.dataset.tag)"
        )
        return names

    def expect_tags(self, *tags: str) -> None:
        """Wait until exactly these rows are there, in this order."""
        expect(self.page.locator("tr[data-tag] .name")).to_have_text(list(tags))

    @property
    def count(self) -> Locator:
        """Return the line that counts."""
        return self.page.locator(".tools:not(.selection) > .count")

    @property
    def dialog(self) -> Locator:
        """Return the deletion dialog."""
        return self.page.locator("#deletion")

    def in_dialog(self, part: str) -> Locator:
        """Return a part of the deletion dialog."""
        return self.dialog.locator(f"[data-part={part}]")

    def ask_to_delete(self, tag: str) -> None:
        """Choose Delete in the menu of a row and wait for the plan."""
        self.row(tag).locator("[popovertarget]").click()
        self.page.locator("#menu-row [data-part=remove]").click()
        self.expect_plan()

    def expect_plan(self) -> None:
        """Wait until the dialog says what goes."""
        expect(self.dialog).to_be_visible()
        expect(self.in_dialog("busy")).to_be_hidden()

    def confirm(self, *, name: str | None = None) -> None:
        """Type the repository's name where it is asked for, and press the dialog's button."""
        if name is not None:
            self.in_dialog("typed").fill(name)
        self.in_dialog("go").click()

    def answer(self, pattern: str, status: int, code: str, **detail: Any) -> None:
        """Let the API answer requests that match with an error."""
        body = {"errors": [{"code": code, "message": f"said {code}", "detail": detail or None}]}
        self.page.route(pattern, lambda route: route.fulfill(status=status, json=body))

    def hold(self, pattern: str) -> list[Route]:
        """Keep requests that match waiting; answers the list that they are gathered in."""
        held: list[Route] = []

        def keep(route: Route) -> None:
            held.append(route)

        self.page.route(pattern, keep)
        return held
