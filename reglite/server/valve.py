"""What a protocol of uvicorn's takes for its transport: it may write, but reading is the gate's."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reglite.server.gate import Gate


class Valve:
    """A transport whose reading and end its gate decides on."""

    def __init__(self, transport: asyncio.Transport, gate: "Gate") -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.get_extra_info = transport.get_extra_info
        self.pause_reading = gate.hold
        self.resume_reading = gate.release
        self.close = gate.close
