"""Names and groups that a trusted proxy sends: taken as they are, or refused."""

import pytest
from starlette.datastructures import Headers

from reglite.api.identity.proxy import read_proxy_groups, read_proxy_user
from reglite.errors import BadRequest
from reglite.inventory.access_config import ProxyAccess


def make_proxy(separator: str | None = ",") -> ProxyAccess:
    return ProxyAccess("X-User", "X-Groups", (), None, separator)


def make_headers(*lines: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.lower().encode(), value.encode()) for name, value in lines])


@pytest.mark.parametrize(
    "name",
    [
        " alice",
        "alice ",
        "alice\t",
        "alice\u00a0",
        "\u3000alice",
        "alice\u2003",
        "ali\x00ce",
        "ali\x1bce",
        "ali\x7fce",
        "ali\u0085ce",
        "ali\u2028ce",
        " ",
    ],
)
def test_a_name_that_another_user_could_be_taken_for_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="X-User holds a name"):
        read_proxy_user(make_headers(("X-User", name)), make_proxy())


@pytest.mark.parametrize("name", ["alice", "Alice B. Toklas", "Анна", "a,b", "token:ci", "é"])
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert read_proxy_user(make_headers(("X-User", name)), make_proxy()) == name


def test_an_empty_name_is_nobody() -> None:
    assert read_proxy_user(make_headers(("X-User", "")), make_proxy()) is None


@pytest.mark.parametrize(
    ("separator", "lines", "groups"),
    [
        (",", ["a,b"], {"a", "b"}),
        (",", ["a, b ,\tc,,"], {"a", "b", "c"}),
        (",", ["a", "b,c"], {"a", "b", "c"}),
        (",", ['"x,platform"'], {"x,platform"}),
        (",", ['"x,platform,y", z'], {"x,platform,y", "z"}),
        (",", ['"say \\"hi\\", you",b'], {'say "hi", you', "b"}),
        (",", ['a"b, c'], {'a"b', "c"}),
        (",", ['"a,b'], {'"a', "b"}),
        (",", ["platform\u00a0"], {"platform\u00a0"}),
        ("|", ["x,platform|b"], {"x,platform", "b"}),
        (";", ["x,platform;b"], {"x,platform", "b"}),
        (None, ["x,platform"], {"x,platform"}),
        (None, ["x,platform", "b"], {"x,platform", "b"}),
        (",", [], set()),
    ],
)
def test_a_group_with_a_comma_is_not_another_group(
    separator: str | None, lines: list[str], groups: set[str]
) -> None:
    headers = make_headers(*(("X-Groups", line) for line in lines))
    assert read_proxy_groups(headers, make_proxy(separator)) == groups
