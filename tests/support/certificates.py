"""A private certificate authority for tests: a server's certificate on loopback, a client's."""

import ssl
from pathlib import Path
from typing import Any

import trustme


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
