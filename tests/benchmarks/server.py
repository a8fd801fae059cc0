"""A ``reglite serve`` of its own process, as people run it, beside one real registry."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

_PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address and process id."""

    url: str
    pid: int
    log: Path

    def read_memory_mib(self) -> float:
        """Return the resident memory of the process (Linux)."""
        return self._read_mib("VmRSS:")

    def read_peak_memory_mib(self) -> float:
        """Return the most that its resident memory has been."""
        return self._read_mib("VmHWM:")

    def _read_mib(self, field: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith(field))
        return kib / 1024


@contextmanager
def serve(inventory: str, folder: Path) -> Iterator[Served]:
    """Run ``reglite serve`` with this inventory (YAML text) until the block ends."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("REGLITE_")}
    log_path = folder / "serve.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "reglite", "serve", "--port", "0"],
            env=environ | {"REGLITE_INVENTORY": inventory, "HOME": str(folder)},
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Served(_await_address(log_path, process), process.pid, log_path)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _await_address(log: Path, process: "subprocess.Popen[bytes]") -> str:
    """Return the address that the server printed, once its health function answers."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        printed = re.search(r"RegLite is at (http://\S+?)/?\s", log.read_text())
        if printed:
            with suppress(httpx.TransportError):
                httpx.get(f"{printed[1]}/api/v1/health").raise_for_status()
                return printed[1]
        time.sleep(0.05)
    raise RuntimeError(f"reglite serve did not start:\n{log.read_text()}")
