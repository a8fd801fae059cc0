"""The catalogues say the same things, and each word of theirs is used."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from reglite.deletion.notes import NoteCode
from reglite.errors import ConfigurationError, RegliteError
from reglite.site.catalogue import Catalogue, load_catalogue, placeholders

FORMS = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}
BY_NOTE = "undo.note"  # an undo that lost something says so itself
BY_CODE = ("trouble.title", "trouble.remedy")
"""Messages with a text for each code of an error, in place of plural forms."""
UNANSWERED = {"OFFLINE", "NO_NETWORK", "ELSEWHERE_OFFLINE", "ORIGIN_REFUSED"}
ANSWERED_BY_OTHERS = {
    "SESSION_EXPIRED", "PROXY_REFUSED", "PROXY_TOO_LONG", "PROXY_BUSY", "GATEWAY", "API_MISSING",
    "WRONG_ANSWER",
}  # fmt: skip
REFUSED = {"REGISTRY_INVALID", "ANSWER_FOREIGN"}
"""What pages refuse themselves: to ask, and to believe."""


@pytest.fixture(scope="module")
def english(templates: Path) -> Catalogue:
    return load_catalogue(templates / "locales", "en")


@pytest.fixture(scope="module")
def russian(templates: Path) -> Catalogue:
    return load_catalogue(templates / "locales", "ru")


def test_both_languages_have_the_same_keys(english: Catalogue, russian: Catalogue) -> None:
    assert english.messages.keys() == russian.messages.keys()


def test_a_message_has_the_same_placeholders_and_kind_in_both(
    english: Catalogue, russian: Catalogue
) -> None:
    for key, message in english.messages.items():
        other = russian.messages[key]
        assert isinstance(message, str) == isinstance(other, str), key
        assert placeholders(message) == placeholders(other), key


@pytest.mark.parametrize("language", ["en", "ru"])
def test_plural_messages_have_the_forms_of_their_language(templates: Path, language: str) -> None:
    for key, message in load_catalogue(templates / "locales", language).messages.items():
        if isinstance(message, dict) and key not in {*BY_CODE, BY_NOTE}:
            assert message.keys() == FORMS[language], key


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_note_of_a_deletion_has_its_words(templates: Path, language: str) -> None:
    message = load_catalogue(templates / "locales", language).messages[BY_NOTE]
    assert isinstance(message, dict)
    assert message.keys() - {"other"} == set(get_args(NoteCode)) - {"LOST_AFTER_COLLECTION"}


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("key", BY_CODE)
def test_every_error_has_its_words(templates: Path, language: str, key: str) -> None:
    message = load_catalogue(templates / "locales", language).messages[key]
    assert isinstance(message, dict)
    codes = {cls.code for cls in walk_errors(RegliteError)}
    assert message.keys() == codes | UNANSWERED | ANSWERED_BY_OTHERS | REFUSED | {"other"}
    known = {"registry", "address", "origin", "status"}
    assert all(placeholders(text) <= known for text in message.values())


def walk_errors(cls: type[RegliteError]) -> Iterator[type[RegliteError]]:
    yield cls
    for each in cls.__subclasses__():
        yield from walk_errors(each)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_keys_are_sorted_so_that_changes_merge(templates: Path, language: str) -> None:
    keys = list(json.loads((templates / "locales" / f"{language}.json").read_text("utf-8")))
    assert keys == sorted(keys)


def test_every_message_is_used(templates: Path, english: Catalogue) -> None:
    sources = [*templates.rglob("*.js"), *templates.rglob("*.html")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    literals = set(re.findall(r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)["']""", text))
    prefixes = tuple(re.findall(r"""["']([a-z_]+\.[a-z_]*)["'] ?[+~]""", text))
    unused = {k for k in english.messages if k not in literals and not k.startswith(prefixes)}
    assert unused == set()


def test_a_template_gets_its_text_with_values_in_it() -> None:
    catalogue = Catalogue("en", {"a.b": "Hello {name}, hello {name}"})
    assert catalogue.get("a.b", name="ana") == "Hello ana, hello ana"


@pytest.mark.parametrize(
    ("key", "problem"),
    [("x.y", "x.y is missing"), ("a.b", "wants name"), ("a.n", "a.n has plural forms")],
)
def test_what_a_template_cannot_say_fails_the_build(key: str, problem: str) -> None:
    catalogue = Catalogue("en", {"a.b": "{name}", "a.n": {"one": "{n} tag", "other": "{n} tags"}})
    with pytest.raises(ConfigurationError, match=problem):
        catalogue.get(key)
