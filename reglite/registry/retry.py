"""When a call is worth another try, and after how long."""

import random
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

import httpx

from reglite.registry.call import Answer
from reglite.registry.limits import TRIES
from reglite.registry.pace import get_loop_time

_FIRST_SECONDS = 0.1
_MAX_RETRY_AFTER_SECONDS = 24 * 3600
_PASSING = frozenset({429, 502, 503, 504})


def parse_retry_after(value: str | None) -> int | None:
    """Read ``Retry-After``, seconds or a date (RFC 9110, 10.2.3), as seconds from now."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), _MAX_RETRY_AFTER_SECONDS)
    try:
        seconds = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0, min(round(seconds), _MAX_RETRY_AFTER_SECONDS))


async def send_with_retries(
    send: Callable[[], Awaitable[Answer]],
    *,
    is_read: bool,
    is_manifest: bool,
    ends_at: float,
    sleep: Callable[[float], Awaitable[None]],
) -> Answer:
    """Send up to three times; the last answer is returned and the last exception raised as it is.

    Reads are sent again after broken connections, 429, 502, 503 and 504, and manifests after a
    stray 500 (distribution 2.8 under pushes); writes only where nothing can have been done.
    ``ends_at`` is in the running loop's time: a wait that would not end before it is not begun.
    """
    for attempt in range(TRIES):
        is_last = attempt == TRIES - 1
        wait = random.uniform(0.5, 1.0) * _FIRST_SECONDS * 3**attempt  # noqa: S311
        try:
            answer = await send()
        except httpx.TransportError as exc:
            if is_last or not _may_resend(exc, is_read=is_read):
                raise
        else:
            if is_last or not _is_passing(answer.status, is_read, is_manifest):
                return answer
            wait = max(wait, parse_retry_after(answer.headers.get("retry-after")) or 0)
            if get_loop_time() + wait >= ends_at:
                return answer
        await sleep(wait)
    raise AssertionError("the last try returns or raises")


def _may_resend(exc: httpx.TransportError, *, is_read: bool) -> bool:
    if isinstance(exc, httpx.TimeoutException | httpx.UnsupportedProtocol):
        return False
    return is_read or isinstance(exc, httpx.ConnectError)


def _is_passing(status: int, is_read: bool, is_manifest: bool) -> bool:
    if not is_read:
        return status == 429
    return status in _PASSING or (status == 500 and is_manifest)
