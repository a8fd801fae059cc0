"""TLS settings of registries; one context per setting, shared by every client of the process."""

import ssl
from functools import lru_cache
from pathlib import Path

import certifi

from reglite.errors import RegistryUnreachable
from reglite.inventory.registry_config import RegistryConfig


def get_ssl_context(config: RegistryConfig) -> ssl.SSLContext:
    """Return the context for a registry; raises RegistryUnreachable naming the unreadable file."""
    files = (config.ca_file, config.client_cert, config.client_key)
    stamps = tuple(path.stat().st_mtime_ns if path and path.exists() else 0 for path in files)
    try:
        return _build_context(*files, config.insecure, stamps)
    except (OSError, ValueError) as exc:
        named = ", ".join(str(path) for path in files if path is not None) or "system certificates"
        raise RegistryUnreachable(
            f"registry '{config.name}': cannot read its TLS files ({named}): check that ca_file, "
            "client_cert and client_key exist, are readable, PEM and belong together"
        ) from exc


@lru_cache(maxsize=32)
def _build_context(
    ca_file: Path | None,
    client_cert: Path | None,
    client_key: Path | None,
    insecure: bool,
    stamps: tuple[int, ...],  # renewed files make a new context
) -> ssl.SSLContext:
    del stamps
    context = ssl.create_default_context()
    if not _has_system_certificates():
        context.load_verify_locations(certifi.where())
    if ca_file is not None:
        context.load_verify_locations(ca_file)
        # Trusted as Docker and curl trust it: authorities made by the usual guides lack extensions
        # that Python checks from 3.13 on, and what is named may be no root. Chain, dates and host
        # name are checked all the same.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if client_cert is not None:
        context.load_cert_chain(client_cert, client_key)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _has_system_certificates() -> bool:
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        return True
    return any(Path(paths.capath).iterdir()) if paths.capath else False


def build_plain_context() -> ssl.SSLContext:
    """Return a context that trusts nobody, for plain http: reading the system's costs time."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
