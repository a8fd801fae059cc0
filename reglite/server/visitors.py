"""Everyone who is connected, and who has to go where there are too many of them."""

import logging
import time
from typing import Final, Protocol

from reglite.errors import TooManyConnections
from reglite.server.bounds import Bounds

_log = logging.getLogger("reglite.server")

_LOG_SECONDS: Final = 60.0


class Visitor(Protocol):
    """One connection."""

    @property
    def unsent_bytes(self) -> int:
        """How much of its answers still waits for its reader."""

    def turn_away(self, error: TooManyConnections) -> None:
        """End it: with this answer to a request that was begun, else without a word."""

    def abort(self) -> None:
        """End it at once, whatever it still waits for."""


class Visitors:
    """The connections of one server; dicts keep the order in which each began to wait."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._present: set[Visitor] = set()
        self._asking: dict[Visitor, None] = {}
        self._stalled: dict[Visitor, None] = {}
        self._lingering: set[Visitor] = set()
        self._answering = 0
        self._logged_at = -_LOG_SECONDS

    def admit(self, visitor: Visitor) -> None:
        """Let it in, in place of the one that keeps others waiting longest; TooManyConnections."""
        if len(self._present) >= self._bounds.connections:
            self._log_full()
            self._make_room()
        self._present.add(visitor)
        self._asking[visitor] = None

    def _make_room(self) -> None:
        error = TooManyConnections(
            f"this server keeps {self._bounds.connections} connections at once, and has them: "
            "try again in a moment",
            retry_after_seconds=1,
        )
        if self._asking:
            next(iter(self._asking)).turn_away(error)
        elif self._stalled:
            next(iter(self._stalled)).abort()
        else:
            raise error

    def begin_answer(self) -> None:
        """Count a request until ``end_answer``, whoever leaves meanwhile; TooManyConnections."""
        if self._answering >= self._bounds.answers:
            raise TooManyConnections(
                f"this server answers {self._bounds.answers} requests at once, and is at it: "
                "try again in a moment",
                retry_after_seconds=1,
            )
        self._answering += 1

    def end_answer(self) -> None:
        """Count it no more."""
        self._answering -= 1

    def _log_full(self) -> None:
        now = time.monotonic()
        if now - self._logged_at >= _LOG_SECONDS:
            self._logged_at = now
            _log.warning("all %d connections are in use", self._bounds.connections)

    def note_asking(self, visitor: Visitor) -> None:
        """Wait for its next request."""
        self._asking[visitor] = None

    def note_asked(self, visitor: Visitor) -> None:
        """Keep it: its request is all there, now it waits for us."""
        self._asking.pop(visitor, None)

    def note_stalled(self, visitor: Visitor) -> None:
        """Count what it does not read; of too much in all, who stalls longest goes."""
        self._asking.pop(visitor, None)
        self._stalled[visitor] = None
        while sum(each.unsent_bytes for each in self._stalled) > self._bounds.unsent_bytes:
            next(iter(self._stalled)).abort()

    def note_reading(self, visitor: Visitor) -> None:
        """Count it no more: it reads on."""
        self._stalled.pop(visitor, None)

    def may_linger(self, visitor: Visitor) -> bool:
        """Tell whether there is room to part from it politely."""
        if len(self._lingering) >= self._bounds.lingering:
            return False
        self._lingering.add(visitor)
        return True

    def leave(self, visitor: Visitor) -> None:
        """Count it no more, though its connection may still be lingering."""
        self._present.discard(visitor)
        self._asking.pop(visitor, None)

    def forget(self, visitor: Visitor) -> None:
        """Forget it: it is gone."""
        self.leave(visitor)
        self._stalled.pop(visitor, None)
        self._lingering.discard(visitor)
