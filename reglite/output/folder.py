"""A folder on disk: no link in it is followed, and nothing in it is ever there by half."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Final

PART: Final = ".reglite.part"
"""What is written gets this name first, and its own when it is whole."""

NO_FILE: Final = "no file"
"""Stands for the digest of what has none: a link, a folder, a pipe, or what a link leads to."""

_OPEN_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_LOCKS: Final = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP}  # NFS, for one
_STAYS: Final = {errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY}  # the last is a mount point


def make_folder(path: Path, *, is_public: bool) -> None:
    """Make a folder and those above it; a server can read a public one, whatever the umask."""
    for folder in (*reversed(path.parents), path):
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)  # another command may be as far
            if is_public:
                folder.chmod(0o755)


@contextmanager
def open_folder(path: Path, *, is_public: bool) -> Iterator["Folder"]:
    """Open a folder for this command alone: another one waits until the block ends."""
    with ExitStack() as stack:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        stack.callback(os.close, descriptor)
        _lock(descriptor)
        yield Folder(descriptor, is_public=is_public)


def _lock(descriptor: int) -> None:
    import fcntl  # noqa: PLC0415 - Windows has none, and needs none to import this

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as exc:
        if exc.errno not in _NO_LOCKS:
            raise


class Folder:
    """An open folder; paths are below it, with ``/``, and reach nothing outside.

    In a public one files become 0644 and folders 0755. Else the umask holds, and a file that is
    replaced keeps its mode.
    """

    def __init__(self, descriptor: int, *, is_public: bool) -> None:
        self._descriptor = descriptor
        self._is_public = is_public

    def list_names(self) -> set[str]:
        """Return what is in it, leaving out what an interrupted write left there."""
        names = os.listdir(self._descriptor)  # noqa: PTH208 - pathlib takes no descriptor
        return set(names) - {PART}

    def read_file(self, path: str, limit: int) -> bytes | None:
        """Return at most that many bytes of a file, None where there is none."""
        if not stat.S_ISREG(self._find_mode(path) or 0):
            return None
        with self._open_file(path) as file:
            return file.read(limit)

    def find_digest(self, path: str) -> str | None:
        """Return a file's digest, None where nothing is, NO_FILE for anything else."""
        mode = self._find_mode(path)
        if mode is None:
            return None
        if not stat.S_ISREG(mode):
            return NO_FILE
        with self._open_file(path) as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"

    def write(self, path: str, body: bytes) -> None:
        """Put a file there, or in the place of the one that is there, in one step."""
        with self._open_parent(path, makes=True) as (parent, name):
            descriptor = os.open(PART, _CREATE, 0o666, dir_fd=self._descriptor)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(body)
                    mode = 0o644 if self._is_public else _find_mode(name, parent)
                    if mode is not None:
                        os.fchmod(descriptor, stat.S_IMODE(mode))
                os.rename(PART, name, src_dir_fd=self._descriptor, dst_dir_fd=parent)
            except BaseException:
                os.unlink(PART, dir_fd=self._descriptor)
                raise

    def delete(self, path: str) -> None:
        """Delete a file, if it is there, and the folders that are empty without it."""
        if self.find_digest(path) is not None:
            with self._open_parent(path) as (parent, name):
                os.unlink(name, dir_fd=parent)
        folder = path.rpartition("/")[0]
        while folder and self._remove_empty(folder):
            folder = folder.rpartition("/")[0]

    def clear(self) -> None:
        """Delete what an interrupted write left."""
        mode = _find_mode(PART, self._descriptor) or 0
        if stat.S_ISREG(mode):
            os.unlink(PART, dir_fd=self._descriptor)
        elif stat.S_ISDIR(mode):
            os.rmdir(PART, dir_fd=self._descriptor)

    def _find_mode(self, path: str) -> int | None:
        """Return the mode of what is there, 0 for what only a link or another file leads to."""
        folder, _, name = path.rpartition("/")
        above = self._find_mode(folder) if folder else stat.S_IFDIR
        if above is None or not stat.S_ISDIR(above):
            return above and 0
        with self._open_parent(path) as (parent, _):
            return _find_mode(name, parent)

    def _open_file(self, path: str) -> BufferedReader:
        with self._open_parent(path) as (parent, name):
            return os.fdopen(os.open(name, _OPEN_FILE, dir_fd=parent), "rb")

    @contextmanager
    def _open_parent(self, path: str, *, makes: bool = False) -> Iterator[tuple[int, str]]:
        *folders, name = path.split("/")
        with ExitStack() as stack:
            parent = self._descriptor
            for folder in folders:
                if makes and _find_mode(folder, parent) is None:
                    self._make(folder, parent)
                parent = os.open(folder, _OPEN_FOLDER, dir_fd=parent)
                stack.callback(os.close, parent)
            yield parent, name

    def _make(self, name: str, parent: int) -> None:
        os.mkdir(PART, dir_fd=self._descriptor)
        try:
            if self._is_public:
                os.chmod(PART, 0o755, dir_fd=self._descriptor)  # noqa: S103 - it is public
            os.rename(PART, name, src_dir_fd=self._descriptor, dst_dir_fd=parent)
        except BaseException:
            os.rmdir(PART, dir_fd=self._descriptor)
            raise

    def _remove_empty(self, path: str) -> bool:
        try:
            with self._open_parent(path) as (parent, name):
                os.rmdir(name, dir_fd=parent)
        except FileNotFoundError:
            return True
        except OSError as exc:
            if exc.errno not in _STAYS:
                raise
            return False
        return True


def _find_mode(name: str, parent: int) -> int | None:
    try:
        return os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
