"""Ends a connection whose reader takes nothing of what is sent."""

import asyncio
from collections.abc import Callable


class StallWatch:
    """Looks now and then whether less is unsent than before; if not, calls ``end``."""

    def __init__(
        self, transport: asyncio.Transport, seconds: float, end: Callable[[], None]
    ) -> None:
        self._transport = transport
        self._seconds = seconds
        self._end = end
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Watch from now on, if anything is unsent."""
        self.stop()
        if unsent := self._transport.get_write_buffer_size():
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._seconds, self._look, unsent)

    def stop(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, unsent_before: int) -> None:
        if self._transport.get_write_buffer_size() < unsent_before:
            self.start()
        else:
            self._end()
