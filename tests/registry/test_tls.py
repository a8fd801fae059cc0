"""Private CAs, client certificates and ``insecure``, against a real TLS server."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reglite.demo.registry import MemoryRegistry
from reglite.errors import RegistryUnreachable
from reglite.registry.tls import get_ssl_context
from tests.registry.clients import MakeClient, make_config
from tests.support.serving import serve_app

pytestmark = pytest.mark.anyio


@dataclass
class Certificates:
    """One self-signed certificate that is its own CA, server and client."""

    folder: Path
    certificate: Path = field(init=False)
    key: Path = field(init=False)

    def __post_init__(self) -> None:
        self.certificate, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "reglite tests")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]),
                critical=False,
            )
            .sign(key, hashes.SHA256())
        )
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make a certificate."""
    return Certificates(tmp_path_factory.mktemp("tls"))


def serve_tls(certificates: Certificates, **options: object) -> Iterator[str]:
    options = {
        "ssl_certfile": str(certificates.certificate),
        "ssl_keyfile": str(certificates.key),
        **options,
    }
    with serve_app(MemoryRegistry(), **options) as url:
        yield url.replace("http:", "https:")


@pytest.fixture(scope="module")
def url(certificates: Certificates) -> Iterator[str]:
    """Serve a registry over TLS."""
    yield from serve_tls(certificates)


@pytest.fixture(scope="module")
def strict_url(certificates: Certificates) -> Iterator[str]:
    """Serve a registry over TLS that wants a client certificate."""
    yield from serve_tls(
        certificates,
        ssl_ca_certs=str(certificates.certificate),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )


async def test_unknown_certificate_is_refused_and_the_fix_named(
    make_client: MakeClient, url: str
) -> None:
    with pytest.raises(RegistryUnreachable, match="ca_file"):
        await make_client(url).ping()


async def test_private_ca_is_trusted(
    make_client: MakeClient, url: str, certificates: Certificates
) -> None:
    ping = await make_client(url, ca_file=certificates.certificate).ping()
    assert not ping.is_http


async def test_insecure_trusts_anyone(make_client: MakeClient, url: str) -> None:
    assert (await make_client(url, insecure=True).ping()).server == "distribution"


async def test_client_certificate_is_shown(
    make_client: MakeClient, strict_url: str, certificates: Certificates
) -> None:
    client = make_client(
        strict_url,
        ca_file=certificates.certificate,
        client_cert=certificates.certificate,
        client_key=certificates.key,
    )
    assert (await client.ping()).latency_ms > 0


async def test_missing_client_certificate_is_told(
    make_client: MakeClient, strict_url: str, certificates: Certificates
) -> None:
    with pytest.raises(RegistryUnreachable):
        await make_client(strict_url, ca_file=certificates.certificate).ping()


def test_contexts_are_shared_per_setting(certificates: Certificates) -> None:
    plain = make_config(url="https://a.test")
    private = make_config(url="https://b.test", ca_file=certificates.certificate)
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
    path.write_bytes(certificates.certificate.read_bytes())
    config = make_config(url="https://a.test", ca_file=path)
    first = get_ssl_context(config)
    path.touch()
    assert get_ssl_context(config) is not first
