"""What a command made in a folder is replaced; what anybody else put there is left alone."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reglite.errors import ConfigurationError
from reglite.output.folder import NO_FILE, Folder, make_folder, open_folder
from reglite.output.record import Record, parse_record
from reglite.reference import compute_digest

_MAX_RECORD_BYTES: Final = 4_000_000
# What a clone that is to be published holds before its first build.
_PUBLISHING: Final = {".git", ".nojekyll", "CNAME"}
_NOTHING: Final = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Maker:
    """A command that fills a folder: what tells its files from anybody else's.

    ``own`` matches every path that any version of it makes, ``lasting`` those that stay for one
    more build. ``seal`` is not there while the others are replaced.
    """

    command: str
    record: str
    own: re.Pattern[str]
    lasting: re.Pattern[str] = _NOTHING
    seal: str | None = None
    is_public: bool = False


@contextmanager
def open_made(out: Path, maker: Maker) -> Iterator["MadeFolder"]:
    """Open the folder that a command fills, made where there is none; another one waits meanwhile.

    Raises ConfigurationError for a folder that holds anything without a record of this command.
    """
    place = Path(os.path.realpath(out))  # a link stays: what it leads to is filled
    if place.exists() and not place.is_dir():
        raise ConfigurationError(f"{out} is a file. Name another folder with --out.")
    make_folder(place, is_public=maker.is_public)
    with open_folder(place, is_public=maker.is_public) as folder:
        yield MadeFolder(out, maker, folder)


class MadeFolder:
    """The folder of one command, open for it alone."""

    def __init__(self, out: Path, maker: Maker, folder: Folder) -> None:
        self._out = out
        self._maker = maker
        self._folder = folder
        self._record = self._read_record()

    def replace(self, files: Mapping[str, bytes]) -> None:
        """Put these files in the place of those that earlier runs made, in their order.

        Stopped anywhere it leaves each file whole, old or new, and those that ``files`` names
        first before the others; run again, it knows all of them. Raises ConfigurationError before
        anything changes where a path is taken by what this command did not make.
        """
        made = {path: compute_digest(files[path]) for path in files}
        for path, digest in made.items():
            self._check(path, digest)
        self._folder.clear()
        self._write_record(self._record.announce(made))
        if self._maker.seal is not None:
            self._folder.delete(self._maker.seal)
        for path, body in files.items():
            self._folder.write(path, body)
        settled = self._record.settle(made, self._maker.lasting)
        self._delete_stale(self._record.files.keys() - settled.files.keys())
        self._write_record(settled)

    def _read_record(self) -> Record:
        raw = self._folder.read_file(self._maker.record, _MAX_RECORD_BYTES)
        record = raw and parse_record(raw, self._maker.command, self._maker.own)
        if record:
            return record
        if self._folder.list_names() <= _PUBLISHING:
            return Record({})
        why = f"was not made by {self._maker.command}"
        if self._maker.record in self._folder.list_names():
            why += f", or by another version: its {self._maker.record} is no list of what was made"
        raise ConfigurationError(
            f"{self._out} {why}, so it is left alone. "
            "Name an empty folder with --out, or one that it made."
        )

    def _check(self, path: str, digest: str) -> None:
        if not self._maker.own.fullmatch(path):
            raise ValueError(f"{path} would not be known as made by {self._maker.command}")
        found = self._folder.find_digest(path)
        if found in (None, digest) or self._record.has(path, str(found)):
            return
        why = f"was not made by {self._maker.command}"
        if found == NO_FILE:
            why = "has a link, or something else that is no file, in its place"
        elif path in self._record.files:
            why = f"was changed after {self._maker.command} made it"
        raise ConfigurationError(
            f"{self._out / path} {why}, so nothing was replaced. "
            "Move it elsewhere, or name another folder with --out."
        )

    def _delete_stale(self, paths: set[str]) -> None:
        """Delete what no run makes any more, documents before what they need."""
        needed = {path for path in paths if self._maker.lasting.fullmatch(path)}
        for path in (*sorted(paths - needed), *sorted(needed)):
            found = self._folder.find_digest(path)
            if found is None or self._record.has(path, found):
                self._folder.delete(path)

    def _write_record(self, record: Record) -> None:
        self._folder.write(self._maker.record, record.to_bytes(self._maker.command))
