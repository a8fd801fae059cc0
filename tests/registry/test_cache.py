"""The byte-bound cache, and the work that is shared while it runs."""

import asyncio
from typing import Any

import pytest

from reglite.registry.cache import ContentCache
from reglite.registry.sharing import InFlight
from tests.support.clock import Clock

KIB = 1024


def test_least_recently_used_goes_first() -> None:
    cache = ContentCache(16 * KIB)
    for name in "abc":
        cache.put(name, name, 4 * KIB - 512)
    assert cache.get("a") == "a"
    cache.put("d", "d", 4 * KIB - 512)
    cache.put("e", "e", 4 * KIB - 512)
    assert [name for name in "abcde" if cache.get(name)] == ["a", "c", "d", "e"]
    assert cache.size_bytes <= 16 * KIB


def test_value_that_would_push_out_everything_is_not_kept() -> None:
    cache = ContentCache(16 * KIB)
    cache.put("small", 1, 10)
    cache.put("huge", 2, 8 * KIB)
    assert cache.get("huge") is None
    assert cache.get("small") == 1


def test_value_is_replaced_and_its_bytes_counted_once() -> None:
    cache = ContentCache(16 * KIB)
    cache.put("a", 1, 1000)
    size = cache.size_bytes
    cache.put("a", 2, 1000)
    assert cache.get("a") == 2
    assert cache.size_bytes == size
    cache.discard("a")
    assert cache.size_bytes == 0


def test_value_with_a_lifetime_gets_stale() -> None:
    clock = Clock()
    cache = ContentCache(clock=clock)
    cache.put("tag", "digest", 10, expires_at=10.0)
    clock.now = 9.9
    assert cache.get("tag") == "digest"
    clock.now = 10.0
    assert cache.get("tag") is None
    assert cache.get_stale("tag") == "digest"


def test_values_are_discarded_by_their_keys() -> None:
    cache = ContentCache()
    for key in range(6):
        cache.put(key, key, 1)
    cache.discard_where(lambda key, _: key % 2 == 0)  # type: ignore[operator]
    assert [cache.get(key) for key in range(6)] == [None, 1, None, 3, None, 5]


@pytest.mark.anyio
async def test_identical_work_is_done_once() -> None:
    in_flight, calls, gate = InFlight(), [], asyncio.Event()

    async def work() -> Any:
        calls.append(1)
        await gate.wait()
        return "outcome"

    tasks = [asyncio.create_task(in_flight.share("key", work)) for _ in range(100)]
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*tasks) == ["outcome"] * 100
    assert len(calls) == 1
    assert await in_flight.share("key", work) == "outcome"
    assert len(calls) == 2


@pytest.mark.anyio
async def test_failure_is_shared_and_not_kept() -> None:
    in_flight, calls, gate = InFlight(), [], asyncio.Event()

    async def work() -> None:
        calls.append(1)
        await gate.wait()
        raise ValueError("no")

    tasks = [asyncio.create_task(in_flight.share("key", work)) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ValueError] * 3
    assert len(calls) == 1
    with pytest.raises(ValueError, match="no"):
        await in_flight.share("key", work)


@pytest.mark.anyio
async def test_work_is_taken_up_when_its_leader_is_cancelled() -> None:
    in_flight, calls, gate = InFlight(), [], asyncio.Event()

    async def work() -> Any:
        calls.append(1)
        await gate.wait()
        return len(calls)

    leader, *others = (asyncio.create_task(in_flight.share("key", work)) for _ in range(4))
    await asyncio.sleep(0)
    leader.cancel()
    await asyncio.wait([leader])
    gate.set()
    assert await asyncio.gather(*others) == [2, 2, 2]
    assert leader.cancelled()


@pytest.mark.anyio
async def test_cancelled_waiter_disturbs_nobody() -> None:
    in_flight, gate = InFlight(), asyncio.Event()

    async def work() -> Any:
        await gate.wait()
        return "outcome"

    leader, waiter, other = (asyncio.create_task(in_flight.share("key", work)) for _ in range(3))
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.wait([waiter])
    gate.set()
    assert [await leader, await other] == ["outcome"] * 2


def test_stale_read_counts_as_use() -> None:
    cache = ContentCache(16 * KIB, clock=(clock := Clock()))
    for name in "abc":
        cache.put(name, name, 4 * KIB - 512, expires_at=10.0)
    clock.now = 20.0
    assert cache.get_stale("a") == "a"
    cache.put("d", "d", 4 * KIB - 512)
    cache.put("e", "e", 4 * KIB - 512)
    assert [name for name in "abcde" if cache.get_stale(name)] == ["a", "c", "d", "e"]
