import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reglite.deletion.audit import AuditEvent, keep_manifest, record, recording
from reglite.errors import RegistryTimeout, RegliteError, TagProtected
from reglite.media_types import OCI_MANIFEST
from reglite.reference import compute_digest
from reglite.registry.models import Manifest

DIGEST = "sha256:" + "1" * 64


@pytest.fixture
def event() -> AuditEvent:
    return AuditEvent("delete", "ana", "10.0.0.7", "local", "team/app", DIGEST)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REGLITE_AUDIT_DIR", str(tmp_path / "audit"))
    return tmp_path / "audit"


@pytest.fixture(autouse=True)
def no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGLITE_AUDIT_DIR", raising=False)


def read_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_deletion_is_one_json_line_on_stderr(
    event: AuditEvent, capsys: pytest.CaptureFixture[str]
) -> None:
    with recording(event) as entry:
        entry.tags = ("latest", "stable")
    (line,) = read_lines(capsys.readouterr().err)
    assert datetime.fromisoformat(line.pop("time")).tzinfo == UTC
    assert line == {
        "who": "ana",
        "from": "10.0.0.7",
        "action": "delete",
        "registry": "local",
        "repository": "team/app",
        "digest": DIGEST,
        "tags": ["latest", "stable"],
        "outcome": "done",
        "code": None,
    }


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (TagProtected("no"), "refused", "TAG_PROTECTED"),
        (RegistryTimeout("slow"), "failed", "REGISTRY_TIMEOUT"),
        (ValueError("bug"), "failed", "INTERNAL"),
        (asyncio.CancelledError(), "interrupted", "INTERNAL"),
    ],
)
def test_refusals_and_failures_are_recorded_and_raised(
    event: AuditEvent,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    outcome: str,
    code: str,
) -> None:
    with pytest.raises(type(error)), recording(event):
        raise error
    (line,) = read_lines(capsys.readouterr().err)
    assert (line["outcome"], line["code"]) == (outcome, code)


def test_hostile_text_stays_within_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = 'x"}\n{"outcome":"done"}\r\u2028\u202e\x1b[2J\ud800'
    record(AuditEvent("untag", text, text, text, text, text, (text,)))
    out = capsys.readouterr().err
    assert out.count("\n") == 1
    assert out.isascii()
    assert out.rstrip("\n").isprintable()
    assert json.loads(out)["who"] == text


def test_endless_names_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    record(AuditEvent("untag", "x" * 10**6, None, "r", "y" * 10**6))
    assert len(capsys.readouterr().err) < 2000


def test_the_folder_has_a_file_a_day_that_only_its_owner_reads(
    folder: Path, event: AuditEvent, capsys: pytest.CaptureFixture[str]
) -> None:
    record(event)
    record(event)
    (path,) = folder.iterdir()
    assert path.name.removeprefix("audit-").removesuffix(".jsonl") in {
        f"{datetime.now(UTC):%Y-%m-%d}",
        json.loads(path.read_text().splitlines()[0])["time"][:10],
    }
    assert len(read_lines(path.read_text())) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().err == ""


def test_a_link_in_the_folder_is_not_followed(
    folder: Path, event: AuditEvent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    target = tmp_path / "elsewhere"
    target.write_text("")
    (folder / f"audit-{datetime.now(UTC):%Y-%m-%d}.jsonl").symlink_to(target)
    record(event)
    assert target.read_text() == ""
    assert "can't be written" in capsys.readouterr().err


def test_a_folder_that_can_not_be_written_loses_no_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    event: AuditEvent,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REGLITE_AUDIT_DIR", str(tmp_path / "file"))
    record(event)
    line, reason = capsys.readouterr().err.splitlines()
    assert json.loads(line)["digest"] == DIGEST
    assert "can't be written" in reason


def test_the_bytes_of_a_manifest_are_kept_once(folder: Path) -> None:
    raw = b'{"exact":  "bytes"}\n'
    manifest = Manifest(compute_digest(raw), OCI_MANIFEST, raw)
    keep_manifest(manifest)
    keep_manifest(manifest)
    (path,) = (folder / "manifests").iterdir()
    assert path.name == f"{manifest.digest.replace(':', '-')}.json"
    assert path.read_bytes() == raw
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_in_place_of_a_kept_manifest_is_not_followed(folder: Path, tmp_path: Path) -> None:
    manifest = Manifest(compute_digest(b"{}"), OCI_MANIFEST, b"{}")
    target = tmp_path / "elsewhere"
    target.write_text("")
    (folder / "manifests").mkdir(parents=True)
    kept = folder / "manifests" / f"{manifest.digest.replace(':', '-')}.json"
    kept.symlink_to(target)
    keep_manifest(manifest)
    assert target.read_text() == ""
    assert not kept.is_symlink()
    assert kept.read_bytes() == b"{}"


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keep_manifest(Manifest(compute_digest(b"{}"), OCI_MANIFEST, b"{}"))
    assert list(tmp_path.iterdir()) == []


def test_a_code_is_that_of_the_error(event: AuditEvent) -> None:
    with pytest.raises(RegliteError), recording(event):
        raise RegliteError("it broke")
    assert (event.outcome, event.code) == ("failed", "INTERNAL")
