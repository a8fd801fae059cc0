"""Refusals of strangers: the first of a minute have their lines, the others are counted."""

import asyncio
import json
from typing import Any

import pytest

from reglite.deletion.audit import AuditEvent, record
from reglite.deletion.refusals import MAX_LINES, MAX_LINES_OF_A_PLACE, WINDOW_SECONDS, Refusals
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGLITE_AUDIT_DIR", raising=False)


def refuse(refusals: Refusals, place: str | None, times: int = 1) -> None:
    for _ in range(times):
        event = AuditEvent("delete", None, place, "local", "team/app", stranger=place)
        event.outcome = "refused"
        record(event, refusals)


def read_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


async def test_what_is_left_out_is_counted_at_the_next_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    refusals = Refusals(clock)

    refuse(refusals, "192.0.2.1", 500)
    assert len(read_lines(capsys)) == MAX_LINES_OF_A_PLACE
    clock.now += WINDOW_SECONDS
    refuse(refusals, "192.0.2.2")

    counted, line = read_lines(capsys)
    assert (counted["left_out"], counted["outcome"]) == (500 - MAX_LINES_OF_A_PLACE, "refused")
    assert set(line) < set(counted)
    assert line["from"] == "192.0.2.2"
    refusals.end()
    assert read_lines(capsys) == []


async def test_what_is_left_out_is_counted_when_the_minute_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    loop, refusals = asyncio.get_running_loop(), Refusals(clock)
    lines: list[dict[str, Any]] = []

    refuse(refusals, "192.0.2.1", MAX_LINES_OF_A_PLACE)
    clock.now += WINDOW_SECONDS - 0.05
    refuse(refusals, "192.0.2.1")
    deadline = loop.time() + 30
    while not any("left_out" in line for line in lines) and loop.time() < deadline:
        lines += read_lines(capsys)
        await asyncio.sleep(0.005)

    counts = [line["left_out"] for line in lines if "left_out" in line]
    assert len(lines) - len(counts) + sum(counts) == MAX_LINES_OF_A_PLACE + 1


async def test_what_is_left_out_is_counted_when_the_process_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refusals = Refusals(Clock())

    refuse(refusals, "192.0.2.1", MAX_LINES_OF_A_PLACE + 3)
    refusals.end()

    assert read_lines(capsys)[-1]["left_out"] == 3


async def test_strangers_at_many_places_share_the_lines_of_a_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refusals = Refusals(Clock())

    for number in range(10_000):
        refuse(refusals, f"place {number}")
    refusals.end()

    lines = read_lines(capsys)
    assert len(lines) == MAX_LINES + 1
    assert lines[-1]["left_out"] == 10_000 - MAX_LINES


async def test_places_are_kept_in_bounded_memory() -> None:
    refusals = Refusals(Clock())

    for number in range(1_000):
        refusals.admits(f"place {number}", lambda _: None)

    assert len(refusals._lines) <= MAX_LINES
    refusals.end()


async def test_nothing_that_was_done_or_that_somebody_known_tried_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refusals = Refusals(Clock())
    refuse(refusals, "192.0.2.1", MAX_LINES_OF_A_PLACE + 1)
    capsys.readouterr()

    refuse(refusals, None, 300)

    assert len(read_lines(capsys)) == 300
    refusals.end()
