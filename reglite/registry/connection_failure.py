"""httpx's exceptions in RegLite's words; the one place that translates them. Pure."""

import re
from collections.abc import Callable

import httpx

from reglite.errors import (
    RegistryProtocol,
    RegistryTimeout,
    RegistryUnreachable,
    RegliteError,
    StorageFailed,
)
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import shorten
from reglite.registry.guard import STORAGE_REMEDY
from reglite.registry.limits import CONNECT_SECONDS

# What Python says of a certificate; the reason is OpenSSL's own.
_CERTIFICATE = re.compile(r"certificate verify failed: (.*?)\.?(?: \(_ssl\.c:\d+\))?$", re.ASCII)
_CERTIFICATE_REMEDIES = (  # a part of the reason, what to do
    (
        "mismatch",
        "its certificate is for another name: write a name that it was issued for in the url, or "
        "have one issued for this one",
    ),
    ("has expired", "its certificate has expired: renew it at the registry"),
    ("not yet valid", "its certificate is not valid yet: check the clocks there and here"),
)
_REMEDIES = (  # a part of what the TLS library or the resolver says, what to do
    ("WRONG_VERSION_NUMBER", "it speaks plain http: write its url as http://… in the inventory"),
    ("RECORD_LAYER_FAILURE", "it speaks plain http: write its url as http://… in the inventory"),
    ("CERTIFICATE_REQUIRED", "it wants a certificate: set client_cert and client_key"),
    ("Name or service not known", "its host name is unknown: check its url"),
    ("nodename nor servname", "its host name is unknown: check its url"),
    ("Temporary failure in name resolution", "its host name is unknown: check its url and DNS"),
)
_OTHER_REMEDY = "check its url and that it runs"


def translate_exception(
    exc: httpx.TransportError | httpx.InvalidURL,
    where: str,
    config: RegistryConfig,
    quote: Callable[[str], str] = shorten,
) -> RegliteError:
    """Return the error for a call that got no whole answer; ``where`` begins its message.

    ``quote`` makes what the library says fit for it: that names the host of a redirect, too.
    """
    if isinstance(exc, httpx.ConnectTimeout):
        return RegistryTimeout(
            f"{where}: no connection within {CONNECT_SECONDS:g} s: check its url, and firewalls "
            "on the way"
        )
    if isinstance(exc, httpx.TimeoutException):
        return RegistryTimeout(
            f"{where}: no answer within {config.timeout_seconds:g} s: try again, or raise its "
            "timeout_seconds in the inventory"
        )
    if isinstance(exc, httpx.RemoteProtocolError) and not _is_cut(exc):
        said = _quote_beginning(exc, quote)
        return RegistryProtocol(f"{where}: the answer is broken HTTP ({said})")
    if isinstance(exc, httpx.LocalProtocolError | httpx.InvalidURL):
        return RegistryProtocol(f"{where}: the registry led to an impossible request")
    reason = find_certificate_reason(str(exc))
    if reason is not None:
        said = _quote_reason(reason, quote)
        remedy = explain_certificate(reason, config)
        return RegistryUnreachable(f"{where}: its certificate was refused ({said}): {remedy}")
    said = quote(str(exc)) or type(exc).__name__
    return RegistryUnreachable(f"{where}: cannot be reached ({said}): {_find_remedy(str(exc))}")


def blame_storage(
    exc: httpx.TransportError | httpx.InvalidURL,
    where: str,
    storage: str,
    quote: Callable[[str], str] = shorten,
) -> StorageFailed:
    """Return the error for content that the registry sends us to ``storage`` for, in vain."""
    return StorageFailed(
        f"{where}: the registry keeps it at {storage}, which can't be reached from here "
        f"({_describe(exc, quote)}): {STORAGE_REMEDY}"
    )


def _describe(exc: Exception, quote: Callable[[str], str]) -> str:
    """Say in a few words why there was no answer, without what it may quote of ours."""
    if isinstance(exc, httpx.ConnectTimeout):
        return f"no connection within {CONNECT_SECONDS:g} s"
    if isinstance(exc, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(exc, httpx.RemoteProtocolError) and not _is_cut(exc):
        return f"the answer is broken HTTP, {_quote_beginning(exc, quote)}"
    if isinstance(exc, httpx.LocalProtocolError | httpx.InvalidURL):
        return "an impossible request"
    if (reason := find_certificate_reason(str(exc))) is not None:
        return f"its certificate was refused: {_quote_reason(reason, quote)}"
    return quote(str(exc)) or type(exc).__name__


def _quote_beginning(exc: Exception, quote: Callable[[str], str]) -> str:
    # What is behind the colon is quoted from the answer, which may repeat our credentials.
    return quote(str(exc).partition(":")[0])


def _quote_reason(reason: str, quote: Callable[[str], str]) -> str:
    return "'".join(quote(part) for part in reason.split("'"))


def find_certificate_reason(said: str) -> str | None:
    """Return OpenSSL's reason for refusing a certificate, whole; None where none was refused."""
    found = _CERTIFICATE.search(said)
    return found[1] if found else None


def explain_certificate(reason: str, config: RegistryConfig) -> str:
    """Return what to do about a certificate that was refused for OpenSSL's reason."""
    for part, remedy in _CERTIFICATE_REMEDIES:
        if part in reason:
            return remedy
    if config.ca_file is not None:
        return (
            "its certificate is not from the authority in its ca_file: write the certificate of "
            "the one that issued it there"
        )
    return "nobody trusted here issued its certificate: name the authority that did as ca_file"


def _is_cut(exc: Exception) -> bool:
    """Tell a connection that was closed before any answer: a server that stops or restarts."""
    return str(exc).startswith("Server disconnected")  # what is further on may be quoted


def _find_remedy(said: str) -> str:
    return next((remedy for part, remedy in _REMEDIES if part in said), _OTHER_REMEDY)
