"""Two hundred clients for a few seconds see no error, and a server that stops lets them finish."""

import json
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx

from tests.hostile.registry import Asked, Hostile, Output, run_hostile, write_json
from tests.load.crowd import list_mixed_reads, run_crowd
from tests.support.command import serve_inventory
from tests.support.docker_registry import DockerRegistry
from tests.support.filesystem import fill_filesystem, format_busy_tag

Enter = Callable[[AbstractContextManager[Any]], Any]
CLIENTS = 200
SECONDS = 4.0


def test_two_hundred_clients_see_no_error(
    make_docker_registry: Callable[..., DockerRegistry], enter: Enter, tmp_path: Path
) -> None:
    registry = make_docker_registry()
    busy = fill_filesystem(registry.storage, repositories=200, tags=200)
    inventory = {"inventory": {"load": {"url": registry.url}}, "docker_config": False}
    served = enter(serve_inventory(json.dumps(inventory), tmp_path))
    paths = list_mixed_reads("load", busy, [format_busy_tag(n) for n in range(50)])

    figures = run_crowd(served, paths, clients=CLIENTS, seconds=SECONDS)

    assert set(figures.statuses) == {200}
    assert figures.statuses.total() > CLIENTS
    assert figures.memory_mib[-1] < 200


def test_graceful_shutdown_finishes_what_was_begun(enter: Enter, tmp_path: Path) -> None:
    hostile: Hostile = enter(run_hostile())
    may_answer, all_asked = threading.Event(), threading.Semaphore(0)

    def answer_late(_: Asked, out: Output) -> None:
        all_asked.release()
        may_answer.wait(30)
        write_json(out, {"tags": ["v1"]})

    hostile.answer = answer_late
    entry = {"url": hostile.url, "max_connections": 20}
    inventory = {"inventory": {"slow": entry}, "docker_config": False}
    served = enter(serve_inventory(json.dumps(inventory), tmp_path))
    url = f"{served.url}/api/v1/registries/slow/repositories/team/app-{{}}/tags"
    with ThreadPoolExecutor(20) as pool:
        begun = [pool.submit(httpx.get, url.format(n), timeout=30) for n in range(20)]
        for _ in begun:
            assert all_asked.acquire(timeout=30)
        served.send_signal(signal.SIGTERM)
        served.await_closed()
        may_answer.set()
        answers = [future.result() for future in begun]

    assert [answer.json()["tags"] for answer in answers] == [["v1"]] * 20
