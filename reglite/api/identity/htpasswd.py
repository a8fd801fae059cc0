"""People in an htpasswd file: bcrypt only, checked off the event loop, results kept briefly."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from reglite.errors import ConfigurationError

KEPT_SECONDS: Final = 300.0
_MAX_KEPT: Final = 10_000
_MAX_PASSWORD_BYTES: Final = 72  # bcrypt reads no more: what follows would not count
_BCRYPT: Final = ("$2y$", "$2b$", "$2a$")
_CONCURRENT_CHECKS: Final = 2
_DUMMY_COST: Final = 5
_COSTS: Final = range(4, 32)  # others match nothing, whatever the password


def _encode_password(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def check_password(password: str, password_hash: bytes) -> bool:
    """Tell whether this is the password of a bcrypt hash."""
    import bcrypt  # noqa: PLC0415 - only where there is an htpasswd file

    try:
        return bcrypt.checkpw(_encode_password(password), password_hash)
    except ValueError:  # a hash that is cut or garbled matches nothing
        return False


class HtpasswdFile:
    """Verifies user and password; an unknown user costs the same time as a known one.

    Good results are kept by ``place``, where they were presented: somebody elsewhere learns
    nothing of who is signed in.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.monotonic,
        *,
        check: Callable[[str, bytes], bool] = check_password,
        max_kept: int = _MAX_KEPT,
    ) -> None:
        self._path = path
        self._clock = clock
        self._check = check
        self._max_kept = max_kept
        self._key = secrets.token_bytes(32)
        self._verified: OrderedDict[bytes, float] = OrderedDict()
        self._hashes: Mapping[str, bytes] = {}
        self._stamp: tuple[int, int] | None = None
        self._dummies: Sequence[bytes] = ()
        self._busy = asyncio.Semaphore(_CONCURRENT_CHECKS)

    def load(self) -> None:
        """Read the file again if it changed; raises ConfigurationError."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp == self._stamp:
                return
            self._hashes = parse_htpasswd(self._path.read_text("utf-8-sig"), str(self._path))
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigurationError(
                f"access.htpasswd: can't read {self._path}: check that it exists and is text"
            ) from exc
        self._dummies = _make_dummies(self._hashes.values())
        self._stamp = stamp

    @staticmethod
    def find_fault(password: str) -> str | None:
        """Say why bcrypt can't check this password, whoever's it is; None if it can."""
        if len(_encode_password(password)) > _MAX_PASSWORD_BYTES:
            return (
                f"the password is longer than {_MAX_PASSWORD_BYTES} bytes, and bcrypt reads no "
                "more: choose a shorter one and make its line in the htpasswd file again"
            )
        if "\0" in password:
            return "the password holds a NUL character, where bcrypt ends: choose one without"
        return None

    def is_verified(self, user: str, password: str, place: str = "") -> bool:
        """Tell whether these were checked moments ago, without checking them again."""
        self.load()
        fingerprint = self._fingerprint(user, password, self._hashes.get(user, b""), place)
        return self._verified.get(fingerprint, 0.0) > self._clock()

    async def verify(self, user: str, password: str, place: str = "") -> bool:
        """Check a password against the file in a thread; a good result is kept five minutes."""
        self.load()
        if self.find_fault(password) is not None:
            return False
        known = self._hashes.get(user)
        async with self._busy:
            is_right = await asyncio.to_thread(
                self._check, password, known or self._choose_dummy(user)
            )
        if known is None or not is_right:
            return False
        fingerprint = self._fingerprint(user, password, known, place)
        self._verified[fingerprint] = self._clock() + KEPT_SECONDS
        self._verified.move_to_end(fingerprint)
        if len(self._verified) > self._max_kept:
            self._verified.popitem(last=False)
        return True

    def _choose_dummy(self, user: str) -> bytes:
        """Choose by the name, so that each try costs the same, as it would for a known user."""
        digest = hmac.digest(self._key, user.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return self._dummies[int.from_bytes(digest, "big") % len(self._dummies)]

    def _fingerprint(self, user: str, password: str, known_hash: bytes, place: str) -> bytes:
        """Key a kept result by everything that makes it true; a keyed hash keeps no password."""
        name = user.encode("utf-8", "surrogatepass")
        parts = (name, known_hash, _encode_password(password), place.encode())
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.digest(self._key, message, hashlib.sha256)


def parse_htpasswd(text: str, path: str) -> dict[str, bytes]:
    """Read ``user:hash`` lines; raises ConfigurationError for anything but bcrypt."""
    hashes: dict[str, bytes] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        user, separator, password_hash = line.strip().partition(":")
        if not separator or not user or not password_hash.startswith(_BCRYPT):
            raise ConfigurationError(
                f"access.htpasswd: line {number} of {path} is not user:bcrypt-hash; "
                f"make it with: htpasswd -B {path} USER"
            )
        hashes[user] = password_hash.encode()
    return hashes


def _make_dummies(hashes: Iterable[bytes]) -> tuple[bytes, ...]:
    """Make hashes that no password matches, one as dear to check as each in the file."""
    written = (int(known[4:6]) for known in hashes if known[4:6].isdigit())
    costs = [cost for cost in written if cost in _COSTS] or [_DUMMY_COST]
    dummies = {cost: _make_dummy(cost) for cost in set(costs)}
    return tuple(dummies[cost] for cost in costs)


def _make_dummy(cost: int) -> bytes:
    import bcrypt  # noqa: PLC0415 - only where there is an htpasswd file

    return bcrypt.gensalt(cost) + base64.b64encode(secrets.token_bytes(24), altchars=b"./")[:31]
