"""Shortens scripts line by line, by rules too simple to misread one.

Nothing inside quotes is touched, a line is left as it is from where it may hold more than words,
strings and punctuation, a line break goes only after what no statement can end with, and what
separates goes only before the bracket that ends the line below: no rule of JavaScript's grammar,
automatic semicolons and regular expressions included, can be met by surprise.
"""

import re
from collections.abc import Iterator

_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)""")
# A line break after these means nothing.
_OPEN = ("(", "[", "{", ",", ";")
_SPACED = re.compile(r" *([=!<>{}(),;:?&|*\[\]]) *|(?<=[\w)\]]) ([-+]) (?=[\w([])")
# A semicolon after these may be a statement of its own.
_HEAD = re.compile(r"\b(?:if|for|while)\b")


def shorten_script(source: str) -> str:
    """Return the script without indentation, full-line comments and spaces around punctuation."""
    lines = source.splitlines()
    comments = set(_find_comments(lines))
    odd = [n for n, line in enumerate(lines) if n not in comments and _opens_template(line)]
    # Template literals may span these: they stay as they are.
    kept = range(odd[0], odd[-1] + 1) if odd else range(0)
    shown = [n for n, line in enumerate(lines) if n in kept or (n not in comments and line.strip())]
    following = dict(zip(shown, (lines[n].strip() for n in shown[1:]), strict=False))
    return "".join(
        f"{lines[n]}\n" if n in kept else _squeeze(lines[n].strip(), following.get(n, ""))
        for n in shown
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


def _squeeze(line: str, following: str) -> str:
    sure = line[: _find_doubt(line)]
    parts = _QUOTED.split(sure)
    short = "".join(part if at % 2 else _SPACED.sub(r"\1\2", part) for at, part in enumerate(parts))
    if sure != line:
        return f"{short}{line[len(sure) :]}\n"
    if _is_needless(short, following):
        return short[:-1]
    return short if short.endswith(_OPEN) else f"{short}\n"


def _is_needless(line: str, following: str) -> bool:
    """Tell whether a line ends with a mark that the bracket below it makes superfluous."""
    if line.endswith(";"):
        return following.startswith("}") and len(line) > 1 and not _HEAD.search(line)
    return len(line) > 1 and line.endswith(",") and following.startswith(("}", "]", ")"))


def _find_doubt(line: str) -> int | None:
    """Return where a comment, a regular expression, an escape or a nested template may begin."""
    at = 0
    parts = _QUOTED.split(line)
    is_nested = sum(part.startswith("`") for part in parts[1::2]) > 1
    for n, part in enumerate(parts):
        if n % 2 == 0 and (found := re.search(r"[/\\`]", part)):
            return at + found.start()
        if n % 2 and ("\\" in part or (is_nested and part.startswith("`"))):
            return at
        at += len(part)
    return None
