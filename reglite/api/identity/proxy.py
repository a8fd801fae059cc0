"""What a trusted proxy says of the person it signed in: a name and groups. Pure."""

import re
from typing import Final

from starlette.datastructures import Headers

from reglite.errors import BadRequest
from reglite.inventory.access_config import ProxyAccess

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_GROUP: Final = re.compile(r'[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^,]*?))[ \t]*(?:,|$)')
_ESCAPED: Final = re.compile(r"\\(.)")


def read_proxy_user(headers: Headers, proxy: ProxyAccess) -> str | None:
    """Return the user exactly as named, None if nobody is; raises BadRequest.

    A name is never mended: without its spaces it could be another user's.
    """
    names = headers.getlist(proxy.user_header) if proxy.user_header else []
    if len(names) > 1:
        raise BadRequest(f"{proxy.user_header} came more than once: the proxy must replace it")
    user = _decode(names[0]) if names else ""
    if user != user.strip() or _CONTROLS.search(user):
        raise BadRequest(
            f"{proxy.user_header} holds a name with spaces around it or control characters: "
            "name this user otherwise where people sign in"
        )
    return user or None


def read_proxy_groups(headers: Headers, proxy: ProxyAccess) -> frozenset[str]:
    """Return the groups, divided as ``groups_separator`` says; without one, a group is a line.

    In a list divided by commas a group in quotes (RFC 9110, section 5.6.4) is one.
    """
    lines = headers.getlist(proxy.groups_header) if proxy.groups_header else []
    decoded = [_decode(line) for line in lines]
    if proxy.groups_separator == ",":
        groups = [group for line in decoded for group in _split_list(line)]
    elif proxy.groups_separator is None:
        groups = decoded
    else:
        groups = [group for line in decoded for group in line.split(proxy.groups_separator)]
    return frozenset(groups) - {""}


def _split_list(line: str) -> list[str]:
    return [
        _ESCAPED.sub(r"\1", found[1]) if found[1] is not None else found[2]
        for found in _GROUP.finditer(line)
    ]


def _decode(text: str) -> str:
    """Read a header's text as UTF-8, which proxies send; what is none stays as it came."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
