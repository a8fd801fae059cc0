"""What a registry says, fit for a message: short, printable, and without our own credentials. Pure.

A registry was shown credentials and may repeat them, by mistake or to have them seen. Whatever it
says goes through ``quote`` where it enters a message or a log, before anything is cut off it.

What holds: a credential is found as it is, percent-encoded, as JSON writes it, in base64 alone or
behind its user name, in capitals or not. What does not: a registry that is hostile can split or
encode it in a hundred other ways, and put it where it is content, into the name of a tag.
"""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Set
from typing import Final
from urllib.parse import unquote_plus

from reglite.reference import shorten

NOT_SHOWN: Final = "[not shown: it repeats a secret]"

_WORD_LENGTH: Final = 4
"""What is shorter is looked for behind its user name alone: "a" is in every sentence."""

_TELLING_LENGTH: Final = 12
"""What is as long is nobody's word, so it counts within a longer one, too."""

_CODE_LENGTH: Final = 6
"""Nor is as much base64."""

_LOOKED_AT: Final = 8192
"""What begins in the part that is shown ends within it."""

_ALONE: Final = r"(?<!\w)(?<!\w[-./]){0}(?![-./]?\w)|(?<=//){0}(?![-.]?\w)"
"""Not within a name of the specs, whose parts ``-``, ``.`` and ``/`` join; or the host of a URL."""

# Who has a word of these for a password gives it away by hiding it: everybody knows the sentence
# that lacks it.
_SENTENCES: Final = (
    "requested access to the resource is denied",
    "unauthorized: authentication required, invalid username or password",
    "anonymous user has no permission to push or pull, login with docker credentials",
    "manifest, blob or tag unknown to registry, repository name not known, image not found",
    "operation unsupported, method disabled by administrator",
    "forbidden: insufficient scope of token, authorization failed for project",
    "internal server error, service unavailable, too many requests",
)
_PROSE: Final = frozenset(re.findall(r"\w+", " ".join(_SENTENCES)))


def quote(text: str, secrets: Iterable[str], asked: str = "") -> str:
    """Return what a registry said as it may be shown; ``asked`` is what our message says anyway."""
    return NOT_SHOWN if repeats(text, secrets, asked) else shorten(text)


def repeats(text: str, secrets: Iterable[str], asked: str = "") -> bool:
    """Tell whether any of the secrets appears in the text.

    A long one does anywhere. A short one, which could be any word, does where it stands alone: not
    in ``demo/app`` or ``demo-1``, nor where it is one of the names that were asked for.
    """
    seen = {text[:_LOOKED_AT].casefold(), unquote_plus(text[:_LOOKED_AT]).casefold()}
    innocent = _PROSE.union(re.split(r"[\s:@]+", asked.casefold()))
    possible = [secret for secret in secrets if len(secret) <= len(text)]
    return any(_appears(secret, each, innocent) for secret in possible for each in seen)


def _appears(secret: str, text: str, innocent: Set[str]) -> bool:
    if any(len(code) >= _CODE_LENGTH and code in text for code in _encode(secret)):
        return True
    return secret.casefold() not in innocent and any(
        spelling in text if len(spelling) >= _TELLING_LENGTH else _stands_alone(spelling, text)
        for spelling in _spell(secret)
    )


def _encode(secret: str) -> Iterator[str]:
    """Yield a secret in base64, in lower case: a host name knows no other."""
    for encode in (b64encode, urlsafe_b64encode):
        yield encode(secret.encode("utf-8", "replace")).decode("ascii").rstrip("=").lower()


def _spell(secret: str) -> Iterator[str]:
    """Yield the ways to write a secret that can be read, in lower case."""
    yield secret.casefold()
    yield json.dumps(secret)[1:-1].casefold()
    yield secret.encode("utf-8", "replace").decode("latin-1").casefold()  # as headers are read


def _stands_alone(word: str, text: str) -> bool:
    if len(word) < _WORD_LENGTH or word not in text:
        return False
    return re.search(_ALONE.format(re.escape(word)), text) is not None
