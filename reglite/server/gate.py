"""A connection's own end: lets one request at a time through to a protocol of uvicorn's, in time.

uvicorn's protocols parse whatever comes, keep all of it, and wait for the rest for ever. Behind a
gate they see a whole head or a part of a body, and nothing of a request before the one before it
is answered.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final, cast

from reglite.errors import RegliteError
from reglite.server.bounds import Bounds
from reglite.server.framing import Body, measure_head, skip_blank_lines, too_slow
from reglite.server.refusal import format_refusal
from reglite.server.speech import Speech, Valve
from reglite.server.stall import StallWatch
from reglite.server.visitors import Visitors

_READ_BYTES: Final = 16 * 1024  # at once, and so all that is kept of what nobody asked for


class _Phase(Enum):
    """What the connection waits for: more of a head, more of a body, our answer, or its end."""

    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    END = auto()


class Gate(asyncio.BufferedProtocol):
    """One connection; ``visitors`` are all of the server's."""

    def __init__(
        self, speak: Callable[..., Speech], bounds: Bounds, visitors: Visitors, **options: Any
    ) -> None:
        self._speech = speak(**options)
        self._speech.gate = self
        self._bounds = bounds
        self._visitors = visitors
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._stall: StallWatch
        self._deadline: asyncio.TimerHandle | None = None
        self._phase = _Phase.HEAD
        self._buffer = bytearray()
        self._unread = bytearray()
        self._searched_bytes = 0  # of a head whose end has not come
        self._body: Body
        self._is_known = False  # to the protocol behind
        self._is_held = False  # by the protocol behind: it has as much of a body as it wants
        self._is_feeding = False
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, if there is room."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has another base
        self._stall = StallWatch(self._transport, self._bounds.stalled_seconds, self.abort)
        try:
            self._visitors.admit(self)
        except RegliteError as exc:
            self.refuse(exc)
            return
        self._is_known = True
        valve = Valve(self._transport, hold=self._hold, release=self._release, close=self._end)
        self._speech.connection_made(valve)
        self._await(self._bounds.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._phase = _Phase.END
        self._await(None)
        self._stall.stop()
        self._visitors.forget(self)
        if self._is_known:
            self._speech.connection_lost(exc)

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's signature
        """Return where to read to; who is silent has none."""
        self._buffer = bytearray(_READ_BYTES)
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read."""
        if self._phase is not _Phase.END:
            self._unread += memoryview(self._buffer)[:nbytes]
            self._buffer = bytearray()
            self._read_on()

    def eof_received(self) -> None:
        """Close, as uvicorn does: who speaks no more has left."""

    def pause_writing(self) -> None:
        """Write no more for now, and see whether anybody reads."""
        if self._is_known:
            self._speech.pause_writing()
        self._stall.start()
        self._visitors.note_stalled(self)

    def resume_writing(self) -> None:
        """Write on."""
        self._stall.stop()
        self._visitors.note_reading(self)
        if self._is_known:
            self._speech.resume_writing()

    def answered(self) -> None:
        """Go on to the next request; who is answered before all of its body came is let go."""
        if self._phase is _Phase.BODY:
            self._part()
        elif self._phase is _Phase.ANSWER:
            self._phase = _Phase.HEAD
            self._visitors.note_asking(self)
            self._read_on()

    def begin_answer(self) -> bool:
        """Tell whether the app may begin with the request; who may not is told so."""
        try:
            self._visitors.begin_answer()
        except RegliteError as exc:
            self.refuse(exc)
            return False
        return True

    def end_answer(self) -> None:
        """Note that the app is done, be anybody still there or not."""
        self._visitors.end_answer()

    def end_idleness(self) -> None:
        """Close, unless a request has begun meanwhile."""
        if self._phase is _Phase.HEAD and not self._unread:
            self._close()

    def refuse(self, error: RegliteError) -> None:
        """Answer with this error, unless another answer has begun, and end."""
        if self._phase is _Phase.END or self._transport.is_closing():
            return
        cycle = self._speech.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self._transport.write(format_refusal(error))
        self._part()

    def turn_away(self, error: RegliteError) -> None:
        """Make room for others; a request that was begun is answered so."""
        if self._unread or self._phase is _Phase.BODY:
            self.refuse(error)
        else:
            self._close()

    def abort(self) -> None:
        """End at once."""
        self._visitors.forget(self)
        self._transport.abort()

    @property
    def unsent_bytes(self) -> int:
        """How much of its answers its reader has not taken yet."""
        return self._transport.get_write_buffer_size()

    def _read_on(self) -> None:
        """Feed the protocol behind as much as it may have now; read on where that is all."""
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
        """Return the size of the next piece; 0 where it must wait, or where more must come."""
        if self._phase is _Phase.BODY and not self._is_held:
            return self._body.take(self._unread)
        if self._phase is not _Phase.HEAD:
            return 0
        skip_blank_lines(self._unread)
        size = measure_head(self._unread, self._bounds, searched=self._searched_bytes)
        self._searched_bytes = 0 if size else len(self._unread)
        if self._searched_bytes and self._deadline is None:
            self._await(self._bounds.head_seconds)
        return size

    def _feed(self, size: int) -> None:
        piece = bytes(memoryview(self._unread)[:size])
        del self._unread[:size]
        before = self._speech.cycle
        self._speech.data_received(piece)
        if self._phase is _Phase.BODY:
            self._hold_what_is_unasked()
        elif self._phase is _Phase.HEAD and self._speech.cycle is not before:
            self._phase = _Phase.BODY
            self._await(self._bounds.body_seconds)
            self._body = Body(self._speech.headers, self._bounds)
        self._note_end_of_request()

    def _hold_what_is_unasked(self) -> None:
        if len(self._speech.cycle.body) >= _READ_BYTES:
            self._speech.flow.pause_reading()  # it releases when the app asks for more

    def _note_end_of_request(self) -> None:
        if self._phase is _Phase.BODY and not self._speech.cycle.more_body:
            self._phase = _Phase.ANSWER
            self._await(None)
            self._visitors.note_asked(self)

    def _hold(self) -> None:
        self._is_held = True

    def _release(self) -> None:
        self._is_held = False
        if self._phase is _Phase.BODY:
            self._read_on()

    def _pause_or_resume(self) -> None:
        must_wait = self._phase is _Phase.ANSWER or (self._phase is _Phase.BODY and self._is_held)
        is_paused = must_wait and bool(self._unread)
        if is_paused is self._is_paused or self._transport.is_closing():
            return
        self._is_paused = is_paused
        (self._transport.pause_reading if is_paused else self._transport.resume_reading)()

    def _await(self, seconds: float | None) -> None:
        """Wait so long for what is to come next; None: it is not its turn to send."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self._loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self._deadline = None
        if self._phase is _Phase.BODY:
            self.refuse(too_slow("the body of the request", self._bounds.body_seconds))
        elif self._phase is _Phase.HEAD and self._unread:
            self.refuse(too_slow("the headers of the request", self._bounds.head_seconds))
        else:
            self._close()

    def _part(self) -> None:
        """End politely: who is still sending would lose the answer if we just closed."""
        self._phase = _Phase.END
        self._unread.clear()
        self._visitors.leave(self)
        cycle = self._speech.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True  # what the app has still to say goes nowhere
            cycle.message_event.set()
        if not self._visitors.may_linger(self):
            self._close()
            return
        self._transport.write_eof()
        self._pause_or_resume()
        self._await(self._bounds.goodbye_seconds)

    def _end(self) -> None:
        """Close for the protocol behind, which may do so before all of a body came."""
        if self._phase is _Phase.BODY:
            self._part()
        else:
            self._close()

    def _close(self) -> None:
        """Close when all is sent that its reader takes in time."""
        self._phase = _Phase.END
        self._transport.close()
        if self.unsent_bytes:
            self._stall.start()
            self._visitors.note_stalled(self)
        else:
            self._visitors.leave(self)
