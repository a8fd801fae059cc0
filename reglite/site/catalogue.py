"""Message catalogues: flat keys, ``{placeholders}``, plural forms by their CLDR category."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reglite.errors import ConfigurationError

LANGUAGES = ("en", "ru")
"""Languages of the UI; the first is rendered at the root, the others in a folder each."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Message = str | dict[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages of one language."""

    language: str
    messages: Mapping[str, Message]

    def get(self, key: str, /, **values: str) -> str:
        """Return a message for a template, with its placeholders filled.

        Raises ConfigurationError for an unknown key, a plural message (their form is known only in
        the browser) and a placeholder without a value.
        """
        message = self.messages.get(key)
        if not isinstance(message, str):
            problem = "is missing" if message is None else "has plural forms, for scripts only"
            raise ConfigurationError(f"{key} {problem}: locales/{self.language}.json")
        missing = placeholders(message) - values.keys()
        if missing:
            names = ", ".join(sorted(missing))
            raise ConfigurationError(f"{key} wants {names}: locales/{self.language}.json")
        return _PLACEHOLDER.sub(lambda match: values[match[1]], message)

    def select(self, keys: frozenset[str]) -> dict[str, Message]:
        """Return the messages a page's scripts name, in a stable order."""
        return {key: self.messages[key] for key in sorted(keys & self.messages.keys())}


def placeholders(message: Message) -> frozenset[str]:
    """Return the names of a message's placeholders, those of all plural forms together."""
    forms = [message] if isinstance(message, str) else message.values()
    return frozenset(name for form in forms for name in _PLACEHOLDER.findall(form))


def load_catalogue(folder: Path, language: str) -> Catalogue:
    """Read ``locales/{language}.json``; raises ConfigurationError if it is no flat JSON object."""
    path = folder / f"{language}.json"
    try:
        messages = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as exc:
        raise ConfigurationError(f"{path}: not JSON: {exc}") from exc
    return Catalogue(language, messages)
