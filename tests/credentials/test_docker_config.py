"""Docker's config.json: what is read, what is dropped, what is refused."""

import json
from pathlib import Path

import pytest

from reglite.config.key_path import KeyPath
from reglite.credentials.docker_config import (
    DockerConfig,
    find_docker_config,
    load_docker_config,
    parse_docker_config,
)
from reglite.errors import ConfigurationError
from tests.support.errors import list_causes

SECRET = "hunter2-very-secret"
USER_PASS = "dXNlcjpwYXNz"


def parse(config: object) -> DockerConfig:
    text = config if isinstance(config, str) else json.dumps(config)
    return parse_docker_config(text, KeyPath("config.json", Path()))


def get_password(config: DockerConfig, host: str) -> tuple[str, str, str | None] | None:
    found = config.auths[host]
    return (found.username, found.password, found.identity_token) if found else None


def test_logins_are_read_by_host() -> None:
    config = parse({"auths": {"https://a.example/v1/": {"auth": USER_PASS}}})
    assert get_password(config, "a.example") == ("user", "pass", None)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"auth": USER_PASS}, ("user", "pass", None)),
        ({"auth": "dXNlcjpwYXNzAAA="}, ("user", "pass", None)),
        ({"auth": "dXNlcjpwYTpzcw=="}, ("user", "pa:ss", None)),
        ({"username": "u", "password": "p"}, ("u", "p", None)),
        ({"auth": USER_PASS, "identitytoken": "t"}, ("user", "", "t")),
        ({"identitytoken": "t"}, ("<token>", "", "t")),
        ({"auth": "PHRva2VuPjpyZWZyZXNo"}, ("<token>", "", "refresh")),
        ({"username": "<token>", "password": "refresh"}, ("<token>", "", "refresh")),
        ({"auth": "", "email": "a@b"}, None),
        ({}, None),
    ],
)
def test_every_form_of_a_login_is_understood(
    entry: dict[str, str], expected: tuple[str, str, str | None] | None
) -> None:
    assert get_password(parse({"auths": {"a": entry}}), "a") == expected


def test_several_keys_of_one_host_are_merged_and_a_login_wins_over_none() -> None:
    config = parse(
        {"auths": {"a": {"auth": USER_PASS}, "https://a/v1/": {}, "docker.io": {}, "https://a": {}}}
    )
    assert set(config.auths) == {"a", "registry-1.docker.io"}
    assert get_password(config, "a") == ("user", "pass", None)


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        ("a.example", ["https://a.example/v1/", "a.example/v2"]),
        ("z.example", ["https://z.example/v1/", "http://z.example"]),
        ("https://index.docker.io/v1/", ["docker.io", "registry-1.docker.io"]),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_the_key_that_docker_asks_for_wins_over_others_of_its_host(
    asked: str, others: list[str], is_first: bool
) -> None:
    keys = [asked, *others] if is_first else [*others, asked]
    logins = {key: {"username": "u", "password": "old"} for key in keys}
    logins[asked] = {"username": "u", "password": "new"}
    helpers = dict.fromkeys(keys, "old") | {asked: "new"}
    config = parse({"auths": logins, "credHelpers": helpers})
    (host,) = config.auths
    assert get_password(config, host) == ("u", "new", None)
    assert dict(config.cred_helpers) == {host: "new"}


def test_entries_that_are_no_hosts_are_dropped() -> None:
    config = parse(
        {
            "auths": {
                "https://index.docker.io/v1/refresh-token": {"auth": "not even base64"},
                "https://index.docker.io/v1//access-token": {},
                "two words": {},
            },
            "credHelpers": {"https://index.docker.io/v1/refresh-token": "pass"},
        }
    )
    assert config.hosts == frozenset()


def test_unknown_keys_are_ignored() -> None:
    config = parse({"HttpHeaders": {"x": "y"}, "psFormat": "z", "auths": None, "credsStore": ""})
    assert (config.hosts, config.creds_store) == (frozenset(), None)


@pytest.mark.parametrize("text", ["", "{}", " \n"])
def test_an_empty_file_is_fine(text: str) -> None:
    assert parse(text).hosts == frozenset()


def test_helpers_are_read_by_host() -> None:
    config = parse(
        {
            "credHelpers": {"ghcr.io": "pass", "https://index.docker.io/v1/": "desktop.exe"},
            "credsStore": "secretservice",
        }
    )
    assert config.cred_helpers == {"ghcr.io": "pass", "registry-1.docker.io": "desktop.exe"}
    assert config.creds_store == "secretservice"


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ("{", "config.json: is not valid JSON in line 1"),
        ("[]", "config.json: must be a JSON object"),
        ("[" * 100_000, "config.json: is not valid JSON"),
        ({"auths": ["a"]}, "config.json: auths: must be an object"),
        ({"auths": {"a": "x"}}, "config.json: auths.a: must be an object"),
        ({"auths": {"a": {"auth": "%%%"}}}, "config.json: auths.a.auth: is not base64"),
        ({"auths": {"a": {"auth": "dXNlcg=="}}}, "config.json: auths.a.auth: is not base64"),
        ({"credHelpers": {"a": "../evil"}}, "config.json: credHelpers.a: must be the NAME"),
        ({"credsStore": "a b"}, "config.json: credsStore: must be the NAME"),
        ({"credsStore": 5}, "config.json: credsStore: must be the NAME"),
    ],
)
def test_bad_input_names_the_key_path(config: object, problem: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(config)
    assert caught.value.message.startswith(problem)


@pytest.mark.parametrize(
    "config",
    [
        '{"auths": {"a": {"auth": "' + SECRET + '"}}}',
        '{"auths": {"a": {"auth": "' + SECRET,
        '{"auths": {"a": "' + SECRET + '"}}',
    ],
)
def test_no_message_shows_a_value(config: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(config)
    for error in list_causes(caught.value):
        assert SECRET not in f"{error} {error!r} {vars(error)}"


def test_no_repr_shows_a_login() -> None:
    assert "pass'" not in repr(parse({"auths": {"a": {"auth": USER_PASS, "identitytoken": "t"}}}))


def test_it_is_found_where_docker_looks(tmp_path: Path) -> None:
    assert find_docker_config({"HOME": "/home/ana"}) == Path("/home/ana/.docker/config.json")
    assert find_docker_config({}) is None
    environ = {"HOME": "/home/ana", "DOCKER_CONFIG": str(tmp_path)}
    assert find_docker_config(environ) == tmp_path / "config.json"


def test_an_absent_file_is_as_if_empty(tmp_path: Path) -> None:
    assert load_docker_config(tmp_path / "none" / "config.json").hosts == frozenset()


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="can't be read"):
        load_docker_config(path)
