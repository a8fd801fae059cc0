"""The WWW-Authenticate header of real registries, of RFC 9110 and of people with bad intentions."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglite.registry.challenge import Challenge, format_challenge, parse_challenges

_NAMES = st.text(string.ascii_lowercase + string.digits + "-_", min_size=1)
_VALUES = st.text(st.characters(codec="ascii"), max_size=40)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('Basic realm="r"', [("basic", {"realm": "r"})]),
        (
            'Bearer realm="https://auth.test/token",service="s",scope="repository:a/b:pull,push"',
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.test/token",
                        "service": "s",
                        "scope": "repository:a/b:pull,push",
                    },
                )
            ],
        ),
        (
            'bearer SCOPE="x", Service = s , realm="https://t"',
            [("bearer", {"scope": "x", "service": "s", "realm": "https://t"})],
        ),
        (
            'Negotiate, Basic realm="a, b", Bearer realm="c"',
            [("negotiate", {}), ("basic", {"realm": "a, b"}), ("bearer", {"realm": "c"})],
        ),
        ('Negotiate YWJj==, Basic realm="r"', [("negotiate", {}), ("basic", {"realm": "r"})]),
        (r'Basic realm="a \"quoted\" \\ word"', [("basic", {"realm": r'a "quoted" \ word'})]),
        ('Bearer realm="first",realm="second"', [("bearer", {"realm": "first"})]),
        ("Basic", [("basic", {})]),
        ('Bearer realm="never closed', [("bearer", {})]),
        ("", []),
        (",,, ", []),
        ("=", []),
    ],
)
def test_challenges_are_read_as_rfc_9110_has_them(header: str, expected: Any) -> None:
    found = [(c.scheme, dict(c.parameters)) for c in parse_challenges([header])]
    assert found == expected


def test_challenges_of_several_headers_are_joined() -> None:
    assert [c.scheme for c in parse_challenges(["Basic realm=a", "Bearer realm=b"])] == [
        "basic",
        "bearer",
    ]


def test_empty_parameter_is_absent() -> None:
    (challenge,) = parse_challenges(['Bearer realm="",service="s"'])
    assert challenge.get("realm") is None
    assert challenge.get("service") == "s"


@given(st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=5))
def test_challenge_survives_the_round_trip(parameters: Any) -> None:
    challenge = Challenge("bearer", parameters)
    assert parse_challenges([format_challenge(challenge)]) == (challenge,)


@given(st.lists(st.text(max_size=200), max_size=3))
def test_any_header_can_be_read(values: Any) -> None:
    for challenge in parse_challenges(values):
        assert challenge.scheme == challenge.scheme.lower()


@pytest.mark.parametrize("unit", ["Basic ", 'a="', "a=b,", ", ", '"', "\\", "= "])
def test_long_header_is_read_within_its_bound(unit: str) -> None:
    assert len(parse_challenges([unit * 100_000])) <= 16 * 1024
