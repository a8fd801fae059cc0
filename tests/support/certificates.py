"""Private certificate authorities for tests: a server's certificate on loopback, a client's."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Guide = Literal["bare", "basic constraints", "self-signed"]


class Certificates:
    """A private authority, a server's and a client's certificate in a folder, as PEM files.

    ``host`` is the name or IP address of the server, whose file holds its key too.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self.authority = folder / "authority.pem"
        self.server = folder / "server.pem"
        self.client = folder / "client.pem"
        self.client_key = folder / "client-key.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.authority)
        authority.issue_cert(host).private_key_and_cert_chain_pem.write_to_path(self.server)
        client = authority.issue_cert(common_name="client")
        client.cert_chain_pems[0].write_to_path(self.client)
        client.private_key_pem.write_to_path(self.client_key)

    def serve_options(self, *, is_client_wanted: bool = False) -> dict[str, Any]:
        """Return what ``serve_app`` needs for https, with client certificates if wanted."""
        options: dict[str, Any] = {"ssl_certfile": str(self.server)}
        if is_client_wanted:
            options["ssl_ca_certs"] = str(self.authority)
            options["ssl_cert_reqs"] = ssl.CERT_REQUIRED
        return options

    def make_context(self, *, has_client: bool = False) -> ssl.SSLContext:
        """Return a context that trusts the authority, with the client's certificate if wanted."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
        if has_client:
            context.load_cert_chain(self.client, self.client_key)
        return context


class GuideCertificates:
    """What people make by the guides of Docker and Harbor: extensions that RFC 5280 wants lack.

    ``bare`` is an authority without any extension but that it is one; ``basic constraints`` has
    them uncritical and no key usage; ``self-signed`` is the server's own certificate, trusted.
    """

    def __init__(self, folder: Path, guide: Guide) -> None:
        folder.mkdir()
        self.authority, self.server = folder / "ca.pem", folder / "server.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        if guide == "self-signed":
            server_key, server = key, _build("registry", "registry", key, key, _LOOPBACK)
            authority = server
        else:
            server_key = ec.generate_private_key(ec.SECP256R1())
            is_critical = guide == "bare"
            constraint = (x509.BasicConstraints(ca=True, path_length=None), is_critical)
            authority = _build("Example CA", "Example CA", key, key, constraint)
            server = _build("registry", "Example CA", server_key, key, _LOOPBACK)
        self.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
        pem = server_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self.server.write_bytes(pem + server.public_bytes(serialization.Encoding.PEM))


_LOOPBACK = (x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _build(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    extension: tuple[x509.ExtensionType, bool],
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        _name(issuer),
        _name(subject),
        key.public_key(),
        x509.random_serial_number(),
        now - timedelta(days=1),
        now + timedelta(days=30),
    )
    return builder.add_extension(*extension).sign(issuer_key, hashes.SHA256())
