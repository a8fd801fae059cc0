"""The ``access:`` section: what it means, and what is refused."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest

from reglite.errors import ConfigurationError
from reglite.inventory.access_config import AccessConfig, AccessToken, Grant, ProxyAccess
from reglite.inventory.load import load_inventory

Load = Callable[[str], AccessConfig]

BCRYPT = "ana:$2y$05$" + "a" * 53 + "\n"


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load an ``access:`` section."""

    def load_text(text: str) -> AccessConfig:
        (tmp_path / "inventory.yaml").write_text(text, "utf-8")
        environ = {"DOCKER_CONFIG": str(tmp_path), "CI_TOKEN": "token-of-ci-0000"}
        return load_inventory(working_folder=tmp_path, environ=environ).access

    return load_text


@pytest.mark.parametrize("text", ["", "access:\n", "access: {}", "access: {tokens: []}"])
def test_an_empty_section_is_as_if_absent(load: Load, text: str) -> None:
    assert load(text) == AccessConfig()
    assert AccessConfig() == AccessConfig(anonymous="viewer", default_role="viewer")
    assert not AccessConfig().has_sign_in


def test_every_option_arrives(load: Load, tmp_path: Path) -> None:
    (tmp_path / "htpasswd").write_text("# people\n\n" + BCRYPT)
    assert load(
        """
        access:
          anonymous: viewer
          default_role: none
          tokens: [{name: ci, token: "${CI_TOKEN}", role: maintainer}]
          htpasswd: htpasswd
          proxy:
            user_header: X-Auth-Request-User
            groups_header: X-Auth-Request-Groups
            trusted: [10.42.0.0/16, "fd00::/8", 192.0.2.1]
            sign_out_url: /oauth2/sign_out
          grants:
            - {groups: [platform], role: maintainer}
            - {users: [ana], role: viewer, registries: [harbor], repositories: ["team-a/**"]}
          origins: [https://UI.example.com/, "http://localhost:3000"]
          hosts: [RegLite.example.com]
        """
    ) == AccessConfig(
        has_anonymous_rule=True,
        anonymous="viewer",
        default_role=None,
        tokens=(AccessToken("ci", "token-of-ci-0000", "maintainer"),),
        htpasswd=tmp_path / "htpasswd",
        proxy=ProxyAccess(
            "X-Auth-Request-User",
            "X-Auth-Request-Groups",
            (ip_network("10.42.0.0/16"), ip_network("fd00::/8"), ip_network("192.0.2.1")),
            "/oauth2/sign_out",
        ),
        grants=(
            Grant("maintainer", groups=("platform",)),
            Grant("viewer", ("ana",), registries=("harbor",), repositories=("team-a/**",)),
        ),
        origins=("https://ui.example.com", "http://localhost:3000"),
        hosts=("reglite.example.com",),
    )


@pytest.mark.parametrize(
    "text",
    [
        "access: {tokens: [{name: ci, token: tttttttttttttttt, role: viewer}]}",
        "access: {htpasswd: htpasswd}",
        "access: {proxy: {user_header: X-User, trusted: [10.0.0.0/8]}}",
    ],
)
def test_any_way_to_sign_in_shuts_anonymous_people_out(
    load: Load, tmp_path: Path, text: str
) -> None:
    (tmp_path / "htpasswd").write_text(BCRYPT)
    access = load(text)
    assert (access.has_sign_in, access.anonymous) == (True, None)
    assert load(text.replace("access: {", "access: {anonymous: viewer, ")).anonymous == "viewer"


def test_a_proxy_that_names_nobody_is_no_way_to_sign_in(load: Load) -> None:
    access = load("access: {proxy: {trusted: [10.0.0.0/8]}}")
    assert (access.has_sign_in, access.anonymous) == (False, "viewer")


def test_anonymous_people_can_be_shut_out_of_everything(load: Load) -> None:
    assert load("access: {anonymous: none}").anonymous is None


