"""Interpolation as properties: what it must never do to any text."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglite.config.interpolation import interpolate
from reglite.errors import ConfigurationError

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)
PLAIN = st.text().filter(lambda text: "${" not in text)


@given(PLAIN)
def test_a_text_without_variables_stays_as_it_is(text: str) -> None:
    assert interpolate(text, {}) == text


@given(st.text())
def test_an_escaped_text_comes_back(text: str) -> None:
    assert interpolate(text.replace("${", "$${"), {}) == text


@given(NAMES, st.text(), st.text(alphabet="abc: /@"))
def test_a_value_is_put_in_once_and_never_read_again(name: str, value: str, rest: str) -> None:
    assert interpolate(f"{rest}${{{name}}}{rest}", {name: value}) == f"{rest}{value}{rest}"


@given(st.text(alphabet="${}:-aB_ "), st.text())
def test_any_text_gives_a_text_or_our_error(text: str, value: str) -> None:
    with suppress(ConfigurationError):
        assert isinstance(interpolate(text, {"a": value}), str)


@given(NAMES)
def test_an_undefined_variable_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        interpolate(f"${{{name}}}", {})
    assert name[:40] in caught.value.message


def test_a_variable_in_a_default_is_refused_and_never_taken_for_text() -> None:
    with pytest.raises(ConfigurationError, match="begins no"):
        interpolate("${A:-${B}}", {"B": "b"})
