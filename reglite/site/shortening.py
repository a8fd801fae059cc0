"""Shortens scripts line by line, by rules too simple to misread one.

Nothing inside quotes is touched, a line keeps all from where it may hold more than words, strings
and punctuation, a line break goes only after what no statement can end with or before what none can
begin with, and a mark that separates only before the bracket that ends what it is in: no rule of
JavaScript's grammar, automatic semicolons and regular expressions included, can be met by surprise.
"""

import re
from collections.abc import Iterator

_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)""")
# As far as no regular expression, comment, escape or nested template can have begun.
_CLEAR = re.compile(
    r"""(?:[^"'`/\\]|"[^"\\]*"|'[^'\\]*'|`(?:[^`$\\]|\$(?!\{)|\$\{[^{}"'`/\\]*\})*`)*"""
)
_SPACED = re.compile(r" *([=<>{}(),;:?&|*\[\]!%]) *|(?<![+-]) ([+-]) (?![+-])")
_PARAMETER = re.compile(r"(?<![\w$)\]])\((\w+)\)=>")
_HEADED = re.compile(r"\W*(?:if|for|while|with|else|do)\b")
# A line break after or before these means nothing.
_OPEN = ("(", "[", "{", ",", ";", "=", "=>", "?", "&&", "||")
_BRACKETS = ("}", ")", "]")
_CLOSE = (*_BRACKETS, ".", "?", ":", "&&", "||")


def shorten_script(source: str) -> str:
    """Return the script without indentation, comments and spaces around punctuation."""
    lines = source.splitlines()
    comments = set(_find_comments(lines))
    odd = [n for n, line in enumerate(lines) if n not in comments and _opens_template(line)]
    # Template literals may span these: they stay as they are.
    kept = range(odd[0], odd[-1] + 1) if odd else range(0)
    text, is_clear, is_statement = "", False, False
    for n, line in enumerate(lines):
        if n in kept:
            text, is_clear = f"{text}{line}\n", False
        elif n not in comments and line.strip():
            short, rest = _squeeze(line.strip())
            if is_clear and short.startswith(_CLOSE):
                text = text.removesuffix("\n")
                if short.startswith("}") and is_statement:
                    text = text.removesuffix(";")
                # A second comma would be a hole in a list.
                if short.startswith(_BRACKETS) and not text.endswith((",,", "[,")):
                    text = text.removesuffix(",")
            is_clear = not rest
            is_statement = _ends_statement(short)
            text += short + rest + ("" if is_clear and short.endswith(_OPEN) else "\n")
    return text


def _find_comments(lines: list[str]) -> Iterator[int]:
    is_comment = False
    for n, line in enumerate(line.strip() for line in lines):
        is_comment = is_comment or line.startswith("/*")
        if is_comment or line.startswith("//"):
            yield n
        is_comment = is_comment and not line.endswith("*/")


def _opens_template(line: str) -> bool:
    return _QUOTED.sub("", line).count("`") % 2 == 1


def _ends_statement(line: str) -> bool:
    """Tell whether a semicolon at the end closes what the line holds: no empty statement."""
    return len(line) > 1 and not _HEADED.match(line) and line.count("(") == line.count(")")


def _squeeze(line: str) -> tuple[str, str]:
    """Return what is clear of a line, shortened, and the rest as it is; a comment is left out."""
    found = _CLEAR.match(line)
    clear = found[0] if found else ""
    rest = line[len(clear) :]
    parts = _QUOTED.split(clear.rstrip() if rest.startswith("//") else clear)
    short = "".join(part if at % 2 else _tighten(part) for at, part in enumerate(parts))
    return short, "" if rest.startswith("//") else rest


def _tighten(code: str) -> str:
    return _PARAMETER.sub(r"\1=>", _SPACED.sub(r"\1\2", code))
