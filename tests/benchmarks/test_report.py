"""The report keeps what was measured before, whole or in parts."""

from pathlib import Path

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.measure import Row
from tests.benchmarks.report import Report

TITLES = ["First", "Second", "Third"]
SLOW = Row("reading", 3.0, 2.0)
QUICK = Row("reading", 1.0, 2.0)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "benchmarks.md"


def read_headings(out: Path) -> list[str]:
    return [line for line in out.read_text("utf-8").splitlines() if line.startswith("#")]


def test_sections_stand_in_their_order_whichever_was_measured_first(out: Path) -> None:
    report = Report(TITLES, out)
    for title in ("Third", "First", "Second"):
        report.write(title, [QUICK])

    assert read_headings(out) == ["# Benchmarks", "## First", "## Second", "## Third"]


def test_section_measured_again_replaces_itself_alone(out: Path) -> None:
    report = Report(TITLES, out)
    for title in ("First", "Second"):
        report.write(title, [SLOW])
    before = out.read_text("utf-8")

    written = Report(TITLES, out).write("Second", [QUICK])

    after = out.read_text("utf-8")
    assert read_headings(out) == ["# Benchmarks", "## First", "## Second"]
    assert after.partition("## Second")[0] == before.partition("## Second")[0]
    assert "| reading | 3.00 × | ≤ 2 × | **missed** |" in before.partition("## Second")[2]
    assert "| reading | 1.00 × | ≤ 2 × | met |" in after.partition("## Second")[2]
    assert after.endswith(written.rstrip("\n") + "\n")


def test_section_that_is_measured_no_more_leaves_the_report(out: Path) -> None:
    Report(["Gone", "First"], out).write("Gone", [SLOW])

    Report(TITLES, out).write("First", [QUICK])

    assert read_headings(out) == ["# Benchmarks", "## First"]


def test_each_section_says_what_it_was_measured_on(out: Path) -> None:
    written = Report(TITLES, out).write("First", [QUICK])

    assert "Measured on: 2" in written
    assert "docker-registry 2" in written


def test_unknown_section_is_said_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", ["tests.benchmarks", "lamda"])

    with pytest.raises(SystemExit, match=r"no section is called lamda: there are client, .+"):
        main()
