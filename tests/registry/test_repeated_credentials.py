"""Registries that repeat our credentials, by mistake or to have them seen, through the client."""

import logging
from base64 import b64encode
from collections.abc import Awaitable, Callable

import httpx
import pytest

from reglite.errors import Denied, RegliteError
from reglite.reference import Repository, Tag
from tests.registry.clients import (
    EMPTY_INDEX_DIGEST,
    PASSWORD,
    MakeClient,
    answer_index,
    answer_json,
    make_credential,
)

pytestmark = pytest.mark.anyio

REPOSITORY = Repository("demo/app")
BASIC = b64encode(f"ana:{PASSWORD}".encode()).decode()

Answer = Callable[[httpx.Request], httpx.Response]


def after_basic(answer: Answer) -> Answer:
    """Challenge first, then answer whoever has sent credentials."""

    def challenge(request: httpx.Request) -> httpx.Response:
        if "authorization" in request.headers:
            return answer(request)
        return httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="here"'})

    return challenge


def refuse(said: str) -> Answer:
    body = {"errors": [{"code": "DENIED", "message": said}]}
    return after_basic(lambda _: answer_json(body, 403))


async def read_message(asking: Awaitable[object]) -> str:
    with pytest.raises(RegliteError) as caught:
        await asking
    return caught.value.message


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("demo", "requested access to demo/app is denied"),
        ("a", "this is a refusal"),
        ("password", "wrong user name or password"),
        ("cess", "access denied"),
    ],
)
async def test_short_or_common_password_leaves_the_words_of_a_refusal(
    make_client: MakeClient, password: str, said: str
) -> None:
    client = make_client(refuse(said), credential=make_credential(password=password))
    assert said in await read_message(client.list_tags(REPOSITORY))


@pytest.mark.parametrize("password", ["demo", "s3cret", PASSWORD, "pässwört", 'quo"te\\d'])
@pytest.mark.parametrize("form", ["you sent {}!", "ana:{}", "https://ana:{}@here/", "'{}'"])
async def test_password_that_is_repeated_is_not_shown(
    make_client: MakeClient, password: str, form: str
) -> None:
    said = form.format(password)
    client = make_client(refuse(said), credential=make_credential(password=password))
    message = await read_message(client.list_tags(REPOSITORY))
    assert "repeats a secret" in message
    assert "403" in message
    assert password not in message.replace("demo/app", "")


async def test_identity_token_behind_its_user_name_is_not_shown(make_client: MakeClient) -> None:
    header = b64encode(b"ana:r3fresh-token").decode()
    credential = make_credential(identity_token="r3fresh-token")
    client = make_client(refuse(f"you sent Basic {header}"), credential=credential)
    assert header not in await read_message(client.list_tags(REPOSITORY))


@pytest.mark.parametrize(
    ("secret", "password"), [(BASIC.rstrip("="), PASSWORD), ("s3cret", "s3cret")]
)
@pytest.mark.parametrize(
    ("header", "value", "what"),
    [
        ("Location", "https://{}/v2/", "tags"),
        ("Location", "https://{}/v2/", "referrers"),
        ("Location", "https://x@{}/v2/", "tags"),
    ],
)
async def test_host_that_repeats_a_credential_is_not_named(  # noqa: PLR0917 - a table
    make_client: MakeClient, secret: str, password: str, header: str, value: str, what: str
) -> None:
    answer = after_basic(lambda _: answer_json({}, 307, **{header: value.format(secret)}))
    client = make_client(answer, credential=make_credential(password=password))
    asking: Awaitable[object] = (
        client.list_tags(REPOSITORY)
        if what == "tags"
        else client.list_referrers(REPOSITORY, EMPTY_INDEX_DIGEST)
    )
    assert secret.lower() not in (await read_message(asking)).lower()


async def test_storage_whose_name_repeats_a_credential_is_not_named(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    moved = httpx.Response(307, headers={"Location": "https://s3cret/blob"})

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "registry.test":
            return after_basic(lambda _: moved)(request)
        return httpx.Response(403)

    client = make_client(answer, credential=make_credential(password="s3cret"))
    message = await read_message(client.get_manifest(REPOSITORY, Tag("v1")))
    assert "which refuses" in message
    assert "s3cret" not in message
    assert not any("s3cret" in record.getMessage() for record in caplog.records)


async def test_path_of_a_redirect_that_repeats_a_credential_is_not_logged(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def answer(request: httpx.Request) -> httpx.Response:
        if BASIC in request.url.path:
            return answer_index()
        return httpx.Response(307, headers={"Location": f"/{BASIC}"})

    client = make_client(after_basic(answer), credential=make_credential())
    await client.get_manifest(REPOSITORY, Tag("v1"))
    assert caplog.records
    assert not any(BASIC in record.getMessage() for record in caplog.records)


async def test_status_line_that_speaks_of_a_disconnection_is_not_shown(
    make_client: MakeClient,
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError(
            f"illegal status line: bytearray(b'{request.headers['authorization']} disconnected')"
        )

    client = make_client(after_basic(answer), credential=make_credential())
    message = await read_message(client.list_tags(REPOSITORY))
    assert "broken HTTP" in message
    assert BASIC not in message


async def test_token_server_whose_name_repeats_a_credential_is_not_named(
    make_client: MakeClient,
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "registry.test":
            challenge = 'Bearer realm="http://s3cret/token"'
            return httpx.Response(401, headers={"WWW-Authenticate": challenge})
        return httpx.Response(403)

    client = make_client(answer, credential=make_credential(password="s3cret"))
    with pytest.raises(Denied) as caught:
        await client.list_tags(REPOSITORY)
    assert "token server" in caught.value.message
    assert "s3cret" not in caught.value.message


async def test_certificate_of_a_host_that_repeats_a_credential_does_not_name_it(
    make_client: MakeClient,
) -> None:
    moved = httpx.Response(307, headers={"Location": "https://s3cret/blob"})

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "registry.test":
            return after_basic(lambda _: moved)(request)
        raise httpx.ConnectError(
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, "
            f"certificate is not valid for '{request.url.host}'."
        )

    client = make_client(answer, credential=make_credential(password="s3cret"))
    message = await read_message(client.get_manifest(REPOSITORY, Tag("v1")))
    assert "its certificate was refused" in message
    assert "s3cret" not in message


async def test_digest_that_repeats_a_credential_is_not_named(make_client: MakeClient) -> None:
    token = "0123456789abcdef" * 4
    answer = after_basic(lambda _: answer_index(Docker_Content_Digest=f"sha256:{token}"))
    client = make_client(answer, credential=make_credential(password=token))
    message = await read_message(client.get_manifest(REPOSITORY, Tag("v1")))
    assert "lies" in message
    assert token not in message
