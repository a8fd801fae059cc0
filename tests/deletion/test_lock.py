import asyncio
import gc

import pytest

from reglite.deletion import lock
from reglite.deletion.lock import lock_repository, run_to_end
from reglite.reference import Repository

URL = "http://registry"
APP, OTHER = Repository("app"), Repository("other")


async def try_both(first: asyncio.Lock, second: asyncio.Lock) -> bool:
    """Tell whether two locks can be held together."""
    async with first:
        return not second.locked()


def test_one_repository_has_one_lock_and_others_have_theirs() -> None:
    async def compare() -> list[bool]:
        app = lock_repository(URL, APP)
        others = [
            lock_repository(URL, APP),
            lock_repository(URL, OTHER),
            lock_repository("http://elsewhere", APP),
        ]
        return [await try_both(app, other) for other in others]

    assert asyncio.run(compare()) == [False, True, True]


def test_every_event_loop_has_its_own_lock() -> None:
    async def hold() -> asyncio.Lock:
        held = lock_repository(URL, APP)
        async with held:
            return held

    assert asyncio.run(hold()) is not asyncio.run(hold())


def test_a_lock_that_nobody_holds_is_forgotten() -> None:
    async def count() -> tuple[int, int]:
        async with lock_repository(URL, APP):
            gc.collect()
            held = len(lock._locks[asyncio.get_running_loop()])
        gc.collect()
        return held, len(lock._locks[asyncio.get_running_loop()])

    assert asyncio.run(count()) == (1, 0)


def test_work_that_was_begun_ends_before_the_cancellation_is_told() -> None:
    steps: list[str] = []

    async def work() -> None:
        steps.append("begun")
        await asyncio.sleep(0.01)
        steps.append("ended")

    async def cancel() -> None:
        task = asyncio.create_task(run_to_end(work()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        steps.append("told")

    asyncio.run(cancel())
    assert steps == ["begun", "ended", "told"]


def test_the_outcome_of_work_is_handed_on() -> None:
    async def fail() -> None:
        raise ValueError("it broke")

    async def succeed() -> int:
        return 5

    assert asyncio.run(run_to_end(succeed())) == 5
    with pytest.raises(ValueError, match="it broke"):
        asyncio.run(run_to_end(fail()))
