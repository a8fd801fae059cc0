"""Docker's credential helpers: ``docker-credential-NAME get`` and ``list``.

A call takes about 250 ms and may ask the person something, so it is made only when credentials are
needed, at most once at a time, and remembered; 60 s are allowed for an answer.
"""

import asyncio
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reglite.credentials.source import AuthKind, Credentials, make_credentials
from reglite.errors import HelperFailed, RegistryTimeout, RegliteError

TIMEOUT_SECONDS = 60.0
# Short-lived tokens (gcloud, ecr-login) come from helpers too, so nothing is kept for hours.
REMEMBER_SECONDS = 600.0
REMEMBER_FAILURE_SECONDS = 30.0

_NOT_FOUND = "credentials not found in native keychain"


@dataclass(frozen=True, slots=True)
class CredentialHelper:
    """The program ``docker-credential-NAME``; ``environ`` overrides our own environment."""

    name: str
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS

    @property
    def program(self) -> str:
        """The name of the program on PATH."""
        return f"docker-credential-{self.name}"

    def find_program(self) -> str | None:
        """Return the program's path, None if it is not on PATH."""
        return shutil.which(self.program, path=self._environ.get("PATH"))

    def get(self, server: str) -> Credentials | None:
        """Return what the helper has for a server, None for nothing; raises RegliteError."""
        answer = self._call("get", server)
        if answer is None:
            return None
        username, secret = answer.get("Username"), answer.get("Secret")
        if not isinstance(username, str) or not isinstance(secret, str):
            raise self._fail("answered without Username and Secret")
        return make_credentials(username, secret) if username or secret else None

    @property
    def _environ(self) -> dict[str, str]:
        return {**os.environ, **self.environ}

    def list_servers(self) -> tuple[str, ...]:
        """Return the servers that the helper has credentials for; raises RegliteError."""
        return tuple(self._call("list", "") or ())

    def _call(self, action: str, text: str) -> dict[str, Any] | None:
        """Return the JSON object of an answer, None for "not found"; its text is never shown."""
        result = self._run(action, text)
        if result.returncode:
            # Helpers say this on stdout and exit with 1.
            if _NOT_FOUND in result.stdout:
                return None
            raise self._fail(f"'{action}' ended with exit code {result.returncode}")
        try:
            answer = json.loads(result.stdout)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise self._fail(f"'{action}' answered no JSON object")
        return answer

    def _run(self, action: str, text: str) -> subprocess.CompletedProcess[str]:
        program = self.find_program()
        if program is None:
            raise HelperFailed(
                f"Docker's config names the credential helper '{self.name}', but there is no "
                f"{self.program} on PATH: install it, or remove it from config.json"
            )
        try:
            return subprocess.run(  # noqa: S603 - the person's own configuration names it
                [program, action],
                input=text,
                env=self._environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self.timeout_seconds,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except subprocess.TimeoutExpired:
            # Without the chain: the exception holds what the helper has written so far.
            error: RegliteError = RegistryTimeout(
                f"{self.program} gave no answer within {self.timeout_seconds:g} s: "
                f"see whether it waits for you, for example to unlock a keychain"
            )
        except OSError as exc:
            raise self._fail("can't be started") from exc
        raise error

    def _fail(self, problem: str) -> HelperFailed:
        return HelperFailed(
            f"{self.program} {problem}: try  echo SERVER | {self.program} get, "
            "or run 'docker login' for this registry again"
        )


@dataclass(slots=True)
class _Answer:
    expires: float
    credentials: Credentials | None = None
    error: RegliteError | None = None


@dataclass(slots=True, eq=False)
class HelperCredentials:
    """One server's credentials out of a helper, asked for when needed and remembered."""

    helper: CredentialHelper
    server: str
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    kind: AuthKind = field(default="helper", init=False)
    _answer: _Answer | None = field(default=None, init=False, repr=False)
    # What was refused, and until when it is believed all the same: it was asked for anew.
    _refused: Credentials | None = field(default=None, init=False, repr=False)
    _trusted_until: float = field(default=0.0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @property
    def label(self) -> str:
        """``helper NAME``."""
        return f"helper {self.helper.name}"

    async def resolve(self) -> Credentials | None:
        """Return the helper's answer, one call for all who wait; raises RegliteError.

        In a thread: if the caller gives up, the person can still answer, and the next call has it.
        """
        answer = self._answer
        if answer is None or answer.expires <= self.clock():
            answer = await asyncio.to_thread(self._refresh)
        if answer.error is not None:
            raise answer.error
        return answer.credentials

    def forget(self) -> bool:
        """Void the answer that was refused; False where another call has just brought the same."""
        answer = self._answer
        if answer is None or answer.error is not None or self._trusted_until > self.clock():
            return False
        self._refused, self._answer = answer.credentials, None
        return True

    def _refresh(self) -> _Answer:
        with self._lock:
            if self._answer is None or self._answer.expires <= self.clock():
                self._answer = self._ask()
            return self._answer

    def _ask(self) -> _Answer:
        try:
            credentials = self.helper.get(self.server)
        except RegliteError as exc:
            return _Answer(self.clock() + REMEMBER_FAILURE_SECONDS, error=exc)
        if credentials is not None and credentials == self._refused:
            self._trusted_until = self.clock() + REMEMBER_FAILURE_SECONDS
        return _Answer(self.clock() + REMEMBER_SECONDS, credentials)
