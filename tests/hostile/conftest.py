"""One `reglite serve` of its own process, which has to survive every registry in this folder."""

import base64
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.hostile.registry import Hostile, run_hostile
from tests.support.availability import give_up
from tests.support.certificates import Certificates
from tests.support.command import Command, serve_inventory
from tests.support.errors import get_code as get_any_code

CANARY = "canary-4b1f7e"
"""The password of the hostile registry: it may be nowhere but in answers to its own challenge."""

BASIC = base64.b64encode(f"ana:{CANARY}".encode()).decode()

OTHER_CANARY = "canary-9d2c05"
"""The password of another registry: no hostile one may ever see it."""

PLAIN = ("hostile", "metadata", "realm", "redirect", "echo")
TLS = ("secure", "drip")
"""Several names for each attacker: what one attack makes a client learn stays with its name."""


@dataclass
class Stage:
    """The server under attack and its attackers."""

    served: Command
    plain: Hostile
    tls: Hostile
    client: httpx.Client

    def get(self, path: str, *, registry: str = "hostile", seconds: float = 30) -> httpx.Response:
        """Ask the API below a registry; an answer later than the promised budget is a failure."""
        url = f"{self.served.url}/api/v1/registries/{registry}/{path}"
        headers = {"Cache-Control": "no-cache", "Accept-Encoding": "identity"}
        return self.client.get(url, timeout=seconds, headers=headers)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Stage]:
    """Serve RegLite in front of a plain and a TLS attacker."""
    if not Path("/proc/self/clear_refs").exists():
        give_up("memory is read from Linux's /proc")
    folder = tmp_path_factory.mktemp("hostile")
    with (
        run_hostile() as plain,
        run_hostile(certificates.server) as tls,
    ):
        inventory = _write_inventory(plain.url, tls.url, str(certificates.authority))
        with serve_inventory(inventory, folder) as served, httpx.Client() as client:
            yield Stage(served, plain, tls, client)


def _write_inventory(plain: str, tls: str, authority: str) -> str:
    login = {"username": "ana", "password": CANARY, "timeout_seconds": 5}
    entries: dict[str, object] = {name: {"url": plain, **login} for name in PLAIN}
    entries |= {name: {"url": tls, "ca_file": authority, **login} for name in TLS}
    entries["honest"] = {"url": plain, "username": "bob", "password": OTHER_CANARY}
    return json.dumps({"inventory": entries, "docker_config": False})


MIB = 1024 * 1024
GROWTH_MIB = 150
"""What one attack may cost: the largest allowed list (64 MiB), twice, and its names."""


@pytest.fixture
def attack(stage: Stage) -> Iterator[Stage]:
    """Give the stage to a test; afterwards the server lives, has not swollen and told nothing."""
    stage.plain.asked.clear()
    stage.tls.asked.clear()
    before = _reset_peak_memory(stage.served)

    yield stage

    health = stage.client.get(f"{stage.served.url}/api/v1/health", timeout=30)
    assert health.json()["status"] == "ok"
    assert stage.served.read_memory_mib("VmHWM") - before < GROWTH_MIB
    log = stage.served.printed
    assert CANARY not in log
    assert BASIC not in log
    assert OTHER_CANARY not in log
    assert "Traceback" not in log
    for hostile in (stage.plain, stage.tls):
        assert OTHER_CANARY not in str(hostile.asked)


@pytest.fixture
def repo() -> str:
    """Name a repository that nothing is cached for."""
    return f"attack/{uuid.uuid4().hex[:10]}"


def get_code(answer: httpx.Response) -> str:
    """Return the one code of an error, whose message holds no secret and no control character."""
    code = get_any_code(answer)
    assert answer.json()["errors"][0]["message"].isprintable()
    assert CANARY not in answer.text
    assert BASIC not in answer.text
    return code


def _reset_peak_memory(served: Command) -> float:
    """Make the kernel forget the peak so far (Linux); returns what is resident now, in MiB."""
    Path(f"/proc/{served.pid}/clear_refs").write_text("5")
    return served.read_memory_mib()
