"""What the documents promise: every test that they name exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)


def list_tests() -> set[str]:
    """Return the names of all test functions."""
    sources = (path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {match[1] for source in sources for match in DEFINED.finditer(source)}


@pytest.mark.parametrize("document", ["docs/reliability.md", "SECURITY.md"])
def test_every_test_that_a_document_names_exists(document: str) -> None:
    named = set(NAMED.findall((ROOT / document).read_text("utf-8")))

    assert len(named) > 10
    assert named - list_tests() == set()


@pytest.mark.parametrize("document", ["docs/reliability.md", "SECURITY.md"])
def test_every_line_of_a_table_names_its_test(document: str) -> None:
    lines = (ROOT / document).read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| what")]

    assert len(rows) > 10
    assert [row for row in rows if not NAMED.search(row)] == []
