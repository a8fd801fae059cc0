"""``${VAR}`` and ``${VAR:-default}`` in configuration values, after YAML is parsed. Pure.

``${ssm:NAME}`` and ``${secretsmanager:NAME}`` are variables that the given environment knows.
``$${`` is a literal ``${``; a lone ``$`` is a dollar. A default applies to an unset or empty
variable, as in a shell, and holds no variables itself.
"""

import re
from collections.abc import Mapping

from reglite.errors import ConfigurationError
from reglite.reference import shorten

_TOKEN = re.compile(r"\$\$\{|\$\{(?P<body>[^}]*)(?P<end>\}?)")
_BODY = re.compile(
    r"(?P<name>(?:ssm|secretsmanager):[A-Za-z0-9/_+=.@-]+|[A-Za-z_][A-Za-z0-9_]*)"
    r"(?::-(?P<default>(?:(?!\$\{).)*))?",
    re.ASCII | re.DOTALL,
)


def interpolate(text: str, environ: Mapping[str, str]) -> str:
    """Replace the variables in one value; raises ConfigurationError naming what to set."""
    return _TOKEN.sub(lambda match: _replace(match, environ), text)


def _replace(match: re.Match[str], environ: Mapping[str, str]) -> str:
    if match["body"] is None:
        return "${"
    body = _BODY.fullmatch(match["body"])
    if not match["end"] or body is None:
        raise ConfigurationError(
            "has a '${' that begins no ${VAR} or ${VAR:-default}: write $${ for a literal ${"
        )
    value = environ.get(body["name"])
    if body["default"] is not None:
        return value or body["default"]
    if value is None:
        name = shorten(body["name"])
        raise ConfigurationError(
            f"needs the environment variable {name}, which is not set: export {name}=… "
            f"or give a default, ${{{name}:-…}}"
        )
    return value
