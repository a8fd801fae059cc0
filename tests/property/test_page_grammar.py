"""The pages' grammar of names is the server's: the same names through Python and through Node."""

import json
import random
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglite.config.key_path import KeyPath
from reglite.credentials.docker_config import DockerConfig
from reglite.errors import BadRequest, ConfigurationError
from reglite.inventory.allowed_keys import RegistrySection
from reglite.inventory.entry import read_entry
from reglite.reference import parse_digest, parse_repository, parse_tag
from tests.support.availability import find_program

JUDGE = Path(__file__).with_name("grammar.mjs")

HEX = "0123456789abcdef" * 8
REGISTRIES = ["nas", "88.88.88.88:5000", "-a", "..a", "::1", "::1:5000", "A_b", "a" * 255]
REPOSITORIES = [
    "app",
    "team/project/app",
    "a--b",
    "a__b",
    "a.b/c_d",
    "0",
    "a" * 255,
    "a" * 127 + "/b",
]
TAGS = ["latest", "1.4.2-rc.1", "_", "a" * 128, "a..b", "9.", "A-"]
DIGESTS = [f"sha256:{HEX[:64]}", f"sha512:{HEX}"]
HOSTS = ["docker.io", "nas:5000", "[::1]:5000", "[fe80::1]", "h.example/mirror", "H-1.x", "a/~b"]
REFUSED = [
    "", ".", "..", "...", "/", "//", "a/..", "../a", "a/../b", "%2e%2e", ".%2e", "..%2f", "a//b",
    "a/", "/a", "\\", "..\\..", "a\\b", "a?b", "a#b", "a&b", "a;b", "a b", "a\nb", "a\n", "\na",
    "a\tb", "a\r", "\x00", "a\u2028", "\u0430", "\uff0e\uff0e", "\u2024\u2024", "a\u200b", "$(a)",
    "`a`", "a|b", "'", '"', "a" * 256, "a___b", "a_-b", "a.-b", "-", "--a", "a.", "a-", "_a",
    "a" * 129, "null", "undefined", "sha256:", f"sha256:{HEX[:63]}", f"sha256:{HEX[:65]}",
    f"SHA256:{HEX[:64]}", f"sha256:{HEX[:64].upper()}", f"sha1:{HEX[:40]}", f"sha512:{HEX[:64]}",
    f"sha256:{HEX[:64]}\n", f"sha256:{HEX[:64]}/../a", "sha256:../a", "@", "a@b", "a:b",
    "user@host", "http://a", "[::1", "]", "[]", "[::1%25eth0]", "~a", "a!", "*", "a{b}",
]  # fmt: skip
SALT = [
    "",
    ".",
    "..",
    "/",
    "\\",
    "-",
    "_",
    ":",
    "%2e",
    "\n",
    "\t",
    " ",
    "?",
    "#",
    "A",
    "0",
    "é",
    "\u0430",
    ";",
    "$",
    "'",
]


def make_names(good: list[str], chance: random.Random) -> list[str]:
    """Return good names, bad ones, and good ones with something put into them."""
    spoilt = []
    for name in good * 40:
        at = chance.randrange(len(name) + 1)
        spoilt.append(name[:at] + chance.choice(SALT) + name[at + chance.randrange(2) :])
    return [*good, *REFUSED, *spoilt]


def make_cases() -> list[dict[str, str]]:
    chance = random.Random(14)
    every = {
        "registry": make_names(REGISTRIES, chance),
        "repository": make_names(REPOSITORIES, chance),
        "tag": make_names(TAGS, chance),
        "digest": make_names(DIGESTS, chance),
        "host": make_names(HOSTS, chance),
    }
    most = max(map(len, every.values()))
    return [{key: names[n % len(names)] for key, names in every.items()} for n in range(most)]


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Return the names, with what the pages' scripts say of them."""
    cases = make_cases()
    done = subprocess.run(
        [find_program("node"), str(JUDGE)],
        input=json.dumps(cases), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return list(zip(cases, json.loads(done.stdout), strict=True))


def accepts(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except (BadRequest, ConfigurationError):
        return False
    return True


def read_registry(name: str, pull_host: str | None = None) -> object:
    place = KeyPath("inventory.yaml", Path())
    section = RegistrySection(url="http://localhost:5000", pull_host=pull_host)
    return read_entry(name, section, place, DockerConfig())


PARSERS: dict[str, Callable[[str], object]] = {
    "registry": read_registry,
    "repository": parse_repository,
    "tag": parse_tag,
    "digest": parse_digest,
}


@pytest.mark.parametrize("kind", PARSERS)
def test_pages_accept_the_names_that_the_server_accepts_and_no_others(
    judged: list[tuple[dict[str, str], dict[str, Any]]], kind: str
) -> None:
    verdicts = {names[kind]: said[kind] for names, said in judged}
    assert verdicts == {name: accepts(PARSERS[kind], name) for name in verdicts}
    assert set(verdicts.values()) == {True, False}


def test_the_first_request_of_a_page_names_nothing_that_the_server_would_refuse(
    judged: list[tuple[dict[str, str], dict[str, Any]]],
) -> None:
    for names, said in judged:
        registry, repository = names["registry"], names["repository"]
        good = accepts(read_registry, registry) and accepts(parse_repository, repository)
        path = f"/api/v1/registries/{registry}/repositories/{repository}/tags?n=10000"
        assert said["early"] == (path if good else None), names


def test_a_host_of_a_pull_command_means_nothing_to_a_shell(
    judged: list[tuple[dict[str, str], dict[str, Any]]],
) -> None:
    for names, said in judged:
        host = names["host"]
        if said["host"]:
            bare = host.translate({ord(c): None for c in "[]~"})
            assert shlex.quote(bare or "-") == (bare or "-"), host
            assert not host.startswith("-")
        elif host:
            shown = host.strip().rstrip("/")
            assert not accepts(lambda text: read_registry("nas", text), host) or shown != host, host
