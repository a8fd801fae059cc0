"""What others put where the audit log is written: looked at, refused, and waited for by nobody."""

import json
import os
import resource
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from reglite.deletion.audit import AuditEvent, check_audit_folder, keep_manifest, record
from reglite.errors import ConfigurationError, RegliteError
from reglite.media_types import OCI_MANIFEST
from reglite.reference import compute_digest
from reglite.registry.models import Manifest

MANIFEST = Manifest(compute_digest(b"{}"), OCI_MANIFEST, b"{}")
KEPT = f"{MANIFEST.digest.replace(':', '-')}.json"
SOMEBODY = 12345

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "audit"
    folder.mkdir(0o700)
    monkeypatch.setenv("REGLITE_AUDIT_DIR", str(folder))
    return folder


@pytest.fixture
def log(folder: Path) -> Path:
    """Return where today's log is written."""
    return folder / f"audit-{datetime.now(UTC):%Y-%m-%d}.jsonl"


def plant_pipe(path: Path) -> None:
    os.mkfifo(path)


def plant_socket(path: Path) -> None:
    with TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as bound:
        bound.bind(f"{short}/s")
        Path(short, "s").rename(path)


def plant_hard_link(path: Path) -> None:
    (path.parent.parent / "victim").write_text("kept as it was")
    os.link(path.parent.parent / "victim", path)


def plant_link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "victim")


def plant_folder(path: Path) -> None:
    path.mkdir()


def plant_file_of_somebody(path: Path) -> None:
    path.write_text("")
    os.chown(path, SOMEBODY, SOMEBODY)


PLANTED = [
    plant_pipe,
    plant_socket,
    plant_hard_link,
    plant_link,
    plant_folder,
    pytest.param(plant_file_of_somebody, marks=needs_root),
]


