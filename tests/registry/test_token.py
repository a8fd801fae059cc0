"""Token requests and answers, as Docker's token specification and its implementations have them."""

import json
from base64 import b64decode
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reglite.credentials.source import Credentials
from reglite.registry.token import (
    Token,
    TokenCache,
    TokenKey,
    build_refresh_request,
    build_token_request,
    format_basic,
    parse_token,
)

KEY = TokenKey("https://auth.test/token", "registry.test", "repository:team/app:pull")


@pytest.mark.parametrize(
    ("document", "value", "seconds"),
    [
        ({"token": "a"}, "a", 60),
        ({"access_token": "b"}, "b", 60),
        ({"token": "a", "access_token": "b", "expires_in": 300}, "a", 300),
        ({"token": "", "access_token": "b"}, "b", 60),
        ({"token": "a", "expires_in": 5}, "a", 5),
        ({"token": "a", "expires_in": 10**9}, "a", 24 * 3600),
        ({"token": "a", "expires_in": 0}, "a", 60),
        ({"token": "a", "expires_in": -5}, "a", 60),
        ({"token": "a", "expires_in": "300"}, "a", 60),
        ({"token": "a", "expires_in": True}, "a", 60),
        ({"token": "a", "expires_in": None, "issued_at": "yesterday"}, "a", 60),
        ({"token": "a", "expires_in": float("nan")}, "a", 60),
        ({"token": "a", "expires_in": float("inf")}, "a", 24 * 3600),
    ],
)
def test_token_and_its_lifetime_are_read(
    document: dict[str, object], value: str, seconds: float
) -> None:
    assert parse_token(json.dumps(document).encode()) == Token(value, seconds)


@given(st.binary(max_size=200) | st.text().map(lambda text: json.dumps({"token": text}).encode()))
def test_any_answer_is_a_token_fit_for_a_header_or_none(body: bytes) -> None:
    token = parse_token(body)
    assert token is None or (token.value.isascii() and token.value.isprintable())


@given(st.text(), st.text())
def test_basic_authentication_survives_the_round_trip(username: str, password: str) -> None:
    username = username.replace(":", "").encode("utf-8", "replace").decode()
    password = password.encode("utf-8", "replace").decode()
    encoded = format_basic(username, password).removeprefix("Basic ")
    assert b64decode(encoded).decode() == f"{username}:{password}"


def test_every_scope_is_a_parameter_of_its_own() -> None:
    key = TokenKey(KEY.realm, KEY.service, "repository:a:pull repository:b:pull")
    query = parse_qsl(urlsplit(build_token_request(key, None).url).query)
    assert [value for name, value in query if name == "scope"] == [
        "repository:a:pull",
        "repository:b:pull",
    ]


def test_absent_scope_and_service_are_left_out() -> None:
    request = build_token_request(TokenKey(KEY.realm, "", ""), Credentials("ana", "secret"))
    assert parse_qs(urlsplit(request.url).query) == {"account": ["ana"], "client_id": ["reglite"]}


def test_secrets_are_in_no_repr_and_no_url() -> None:
    credentials = Credentials("ana", "s3cret", "r3fresh")
    shown = "".join(
        map(
            repr,
            (
                build_token_request(KEY, Credentials("ana", "s3cret")),
                build_refresh_request(KEY, "r3fresh"),
                credentials,
                Token("t0k3n", 60),
            ),
        )
    )
    assert not any(secret in shown for secret in ("s3cret", "r3fresh", "t0k3n"))


def test_cache_forgets_the_oldest_tokens() -> None:
    cache = TokenCache()
    keys = [TokenKey("https://a.test", "", str(number)) for number in range(1100)]
    for key in keys:
        cache.put(key, Token("t", 60), 0.0)
    assert cache.get(keys[0], 1.0) is None
    assert cache.get(keys[-1], 1.0) == "t"
    assert len(cache.values()) == 1024


@pytest.mark.parametrize(("seconds", "renewed_at"), [(60, 50), (3600, 3590), (8, 6)])
def test_token_is_renewed_a_while_before_it_expires(seconds: float, renewed_at: float) -> None:
    cache = TokenCache()
    cache.put(KEY, Token("t", seconds), 100.0)
    assert cache.get(KEY, 100.0 + renewed_at - 0.1) == "t"
    assert cache.get(KEY, 100.0 + renewed_at) is None


def test_refused_token_is_discarded() -> None:
    cache = TokenCache()
    cache.put(KEY, Token("t", 60), 0.0)
    cache.discard(KEY)
    assert cache.get(KEY, 0.0) is None


def test_token_that_is_used_outlives_those_that_are_not() -> None:
    cache = TokenCache()
    keys = [TokenKey("https://a.test", "", str(number)) for number in range(1025)]
    for key in keys[:-1]:
        cache.put(key, Token("t", 60), 0.0)
    assert cache.get(keys[0], 1.0) == "t"
    cache.put(keys[-1], Token("t", 60), 0.0)
    assert cache.get(keys[0], 1.0) == "t"
    assert cache.get(keys[1], 1.0) is None
