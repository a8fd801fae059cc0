"""A private certificate authority for tests: server certificates on loopback, client ones."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@cache
def make_key() -> rsa.RSAPrivateKey:
    """Return this process's one key: making them is slow, and no test compares two."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def make_certificate(name: str, *, issuer: str | None = None, host: str | None = None) -> bytes:
    """Return a certificate in PEM: an authority's own, or one that ``issuer`` signed.

    ``host`` is the name or IP address that a server's certificate is good for.
    """
    now = datetime.now(UTC)
    is_authority = issuer is None
    public_key = make_key().public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_format_name(name))
        .issuer_name(_format_name(issuer or name))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(_make_usage(is_authority=is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    if not is_authority:
        key_of_issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key)
        builder = builder.add_extension(key_of_issuer, critical=False)
    if host is not None:
        names = x509.SubjectAlternativeName([_format_host(host)])
        builder = builder.add_extension(names, critical=False)
    certificate = builder.sign(make_key(), hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM)


class Certificates:
    """A private authority, a server's and a client's certificate in a folder, as PEM files.

    ``host`` is the name or IP address of the server.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self.authority = folder / "authority.pem"
        self.server = folder / "server.pem"
        self.client = folder / "client.pem"
        self.key = folder / "key.pem"
        authority = "RegLite test authority"
        self.authority.write_bytes(make_certificate(authority))
        self.server.write_bytes(make_certificate("server", issuer=authority, host=host))
        self.client.write_bytes(make_certificate("client", issuer=authority))
        self.key.write_bytes(
            make_key().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def serve_options(self, *, is_client_wanted: bool = False) -> dict[str, Any]:
        """Return what ``serve_app`` needs for https, with client certificates if wanted."""
        options: dict[str, Any] = {
            "ssl_certfile": str(self.server),
            "ssl_keyfile": str(self.key),
        }
        if is_client_wanted:
            options["ssl_ca_certs"] = str(self.authority)
            options["ssl_cert_reqs"] = ssl.CERT_REQUIRED
        return options

    def make_context(self, *, has_client: bool = False) -> ssl.SSLContext:
        """Return a context that trusts the authority, with the client's certificate if wanted."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
        if has_client:
            context.load_cert_chain(self.client, self.key)
        return context


def _make_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=not is_authority,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _format_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _format_host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
