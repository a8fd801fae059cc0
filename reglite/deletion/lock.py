"""One deletion at a time per repository and event loop, and none that stops half-way."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from reglite.reference import Repository

_T = TypeVar("_T")
_Locks = WeakValueDictionary[tuple[str, str], asyncio.Lock]
_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, _Locks] = WeakKeyDictionary()


def lock_repository(registry_url: str, repository: Repository) -> asyncio.Lock:
    """Return the lock of this repository in the running loop, to be held with ``async with``.

    It lives as long as somebody holds it or waits for it. Two names of the inventory for one
    address share their locks; other processes don't, and every step is safe without it.
    """
    of_loop = _locks.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
    return of_loop.setdefault((registry_url, repository), asyncio.Lock())


async def run_to_end(work: Coroutine[Any, Any, _T]) -> _T:
    """Run work that must not stop half-way: a cancelled caller waits for its end first."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
