"""A place in a configuration file, for messages that name the file, the key path and the fix."""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from reglite.errors import ConfigurationError
from reglite.reference import shorten


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
        return dotted.removeprefix(".")

    def fail(self, problem: str) -> NoReturn:
        """Raise a ConfigurationError that names this place."""
        raise self.error(problem)

    def error(self, problem: str) -> ConfigurationError:
        """Return a ConfigurationError that names this place."""
        where = f"{self.file}: {self}" if self.keys else self.file
        return ConfigurationError(f"{where}: {problem}")

    def find_file(self, text: str) -> Path:
        """Return the path of an existing file that a value names."""
        path = self.folder / Path(text).expanduser()
        if not path.is_file():
            self.fail(f"there is no file '{shorten(text)}': check the path and its permissions")
        return path
