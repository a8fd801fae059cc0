import zipfile
from pathlib import Path

import pytest

from reglite.bundle.archive import Archives


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    contents = {"b/empty.py": b"", "a/text.txt": b"abc" * 1000, "a/имя.json": bytes(range(256))}
    made = {}
    for number, (key, raw) in enumerate(contents.items()):
        made[key] = tmp_path / f"source-{number}"
        made[key].write_bytes(raw)
    return made


def test_archive_is_a_sound_zip_with_the_same_content(
    files: dict[str, Path], tmp_path: Path
) -> None:
    size = Archives().write(tmp_path / "out.zip", files)

    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(files)
        assert {k: archive.read(k) for k in files} == {k: p.read_bytes() for k, p in files.items()}
    assert size == (tmp_path / "out.zip").stat().st_size


def test_archive_has_fixed_dates_and_modes(files: dict[str, Path], tmp_path: Path) -> None:
    Archives().write(tmp_path / "out.zip", files)

    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {i.external_attr >> 16 for i in archive.infolist()} == {0o100644}


def test_bytes_depend_on_content_alone(files: dict[str, Path], tmp_path: Path) -> None:
    Archives().write(tmp_path / "one.zip", files)
    moved: dict[str, Path] = {}
    for key in reversed(files):
        moved[key] = tmp_path / f"moved-{len(moved)}"
        moved[key].write_bytes(files[key].read_bytes())
        moved[key].chmod(0o700)
    Archives().write(tmp_path / "two.zip", moved)

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_file_in_two_archives_is_the_same_in_both(files: dict[str, Path], tmp_path: Path) -> None:
    archives = Archives()
    archives.write(tmp_path / "one.zip", files)
    archives.write(tmp_path / "two.zip", {"other/name.txt": files["a/text.txt"]})

    with zipfile.ZipFile(tmp_path / "two.zip") as archive:
        assert archive.read("other/name.txt") == b"abc" * 1000
