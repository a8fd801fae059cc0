"""RegLite's commands as people run them: a process of its own, a real socket, real signals."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.waiting import wait_for

_ADDRESS = re.compile(r"^RegLite is at (http://\S+)\s", re.MULTILINE)
_PATIENCE_SECONDS = 60


class Command:
    """A command that serves; ``address`` is where, with its base path and a slash at the end."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self._process = process
        self._log = log
        found = wait_for(
            lambda: _ADDRESS.search(self.printed),
            lambda: f"the command serves nothing:\n{self.printed}",
            process=process,
            seconds=_PATIENCE_SECONDS,
        )
        self.address = found[1]

    @property
    def url(self) -> str:
        """The address without the slash at its end."""
        return self.address.removesuffix("/")

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.address).port or 80

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def printed(self) -> str:
        """What it printed so far."""
        return self._log.read_text(errors="replace")

    def send_signal(self, number: int) -> None:
        """Send a signal and go on."""
        self._process.send_signal(number)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send a signal and return the exit code."""
        self.send_signal(number)
        return self._process.wait(timeout=_PATIENCE_SECONDS)

    def await_closed(self) -> None:
        """Wait until no new connection is accepted any more."""
        wait_for(self._is_closed, lambda: f"it still listens:\n{self.printed}")

    def read_memory_mib(self, field: str = "VmRSS") -> float:
        """Return the resident memory of the process (Linux), or another of its figures."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024

    def _is_closed(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except OSError:
            return True
        return False


@contextmanager
def run_command(
    *arguments: str,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    python: Path | str = sys.executable,
) -> Iterator[Command]:
    """Run a command that serves in this folder until the block ends.

    ``environ`` is the whole environment; by default it is ``clean_environ(folder)``.
    """
    with tempfile.NamedTemporaryFile(prefix="reglite-", suffix=".log") as log:
        process = start_command(
            *arguments, folder=folder, environ=environ, python=python, output=log
        )
        try:
            yield Command(process, Path(log.name))
        finally:
            process.kill()
            process.wait()


@contextmanager
def serve_inventory(inventory: str, folder: Path) -> Iterator[Command]:
    """Run ``reglite serve`` with this inventory (YAML text); it has to end when it is told to."""
    environ = clean_environ(folder) | {"REGLITE_INVENTORY": inventory}
    with run_command("serve", "--port", "0", folder=folder, environ=environ) as served:
        yield served
        served.stop(signal.SIGTERM)


def start_command(
    *arguments: str,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    python: Path | str = sys.executable,
    output: Any = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":
    """Start a command in this folder, whatever it does; the caller ends it."""
    return subprocess.Popen(
        [python, "-m", "reglite", *arguments],
        cwd=folder,
        env=clean_environ(folder) if environ is None else environ,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def run_to_end(
    *arguments: str,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    python: Path | str = sys.executable,
) -> "subprocess.CompletedProcess[str]":
    """Run a command in this folder and return what it printed, with its exit code."""
    return subprocess.run(
        [python, "-m", "reglite", *arguments],
        cwd=folder,
        env=clean_environ(folder) if environ is None else environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * _PATIENCE_SECONDS,
    )


def clean_environ(folder: Path) -> dict[str, str]:
    """Return an environment without registries, Docker logins or settings of RegLite."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REGLITE_", "PYTHON"))}
    return kept | {"HOME": str(folder), "DOCKER_CONFIG": str(folder), "PYTHONUNBUFFERED": "1"}
