"""What stands on both sides of a protocol of uvicorn's that has a gate before it."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol


class Speech(Protocol):
    """What a gate uses of uvicorn's protocols; ``cycle`` is the request in hand, or the last."""

    gate: Any
    cycle: Any
    flow: Any
    headers: list[tuple[bytes, bytes]]

    def connection_made(self, transport: Any) -> None:
        """Begin."""

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""

    def data_received(self, data: bytes) -> None:
        """Parse, and begin to answer."""

    def pause_writing(self) -> None:
        """Let the app wait."""

    def resume_writing(self) -> None:
        """Let the app go on."""


class Valve:
    """What such a protocol takes for its transport: it may write; reading is the gate's matter."""

    def __init__(
        self,
        transport: asyncio.Transport,
        *,
        hold: Callable[[], None],
        release: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.get_extra_info = transport.get_extra_info
        self.pause_reading = hold
        self.resume_reading = release
        self.close = close
