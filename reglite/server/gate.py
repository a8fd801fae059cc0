"""A connection's own end: lets one request at a time through to a protocol of uvicorn's, in time.

uvicorn's protocols parse whatever comes, keep all of it, and wait for the rest for ever. Behind a
gate they see a whole head or a part of a body, and nothing of a request before the one before it
is answered.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final, Protocol, cast

from reglite.errors import RegliteError
from reglite.server.bounds import Bounds
from reglite.server.framing import Body, measure_head, skip_blank_lines, too_slow
from reglite.server.refusal import format_refusal
from reglite.server.valve import Valve
from reglite.server.visitors import Visitors

_READ_BYTES: Final = 16 * 1024  # at once, and so all that is ever kept of pipelined requests


class Speech(Protocol):
    """What a gate uses of uvicorn's protocols."""

    gate: "Gate"
    cycle: Any
    headers: list[tuple[bytes, bytes]]

    def connection_made(self, transport: Any) -> None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def data_received(self, data: bytes) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


class _Phase(Enum):
    """What the connection waits for: more of a head, more of a body, our answer, or its end."""

    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    END = auto()


class Gate(asyncio.BufferedProtocol):
    """One connection; ``visitors`` are all of the server's."""

    def __init__(
        self,
        speak: Callable[..., Speech],
        bounds: Bounds,
        visitors: Visitors,
        **options: Any,
    ) -> None:
        self._speech = speak(**options)
        self._speech.gate = self
        self._bounds = bounds
        self._visitors = visitors
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._buffer = bytearray(_READ_BYTES)
        self._unread = bytearray()
        self._searched = 0
        self._body = Body(())
        self._phase = _Phase.HEAD
        self._is_known = False  # to the protocol behind
        self._is_held = False  # by the protocol behind: it has more of a body than is asked for
        self._is_feeding = False
        self._is_paused = False
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, if there is room."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's has another base
        try:
            self._visitors.admit(self)
        except RegliteError as exc:
            self.refuse(exc)
            return
        self._is_known = True
        self._speech.connection_made(Valve(self._transport, self))
        self._await(self._bounds.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._phase = _Phase.END
        self._await(None)
        self._stop_watching()
        self._visitors.forget(self)
        if self._is_known:
            self._speech.connection_lost(exc)

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's signature
        """Return where to read to."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read."""
        if self._phase is not _Phase.END:
            self._unread += memoryview(self._buffer)[:nbytes]
            self.read_on()

    def eof_received(self) -> None:
        """Close, as uvicorn does: who has stopped to speak has left."""

    def read_on(self) -> None:
        """Give the protocol behind as much as it may have now, and read on only when that is all."""
        if self._is_feeding:
            return
        self._is_feeding = True
        try:
            while self._unread and (size := self._measure()):
                self._feed(size)
        except RegliteError as exc:
            self.refuse(exc)
        finally:
            self._is_feeding = False
        self._pause_or_resume()

    def _measure(self) -> int:
        """Return the size of the next piece, 0 where none may be read yet or more must come."""
        if self._phase is _Phase.BODY and not self._is_held:
            return self._body.measure(self._unread)
        if self._phase is not _Phase.HEAD:
            return 0
        skip_blank_lines(self._unread)
        size = measure_head(self._unread, self._bounds, searched=self._searched)
        self._searched = 0 if size else len(self._unread)
        if self._searched and self._reading is None:
            self._await(self._bounds.head_seconds)
        return size

    def _feed(self, size: int) -> None:
        piece = bytes(memoryview(self._unread)[:size])
        del self._unread[:size]
        before = self._speech.cycle
        self._speech.data_received(piece)
        if self._phase is _Phase.BODY:
            self._body.take(piece)
        elif self._phase is _Phase.HEAD and self._speech.cycle is not before:
            self._phase = _Phase.BODY
            self._await(self._bounds.body_seconds if self._speech.cycle.more_body else None)
            self._body = Body(self._speech.headers)
        if self._phase is _Phase.BODY and not self._speech.cycle.more_body:
            self._phase = _Phase.ANSWER
            self._await(None)
            self._visitors.note_asked(self)

    def _pause_or_resume(self) -> None:
        must_wait = self._phase is _Phase.ANSWER or self._is_held
        is_paused = bool(self._unread) and must_wait and self._phase is not _Phase.END
        if is_paused is self._is_paused or self._transport.is_closing():
            return
        self._is_paused = is_paused
        (self._transport.pause_reading if is_paused else self._transport.resume_reading)()

    def hold(self) -> None:
        """Give the protocol behind no more of the body."""
        self._is_held = True

    def release(self) -> None:
        """Give it more again."""
        self._is_held = False
        if self._phase is _Phase.BODY:
            self.read_on()

    def answered(self) -> None:
        """Go on to the next request; who is answered before it sent all of its body is let go."""
        if self._phase is _Phase.BODY:
            self._part()
        elif self._phase is _Phase.ANSWER:
            self._phase = _Phase.HEAD
            self._visitors.note_asking(self)
            self.read_on()

    def end_idleness(self) -> None:
        """Close, unless a request has begun meanwhile."""
        if self._phase is _Phase.HEAD and not self._unread:
            self._transport.close()

    def refuse(self, error: RegliteError) -> None:
        """Answer with this error, unless another answer has begun, and end."""
        cycle = self._speech.cycle
        if self._phase is _Phase.END or self._transport.is_closing():
            return
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self._transport.write(format_refusal(error))
        self._part()

    def turn_away(self, error: RegliteError) -> None:
        """Make room for others: say so to a request that was begun."""
        if self._unread or self._phase is not _Phase.HEAD:
            self.refuse(error)
        else:
            self._visitors.leave(self)
            self._transport.close()

    def abort(self) -> None:
        """End at once."""
        self._visitors.leave(self)
        self._transport.abort()

    def _part(self) -> None:
        """End politely: a client that is still sending would else lose the answer with the rest."""
        self._phase = _Phase.END
        self._unread.clear()
        self._visitors.leave(self)
        cycle = self._speech.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True  # what the app has still to say goes nowhere
            cycle.message_event.set()
        if not self._visitors.may_linger(self):
            self.close()
            return
        self._transport.write_eof()
        self._pause_or_resume()
        self._await(self._bounds.goodbye_seconds)

    def close(self) -> None:
        """Close once all is sent that its reader takes in time."""
        self._phase = _Phase.END
        self._transport.close()
        self._watch()

    def _await(self, seconds: float | None) -> None:
        """Wait so long for what is to come next."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = None if seconds is None else self._loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self._reading = None
        if self._phase is _Phase.END:
            self.close()
        elif self._phase is _Phase.BODY:
            self.refuse(too_slow("the body of the request", self._bounds.body_seconds))
        elif self._unread:
            self.refuse(too_slow("the headers of the request", self._bounds.head_seconds))
        else:
            self._transport.close()

    @property
    def unsent_bytes(self) -> int:
        """How much its reader has not taken yet."""
        return self._transport.get_write_buffer_size()

    def pause_writing(self) -> None:
        """Write no more for now, and see whether it reads at all."""
        if self._is_known:
            self._speech.pause_writing()
        self._watch()
        self._visitors.note_stalled(self)

    def resume_writing(self) -> None:
        """Write on."""
        self._stop_watching()
        self._visitors.note_reading(self)
        if self._is_known:
            self._speech.resume_writing()

    def _watch(self) -> None:
        self._stop_watching()
        if unsent := self.unsent_bytes:
            seconds = self._bounds.stalled_seconds
            self._writing = self._loop.call_later(seconds, self._look, unsent)

    def _look(self, unsent_before: int) -> None:
        if self.unsent_bytes < unsent_before:
            self._watch()
        else:
            self.abort()

    def _stop_watching(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
