"""The words that Python and the pages share are spelt in both: here they are compared."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from reglite.browse.kind import Kind
from reglite.deletion.method import UntagMethod
from reglite.deletion.position import NO_IMAGE
from reglite.inventory.access_config import Role
from reglite.reference import MAX_TAGS

TEMPLATES = Path(__file__).parents[1] / "site_templates"
SCRIPTS = "\n".join(path.read_text("utf-8") for path in TEMPLATES.glob("assets/js/**/*.js"))
WORDS = json.loads((TEMPLATES / "locales/en.json").read_text("utf-8"))

UNTAG_METHODS = {method for each in get_args(UntagMethod) for method in get_args(each) or [each]}
PLAIN_KINDS = {"image", "index"}  # whose words count platforms


def find_compared(field: str) -> set[str]:
    """Return the words that scripts compare a field with; ``field`` is a pattern."""
    compared = re.findall(rf'{field} [!=]== "([a-z-]+)"', SCRIPTS)
    listed = re.findall(rf"\[([^\]]+)\]\.includes\({field}\)", SCRIPTS)
    return {*compared, *(word for each in listed for word in re.findall(r'"([a-z-]+)"', each))}


def find_named(name: str) -> set[str]:
    """Return the words of one kind that scripts have a name for."""
    return set(re.findall(rf'\b(\w+): "{name}\.\1"', SCRIPTS))


def test_pages_name_every_role() -> None:
    assert find_named("role") == set(get_args(Role))
    assert {f"role.{role}" for role in get_args(Role)} <= set(WORDS)


def test_pages_name_every_kind() -> None:
    assert find_named("kind") == set(get_args(Kind)) - PLAIN_KINDS
    assert {f"kind.{kind}" for kind in set(get_args(Kind)) - PLAIN_KINDS} <= set(WORDS)


@pytest.mark.parametrize(
    ("field", "known"),
    [
        (r"\b(?:view|plan|summary)\??\.kind", set(get_args(Kind))),
        (r"\.untag", UNTAG_METHODS),
        (r"\brole", set(get_args(Role))),
    ],
)
def test_pages_know_no_word_that_the_api_does_not_say(field: str, known: set[str]) -> None:
    found = find_compared(field)
    assert found
    assert found <= known


def test_pages_name_as_many_tags_at_once_as_the_api_takes() -> None:
    (most,) = re.findall(r"\bmost = (\d+)", SCRIPTS)
    assert int(most) == MAX_TAGS


def test_pages_and_api_mean_the_same_by_no_image() -> None:
    ((digit, times),) = re.findall(r'`sha256:\$\{"(.)"\.repeat\((\d+)\)\}`', SCRIPTS)
    assert f"sha256:{digit * int(times)}" == NO_IMAGE
