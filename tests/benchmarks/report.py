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

OUT = Path(__file__).parents[2] / "docs" / "benchmarks.md"

_VERDICTS = {True: "met", False: "**missed**", None: ""}


def write_report(sections: Sequence[tuple[str, Sequence[Row]]]) -> str:
    """Write and return the report: a table for each section."""
    text = "\n".join([_INTRODUCTION.format(machine=_describe_machine()), *map(_format, sections)])
    OUT.write_text(text)
    return text


def _format(section: tuple[str, Sequence[Row]]) -> str:
    title, rows = section
    lines = [f"## {title}\n", "| what | measured | target | | how |", "|---|---|---|---|---|"]
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
    done = subprocess.run(
        ["docker-registry", "--version"], capture_output=True, text=True, check=True
    )
    return "docker-registry " + done.stdout.split()[-1]


_INTRODUCTION = """# Benchmarks

Written by `make bench`; run it again to compare. Each ratio is that of two medians taken in turns
in one run, beside the same requests sent raw by httpx at the same concurrency, or beside a control
page or a bare function where that is said. In brackets: the fastest and the slowest round.

Measured on: {machine}.
"""
