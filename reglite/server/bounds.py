"""How much of the server one caller, and all of them, can have: sizes, numbers and deadlines."""

from dataclasses import dataclass, replace
from typing import Final

_KIB: Final = 1024
_SHARE_OF_FILES: Final = 2  # every second handle is a caller's, the others are for registries


@dataclass(frozen=True, slots=True)
class Bounds:
    """What holds for each connection, and for all of them together."""

    target_bytes: int = 32 * _KIB
    head_bytes: int = 64 * _KIB
    header_lines: int = 100
    trailer_bytes: int = 8 * _KIB
    """Of all that follows a chunked body, and of each line between its chunks."""

    connections: int = 512
    answers: int = 256
    """Requests being answered, also those whose callers have left meanwhile."""
    backlog: int = 256
    """Connections that the system keeps for us: all are taken, with a file each, at one go."""
    lingering: int = 64
    """Connections that are told why they end, while what they send is thrown away."""
    unsent_bytes: int = 32 * _KIB * _KIB
    """Of all answers whose readers don't take them."""

    head_seconds: float = 10
    body_seconds: float = 60
    idle_seconds: int = 5
    stalled_seconds: float = 60
    """How long a reader of an answer may take nothing of it."""
    goodbye_seconds: float = 2


def find_bounds() -> Bounds:
    """Return the bounds for this process, which may open as many files as it can be given."""
    files, bounds = _raise_file_limit(), Bounds()
    if files is None:
        return bounds
    connections = max(1, min(bounds.connections, files // _SHARE_OF_FILES))
    few = max(1, connections // 8)
    half = max(1, connections // 2)
    return replace(bounds, connections=connections, answers=half, backlog=half, lingering=few)


def _raise_file_limit() -> int | None:
    """Return how many files the process may have open; None where nothing limits them."""
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return None
    wanted = Bounds().connections * _SHARE_OF_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
