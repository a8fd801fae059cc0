"""The private authority: trusted by those who know it, client certificates where wanted."""

import ssl
from collections.abc import Callable

import httpx
import pytest

from reglite.demo.registry import MemoryRegistry
from tests.support.certificates import Certificates


def test_server_is_trusted_by_who_knows_the_authority(
    certificates: Certificates, serve: Callable[..., str]
) -> None:
    url = serve(MemoryRegistry(), **certificates.serve_options())
    answer = httpx.get(f"{url}/v2/", verify=certificates.make_context(), trust_env=False)
    assert (answer.status_code, answer.url.scheme) == (200, "https")


def test_server_is_not_trusted_by_others(
    certificates: Certificates, serve: Callable[..., str]
) -> None:
    url = serve(MemoryRegistry(), **certificates.serve_options())
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{url}/v2/", verify=ssl.create_default_context(), trust_env=False)


def test_client_certificate_opens_what_wants_one(
    certificates: Certificates, serve: Callable[..., str]
) -> None:
    url = serve(MemoryRegistry(), **certificates.serve_options(is_client_wanted=True))
    with_client = certificates.make_context(has_client=True)
    assert httpx.get(f"{url}/v2/", verify=with_client, trust_env=False).status_code == 200
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}/v2/", verify=certificates.make_context(), trust_env=False)
