"""The audit log: one JSON line per deletion, restore and refusal, and the bytes of what went.

On stderr, or in ``REGLITE_AUDIT_DIR`` a file a day (UTC) with the manifests beside it.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from reglite.deletion.audit_folder import (
    append_line,
    opening_folder,
    opening_inner,
    opening_log,
    write_file,
)
from reglite.deletion.audit_line import encode_line
from reglite.deletion.refusals import Refusals
from reglite.errors import ConfigurationError, RegliteError
from reglite.registry.models import Manifest

AUDIT_DIR_VARIABLE: Final = "REGLITE_AUDIT_DIR"
_MAX_BYTES: Final = 4095  # and the line's end
_MAX_DONE_BYTES: Final = 65_535  # what was done names its tags: they are what undoing it needs
_MANIFESTS: Final = "manifests"

Action = Literal["delete", "untag", "restore"]
Outcome = Literal["done", "refused", "failed", "interrupted"]


@dataclass(slots=True)
class AuditEvent:
    """Who tried to change what, and how it ended; ``who`` is None for anonymous callers.

    ``digest`` and ``tags`` are what was asked for until the outcome is known. ``code`` is that of
    the error which refused or failed it. ``stranger`` is the place that a caller is counted by who
    is not known, or not yet.
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
    stranger: str | None = None
    children: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the line's object; the time is the writing's."""
        children = {"children": list(self.children)} if self.children else {}
        return {
            "time": _format_now(),
            "who": self.who,
            "from": self.address,
            "action": self.action,
            "registry": self.registry,
            "repository": self.repository,
            "digest": self.digest,
            "tags": list(self.tags),
            **children,
            "outcome": self.outcome,
            "code": self.code,
        }


@contextmanager
def recording(event: AuditEvent, refusals: Refusals | None = None) -> Iterator[AuditEvent]:
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
        record(event, refusals)


def record(event: AuditEvent, refusals: Refusals | None = None) -> None:
    """Write one line; of strangers who changed nothing only as many as ``refusals`` admits."""
    if refusals is not None:
        refusals.end_if_over()
        if event.stranger is not None and not refusals.admits(event.stranger, _record_left_out):
            return
    is_done = event.outcome == "done"
    _write(encode_line(event.to_json(), _MAX_DONE_BYTES if is_done else _MAX_BYTES))


def _record_left_out(count: int) -> None:
    """Write how many refusals have no line: the fields are those of the others, and the count."""
    of_others = ("who", "from", "action", "registry", "repository", "digest")
    line: dict[str, Any] = {"time": _format_now(), **dict.fromkeys(of_others), "tags": []}
    line |= {"outcome": "refused", "code": None, "left_out": count}
    _write(encode_line(line, _MAX_BYTES))


def _write(line: str) -> None:
    """Write to the folder; where that can't be, to stderr with the reason."""
    folder = get_audit_folder()
    if folder is None:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - the log's place
        return
    try:
        with opening_folder(folder) as opened:
            append_line(opened, _name_log(), line)
    except OSError as exc:
        print(line, file=sys.stderr, flush=True)  # noqa: T201
        print(f"reglite: the audit log can't be written: {exc}", file=sys.stderr)  # noqa: T201


def check_audit_folder() -> None:
    """Open what the audit log will need, before anything is served; raises ConfigurationError."""
    folder = get_audit_folder()
    if folder is None:
        return
    try:
        with (
            opening_folder(folder) as opened,
            opening_log(opened, _name_log()),
            opening_inner(opened, _MANIFESTS),
        ):
            return
    except OSError as exc:
        raise ConfigurationError(
            f"{AUDIT_DIR_VARIABLE}: the audit log can't be kept in {folder}: {exc.strerror} "
            f"({exc.filename}): name a folder that only this user can write"
        ) from exc


def keep_manifest(manifest: Manifest) -> None:
    """Keep the exact bytes beside the log, before they are deleted; raises RegliteError.

    Without ``REGLITE_AUDIT_DIR`` nothing is kept. A name is the digest's, and its bytes are
    written anew whatever is there.
    """
    folder = get_audit_folder()
    if folder is None:
        return
    name = f"{manifest.digest.replace(':', '-')}.json"
    try:
        with opening_folder(folder) as opened, opening_inner(opened, _MANIFESTS) as manifests:
            write_file(manifests, name, manifest.raw)
    except OSError as exc:
        raise RegliteError(
            f"nothing was deleted: its manifest can't be kept in {AUDIT_DIR_VARIABLE} "
            f"({exc.strerror}); make that folder writable"
        ) from exc


def get_audit_folder() -> Path | None:
    """Return the folder that ``REGLITE_AUDIT_DIR`` names, or None."""
    text = os.environ.get(AUDIT_DIR_VARIABLE)
    return Path(text) if text else None


def _name_log() -> str:
    return f"audit-{datetime.now(UTC):%Y-%m-%d}.jsonl"


def _format_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
