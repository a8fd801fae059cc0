"""Shortens scripts line by line, by rules too simple to misread one.

No line is joined or split and nothing inside quotes is touched, so that no rule of JavaScript's
grammar, automatic semicolons and regular expressions included, can be met by surprise.
"""

import re
from collections.abc import Iterator

# Lines that hold none of these have no comment, regular expression or template literal on them.
_DOUBTFUL = re.compile(r"[/`\\]")
_STRING = re.compile(r"""("[^"]*"|'[^']*')""")
_SPACED = re.compile(r" *([=<>{}(),;:?&|*\[\]]) *")


def shorten_script(source: str) -> str:
    """Return the script without indentation, full-line comments and spaces around punctuation."""
    lines = source.splitlines()
    comments = set(_find_comments(lines))
    odd = [n for n, line in enumerate(lines) if n not in comments and _opens_template(line)]
    # Template literals may span these: they stay as they are.
    kept = range(odd[0], odd[-1] + 1) if odd else range(0)
    return "".join(
        f"{line if n in kept else _squeeze(line.strip())}\n"
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
    return _STRING.sub("", line).count("`") % 2 == 1


def _squeeze(line: str) -> str:
    if _DOUBTFUL.search(line):
        return line
    parts = _STRING.split(line)
    return "".join(part if at % 2 else _SPACED.sub(r"\1", part) for at, part in enumerate(parts))
