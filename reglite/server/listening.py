"""Opens the server's socket, before anything that depends on where it listens is decided."""

import errno
import socket
from contextlib import suppress
from typing import Any, Final

from reglite.api.identity.address import parse_address
from reglite.errors import RegliteError

_PORTS_TRIED: Final = 100
_BACKLOG: Final = 2048

_Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]  # as getaddrinfo answers


def bind_next_free(host: str, port: int) -> socket.socket:
    """Listen on the port or the next free one; raises RegliteError when a hundred are taken."""
    for candidate in range(port, port + _PORTS_TRIED):
        try:
            return bind(host, candidate)
        except PortBusy:
            continue
    raise RegliteError(
        f"the ports from {port} to {port + _PORTS_TRIED - 1} are all in use: "
        "name a free one with --port"
    )


class PortBusy(RegliteError):
    """Somebody listens there already."""


def bind(host: str, port: int) -> socket.socket:
    """Listen on this port, 0 for any free one; raises PortBusy and RegliteError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as exc:
        raise RegliteError(f"'{host}' is no address of this machine: check --host") from exc
    # A name may have an address of a family that this machine has switched off: the next will do.
    *others, last = found
    for candidate in others:
        with suppress(_AddressMissing):
            return _listen(candidate, host, port)
    return _listen(last, host, port)


class _AddressMissing(RegliteError):
    """This machine has no such address."""


def _listen(found: _Found, host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = found
    bound: socket.socket | None = None
    try:
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)  # from here on connections wait, and the port is really ours
    except OSError as exc:
        if bound is not None:
            bound.close()
        raise _explain(exc, host, port) from exc
    return bound


def _explain(exc: OSError, host: str, port: int) -> RegliteError:
    if exc.errno == errno.EADDRINUSE:
        return PortBusy(
            f"port {port} is in use: stop what listens there, or name another with --port"
        )
    is_missing = exc.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
    kind = _AddressMissing if is_missing else RegliteError
    return kind(f"can't listen on {host} port {port}: {exc.strerror}")


def is_loopback(bound: socket.socket) -> bool:
    """Tell whether only this machine can reach the socket."""
    address = parse_address(str(bound.getsockname()[0]))
    return address is not None and address.is_loopback


def format_address(bound: socket.socket, base_path: str = "/") -> str:
    """Return the URL to open: loopback where every address is listened on."""
    host, port = bound.getsockname()[:2]
    address = parse_address(str(host))
    if address is not None and address.is_unspecified:
        host = "127.0.0.1"
    elif ":" in str(host):
        host = f"[{host}]"
    path = base_path.strip("/")
    return f"http://{host}:{port}/{path}/" if path else f"http://{host}:{port}/"
