"""Shortens scripts line by line, by rules too simple to misread one.

Nothing inside quotes is touched, lines that may hold more than words, strings and punctuation keep
all but their indentation, and a line break goes only after what no statement can end with: no rule
of JavaScript's grammar, automatic semicolons and regular expressions included, can be met by
surprise.
"""

import re
from collections.abc import Iterator

_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)""")
# A line break after these means nothing.
_OPEN = ("(", "[", "{", ",", ";")
_SPACED = re.compile(r" *([=<>{}(),;:?&|*\[\]]) *")


def shorten_script(source: str) -> str:
    """Return the script without indentation, full-line comments and spaces around punctuation."""
    lines = source.splitlines()
    comments = set(_find_comments(lines))
    odd = [n for n, line in enumerate(lines) if n not in comments and _opens_template(line)]
    # Template literals may span these: they stay as they are.
    kept = range(odd[0], odd[-1] + 1) if odd else range(0)
    return "".join(
        f"{line}\n" if n in kept else _squeeze(line.strip())
        for n, line in enumerate(lines)
        if n in kept or (n not in comments and line.strip())
    )


def _find_comments(lines: list[str]) -> Iterator[int]:
    is_comment = False
    for n, line in enumerate(line.strip() for line in lines):
        is_comment = is_comment or line.startswith("/*")
        if is_comment or line.startswith("//"):
            yield n
        is_comment = is_comment and not line.endswith("*/")


def _opens_template(line: str) -> bool:
    return _QUOTED.sub("", line).count("`") % 2 == 1


def _squeeze(line: str) -> str:
    parts = _QUOTED.split(line)
    if _is_doubtful(line, parts):
        return f"{line}\n"
    short = "".join(part if at % 2 else _SPACED.sub(r"\1", part) for at, part in enumerate(parts))
    return short if short.endswith(_OPEN) else f"{short}\n"


def _is_doubtful(line: str, parts: list[str]) -> bool:
    """Tell whether a comment, a regular expression, an escape or a nested template may be there."""
    templates = sum(part.startswith("`") for part in parts[1::2])
    return "\\" in line or templates > 1 or any("/" in p or "`" in p for p in parts[::2])
