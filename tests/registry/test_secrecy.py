"""What of our credentials counts as repeated, and which honest words stay."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote as percent_encode

import pytest

from reglite.registry.secrecy import NOT_SHOWN, quote, repeats

SHORT = "s3cret"
LONG = "correct horse+battery/staple?é"
REGISTRY = Path(__file__).parents[2] / "reglite/registry"


@pytest.mark.parametrize(
    "said",
    [
        "requested access to demo/app is denied",
        "no such project: team/demo",
        "demo-app, demo_app, demo.app and demos are not known",
        "the democracy of demonstrations",
        "repository demo-1:demo-2 does not exist",
    ],
)
def test_short_password_does_not_erase_honest_words(said: str) -> None:
    assert quote(said, ("demo", "ana:demo")) == said


@pytest.mark.parametrize(
    "said",
    ["demo", "you sent demo.", "'demo'", "https://ana:demo@host/", "a=demo&b", "x:demo,y", "DEMO"],
)
def test_short_password_that_stands_alone_is_not_shown(said: str) -> None:
    assert quote(said, ("demo",)) == NOT_SHOWN


@pytest.mark.parametrize("about", ["tags of demo", "manifest demo:v1", "manifest team/app:demo"])
def test_name_that_was_asked_for_is_no_secret(about: str) -> None:
    assert not repeats("demo is not known", ("demo",), about)
    assert repeats("ana:demo is not known", ("demo", "ana:demo"), about)


@pytest.mark.parametrize("password", ["password", "denied", "Registry", "a", "to"])
def test_common_word_as_a_password_does_not_erase_refusals(password: str) -> None:
    said = "denied: invalid username or password for a registry, go to the login"
    secrets = (password, f"ana:{password}")
    assert quote(said, secrets) == said
    assert quote(f"you sent ana:{password}", secrets) == NOT_SHOWN
    assert repeats(b64encode(secrets[1].encode()).decode(), secrets)


@pytest.mark.parametrize("secret", [SHORT, LONG, "t" * 2000])
@pytest.mark.parametrize(
    "write",
    [
        str,
        str.upper,
        percent_encode,
        lambda text: percent_encode(text, safe=""),
        lambda text: text.encode().decode("latin-1"),
        lambda text: json.dumps(text)[1:-1],
        lambda text: b64encode(text.encode()).decode(),
        lambda text: b64encode(text.encode()).decode().rstrip("=").lower(),
        lambda text: urlsafe_b64encode(text.encode()).decode(),
    ],
)
def test_secret_is_found_in_every_honest_spelling(secret: str, write: Callable[[str], str]) -> None:
    assert repeats(f"you sent <{write(secret)}> to us", (secret,))


def test_long_secret_is_found_within_a_word_and_at_the_cut() -> None:
    assert quote(f"x{LONG}x", (LONG,)) == NOT_SHOWN
    assert quote("y" * 70 + LONG, (LONG,)) == NOT_SHOWN
    assert quote("y" * 76 + f" {SHORT}", (SHORT,)) == NOT_SHOWN


def test_what_repeats_nothing_is_shortened_and_printable() -> None:
    assert quote("é\n" + "x" * 100, (SHORT,)).isprintable()
    assert len(quote("x" * 100, (SHORT,))) == 80


def test_no_module_shows_what_a_registry_says_by_another_way() -> None:
    others = {"content.py", "pool.py"}  # a media type, which is data, and a name that a caller sent
    shorteners = {
        path.name for path in REGISTRY.glob("*.py") if "shorten(" in path.read_text("utf-8")
    }
    assert shorteners - others == {"secrecy.py"}
