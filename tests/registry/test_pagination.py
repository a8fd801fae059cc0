"""The Link header of real registries, and cursors that come back from anybody."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglite.errors import BadRequest, RegistryProtocol
from reglite.registry.pagination import (
    format_query,
    lower_page_size,
    parse_cursor,
    parse_links,
    parse_next,
    set_page_size,
)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('</v2/_catalog?last=org%2Fteam&n=10>; rel="next"', "last=org%2Fteam&n=10"),
        ("</v2/_catalog?last=b&n=2>; rel=next", "last=b&n=2"),
        ('<https://registry.test/v2/_catalog?last=b>; rel="next"', "last=b"),
        ('<https://registry.test:443/v2/_catalog?last=b>; rel="next"', "last=b"),
        ('</v2/_catalog?next_page=opaque%3D%3D&n=2>; rel="next"', "next_page=opaque%3D%3D&n=2"),
        ('<?last=b>; title="a; b"; REL="next last"', "last=b"),
        ('</first>; rel="prev", </v2/_catalog?last=c>; rel="next"', "last=c"),
        ('</v2/_catalog?last=b&n=2&>; rel="next"', "last=b&n=2"),
        ('</v2/_catalog?orderby=&last=b>; rel="next"', "orderby=&last=b"),
        ('</v2/_catalog?opaque>; rel="next"', "opaque="),
        ('</v2/_catalog?last=b>; rel="prev"', None),
        ("</v2/_catalog?last=b>", None),
        ('</v2/_catalog>; rel="next"', None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_next_page_is_found_in_every_style(header: str, expected: Any) -> None:
    assert parse_next([header]) == expected


@pytest.mark.parametrize(
    "query", ["last=b&", "a&b", "last=b;n=2", "last=a b", "x=%2B+%26", "&&x=1"]
)
def test_whatever_query_a_link_has_comes_back_as_a_cursor(query: str) -> None:
    cursor = parse_next([f'</v2/_catalog?{query}>; rel="next"'])
    assert cursor is not None
    assert format_query(parse_cursor(cursor)) == cursor


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/v2/_catalog?last=b",
        "http://registry.test/v2/_catalog?last=b",
        "https://registry.test:8443/v2/_catalog?last=b",
        "//evil.test/v2/_catalog?last=b",
        "https://ana:secret@registry.test/v2/_catalog?last=b",
        "https://registry.test:port/?last=b",
        "https://[::1/?last=b#part",
    ],
)
def test_only_the_query_of_a_link_counts(target: str) -> None:
    assert parse_next([f'<{target}>; rel="next"']) == "last=b"


@pytest.mark.parametrize(
    "target",
    [
        "/v2/_catalog?last=" + "b" * 5000,
        "/v2/_catalog?last=" + "/" * 4000,
        "/v2/_catalog?last=%ff",
        "/v2/_catalog?" + "&".join(f"a{i}=b" for i in range(99)),
    ],
)
def test_link_of_no_use_is_refused(target: str) -> None:
    with pytest.raises(RegistryProtocol):
        parse_next([f'<{target}>; rel="next"'])


@given(st.text(max_size=300))
def test_any_link_header_is_read_or_refused(header: str) -> None:
    with suppress(RegistryProtocol):
        found = parse_next([header, f'<{header}>; rel="next"'])
        assert found is None or 0 < len(found) <= 4096


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=60), min_size=1))
def test_cursor_survives_the_round_trip(fields: Any) -> None:
    fields = dict(list(fields.items())[:10])
    assert parse_cursor(format_query(fields)) == fields


@given(st.text(max_size=200))
def test_any_cursor_is_read_or_refused(cursor: str) -> None:
    with suppress(BadRequest):
        assert len(parse_cursor(cursor)) <= cursor.count("&") + 1


@pytest.mark.parametrize("cursor", ["x", "a=%ff", "&".join(f"a{i}=b" for i in range(99))])
def test_malformed_cursor_is_a_bad_request(cursor: str) -> None:
    with pytest.raises(BadRequest):
        parse_cursor(cursor)


def test_overlong_cursor_is_a_bad_request() -> None:
    with pytest.raises(BadRequest):
        parse_cursor("last=" + "a" * 5000)


def test_page_size_is_replaced_or_left_out() -> None:
    assert set_page_size({"last": "a", "n": "7"}, 100) == {"last": "a", "n": "100"}
    assert set_page_size({"last": "a", "n": "7"}, None) == {"last": "a"}


@pytest.mark.parametrize(
    ("size", "lower"), [(10_000, 1000), (1000, 100), (500, 100), (100, None), (5, None)]
)
def test_page_size_is_lowered_in_steps(size: int, lower: Any) -> None:
    assert lower_page_size(size) == lower


@pytest.mark.parametrize("unit", [",", "<", "; rel", "<a>;", ' ;"'])
def test_long_link_header_is_read_within_its_bound(unit: str) -> None:
    assert len(parse_links([unit * 100_000])) <= 16 * 1024
