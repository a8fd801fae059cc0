"""httpx's exceptions in RegLite's words."""

import httpx
import pytest

from reglite.errors import RegistryProtocol, RegistryTimeout, RegistryUnreachable, RegliteError
from reglite.registry.connection_failure import translate_exception
from tests.registry.clients import make_config


@pytest.mark.parametrize(
    ("exc", "error", "said"),
    [
        (httpx.ConnectTimeout(""), RegistryTimeout, "firewalls"),
        (httpx.ReadTimeout(""), RegistryTimeout, "timeout_seconds"),
        (httpx.WriteTimeout(""), RegistryTimeout, "10 s"),
        (httpx.PoolTimeout(""), RegistryTimeout, "10 s"),
        (httpx.ConnectError("All connection attempts failed"), RegistryUnreachable, "it runs"),
        (
            httpx.ConnectError(
                "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed"
            ),
            RegistryUnreachable,
            "ca_file",
        ),
        (
            httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number"),
            RegistryUnreachable,
            "http://",
        ),
        (
            httpx.ConnectError("[Errno -2] Name or service not known"),
            RegistryUnreachable,
            "host name is unknown",
        ),
        (httpx.ReadError(""), RegistryUnreachable, "ReadError"),
        (httpx.ProxyError("407 Proxy Authentication Required"), RegistryUnreachable, "407"),
        (
            httpx.RemoteProtocolError("Server disconnected without sending a response."),
            RegistryUnreachable,
            "disconnected",
        ),
        (
            httpx.RemoteProtocolError("peer closed connection without sending complete body"),
            RegistryProtocol,
            "broken HTTP",
        ),
        (httpx.LocalProtocolError("Illegal header value b'Bearer s3cret'"), RegistryProtocol, ""),
        (httpx.InvalidURL("https://ana:s3cret@host"), RegistryProtocol, "impossible request"),
    ],
    ids=repr,
)
def test_exception_is_told_with_what_to_do(
    exc: httpx.TransportError | httpx.InvalidURL, error: type[RegliteError], said: str
) -> None:
    translated = translate_exception(exc, "registry 'here', catalog", make_config())
    assert type(translated) is error
    assert translated.message.startswith("registry 'here', catalog: ")
    assert said in translated.message
    assert "s3cret" not in translated.message
