"""Servers of the standard library on a free loopback port, in a thread."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_POLL_SECONDS = 0.01


class LoopbackServer(socketserver.ThreadingTCPServer):
    """A server whose handlers end with the process."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_address[1]}"


@contextmanager
def run_server(server: socketserver.BaseServer) -> Iterator[None]:
    """Serve in a thread until the block ends."""
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
    with server:
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
