"""The headers that every answer carries, whoever gives it: the one list of them.

The API, the pages, the parser's refusals take them from here. nginx and CloudFront have them in
their own words (``deploy/``): a test compares those with this list.
"""

from collections.abc import Mapping
from typing import Final

# Beside `sandbox` some browsers take no opener policy: it is for bytes out of a registry alone.
_POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
FOREIGN_POLICY: Final = f"{_POLICY}; sandbox"
"""The Content-Security-Policy of what a registry's users wrote, should a browser open it."""

FRAMING: Final = "frame-ancestors 'none'"
"""What a document's own ``<meta>`` can't say; a page's whole policy depends on where its API is."""

_COMMON: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    **_COMMON,
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Of every answer that says nothing else: the API's, and whatever is no page."""

SEEN_BY_ALL: Final[Mapping[str, str]] = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""Of ``/health``: a page of an origin that may read nothing here sees that somebody is here."""

PAGE_HEADERS: Final[Mapping[str, str]] = {
    **_COMMON,
    "Content-Security-Policy": FRAMING,
    "Referrer-Policy": "same-origin",
}
"""Of pages and their files, whose rules for caching are their own."""

_ENCODED: Final = tuple(
    (name.lower().encode("ascii"), value.encode("ascii"))
    for name, value in SECURITY_HEADERS.items()
)


def format_page_headers(policy: str) -> dict[str, str]:
    """Return the headers of pages whose policy is sent as one, and not left to the documents."""
    return {**PAGE_HEADERS, "Content-Security-Policy": f"{policy}; {FRAMING}"}


def complete_headers(raw: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with each of the list that it does not set itself."""
    present = {name.lower() for name, _ in raw}
    return [*raw, *(pair for pair in _ENCODED if pair[0] not in present)]


def format_head_lines() -> bytes:
    """Return the list as lines of HTTP/1.1, for an answer that no application gives."""
    return b"".join(b"%s: %s\r\n" % pair for pair in _ENCODED)
