"""The folder that a command writes: what keeps it from being written is one line, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reglite.errors import RegliteError


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turn the operating system's refusals in this block into a RegliteError that names ``out``."""
    try:
        yield
    except OSError as exc:
        raise RegliteError(f"{out} can't be written: {exc}") from exc
