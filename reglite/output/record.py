"""The list of what a command made in a folder: what it may replace there, and nothing else."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_FORMAT: Final = 1
_KEYS: Final = {"made_by", "format", "files", "kept"}
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Record:
    """The digests that each file of ours may have, and which files are of the build before.

    A file has several digests while a build replaces it: stopped half-way, it may have any.
    """

    files: Mapping[str, frozenset[str]]
    kept: frozenset[str] = frozenset()

    def has(self, path: str, digest: str) -> bool:
        """Tell whether these bytes at this path are ours."""
        return digest in self.files.get(path, ())

    def announce(self, made: Mapping[str, str]) -> "Record":
        """Return the record for the time in which ``made`` replaces what is there."""
        files = {path: self.files.get(path, frozenset()) | {made[path]} for path in made}
        return Record({**self.files, **files}, self.kept - made.keys())

    def settle(self, made: Mapping[str, str], lasting: re.Pattern[str]) -> "Record":
        """Return the record once ``made`` is in place.

        What ``lasting`` matches stays for one more build; making the same again counts as none.
        """
        former = {path for path in self.files.keys() - made.keys() if lasting.fullmatch(path)}
        kept = frozenset(former - self.kept or former)
        files = {path: self.files[path] for path in kept}
        return Record(files | {path: frozenset({made[path]}) for path in made}, kept)

    def to_bytes(self, made_by: str) -> bytes:
        """Return the record as it is kept: the same bytes for the same files."""
        document = {
            "made_by": made_by,
            "format": _FORMAT,
            "files": {path: sorted(self.files[path]) for path in sorted(self.files)},
            "kept": sorted(self.kept),
        }
        return json.dumps(document, indent=1).encode() + b"\n"


def parse_record(raw: bytes, made_by: str, own: re.Pattern[str]) -> Record | None:
    """Return a record, or None for anything that this command did not write.

    It may come with a clone, so it is believed for paths alone that ``own`` matches.
    """
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.keys() != _KEYS:
        return None
    files, kept = document["files"], document["kept"]
    if (document["made_by"], document["format"]) != (made_by, _FORMAT):
        return None
    if not _are_files(files, own) or not isinstance(kept, list):
        return None
    if not all(isinstance(path, str) and path in files for path in kept):
        return None
    return Record({path: frozenset(files[path]) for path in files}, frozenset(kept))


def _are_files(files: Any, own: re.Pattern[str]) -> bool:
    return isinstance(files, dict) and all(
        own.fullmatch(path) and isinstance(digests, list) and all(map(_is_digest, digests))
        for path, digests in files.items()
    )


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None
