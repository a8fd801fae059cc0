"""A build that is killed or fails, at every single call to the file system that it makes."""

import subprocess
import sys
from pathlib import Path

from reglite.output.folder import PART
from tests.output.builds import FOREIGN, MAKER, ONE, THREE, TWO, fill, read_all


def interrupt(folder: Path, *before: str, maker: str = "MAKER", how: str = "kill") -> list[Path]:
    """Return folders of a second build that ended at its first call, at its second, and so on."""
    command = [sys.executable, "-m", "tests.output.interrupted", how, maker, str(folder), *before]
    subprocess.run(command, check=True)
    folders = list(folder.iterdir())
    assert len(folders) > 30  # more than one call for each of its files
    return folders


def list_needed(there: dict[str, bytes]) -> dict[str, bytes]:
    """Return the assets that the pages need, each of which is one build's and whole."""
    needed: dict[str, bytes] = {}
    for path in ("index.html", "ru/index.html"):
        (build,) = (files for files in (ONE, TWO) if files[path] == there[path])
        needed |= {path: body for path, body in build.items() if path.startswith("assets/")}
    return needed


def test_killed_at_any_call_it_leaves_whole_pages_and_all_that_they_need(tmp_path: Path) -> None:
    for out in interrupt(tmp_path, "ZERO", "ONE"):
        there = read_all(out)
        assert there.items() >= list_needed(there).items()
        assert there.items() >= FOREIGN.items()


def test_killed_at_any_call_it_is_not_in_the_way_of_the_next_build(tmp_path: Path) -> None:
    for out in interrupt(tmp_path, "ZERO", "ONE"):
        needed = list_needed(read_all(out))
        fill(out, THREE)
        assert read_all(out).items() >= (THREE | FOREIGN | needed).items()

        fill(out, ONE)
        assert read_all(out) == {**ONE, **FOREIGN, "assets/three/js": b"3"}


def test_disk_that_is_full_at_any_call_leaves_whole_pages_and_nothing_by_half(
    tmp_path: Path,
) -> None:
    for out in interrupt(tmp_path, "ZERO", "ONE", how="fail"):
        there = read_all(out)
        assert there.items() >= (FOREIGN | list_needed(there)).items()
        assert not (out / PART).exists()
        fill(out, THREE)


def test_first_build_that_is_killed_at_any_call_can_be_run_again(tmp_path: Path) -> None:
    for out in interrupt(tmp_path):
        fill(out, THREE)
        assert read_all(out).items() >= THREE.items()
        assert {path.name for path in out.iterdir()} <= {"index.html", "assets", MAKER.record}


def test_killed_at_any_call_it_leaves_no_seal_beside_files_of_two_kinds(tmp_path: Path) -> None:
    sealed = 0
    for out in interrupt(tmp_path, "ONE", maker="SEALED"):
        there = read_all(out)
        kinds = {path: [f for f in (ONE, TWO) if f.get(path) == there.get(path)] for path in TWO}
        if "index.html" in there:
            sealed += 1
            assert kinds["index.html"] == kinds["ru/index.html"]
    assert sealed > 1
