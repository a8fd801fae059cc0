"""Globs of tags and repositories."""

import pytest

from reglite.config.glob import compile_glob, matches_any, matches_glob
from reglite.errors import ConfigurationError


@pytest.mark.parametrize(
    ("glob", "covered", "left"),
    [
        ("latest", ["latest"], ["latest2", "Latest", ""]),
        ("v*", ["v", "v1.2.3", "v*"], ["1v", "V1", "v/1"]),
        ("v?", ["v1"], ["v", "v12", "v/"]),
        ("v[0-9]", ["v1"], ["va", "v10"]),
        ("v[!0-9]", ["va"], ["v1", "v/"]),
        ("v[ab^]", ["va", "v^"], ["vc"]),
        ("1.2", ["1.2"], ["1x2"]),
        ("Domain *", ["Domain Users"], ["domain users"]),
        ("a+(b|c)", ["a+(b|c)"], ["aab"]),
        ("team-a/**", ["team-a/x", "team-a/x/y"], ["team-a", "team-ab/x", "b/team-a/x"]),
        ("team-a/*", ["team-a/x"], ["team-a/x/y"]),
        ("**", ["", "a", "a/b"], []),
        ("**/app", ["x/app", "x/y/app"], ["app"]),
        ("v-[a&&b]", ["v-a", "v-&"], ["v-c"]),
    ],
)
def test_what_a_glob_covers(glob: str, covered: list[str], left: list[str]) -> None:
    assert [name for name in covered if not matches_glob(glob, name)] == []
    assert [name for name in left if matches_glob(glob, name)] == []


@pytest.mark.parametrize("glob", ["", "a\nb", "[", "]", "[]", "[!]", "a[b", "[[a]]", "[z-a]"])
def test_what_is_no_glob_is_refused(glob: str) -> None:
    with pytest.raises(ConfigurationError):
        compile_glob(glob)


def test_no_globs_cover_nothing() -> None:
    assert not matches_any((), "latest")
    assert matches_any(("v*", "latest"), "latest")
