"""Links to next pages, written in every style that registries have, come back as their query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglite.registry.pagination import format_query, parse_cursor, parse_next

BASE = "https://registry.example.com:8443"
PATH = "/v2/_catalog"
STYLES = {
    "relative": '<{path}?{query}>; rel="next"',
    "absolute": '<{base}{path}?{query}>; rel="next"',
    "unquoted": "<{path}?{query}>;rel=next",
    "opaque": '<?{query}>; rel="next"',
    "after another": '</v2/>; rel="first", <{path}?{query}>; title="a, b; c"; rel="next"',
}
FIELDS = st.dictionaries(
    st.sampled_from(["last", "n", "next_page", "ü"]), st.text(max_size=60), min_size=1
)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@given(fields=FIELDS)
def test_the_next_page_survives_the_round_trip(style: str, fields: dict[str, str]) -> None:
    header = style.format(base=BASE, path=PATH, query=format_query(fields))

    cursor = parse_next([header])

    assert cursor is not None
    assert parse_cursor(cursor) == fields


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@given(fields=FIELDS)
def test_another_relation_is_no_next_page(style: str, fields: dict[str, str]) -> None:
    header = style.format(base=BASE, path=PATH, query=format_query(fields))

    assert parse_next([header.replace("next", "prev")]) is None
