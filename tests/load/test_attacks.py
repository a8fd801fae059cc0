"""A real ``reglite serve`` under attack: bounded memory, and still there afterwards."""

import asyncio
import resource
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.load.attacks import ATTACKS, MAX_PEAK_MIB, Attack, open_connections
from tests.support.command import Command, serve_inventory

INVENTORY = "inventory: {nobody: {url: 'http://127.0.0.1:9'}}\ndocker_config: false\n"
FEW_FILES = 100


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    with serve_inventory(INVENTORY, tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_stranger_takes_more_memory_than_150_mb(served: Command, attack: Attack) -> None:
    asyncio.run(attack(served.url))

    assert served.read_memory_mib("VmHWM") <= MAX_PEAK_MIB
    assert httpx.get(f"{served.url}/api/v1/health", timeout=20).status_code == 200


def test_a_server_without_file_handles_answers_again_once_there_are_some(tmp_path: Path) -> None:
    with serve_inventory(INVENTORY, tmp_path) as served:
        _, hard = resource.prlimit(served.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(served.pid, resource.RLIMIT_NOFILE, (FEW_FILES, hard))
        asyncio.run(open_connections(served.url))

        assert httpx.get(f"{served.url}/api/v1/health", timeout=20).status_code == 200
