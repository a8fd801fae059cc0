"""Which pages may call: the Host check, the rule for state-changing requests, CORS. Pure."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from reglite.api.identity.address import parse_address
from reglite.errors import Denied

_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+", re.ASCII)
_ALLOWED_METHODS: Final = "GET, HEAD, DELETE, PUT"
_ALLOWED_HEADERS: Final = "Authorization, Cache-Control, Content-Type, If-None-Match"
_EXPOSED_HEADERS: Final = "Docker-Content-Digest, ETag, Link, Retry-After, WWW-Authenticate"
_PREFLIGHT_SECONDS: Final = 600


def is_own_host(host: str, allowed: Collection[str]) -> bool:
    """Tell whether a Host header names loopback or one of ``allowed``; the port is not looked at.

    A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding), but not change this.
    """
    name = parse_host(host)
    if name is None:
        return False
    address = parse_address(name)
    if address is not None and address.is_loopback:
        return True
    return name == "localhost" or name in {entry.lower().strip("[]") for entry in allowed}


def parse_host(host: str) -> str | None:
    """Return the name of a Host header in lower case, without port and brackets; None if bad."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    if parts.netloc != host or not parts.hostname or not _HOST.fullmatch(host):
        return None
    return parts.hostname.removesuffix(".")


def check_state_changing(
    headers: Headers, *, has_our_token: bool, origins: Collection[str]
) -> None:
    """Refuse with Denied what another site's page could have sent in its reader's name.

    A header that comes more than once must be right each time.
    """
    if has_our_token:
        return
    if sites := headers.getlist("sec-fetch-site"):
        if any(site not in ("same-origin", "none") for site in sites):
            raise Denied("a page of another site may not change anything here without a token")
        return
    host = headers.get("host", "")
    if all(o in origins or is_same_origin(o, host) for o in headers.getlist("origin")):
        return
    raise Denied("a page of another origin may not change anything here without a token")


def is_same_origin(origin: str, host: str) -> bool:
    """Tell whether an Origin's host and port are those of the Host header."""
    try:
        parts = urlsplit(origin)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host:
        return False
    default = ":443" if parts.scheme == "https" else ":80"
    return parts.netloc.lower().removesuffix(default) == host.lower().removesuffix(default)


def format_cors(origin: str | None, origins: Collection[str]) -> dict[str, str]:
    """Return the headers that let a page of a configured origin read the answer; never ``*``."""
    if not origins:
        return {}
    if origin is None or origin not in origins:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": _EXPOSED_HEADERS,
    }


def format_preflight(origin: str | None, origins: Collection[str]) -> dict[str, str] | None:
    """Return the headers of a preflight's answer; None where the origin is not configured."""
    if origin is None or origin not in origins:
        return None
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": _ALLOWED_METHODS,
        "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
    }
