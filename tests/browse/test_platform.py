from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglite.browse.platform import find_platform, parse_platform, read_platform
from reglite.errors import BadRequest

PARTS = st.text("abcdefghijklmnopqrstuvwxyz0123456789._+-", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("document", "platform"),
    [
        ({"os": "linux", "architecture": "amd64"}, "linux/amd64"),
        ({"os": "linux", "architecture": "arm64", "variant": "v8"}, "linux/arm64/v8"),
        ({"os": "linux", "architecture": "amd64", "variant": ""}, "linux/amd64"),
        ({"os": "windows", "architecture": "amd64", "os.version": "10.0"}, "windows/amd64"),
        ({"os": "unknown", "architecture": "unknown"}, None),
        ({"os": "linux"}, None),
        ({"architecture": "amd64"}, None),
        ({"os": "", "architecture": "amd64"}, None),
        ({"os": ["linux"], "architecture": "amd64"}, None),
        ({"os": "linux", "architecture": "arm", "variant": 7}, "linux/arm"),
        ({}, None),
    ],
)
def test_a_platform_is_written_as_people_write_it(
    document: dict[str, Any], platform: str | None
) -> None:
    assert read_platform(document) == platform


@given(PARTS, PARTS, st.none() | PARTS)
def test_what_was_read_can_be_asked_for(system: str, machine: str, variant: str | None) -> None:
    platform = read_platform({"os": system, "architecture": machine, "variant": variant})

    if platform is not None:
        assert parse_platform(platform) == platform
        assert find_platform(platform, ["other/one", platform]) == platform


@pytest.mark.parametrize("text", ["", "linux", "/", "linux/", "a/b/c/d", "a b/c", "a/b\n", "а/b"])
def test_anything_else_is_no_platform(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_platform(text)


def test_a_platform_without_a_variant_names_the_first_that_has_one() -> None:
    platforms = ["linux/arm/v6", "linux/arm/v7", "linux/arm64"]

    assert find_platform("linux/arm", platforms) == "linux/arm/v6"
    assert find_platform("linux/arm/v7", platforms) == "linux/arm/v7"
    assert find_platform("linux/arm64", platforms) == "linux/arm64"
    assert find_platform("linux/a", platforms) is None
