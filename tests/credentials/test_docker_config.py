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
from reglite.credentials.source import Credentials

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
def test_bad_input_is_left_out_with_a_note_that_names_the_key_path(
    tmp_path: Path, config: object, problem: str
) -> None:
    path = tmp_path / "config.json"
    path.write_text(config if isinstance(config, str) else json.dumps(config))
    (note,) = load_docker_config(path).notes
    assert note.removeprefix(f"{tmp_path}/").startswith(problem)
    assert note.endswith("it is left out")


def test_one_bad_entry_takes_no_other_along() -> None:
    auths = {"a.test": "x", "b.test": {"auth": USER_PASS}, "c.test": None}
    config = parse({"auths": auths, "credHelpers": {"d.test": "../evil", "e.test": "pass"}})
    assert config.auths["b.test"] is not None
    assert config.auths["c.test"] is None
    assert config.cred_helpers == {"e.test": "pass"}
    assert len(config.notes) == 2


def test_login_for_a_part_of_a_registry_is_used_with_a_note() -> None:
    long, short = {"username": "long", "password": "p"}, {"username": "short", "password": "p"}
    config = parse({"auths": {"a.test/x": short, "a.test/x/y": long, "b.test/x": long}})
    assert config.auths["a.test"] == Credentials("long", "p")
    assert config.auths["b.test"] == Credentials("long", "p")
    assert len(config.notes) == 3
    own = parse({"auths": {"a.test": short, "a.test/x": long}})
    assert own.auths["a.test"] == Credentials("short", "p")
    assert "left out" in own.notes[0]


def test_token_for_the_registry_itself_is_taken_where_there_is_no_other_login() -> None:
    login = {"username": "ana", "password": "p"}
    auths = {"a.test": {"registrytoken": SECRET}, "b.test": {"registrytoken": SECRET, **login}}
    config = parse({"auths": auths})
    assert config.auths["a.test"] == Credentials("<token>", "", registry_token=SECRET)
    assert config.auths["b.test"] == Credentials("ana", "p")
    assert config.notes == ()
    assert SECRET not in repr(config)


def test_folder_that_a_mount_made_in_its_place_is_noted(tmp_path: Path) -> None:
    (tmp_path / "config.json").mkdir()
    config = load_docker_config(tmp_path / "config.json")
    assert config.hosts == frozenset()
    assert "can't be read" in config.notes[0]


@pytest.mark.parametrize(
    "config",
    [
        '{"auths": {"a": {"auth": "' + SECRET + '"}}}',
        '{"auths": {"a": {"auth": "' + SECRET,
        '{"auths": {"a": "' + SECRET + '"}}',
    ],
)
def test_no_message_shows_a_value(tmp_path: Path, config: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(config)
    (note,) = load_docker_config(path).notes
    assert SECRET not in note


def test_no_repr_shows_a_login() -> None:
    assert "pass'" not in repr(parse({"auths": {"a": {"auth": USER_PASS, "identitytoken": "t"}}}))


def test_it_is_found_where_docker_looks(tmp_path: Path) -> None:
    assert find_docker_config({"HOME": "/home/ana"}) == Path("/home/ana/.docker/config.json")
    assert find_docker_config({}) is None
    environ = {"HOME": "/home/ana", "DOCKER_CONFIG": str(tmp_path)}
    assert find_docker_config(environ) == tmp_path / "config.json"


def test_an_absent_file_is_as_if_empty(tmp_path: Path) -> None:
    assert load_docker_config(tmp_path / "none" / "config.json").hosts == frozenset()


def test_a_file_that_is_no_text_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(b"\xff\xfe")
    assert "can't be read" in load_docker_config(path).notes[0]
