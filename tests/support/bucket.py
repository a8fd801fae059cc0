#!/usr/bin/env python3
"""Stands in for the AWS CLI: the bucket is a folder, and every call may be the last one.

``BUCKET`` names the folder, ``LAST_CALL`` how many calls succeed; it writes each to ``CALLS``.
Only what ``tools/deploy.sh`` uses is here, and anything else is an error.
"""

import os
import shutil
import sys
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

_PREFIX = "s3://site-bucket"


def main(arguments: list[str]) -> int:
    """Answer one call; returns its exit code."""
    calls = Path(os.environ["CALLS"])
    with calls.open("a") as file:
        file.write(" ".join(arguments) + "\n")
    if len(calls.read_text().splitlines()) > int(os.environ["LAST_CALL"]):
        return 255
    match arguments:
        case ["cloudformation", "describe-stacks", *rest]:
            print("site-bucket" if "SiteBucket" in " ".join(rest) else "distribution")
        case ["cloudfront", "create-invalidation", *_]:
            pass
        case ["s3", "sync", source, target, *options]:
            _sync(_locate(source), _locate(target), options)
        case ["s3", "ls", folder]:
            for path in sorted(_locate(folder).iterdir()):
                print(
                    f"                           PRE {path.name}/" if path.is_dir() else path.name
                )
        case ["s3", "rm", target, *options]:
            _remove(_locate(target), is_recursive="--recursive" in options)
        case _:
            raise SystemExit(f"no such call here: {arguments}")
    return 0


def _locate(name: str) -> Path:
    if not name.startswith(_PREFIX):
        return Path(name)
    return Path(os.environ["BUCKET"]) / name.removeprefix(_PREFIX).lstrip("/")


def _sync(source: Path, target: Path, options: list[str]) -> None:
    wanted = _list_keys(source, options)
    for key in wanted:
        (target / key).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / key, target / key)
    if "--delete" in options:
        for key in _list_keys(target, options) - wanted:
            (target / key).unlink()


def _list_keys(folder: Path, options: list[str]) -> set[str]:
    """Return the files that the filters let through: the last that matches decides."""
    keys = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    filters = [pair for pair in pairwise(options) if pair[0] in {"--include", "--exclude"}]
    found = set()
    for key in keys:
        matching = [option for option, pattern in filters if fnmatchcase(key, pattern)]
        if not matching or matching[-1] == "--include":
            found.add(key)
    return found


def _remove(target: Path, *, is_recursive: bool) -> None:
    if is_recursive:
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
