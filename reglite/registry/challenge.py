"""The ``WWW-Authenticate`` header (RFC 9110, section 11.6.1), read tolerantly. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_SCHEME = re.compile(rf"[\s,]*({_NAME})(?=\s|,|$)(?!\s*=)", re.ASCII)
_PARAMETER = re.compile(
    rf'[\s,]*({_NAME})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"=][^\s,"]*))', re.ASCII | re.DOTALL
)
_TOKEN68 = re.compile(r"\s*[A-Za-z0-9._~+/-]+=*\s*(?=,|$)", re.ASCII)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

_MAX_LENGTH = 16 * 1024


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge: the scheme and the names of its parameters in lower case."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """Return a parameter, None where it is absent or empty."""
        return self.parameters.get(name) or None


def parse_challenges(values: Iterable[str]) -> tuple[Challenge, ...]:
    """Read every challenge of these header values; what can't be read is left out.

    Parameters come in any order, quoted or bare; the first of a repeated parameter counts.
    """
    return tuple(challenge for value in values for challenge in _parse(value[:_MAX_LENGTH]))


def _parse(text: str) -> Iterable[Challenge]:
    position = 0
    while match := _SCHEME.match(text, position):
        parameters, position = _parse_parameters(text, match.end())
        yield Challenge(match[1].lower(), parameters)


def _parse_parameters(text: str, position: int) -> tuple[dict[str, str], int]:
    parameters: dict[str, str] = {}
    while match := _PARAMETER.match(text, position):
        quoted, bare = match[2], match[3]
        value = bare if quoted is None else _ESCAPED.sub(r"\1", quoted)
        parameters.setdefault(match[1].lower(), value)
        position = match.end()
    if not parameters and (credentials := _TOKEN68.match(text, position)):
        position = credentials.end()
    return parameters, position


def format_challenge(challenge: Challenge) -> str:
    """Write a challenge with every parameter quoted."""
    parameters = ", ".join(
        f'{name}="{_quote(value)}"' for name, value in challenge.parameters.items()
    )
    return f"{challenge.scheme} {parameters}".rstrip()


def _quote(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
