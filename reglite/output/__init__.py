"""What commands write to disk: whole files, among those of others.

``record`` is the list of what a command made, ``folder`` touches the disk, ``made`` joins both.
"""

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
