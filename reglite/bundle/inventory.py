"""What may not travel inside a zip: secrets that an inventory holds as they are."""

import json
import re
from pathlib import Path
from typing import Any, Final

from reglite.config.key_path import KeyPath
from reglite.config.yaml import parse_yaml
from reglite.inventory.allowed_keys import refuse_unknown_keys

_SECRET_KEYS: Final = frozenset({"password", "auth", "token"})
# Nothing but references, and none with a default that would be a secret again.
_REFERENCES: Final = re.compile(r"(?:\$\{(?!.*:-[^}])[^}]+\})+")
_USER_IN_URL: Final = re.compile(r"://[^/]*@")


def read_bundled_inventory(path: Path) -> str:
    """Return an inventory to bundle, as JSON; raises ConfigurationError naming a secret's key.

    Values are not interpolated: ``${VAR}`` and ``${ssm:NAME}`` are filled in on Lambda.
    """
    root = KeyPath(str(path), path.parent)
    text = root.read_text(path)
    if text is None:
        root.fail("there is no such file: check the path")
    document = parse_yaml(text, root)
    _check(document, root, ())
    refuse_unknown_keys(document, root)  # a misspelt password is one, too
    return json.dumps(document, ensure_ascii=False, default=str)


def _check(value: Any, place: KeyPath, parents: tuple[int, ...]) -> None:
    if id(value) in parents:
        place.fail("contains itself through a YAML anchor: write the values out")
    inside = (*parents, id(value)) if isinstance(value, dict | list) else ()
    if isinstance(value, dict):
        for key, inner in value.items():
            # Names under 'inventory' are free.
            if key in _SECRET_KEYS and inner is not None and place.keys != ("inventory",):
                _check_secret(str(inner), place / key)
            _check(inner, place / key, inside)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check(inner, place / index, inside)
    elif isinstance(value, str) and _USER_IN_URL.search(value):
        place.fail("holds credentials: write them as username and password: ${VAR}")


def _check_secret(text: str, place: KeyPath) -> None:
    if not _REFERENCES.fullmatch(text):
        place.fail(
            "is a secret that everybody who can read the zip would see: "
            "write ${VAR} or ${ssm:NAME} instead, without a default"
        )
