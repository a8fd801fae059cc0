"""The table: printed, and written to ``docs/benchmarks.md`` with what it was measured on."""

import datetime as dt
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.measure import Row
from tests.support.availability import find_program

OUT = Path(__file__).parents[2] / "docs" / "benchmarks.md"

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_VERDICTS = {True: "met", False: "**missed**", None: ""}


class Report:
    """The report in a file: a section that is measured again replaces what was there.

    ``titles`` are the sections in their order; those that were not measured stay as they are.
    """

    def __init__(self, titles: Sequence[str], out: Path = OUT) -> None:
        self._titles = titles
        self._out = out

    def write(self, title: str, rows: Sequence[Row]) -> str:
        """Write a section into the file and return it; a run that breaks later has not lost it."""
        text = self._out.read_text("utf-8") if self._out.exists() else ""
        _, *found = _HEADING.split(text)
        sections = dict(zip(found[::2], found[1::2], strict=True))
        sections[title] = "\n\n" + _format(rows) + "\n"
        kept = [f"## {title}{sections[title]}" for title in self._titles if title in sections]
        self._out.write_text("".join([_INTRODUCTION, *kept]).rstrip("\n") + "\n", "utf-8")
        return f"## {title}{sections[title]}"


def _format(rows: Sequence[Row]) -> str:
    lines = [f"Measured on: {_describe_machine()}.", ""]
    lines += ["| what | measured | target | | how |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.name} | {row.value:.2f} {row.unit} | {_format_target(row)} "
        f"| {_VERDICTS[row.is_met]} | {row.detail} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _format_target(row: Row) -> str:
    return "" if row.target is None else f"≤ {row.target:g} {row.unit}"


def _describe_machine() -> str:
    names = ("fastapi", "uvicorn", "httpx", "mangum", "pydantic")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {_find_processor()}, "
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}, {_find_registry_version()}"
    )


def _find_processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def _find_registry_version() -> str:
    program = find_program("docker-registry", "registry")
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return "docker-registry " + done.stdout.split()[-1]


_INTRODUCTION = """# Benchmarks

Written by `make bench`; run it again to compare. Each ratio is that of two medians taken in turns
in one run, beside the same requests sent raw by httpx at the same concurrency, or beside a control
page or a bare function where that is said. In brackets: the fastest and the slowest round.

"""
