"""httpx's exceptions in RegLite's words; the one place that translates them. Pure."""

from collections.abc import Callable

import httpx

from reglite.errors import RegistryProtocol, RegistryTimeout, RegistryUnreachable, RegliteError
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import shorten
from reglite.registry.limits import CONNECT_SECONDS

_REMEDIES = (  # a part of what the TLS library or the resolver says, what to do
    ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted: name its CA as ca_file"),
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
        # What is behind the colon is quoted from the answer, which may repeat our credentials.
        said = quote(str(exc).partition(":")[0])
        return RegistryProtocol(f"{where}: the answer is broken HTTP ({said})")
    if isinstance(exc, httpx.LocalProtocolError | httpx.InvalidURL):
        return RegistryProtocol(f"{where}: the registry led to an impossible request")
    said = quote(str(exc)) or type(exc).__name__
    return RegistryUnreachable(f"{where}: cannot be reached ({said}): {_find_remedy(str(exc))}")


def _is_cut(exc: Exception) -> bool:
    """Tell a connection that was closed before any answer: a server that stops or restarts."""
    return str(exc).startswith("Server disconnected")  # what is further on may be quoted


def _find_remedy(said: str) -> str:
    return next((remedy for part, remedy in _REMEDIES if part in said), _OTHER_REMEDY)
