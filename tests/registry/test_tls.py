"""Private CAs, client certificates and ``insecure``, against a real TLS server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reglite.demo.registry import MemoryRegistry
from reglite.errors import RegistryUnreachable
from reglite.registry.tls import get_ssl_context
from tests.registry.clients import MakeClient, make_config
from tests.support.certificates import Certificates
from tests.support.serving import serve_app

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def url(certificates: Certificates) -> Iterator[str]:
    """Serve a registry over TLS."""
    with serve_app(MemoryRegistry(), **certificates.serve_options()) as url:
        yield url


@pytest.fixture(scope="module")
def strict_url(certificates: Certificates) -> Iterator[str]:
    """Serve a registry over TLS that wants a client certificate."""
    options = certificates.serve_options(is_client_wanted=True)
    with serve_app(MemoryRegistry(), **options) as url:
        yield url


async def test_unknown_certificate_is_refused_and_the_fix_named(
    make_client: MakeClient, url: str
) -> None:
    with pytest.raises(RegistryUnreachable, match="ca_file"):
        await make_client(url).ping()


async def test_private_ca_is_trusted(
    make_client: MakeClient, url: str, certificates: Certificates
) -> None:
    ping = await make_client(url, ca_file=certificates.authority).ping()
    assert not ping.is_http


async def test_insecure_trusts_anyone(make_client: MakeClient, url: str) -> None:
    assert (await make_client(url, insecure=True).ping()).server == "distribution"


async def test_client_certificate_is_shown(
    make_client: MakeClient, strict_url: str, certificates: Certificates
) -> None:
    client = make_client(
        strict_url,
        ca_file=certificates.authority,
        client_cert=certificates.client,
        client_key=certificates.client_key,
    )
    assert (await client.ping()).latency_ms > 0


async def test_missing_client_certificate_is_told(
    make_client: MakeClient, strict_url: str, certificates: Certificates
) -> None:
    with pytest.raises(RegistryUnreachable):
        await make_client(strict_url, ca_file=certificates.authority).ping()


def test_contexts_are_shared_per_setting(certificates: Certificates) -> None:
    plain = make_config(url="https://a.test")
    private = make_config(url="https://b.test", ca_file=certificates.authority)
    assert get_ssl_context(plain) is get_ssl_context(make_config(url="https://c.test"))
    assert get_ssl_context(private) is not get_ssl_context(plain)


@pytest.mark.parametrize("content", [None, b"", b"no pem"])
def test_unreadable_ca_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RegistryUnreachable, match=r"ca\.pem"):
        get_ssl_context(make_config(url="https://a.test", ca_file=path))


def test_renewed_file_makes_a_new_context(certificates: Certificates, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(certificates.authority.read_bytes())
    config = make_config(url="https://a.test", ca_file=path)
    first = get_ssl_context(config)
    path.touch()
    assert get_ssl_context(config) is not first
