"""A zip whose bytes depend on nothing but its content: fixed order, dates and modes."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

# The oldest date that the format knows.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def write_archive(out: Path, files: Mapping[str, Path]) -> int:
    """Write the files, sorted by their path in the zip; return the zip's size in bytes."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key in sorted(files):
            entry = zipfile.ZipInfo(key, _DATE)
            entry.external_attr = _MODE
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[key].read_bytes())
    return out.stat().st_size
