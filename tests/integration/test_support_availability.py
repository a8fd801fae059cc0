"""A missing real part skips a test at home and fails it under CI."""

import pytest

from tests.support.availability import find_program


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "REGLITE_REQUIRE_REAL"):
        monkeypatch.delenv(name, raising=False)


def test_missing_program_skips_at_home() -> None:
    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        find_program("no-such-program")


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("REGLITE_REQUIRE_REAL", "1")])
def test_missing_program_fails_where_real_parts_are_required(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(pytest.fail.Exception, match="no-such-program"):
        find_program("no-such-program")


def test_first_program_that_is_there_is_taken() -> None:
    assert find_program("no-such-program", "sh").endswith("/sh")
