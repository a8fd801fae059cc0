"""Registries that try to get hold of credentials, or to send RegLite where it should not go."""

import pytest

from tests.hostile.conftest import BASIC, Stage, get_code
from tests.hostile.registry import Answerer, Asked, Output, write_answer, write_json

SENT = f"Basic {BASIC}"


def challenge(out: Output, realm: str) -> None:
    bearer = f'Bearer realm="{realm}",service="trap"'
    write_json(out, {"errors": [{"code": "UNAUTHORIZED"}]}, 401, WWW_Authenticate=bearer)


@pytest.mark.parametrize(
    "realm",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/latest/meta-data/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://100.100.100.200/latest/meta-data/",
        "http://0.0.0.0:1/",
        "http://2852039166/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
    ],
)
def test_token_realm_at_a_metadata_address_is_not_asked(
    attack: Stage, repo: str, realm: str
) -> None:
    attack.plain.answer = lambda _, out: challenge(out, realm)
    reply = attack.get(f"repositories/{repo}/tags", registry="metadata", seconds=25)

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")
    assert attack.plain.list_secrets_seen() == set()


def test_token_realm_over_http_gets_no_credentials_of_a_registry_over_https(
    attack: Stage, repo: str
) -> None:
    attack.tls.answer = lambda _, out: challenge(out, "http://192.0.2.1/token")
    reply = attack.get(f"repositories/{repo}/tags", registry="secure")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")
    assert "not https" in reply.json()["errors"][0]["message"]
    assert attack.tls.list_secrets_seen() == set()


def test_token_realm_at_another_host_gets_the_credentials_of_its_registry_alone(
    attack: Stage, repo: str
) -> None:
    """As Docker does it: the realm is the registry's choice, the credentials are for it."""
    attack.plain.answer = lambda _, out: challenge(out, f"{attack.tls.url}/token")
    attack.tls.answer = lambda _, out: write_json(out, {"token": "of-the-realm"})
    attack.get(f"repositories/{repo}/tags", registry="realm")

    assert attack.plain.list_secrets_seen() <= {"Bearer of-the-realm"}
    assert attack.tls.list_secrets_seen() <= {SENT}


def after_basic(answer: Answerer) -> Answerer:
    """Ask for the credentials first."""

    def challenge_first(asked: Asked, out: Output) -> None:
        if "authorization" not in asked.headers:
            basic = 'Basic realm="trap"'
            write_json(out, {"errors": [{"code": "UNAUTHORIZED"}]}, 401, WWW_Authenticate=basic)
        else:
            answer(asked, out)

    return challenge_first


@pytest.mark.parametrize(
    "path", ["tags", "tags/v1/manifest", f"blobs/sha256:{'0' * 64}", f"manifests/sha256:{'0' * 64}"]
)
def test_redirect_takes_no_credentials_along(attack: Stage, repo: str, path: str) -> None:
    attack.plain.answer = after_basic(
        lambda _, out: write_answer(out, b"", 307, Location=f"{attack.tls.url}/stolen")
    )
    attack.tls.answer = lambda _, out: challenge(out, f"{attack.tls.url}/token")
    reply = attack.get(f"repositories/{repo}/{path}", registry="redirect")

    assert reply.status_code in {403, 502}
    assert get_code(reply) in {"DENIED", "REGISTRY_PROTOCOL", "REGISTRY_UNREACHABLE"}
    assert attack.plain.list_secrets_seen() == {SENT}
    assert attack.tls.list_secrets_seen() == set()


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "http://metadata/", "file:///etc/passwd"]
)
def test_redirect_to_a_metadata_address_is_not_followed(
    attack: Stage, repo: str, target: str
) -> None:
    attack.plain.answer = lambda _, out: write_answer(out, b"", 307, Location=target)
    reply = attack.get(f"repositories/{repo}/blobs/sha256:{'0' * 64}")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")


def test_redirects_without_end_are_cut_off(attack: Stage, repo: str) -> None:
    attack.plain.answer = lambda asked, out: write_answer(out, b"", 307, Location=asked.path + "x")
    reply = attack.get(f"repositories/{repo}/tags/v1/manifest")

    assert (reply.status_code, get_code(reply)) == (502, "REGISTRY_PROTOCOL")
    assert len(attack.plain.asked) < 20


@pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "http://169.254.169.254", "//elsewhere"])
@pytest.mark.parametrize("path", ["repositories", "repositories/{repo}/tags"])
def test_foreign_link_is_not_followed(attack: Stage, repo: str, path: str, origin: str) -> None:
    """Its query is asked of the registry itself, once: it brings nothing new."""

    def answer(asked: Asked, out: Output) -> None:
        link = f'<{origin}/v2/_catalog?last=a>; rel="next"'
        write_json(out, {"tags": ["a"], "repositories": ["a"]}, Link=link)

    attack.plain.answer = answer
    reply = attack.get(path.format(repo=repo))

    assert reply.status_code == 200
    assert all(asked.path.startswith("/v2/") for asked in attack.plain.asked)
    assert 0 < len(attack.plain.asked) <= 3


def test_endless_pages_end_within_the_budget(attack: Stage, repo: str) -> None:
    number = 0

    def answer(asked: Asked, out: Output) -> None:
        nonlocal number
        number += 1
        names = [f"t{number}-{n:06}-{'x' * 100}" for n in range(10_000)]
        link = f'</v2/{repo}/tags/list?last={number}>; rel="next"'
        write_json(out, {"tags": names}, Link=link)

    attack.plain.answer = answer
    reply = attack.get(f"repositories/{repo}/tags")

    assert reply.status_code in {502, 504}
    assert get_code(reply) in {"REGISTRY_PROTOCOL", "REGISTRY_TIMEOUT"}


def test_pages_that_bring_nothing_new_end_at_once(attack: Stage, repo: str) -> None:
    def answer(asked: Asked, out: Output) -> None:
        link = f'<{asked.path}&again=1>; rel="next"'
        write_json(out, {"tags": ["a", "b"]}, Link=link)

    attack.plain.answer = answer
    reply = attack.get(f"repositories/{repo}/tags")

    assert reply.json()["tags"] == ["a", "b"]
    assert len(attack.plain.asked) <= 3


@pytest.mark.parametrize("place", ["header", "status line", "error", "link", "location"])
def test_registry_that_repeats_the_credentials_does_not_show_them(
    attack: Stage, repo: str, place: str
) -> None:
    def answer(asked: Asked, out: Output) -> None:
        echo = asked.headers["authorization"]
        if place == "header":
            out.write(f"HTTP/1.1 200 OK\r\n{echo}\x0b: x\r\n\r\n".encode())
        elif place == "status line":
            out.write(f"{echo}\r\n\r\n".encode())
        elif place == "error":
            write_json(out, {"errors": [{"code": "X", "message": f"you sent {echo}"}]}, 400)
        elif place == "link":
            write_json(out, {"tags": []}, Link=f'<http://{echo.split()[1]}/>; rel="next"')
        else:
            write_answer(out, b"", 307, Location=f"http://169.254.169.254/{echo.split()[1]}")

    attack.plain.answer = after_basic(answer)
    reply = attack.get(f"repositories/{repo}/tags", registry="echo")

    if place == "link":  # where it leads is not even looked at
        assert reply.status_code == 200
    else:
        assert reply.status_code >= 400
        get_code(reply)
