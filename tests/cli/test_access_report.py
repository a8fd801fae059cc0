from ipaddress import ip_network
from pathlib import Path

from reglite.cli.access_report import describe_access
from reglite.inventory.access_config import AccessConfig, AccessToken, Grant, ProxyAccess


def test_each_way_in_and_each_grant_has_its_line_and_no_secret() -> None:
    access = AccessConfig(
        anonymous=None,
        default_role=None,
        tokens=(AccessToken("ci", "hunter2-very-secret", "maintainer"),),
        htpasswd=Path("/run/users"),
        proxy=ProxyAccess("X-User", "X-Groups", (ip_network("10.42.0.0/16"),), None),
        grants=(
            Grant("viewer", users=("*",)),
            Grant("maintainer", ("ana",), ("ops",), ("harbor",), ("team-a/**", "b")),
        ),
        origins=("https://ui.example.com",),
    )

    assert describe_access(access) == [
        "Who may do what:",
        "  not signed in: nothing",
        "  signed in: nothing, unless a grant says more",
        "  token 'ci': may look, delete and restore",
        "  users of /run/users sign in with their password",
        "  users whom a proxy at 10.42.0.0/16 names in X-User are signed in",
        "  user *: may look",
        "  user ana, group ops: may look, delete and restore in team-a/**, b on harbor",
        "  pages of https://ui.example.com may call the API",
    ]


def test_pages_of_other_origins_are_named_also_where_nobody_signs_in() -> None:
    said = describe_access(AccessConfig(origins=("https://ui.example.com",)))

    assert "  anyone: may look" in said
    assert "  pages of https://ui.example.com may call the API" in said


def test_a_proxy_that_names_nobody_is_said_to_count_for_limits_alone() -> None:
    proxy = ProxyAccess(None, None, (ip_network("10.42.0.0/16"),), None)
    tokens = (AccessToken("ci", "hunter2-very-secret", "viewer"),)

    said = describe_access(AccessConfig(anonymous=None, tokens=tokens, proxy=proxy))

    assert "  failed sign-ins count for the address that a proxy at 10.42.0.0/16 names" in said
    assert not any("signed in are" in line or "are signed in" in line for line in said)