def run_serve(folder: Path) -> subprocess.CompletedProcess[str]:
    """Start ``reglite serve``, which ends at once where the folder can't be used."""
    return subprocess.run(
        [sys.executable, "-m", "reglite", "serve", "--port", "0"],
        env=os.environ | {"REGLITE_AUDIT_DIR": str(folder), "REGLITE_INVENTORY": "inventory: {}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("plant", PLANTED)
def test_what_is_not_ours_is_not_used_as_the_log(
    folder: Path, log: Path, capsys: pytest.CaptureFixture[str], plant: Callable[[Path], None]
) -> None:
    plant(log)
    before = log.lstat()

    record(AuditEvent("delete", "ana", None, "local", "team/app"))

    line, reason = capsys.readouterr().err.splitlines()
    assert '"who": "ana"' in line
    assert log.name in reason
    assert log.lstat()[:7] == before[:7]
    victim = folder.parent / "victim"
    assert not victim.exists() or victim.read_text() == "kept as it was"


@pytest.mark.parametrize("plant", PLANTED)
def test_what_is_not_ours_is_said_at_the_start(
    folder: Path, log: Path, plant: Callable[[Path], None]
) -> None:
    plant(log)

    with pytest.raises(ConfigurationError, match=rf"REGLITE_AUDIT_DIR: .*{log.name}") as caught:
        check_audit_folder()

    assert caught.value.exit_code == 2


def test_a_pipe_with_a_reader_is_no_log_either(
    folder: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(log)
    reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
    try:
        record(AuditEvent("delete", "ana", None, "local", "team/app"))
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)
    assert "is no file" in capsys.readouterr().err


def test_a_line_that_a_full_disk_cut_does_not_spoil_the_next_one(
    folder: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = AuditEvent("delete", "ana", None, "local", "team/app")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        record(event)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    line, reason = capsys.readouterr().err.splitlines()
    assert "only a part of the line" in reason

    record(event)
    record(event)

    cut, *whole = log.read_text().splitlines()
    assert cut == line[:10]
    assert [json.loads(text)["who"] for text in whole] == ["ana", "ana"]


def test_serve_does_not_start_beside_a_pipe(folder: Path, log: Path) -> None:
    os.mkfifo(log)

    ended = run_serve(folder)

    assert ended.returncode == 2
    assert "is no file, so it is not used" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("plant", PLANTED[:4])
def test_a_kept_manifest_takes_the_place_of_whatever_was_there(
    folder: Path, plant: Callable[[Path], None]
) -> None:
    (folder / "manifests").mkdir()
    plant(folder / "manifests" / KEPT)

    keep_manifest(MANIFEST)

    kept = folder / "manifests" / KEPT
    status = kept.lstat()
    assert stat.S_ISREG(status.st_mode)
    assert (status.st_nlink, stat.S_IMODE(status.st_mode)) == (1, 0o600)
    assert kept.read_bytes() == b"{}"
    victim = folder / "victim"
    assert not victim.exists() or victim.read_text() == "kept as it was"
    assert list((folder / "manifests").iterdir()) == [kept]


def test_a_part_of_a_manifest_is_not_taken_for_it(folder: Path) -> None:
    (folder / "manifests").mkdir()
    (folder / "manifests" / KEPT).write_bytes(b"{")

    keep_manifest(MANIFEST)

    assert (folder / "manifests" / KEPT).read_bytes() == b"{}"


@pytest.mark.parametrize("plant", [plant_pipe, plant_link])
def test_nothing_is_deleted_where_its_manifest_would_go_elsewhere(
    folder: Path, plant: Callable[[Path], None]
) -> None:
    (folder.parent / "victim").mkdir()
    plant(folder / "manifests")

    with pytest.raises(RegliteError, match="nothing was deleted"):
        keep_manifest(MANIFEST)

    assert list((folder.parent / "victim").iterdir()) == []


def test_a_write_that_fails_leaves_no_part_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(RegliteError, match="No space left"):
        keep_manifest(MANIFEST)

    assert list((folder / "manifests").iterdir()) == []


def test_folders_that_are_made_are_for_their_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a" / "b" / "audit"
    monkeypatch.setenv("REGLITE_AUDIT_DIR", str(folder))
    before = os.umask(0)
    try:
        check_audit_folder()
    finally:
        os.umask(before)

    made = [folder, folder / "manifests", *list(folder.parents)[:2]]
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o700] * 4
    (log,) = folder.glob("audit-*.jsonl")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_folder_that_everyone_may_write_is_refused(folder: Path) -> None:
    folder.chmod(0o777)

    with pytest.raises(ConfigurationError, match="may be written by everyone"):
        check_audit_folder()


def test_a_folder_where_each_may_remove_their_own_alone_will_do(folder: Path) -> None:
    folder.chmod(0o1777)

    check_audit_folder()


def test_a_volume_that_all_of_its_container_may_write_will_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.chmod(0o2777)
    monkeypatch.setattr(Path, "is_mount", lambda path: path == folder)

    check_audit_folder()


def test_a_file_that_is_no_folder_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    ended = run_serve(tmp_path / "file")

    assert ended.returncode == 2
    assert "REGLITE_AUDIT_DIR" in ended.stderr


@needs_root
class TestFoldersOfOthers:
    """Root gives them away; who asks is then an ordinary user, in a process of its own."""

    @pytest.fixture
    def folder(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """Return a folder that others reach: pytest's own are closed to them."""
        with TemporaryDirectory() as outer:
            folder = Path(outer, "audit")
            folder.mkdir()
            folder.parent.chmod(0o755)
            monkeypatch.setenv("REGLITE_AUDIT_DIR", str(folder))
            yield folder

    @staticmethod
    def check_as_another() -> str:
        """Check the folder as a user of the group 2000; returns what was wrong with it."""
        code = (
            "import os; from reglite.deletion.audit import check_audit_folder, record, AuditEvent; "
            "os.setgroups([2000]); os.setgid(4001); os.setuid(4001); check_audit_folder(); "
            "record(AuditEvent('delete', 'ana', None, 'local', 'team/app'))"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
        return ended.stderr

    @pytest.mark.parametrize(
        ("owner", "group", "mode", "fault"),
        [
            (0, 2000, 0o2775, ""),
            (0, 2000, 0o2770, ""),
            (4002, 2000, 0o2770, ""),
            (4002, 2000, 0o2777, "may be written by everyone"),
            (4002, 4002, 0o1777, "belongs to user 4002"),
            (4002, 4002, 0o777, "belongs to user 4002"),
            (4001, 4001, 0o700, ""),
            (0, 0, 0o755, "Permission denied"),
        ],
    )
    def test_a_volume_of_our_group_will_do_and_a_neighbours_folder_will_not(
        self, *, folder: Path, log: Path, owner: int, group: int, mode: int, fault: str
    ) -> None:
        os.chown(folder, owner, group)
        folder.chmod(mode)

        said = self.check_as_another()

        assert fault in said if fault else said == ""
        assert log.exists() is (not fault)

    def test_files_whose_group_may_write_after_a_restart_are_taken_back(
        self, folder: Path, log: Path
    ) -> None:
        os.chown(folder, 0, 2000)
        folder.chmod(0o2775)
        assert self.check_as_another() == ""
        for path in (log, folder / "manifests"):  # as Kubernetes does with fsGroup
            os.chown(path, -1, 2000)
            path.chmod(path.stat().st_mode | 0o060)

        assert self.check_as_another() == ""

        assert stat.S_IMODE(log.stat().st_mode) == 0o640
        assert len(log.read_text().splitlines()) == 2

    def test_a_link_that_another_user_made_is_not_followed(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = tmp_path / "link"
        link.symlink_to(folder)
        monkeypatch.setenv("REGLITE_AUDIT_DIR", str(link))
        check_audit_folder()

        os.lchown(link, SOMEBODY, SOMEBODY)

        with pytest.raises(ConfigurationError, match="a link that another user made"):
            check_audit_folder()
