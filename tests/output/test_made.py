"""What a command may replace in a folder, whatever else is there and whatever its record says."""

import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reglite.errors import ConfigurationError
from reglite.output.folder import PART
from reglite.output.made import open_made
from reglite.reference import compute_digest
from tests.output.builds import MAKER, ONE, THREE, TWO, fill, read_all


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Name a folder that the first of two builds has filled."""
    fill(tmp_path / "out", ONE)
    return tmp_path / "out"


def write_record(out: Path, *paths: str, **changes: object) -> None:
    """Write a record by hand, as a stranger would, that names these files as they are."""
    digests = {p: [compute_digest((out / p).read_bytes())] for p in paths}
    document = {"made_by": MAKER.command, "format": 1, "files": digests, "kept": []}
    (out / MAKER.record).write_text(json.dumps(document | changes))


def test_published_clone_keeps_its_history_and_everything_else_that_no_build_made(
    out: Path,
) -> None:
    foreign = {
        ".git/objects/ab/unpushed": b"years of work",
        ".git/index": b"index",
        ".nojekyll": b"",
        "CNAME": b"registries.example.com",
        "assets/logo": b"logo",
        "assets/one/notes": b"mine",
        "ru/own/index.html": b"mine",
        "other/site/.record": b"another build's",
        "other/site/index.html": b"another site",
        "index.html.gz": b"compressed",
    }
    for path, body in foreign.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(body)

    fill(out, TWO)
    fill(out, THREE)

    assert read_all(out) == {**foreign, **THREE, "assets/two/js": b"2"}


def test_clone_before_its_first_build_is_filled_and_keeps_what_it_holds(tmp_path: Path) -> None:
    foreign = {".git/HEAD": b"ref", ".nojekyll": b"", "CNAME": b"registries.example.com"}
    (tmp_path / ".git").mkdir()
    for path, body in foreign.items():
        (tmp_path / path).write_bytes(body)

    fill(tmp_path, ONE)

    assert read_all(tmp_path) == {**ONE, **foreign}


def test_file_that_no_build_made_is_never_written_over(out: Path) -> None:
    (out / "about.html").write_text("mine")

    with pytest.raises(ConfigurationError, match=r"about\.html was not made by reglite test"):
        fill(out, {**TWO, "about.html": b"ours"})

    assert read_all(out) == {**ONE, "about.html": b"mine"}


def test_file_of_ours_that_somebody_edited_is_never_written_over(out: Path) -> None:
    (out / "ru/index.html").write_text("edited")

    with pytest.raises(ConfigurationError, match=r"ru/index\.html was changed after reglite test"):
        fill(out, TWO)

    assert read_all(out) == {**ONE, "ru/index.html": b"edited"}


def test_edited_file_that_no_build_needs_any_more_stays(out: Path) -> None:
    (out / "ru/index.html").write_text("edited")

    fill(out, THREE)

    assert read_all(out) == {**THREE, "assets/one/js": b"1", "ru/index.html": b"edited"}


def make_link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(path))


def make_huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 33)


def make_unreadable_json(path: Path) -> None:
    path.write_text("[" * 100_000)


NOT_A_RECORD: list[Callable[[Path], object]] = [
    make_link,
    make_socket,
    make_huge,
    make_unreadable_json,
    os.mkfifo,
    Path.mkdir,
    Path.touch,
    lambda path: path.symlink_to(path.name),
    lambda path: path.write_bytes(b"\xff\xfe"),
    lambda path: path.write_text("Made by reglite test.\n"),
    lambda path: path.write_text("null"),
    lambda path: path.write_text('{"files": {}}'),
]


@pytest.mark.parametrize("make", NOT_A_RECORD)
def test_folder_is_not_ours_by_a_record_that_is_none(
    make: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "index.html").write_text("mine")
    make(tmp_path / MAKER.record)
    before = os.lstat(tmp_path / MAKER.record)

    with pytest.raises(ConfigurationError, match=r"\.record is no list.*--out"):
        fill(tmp_path, TWO)

    assert (tmp_path / "index.html").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == [MAKER.record, "index.html"]
    assert os.lstat(tmp_path / MAKER.record) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"made_by": "reglite other"},
        {"more": 1},
        {"files": []},
        {"kept": "index.html"},
        {"kept": ["none.html"]},
        {"kept": [[]]},
        {"files": {"index.html": "sha256"}},
        {"files": {"index.html": ["d41d8cd98f00b204e9800998ecf8427e"]}},
        {"files": {"index.html": [None]}},
        *(
            {"files": {path: [compute_digest(b"mine")]}}
            for path in (
                "../precious.html",
                "/etc/passwd",
                "ru/../../precious.html",
                "ru//index.html",
                ".git/config",
                "CNAME",
                "index.html\n",
                "index.html\0",
                "",
                ".",
                ".record",
            )
        ),
    ],
)
def test_record_of_another_version_or_of_paths_that_no_build_makes_is_none(
    changes: dict[str, object], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for path in (tmp_path / "precious.html", out / "index.html"):
        path.write_text("mine")
    write_record(out, "index.html")
    fill(out, {"index.html": b"mine"})  # it is the change alone that takes its force
    write_record(out, "index.html", **changes)

    with pytest.raises(ConfigurationError, match="no list of what was made"):
        fill(out, TWO)

    assert read_all(tmp_path / "out") == {"index.html": b"mine"}
    assert (tmp_path / "precious.html").read_text() == "mine"


def test_folder_that_became_a_link_leads_neither_writing_nor_deleting_elsewhere(
    out: Path, tmp_path: Path
) -> None:
    for name in ("ru", "assets"):
        (out / name).rename(tmp_path / name)
        (out / name).symlink_to(tmp_path / name)
    before = read_all(tmp_path)

    with pytest.raises(ConfigurationError, match="has a link"):
        fill(out, TWO)
    fill(out, {"index.html": b"alone"})

    assert read_all(tmp_path) == {**before, "out/index.html": b"alone", **read_record(out)}


def read_record(out: Path) -> dict[str, bytes]:
    return {f"{out.name}/{MAKER.record}": (out / MAKER.record).read_bytes()}


@pytest.mark.parametrize("make", [make_link, make_socket, os.mkfifo, Path.mkdir])
def test_what_is_no_file_is_neither_followed_nor_replaced(
    make: Callable[[Path], object], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(out)
    (out / "index.html").unlink()
    make(out / "index.html")
    before = os.lstat(out / "index.html")

    with pytest.raises(ConfigurationError, match=r"index\.html has a link, or something else"):
        fill(out, TWO)
    fill(out, {"assets/two/js": b"2"})  # stale then, and still not ours

    assert os.lstat(out / "index.html") == before


def test_hard_link_of_a_file_of_ours_keeps_its_bytes(out: Path, tmp_path: Path) -> None:
    os.link(out / "index.html", tmp_path / "kept.html")

    fill(out, TWO)

    assert (tmp_path / "kept.html").read_bytes() == b"one"


def test_assets_stay_for_one_more_build_and_go_with_their_folders(out: Path) -> None:
    fill(out, TWO)
    assert read_all(out) == {**TWO, "assets/one/js": b"1"}

    fill(out, TWO)
    assert read_all(out) == {**TWO, "assets/one/js": b"1"}

    fill(out, THREE)
    assert read_all(out) == {**THREE, "assets/two/js": b"2"}
    assert sorted(path.name for path in (out / "assets").iterdir()) == ["three", "two"]
    assert not (out / "ru").exists()

    fill(out, TWO)
    assert read_all(out) == {**TWO, "assets/three/js": b"3"}


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0)
    os.umask(before)
    yield os.umask
    os.umask(before)


def list_modes(folder: Path) -> set[tuple[bool, int]]:
    paths = [folder, *folder.rglob("*")]
    return {(path.is_dir(), stat.S_IMODE(path.lstat().st_mode)) for path in paths}


@pytest.mark.parametrize("mask", [0o077, 0o000])
def test_server_can_read_a_public_folder_whatever_the_umask(
    mask: int, umask: Callable[[int], int], tmp_path: Path
) -> None:
    umask(mask)
    for files in (ONE, TWO):
        fill(tmp_path / "above" / "out", files)

    assert list_modes(tmp_path / "above") == {(True, 0o755), (False, 0o644)}


def test_folder_that_was_there_keeps_its_mode(umask: Callable[[int], int], tmp_path: Path) -> None:
    umask(0o077)
    (tmp_path / "out").mkdir()

    fill(tmp_path / "out", ONE)

    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


def test_two_commands_at_once_leave_what_one_of_them_makes(out: Path) -> None:
    at_work = threading.Event()

    def fill_twice() -> None:
        at_work.set()
        fill(out, THREE)

    with open_made(out, MAKER) as made:
        other = threading.Thread(target=fill_twice)
        other.start()
        at_work.wait()
        made.replace(TWO)
    other.join()

    assert read_all(out) == {**THREE, "assets/two/js": b"2"}


def test_what_an_interrupted_write_left_goes_with_the_next_build(out: Path) -> None:
    for leave in (Path.touch, Path.mkdir):
        leave(out / PART)
        fill(out, TWO)
        assert not (out / PART).exists()


def test_record_is_the_same_for_the_same_files(tmp_path: Path) -> None:
    fill(tmp_path / "a", ONE)
    fill(tmp_path / "b", dict(reversed(ONE.items())))

    assert (tmp_path / "a" / MAKER.record).read_bytes() == (
        tmp_path / "b" / MAKER.record
    ).read_bytes()