REFUSED = [
    ("anonymous: maintainer", "access.anonymous", "'viewer' or 'none'"),
    ("default_role: admin", "access.default_role", "'maintainer'"),
    ("tokens: {name: ci}", "access.tokens", "must be a list"),
    ("tokens: [{name: ci, role: viewer}]", "access.tokens[0].token", "is missing"),
    ("tokens: [{name: ci, token: t, role: root}]", "access.tokens[0].role", "'viewer'"),
    ("tokens: [{name: ci, token: '', role: viewer}]", "access.tokens[0].token", "not empty"),
    ("tokens: [{name: ci, token: 'a b', role: viewer}]", "access.tokens[0].token", "spaces"),
    ("tokens: [{name: ci, token: ü, role: viewer}]", "access.tokens[0].token", "ASCII"),
    (
        "tokens: [{name: ' ', token: tttttttttttttttt, role: viewer}]",
        "access.tokens[0].name",
        "must be a name",
    ),
    (
        "tokens: [{name: a, token: tttttttttttttttt, role: viewer}, "
        "{name: a, token: ssssssssssssssss, role: viewer}]",
        "access.tokens[1].name",
        "no other token",
    ),
    (
        "tokens: [{name: a, token: tttttttttttttttt, role: viewer}, "
        "{name: b, token: tttttttttttttttt, role: viewer}]",
        "access.tokens[1].token",
        "make one for each",
    ),
    (
        f"tokens: [{{name: a, token: {'t' * 15}, role: viewer}}]",
        "access.tokens[0].token",
        "guessed",
    ),
    ("htpasswd: missing", "access.htpasswd", "there is no file"),
    ("htpasswd: md5", "access.htpasswd", "line 1 of the file is not 'user:' and a bcrypt hash"),
    ("proxy: {user_header: 'X User', trusted: []}", "access.proxy.user_header", "header"),
    (
        "proxy: {user_header: X, groups_header: 'a:b', trusted: []}",
        "access.proxy.groups_header",
        "header",
    ),
    (
        "proxy: {groups_header: X, trusted: [10.0.0.0/8]}",
        "access.proxy.user_header",
        "groups_header is of no use",
    ),
    (
        "proxy: {sign_out_url: /out, trusted: [10.0.0.0/8]}",
        "access.proxy.user_header",
        "sign_out_url is of no use",
    ),
    (
        "proxy: {user_header: X, groups_separator: ' ', trusted: [10.0.0.0/8]}",
        "access.proxy.groups_separator",
        "header line of its own",
    ),
    ("proxy: {user_header: X, trusted: []}", "access.proxy.trusted", "10.42.0.0/16"),
    ("proxy: {user_header: X, trusted: [proxy]}", "access.proxy.trusted[0]", "an address"),
    ("proxy: {user_header: X, trusted: [10.0.0.1/8]}", "access.proxy.trusted[0]", "an address"),
    ("proxy: {user_header: X, trusted: [0.0.0.0/0]}", "access.proxy.trusted[0]", "every address"),
    ("proxy: {user_header: X, trusted: ['::/0']}", "access.proxy.trusted[0]", "every address"),
    *(
        (
            f"proxy: {{user_header: X, trusted: [10.0.0.1], sign_out_url: '{url}'}}",
            "access.proxy.sign_out_url",
            "must be a path",
        )
        for url in (
            "javascript:alert(1)",
            "//evil.example",
            "http://[",
            "out",
            "/\\evil.example",
            "",
        )
    ),
    ("grants: [{users: [ana]}]", "access.grants[0].role", "is missing"),
    ("grants: [{role: viewer}]", "access.grants[0]", "must name 'users' or 'groups'"),
    ("grants: [{users: [], role: viewer}]", "access.grants[0]", "must name 'users' or 'groups'"),
    (
        "grants: [{users: [ana], repositories: [], role: viewer}]",
        "access.grants[0].repositories",
        "is empty",
    ),
    ("grants: [{groups: [''], role: viewer}]", "access.grants[0].groups[0]", "must not be empty"),
    ("grants: [{users: ana, role: viewer}]", "access.grants[0].users", "must be a list"),
    (
        "grants: [{users: [ana], repositories: ['a['], role: viewer}]",
        "access.grants[0].repositories[0]",
        "partner",
    ),
    ("grants: [{users: [a], grup: [b], role: viewer}]", "access.grants[0].grup", "'groups'"),
    ("origins: ['*']", "access.origins[0]", "never '*'"),
    ("origins: ['https://*.example.com']", "access.origins[0]", "never '*'"),
    ("origins: ['null']", "access.origins[0]", "must begin with http"),
    ("origins: [ui.example.com]", "access.origins[0]", "must begin with http"),
    ("origins: ['https://ui.example.com/app']", "access.origins[0]", "without a path"),
    ("origins: ['https://u:p@ui.example.com']", "access.origins[0]", "credentials"),
    ("hosts: ['*']", "access.hosts[0]", "never '*'"),
    ("hosts: ['https://a']", "access.hosts[0]", "without scheme"),
    ("hosts: ['a:8080']", "access.hosts[0]", "port"),
    ("hosts: ['']", "access.hosts[0]", "names no host"),
]


@pytest.mark.parametrize(("text", "path", "fix"), REFUSED)
def test_bad_input_names_the_key_path_and_the_fix(
    load: Load, tmp_path: Path, text: str, path: str, fix: str
) -> None:
    (tmp_path / "md5").write_text("ana:$apr1$r31$abc\n")
    with pytest.raises(ConfigurationError) as caught:
        load(f"access:\n  {text}\n")
    assert caught.value.message.startswith(f"inventory.yaml: {path}: ")
    assert fix in caught.value.message


def test_no_repr_shows_a_token(load: Load) -> None:
    access = load("access: {tokens: [{name: ci, token: '${CI_TOKEN}', role: viewer}]}")
    assert "token-of-ci-0000" not in repr(access)
