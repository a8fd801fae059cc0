"""Three builds of a small site; as a program it is killed in the middle of the second.

``python -m tests.output.builds FOLDER N`` fills a folder with ``TWO`` and kills itself at the N-th
call: the interpreter tells its audit hooks of each one to the file system before it is made.
"""

import os
import re
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reglite.output.made import Maker, open_made

MAKER = Maker(
    command="reglite test",
    record=".record",
    own=re.compile(r"[a-z]+\.html|(assets|ru)(/[a-z0-9-]+)+(\.html)?"),
    lasting=re.compile("assets/.+"),
    is_public=True,
)
SEALED = replace(MAKER, seal="index.html")
"""A maker whose index says of what kind the others are."""

ONE = {"assets/one/js": b"1", "index.html": b"one", "ru/index.html": b"eins"}
TWO = {"assets/two/js": b"2", "index.html": b"two", "ru/index.html": b"zwei"}
THREE = {"assets/three/js": b"3", "index.html": b"three"}


def fill(out: Path, files: Mapping[str, bytes], maker: Maker = MAKER) -> None:
    """Put these files in the place of what earlier builds made."""
    with open_made(out, maker) as made:
        made.replace(files)


def read_all(folder: Path) -> dict[str, bytes]:
    """Return every file but the record; links are what they lead to in brackets."""
    return {
        path.relative_to(folder).as_posix(): f"[{path.readlink()}]".encode()
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or path.is_file()) and path != folder / MAKER.record
    }


def _run(out: Path, last: int, maker: Maker) -> None:
    calls = 0

    def hook(event: str, _: object) -> None:
        nonlocal calls
        if event.startswith(("open", "os.", "fcntl.")):
            calls += 1
            if calls == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    fill(out, dict(reversed(TWO.items())) if maker.seal else TWO, maker)


if __name__ == "__main__":
    _run(Path(sys.argv[1]), int(sys.argv[2]), {"MAKER": MAKER, "SEALED": SEALED}[sys.argv[3]])
