"""Where a registry's credentials come from: nothing, the inventory, Docker's config or a helper.

A source remembers what it learned until that is refused. Passwords and tokens appear in no repr,
message or log.
"""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from reglite.errors import ConfigurationError

TOKEN_USERNAME = "<token>"  # noqa: S105 - Docker's mark for an identity token, no secret
AWS_LABEL = "helper aws"

AuthKind = Literal["none", "basic", "helper", "identity-token"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name with a password, or with the identity token of an OAuth2 refresh flow.

    Or a ``registry_token``, which goes to the registry as it is and can't be renewed.
    """

    username: str
    password: str = field(repr=False)
    identity_token: str | None = field(default=None, repr=False)
    registry_token: str | None = field(default=None, repr=False)


class CredentialSource(Protocol):
    """Something that can be asked for one registry's credentials."""

    @property
    def kind(self) -> AuthKind:
        """What the API calls ``auth``."""
        ...

    @property
    def label(self) -> str:
        """What the status calls ``credential_source``; never a secret."""
        ...

    async def resolve(self) -> Credentials | None:
        """Return the credentials, None for anonymous; RegliteError with a remedy if that fails."""
        ...

    def forget(self) -> bool:
        """Void what is remembered, which was refused; tell whether another may come instead."""
        ...


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No credentials at all; ``reason`` says why what is there can't be used."""

    kind: AuthKind = "none"
    label: str = "none"
    reason: str | None = None

    async def resolve(self) -> Credentials | None:
        """Return None: the registry is asked as anyone."""
        return None

    def forget(self) -> bool:
        """Return False: there is nothing."""
        return False


@dataclass(frozen=True, slots=True)
class FixedCredentials:
    """Credentials that were read with the configuration."""

    credentials: Credentials
    label: str = "inventory"

    @property
    def kind(self) -> AuthKind:
        """An identity token goes through another flow than a password."""
        is_token = self.credentials.identity_token or self.credentials.registry_token
        return "identity-token" if is_token else "basic"

    async def resolve(self) -> Credentials | None:
        """Return what was configured."""
        return self.credentials

    def forget(self) -> bool:
        """Return False: what is written does not change by itself."""
        return False


@dataclass(slots=True)
class FileCredentials:
    """A user name with the secret in a file, which is read again whenever it changed."""

    username: str
    path: Path
    label: str = "inventory"
    _stamp: tuple[int, ...] = field(default=(), init=False, repr=False, compare=False)
    _read: Credentials | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def kind(self) -> AuthKind:
        """An identity token goes through another flow than a password."""
        return "identity-token" if self.username == TOKEN_USERNAME else "basic"

    def read(self) -> Credentials:
        """Return what the file says now; raises ConfigurationError."""
        try:
            status = self.path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if self._read is None or stamp != self._stamp:
                secret = self.path.read_text("utf-8-sig").rstrip("\r\n")
                if not secret or "\n" in secret:
                    raise ConfigurationError(
                        "names a file that is empty or has several lines: it must hold one secret"
                    )
                self._stamp, self._read = stamp, make_credentials(self.username, secret)
        except (OSError, UnicodeDecodeError):
            # Without the chain: the path may be a secret in the wrong place.
            problem = "can't be read: it must be a UTF-8 text file you may read"
        else:
            return self._read
        raise ConfigurationError(problem)

    async def resolve(self) -> Credentials | None:
        """Return what the file says now; raises ConfigurationError."""
        try:
            return self.read()
        except ConfigurationError as exc:
            raise ConfigurationError(f"password_file {exc.message}") from exc

    def forget(self) -> bool:
        """Return False: the file is looked at every time."""
        return False


def make_credentials(username: str, secret: str) -> Credentials:
    """Pair a user name with its secret, which for Docker's user ``<token>`` is no password."""
    if username == TOKEN_USERNAME:
        return Credentials(username, "", secret)
    return Credentials(username, secret)


def parse_basic_auth(encoded: str) -> Credentials:
    """Read base64 of ``user:password`` as Docker writes it; raises ConfigurationError."""
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError:
        # Without the chain: the exception may quote the text.
        decoded = ""
    username, colon, password = decoded.partition(":")
    if not colon or not username:
        raise ConfigurationError(
            "is not base64 of 'user:password': make it with  printf %s 'user:password' | base64"
        )
    return make_credentials(username, password.rstrip("\0"))
