"""Builds of a small site, made by a command of its own."""

import re
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

ZERO = {"assets/zero/js": b"0", "index.html": b"zero", "old.html": b"zero"}
ONE = {"assets/one/js": b"1", "index.html": b"one", "ru/index.html": b"eins"}
TWO = {"assets/two/js": b"2", "index.html": b"two", "ru/index.html": b"zwei"}
THREE = {"assets/three/js": b"3", "index.html": b"three"}

FOREIGN = {".git/HEAD": b"years of work", "CNAME": b"registries.example.com"}
"""What somebody keeps in the folder of the builds."""


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
