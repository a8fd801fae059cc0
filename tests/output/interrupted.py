"""Builds that do not get to their end: each in a process of its own, which ends at another call.

``python -m tests.output.interrupted HOW MAKER FOLDER [BUILD…]`` fills FOLDER/1, FOLDER/2 and so on
with these builds and then with ``TWO``, which ends at its first call to the file system, at its
second, until it gets through. The interpreter tells its audit hooks of each one before it is made.
HOW is ``kill``, or ``fail`` for a disk that is full.
"""

import errno
import os
import signal
import sys
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from reglite.output.made import Maker
from tests.output import builds
from tests.output.builds import FOREIGN, TWO, fill

_FAILED = 3


def main(how: str, maker: Maker, folder: Path, before: Iterable[str]) -> int:
    """Make all of these folders; returns an exit code that says whether each ended as it should."""
    for number in count(1):
        out = folder / str(number)
        for name in before:
            fill(out, getattr(builds, name))
        for path, body in FOREIGN.items() if before else ():
            (out / path).parent.mkdir(exist_ok=True)
            (out / path).write_bytes(body)
        child = os.fork()
        if not child:
            os._exit(_fill_until(number, how, maker, out))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code != {"kill": -signal.SIGKILL, "fail": _FAILED}[how]:
            return code
    raise AssertionError


def _fill_until(last: int, how: str, maker: Maker, out: Path) -> int:
    calls = 0

    def hook(event: str, _: object) -> None:
        nonlocal calls
        if event.startswith(("open", "os.", "fcntl.")):
            calls += 1
            if calls == last and how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            elif calls == last:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sys.addaudithook(hook)
    try:
        fill(out, dict(reversed(TWO.items())) if maker.seal else TWO, maker)
    except OSError as exc:
        return _FAILED if exc.errno == errno.ENOSPC else 1
    return 0


if __name__ == "__main__":
    _, how, maker, folder, *before = sys.argv
    sys.exit(main(how, getattr(builds, maker), Path(folder), before))
