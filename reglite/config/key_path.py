"""A place in a configuration file, for messages that name the file, the key path and the fix."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from reglite.errors import ConfigurationError
from reglite.reference import shorten

_USER_IN_URL: Final = re.compile(r"://[^/]*@")  # a URL where a registry's name should be


@dataclass(frozen=True, slots=True)
class KeyPath:
    """A place in a file of configuration; relative paths there are relative to ``folder``."""

    file: str
    folder: Path
    keys: tuple[str | int, ...] = ()

    def __truediv__(self, key: str | int) -> "KeyPath":
        return KeyPath(self.file, self.folder, (*self.keys, key))

    def __str__(self) -> str:
        dotted = "".join(f"[{k}]" if isinstance(k, int) else f".{shorten(k)}" for k in self.keys)
        return _USER_IN_URL.sub("://…@", dotted.removeprefix("."))

    def fail(self, problem: str) -> NoReturn:
        """Raise a ConfigurationError that names this place."""
        raise self.error(problem)

    def error(self, problem: str) -> ConfigurationError:
        """Return a ConfigurationError that names this place."""
        where = f"{self.file}: {self}" if self.keys else self.file
        return ConfigurationError(f"{where}: {problem}")

    def find_path(self, text: str) -> Path:
        """Return the path that a value names, with ``~`` for a home folder."""
        try:
            return self.folder / Path(text).expanduser()
        except RuntimeError as exc:
            raise self.error("begins with '~' and the name of no known home folder") from exc

    def find_file(self, text: str, *, is_secret: bool = False) -> Path:
        """Return the path of an existing file that a value names.

        Where the file holds a secret, that may stand in the path's place: it is not shown.
        """
        path = self.find_path(text)
        if not _test(path.is_file):
            named = "of that name" if is_secret else f"'{shorten(text)}'"
            self.fail(f"there is no file {named}: check the path and its permissions")
        return path

    def is_folder(self, text: str) -> bool:
        """Tell whether a value names a folder."""
        return _test(self.find_path(text).is_dir)

    def read_text(self, path: Path) -> str | None:
        """Return the text of a file, None if it is absent."""
        try:
            return path.read_text("utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as exc:
            raise self.error("can't be read: it must be a UTF-8 text file you may read") from exc


def _test(question: Callable[[], bool]) -> bool:
    """Ask about a path; one that can't be looked at, or is too long, is not there."""
    try:
        return question()
    except OSError:
        return False
