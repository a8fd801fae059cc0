"""The READMEs name commands, make targets, variables and files that exist, in both languages."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from reglite.cli.main import main

CHECKOUT = Path(__file__).parents[1]
READMES = ("README.md", "README.ru.md")


@pytest.fixture(params=READMES)
def readme(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return (CHECKOUT / name).read_text()


def test_every_command_is_in_the_table_and_exists(readme: str) -> None:
    in_table = set(re.findall(r"^\| `reglite (\w+)", readme, re.MULTILINE))

    assert in_table == set(main.commands)


def test_every_make_target_exists(readme: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)\b", readme))

    assert {"dev", "test"} <= named
    assert named <= targets


def test_every_linked_file_exists(readme: str) -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", readme)

    assert linked
    assert [path for path in linked if not (CHECKOUT / path).is_file()] == []


def test_both_languages_name_the_same_commands_variables_and_files() -> None:
    texts = [(CHECKOUT / name).read_text() for name in READMES]
    for pattern in (
        r"REGLITE_\w+",
        r"`reglite [a-z]+",
        r"`make [a-z]+",
        r"\]\(((?!README)[^)]+)\)",
    ):
        english, russian = (set(re.findall(pattern, text)) for text in texts)
        assert english == russian != set()


def test_environment_of_the_readme_is_that_of_the_help(readme: str) -> None:
    help_text = CliRunner().invoke(main, ["--help"]).output
    for variable in set(re.findall(r"REGLITE_\w+", readme)):
        assert variable in help_text
