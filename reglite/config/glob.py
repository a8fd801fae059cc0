"""Globs for tags, names and repository paths: ``*``, ``?``, ``[a-z]`` and ``**``. Pure.

``*`` and ``?`` stop at a slash, ``**`` does not: ``team-a/**`` covers ``team-a/app/web`` and not
``team-a`` itself. Everything is case-sensitive, as names in a registry are.
"""

import re
from functools import lru_cache

from reglite.errors import ConfigurationError
from reglite.reference import shorten

_TOKEN = re.compile(r"\*\*|\*|\?|\[!?[^\[\]/!]+\]|[^\[\]]", re.DOTALL)
_SPECIAL = re.compile(r"([\\^&~|])")
_ESCAPED = r"\\\1"
_WILDCARDS = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


@lru_cache(maxsize=1024)
def compile_glob(glob: str) -> re.Pattern[str]:
    """Translate a glob to an expression for ``fullmatch``; raises ConfigurationError."""
    if not glob or not glob.isprintable():
        raise ConfigurationError("is no glob: it must not be empty or hold control characters")
    tokens = _TOKEN.findall(glob)
    if "".join(tokens) != glob:
        raise ConfigurationError(f"'{shorten(glob)}' has a '[' or ']' without its partner")
    try:
        return re.compile("".join(_translate(token) for token in tokens), re.DOTALL)
    except re.error as exc:
        raise ConfigurationError(f"'{shorten(glob)}' has a range that runs backwards") from exc


def _translate(token: str) -> str:
    if token in _WILDCARDS:
        return _WILDCARDS[token]
    if len(token) == 1:
        return re.escape(token)
    negation, members = ("^/", token[2:-1]) if token[1] == "!" else ("", token[1:-1])
    return f"[{negation}{_SPECIAL.sub(_ESCAPED, members)}]"


def matches_glob(glob: str, name: str) -> bool:
    """Tell whether the whole name is covered by the glob."""
    return compile_glob(glob).fullmatch(name) is not None


def matches_any(globs: tuple[str, ...], name: str) -> bool:
    """Tell whether any of the globs covers the whole name."""
    return any(matches_glob(glob, name) for glob in globs)
