from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglite.browse.created import find_newest, read_created, read_created_annotation


@pytest.mark.parametrize(
    ("value", "created"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02t03:04:05z", "2026-01-02T03:04:05Z"),
        ("2026-01-02 03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456789Z"),
        ("2026-01-02T03:04:05.1234567899999Z", "2026-01-02T03:04:05.123456789Z"),
        ("2026-01-02T05:34:05+02:30", "2026-01-02T03:04:05Z"),
        ("2026-01-01T22:04:05-05:00", "2026-01-02T03:04:05Z"),
        ("1971-01-01T00:00:00Z", "1971-01-01T00:00:00Z"),
        ("1970-01-01T00:00:00Z", None),
        ("1970-12-31T23:59:59Z", None),
        ("1971-01-01T00:00:00+01:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("0000-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-01-02T03:04:05", None),
        ("2026-01-02", None),
        ("yesterday", None),
        ("", None),
        ("٢٠٢٦-01-02T03:04:05Z", None),
        (None, None),
        (1767323045, None),
        (["2026-01-02T03:04:05Z"], None),
    ],
)
def test_a_date_is_rfc_3339_in_utc_or_nothing(value: Any, created: str | None) -> None:
    assert read_created(value) == created


@given(st.datetimes(min_value=datetime(1971, 1, 2), timezones=st.timezones()))  # noqa: DTZ001
def test_every_offset_gives_the_same_moment(moment: datetime) -> None:
    created = read_created(moment.isoformat())

    whole_minutes = moment.utcoffset().total_seconds() % 60 == 0  # type: ignore[union-attr]
    if whole_minutes and moment.astimezone(UTC).year < 9999:
        assert created is not None
        assert datetime.fromisoformat(created) == moment.astimezone(UTC)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    created = read_created(text)

    assert created is None or created.endswith("Z")


def test_the_newest_of_several_is_found_by_fractions_too() -> None:
    moments = ["2026-01-02T03:04:05Z", None, "2026-01-02T03:04:05.5Z", "2025-12-31T00:00:00Z"]

    assert find_newest(moments) == "2026-01-02T03:04:05.5Z"
    assert find_newest([None]) is None
    assert find_newest([]) is None


def test_the_annotation_is_read_like_any_date() -> None:
    annotations = {"org.opencontainers.image.created": "2026-01-02T03:04:05+00:00"}

    assert read_created_annotation(annotations) == "2026-01-02T03:04:05Z"
    assert read_created_annotation({}) is None
