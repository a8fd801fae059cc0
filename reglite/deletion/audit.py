"""The audit log: one JSON line per deletion, restore and refusal, and the bytes of what went.

On stderr, or in ``REGLITE_AUDIT_DIR`` a file a day (UTC) with the manifests beside it.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from reglite.errors import RegliteError
from reglite.registry.models import Manifest

AUDIT_DIR_VARIABLE: Final = "REGLITE_AUDIT_DIR"
_MAX_CHARACTERS = 512

Action = Literal["delete", "untag", "restore"]
Outcome = Literal["done", "refused", "failed", "interrupted"]


@dataclass(slots=True)
class AuditEvent:
    """Who tried to change what, and how it ended; ``who`` is None for anonymous callers.

    ``digest`` and ``tags`` are what was asked for until the outcome is known. ``code`` is that of
    the error which refused or failed it.
    """

    action: Action
    who: str | None
    address: str | None
    registry: str
    repository: str
    digest: str | None = None
    tags: Sequence[str] = ()
    outcome: Outcome = "done"
    code: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the line's object; the time is the writing's."""
        return {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "who": _cut(self.who),
            "from": _cut(self.address),
            "action": self.action,
            "registry": _cut(self.registry),
            "repository": _cut(self.repository),
            "digest": _cut(self.digest),
            "tags": [_cut(tag) for tag in self.tags],
            "outcome": self.outcome,
            "code": self.code,
        }


@contextmanager
def recording(event: AuditEvent) -> Iterator[AuditEvent]:
    """Record the event when the block ends, with the outcome that its exception tells.

    The block fills in what it learns: ``event.tags = deletion.tags``.
    """
    try:
        yield event
    except RegliteError as exc:
        event.outcome = "refused" if exc.status < 500 else "failed"
        event.code = exc.code
        raise
    except BaseException as exc:
        event.outcome = "failed" if isinstance(exc, Exception) else "interrupted"
        event.code = "INTERNAL"
        raise
    finally:
        record(event)


def record(event: AuditEvent) -> None:
    """Write one line; where the folder can't be written, to stderr with the reason.

    The line is ASCII, so no text in it can begin another line or hide one.
    """
    line = json.dumps(event.to_json())
    folder = get_audit_folder()
    if folder is None:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - the log's place
        return
    try:
        _append(folder / f"audit-{datetime.now(UTC):%Y-%m-%d}.jsonl", line)
    except OSError as exc:
        print(line, file=sys.stderr, flush=True)  # noqa: T201
        print(f"reglite: the audit log can't be written: {exc}", file=sys.stderr)  # noqa: T201


def keep_manifest(manifest: Manifest) -> None:
    """Keep the exact bytes beside the log, before they are deleted; raises RegliteError.

    Without ``REGLITE_AUDIT_DIR`` nothing is kept. A name is the digest's, so a file never changes.
    """
    folder = get_audit_folder()
    if folder is None:
        return
    path = folder / "manifests" / f"{manifest.digest.replace(':', '-')}.json"
    try:
        _write_once(path, manifest.raw)
    except OSError as exc:
        raise RegliteError(
            f"nothing was deleted: its manifest can't be kept in {AUDIT_DIR_VARIABLE} "
            f"({exc.strerror}); make that folder writable"
        ) from exc


def get_audit_folder() -> Path | None:
    """Return the folder that ``REGLITE_AUDIT_DIR`` names, or None."""
    text = os.environ.get(AUDIT_DIR_VARIABLE)
    return Path(text) if text else None


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    try:
        os.write(descriptor, line.encode() + b"\n")  # one write: lines of two processes don't mix
    finally:
        os.close(descriptor)


def _write_once(path: Path, raw: bytes) -> None:
    if path.exists() and not path.is_symlink():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, partial = tempfile.mkstemp(".partial", dir=path.parent)  # new, ours, no link
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
        Path(partial).replace(path)  # in the place of a link, if there is one
    except OSError:
        Path(partial).unlink()
        raise


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= _MAX_CHARACTERS:
        return text
    return text[: _MAX_CHARACTERS - 1] + "…"
