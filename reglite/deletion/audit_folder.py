"""The audit log's folder: opens what is ours there and nothing else, and waits for nothing.

Whoever else may write in the folder can put a pipe, a link or a file of their own where ours go. So
everything is looked at once it is open. The folder may be a mount that others own, as Kubernetes
makes it: its group may write, and has the files' group-write bit set at each start.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_ALWAYS: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_APPENDING: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | _ALWAYS
_REASONS: Final[dict[int | None, str]] = {errno.ENXIO: "is no file", errno.ELOOP: "is a link"}
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _ALWAYS
_WRITABLE_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


@contextmanager
def opening_folder(path: Path) -> Iterator[int]:
    """Open the folder, made for its owner alone where it is not there; raises OSError."""
    _make(path)
    if path.is_symlink() and path.lstat().st_uid not in {os.geteuid(), 0}:
        raise _refuse(str(path), "is a link that another user made")
    with _closing(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as folder:
        _check_folder(os.fstat(folder), str(path), is_mount=path.is_mount())
        yield folder


@contextmanager
def opening_inner(folder: int, name: str) -> Iterator[int]:
    """Open a folder inside, in the same way; raises OSError."""
    with suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=folder)
    flags = os.O_RDONLY | os.O_DIRECTORY | _ALWAYS
    with _closing(os.open(name, flags, dir_fd=folder)) as inner:
        _check_folder(os.fstat(inner), name, is_mount=False)
        yield inner


def append_line(folder: int, name: str, line: str) -> None:
    """Add a line, in one write, so that those of two processes do not mix; raises OSError.

    It begins anew below what a full disk left of another one.
    """
    with opening_log(folder, name) as log:
        begun = b"\n" if _has_begun_line(log) else b""
        written = begun + line.encode() + b"\n"
        if os.write(log, written) < len(written):
            raise OSError(errno.ENOSPC, "only a part of the line could be written", name)


@contextmanager
def opening_log(folder: int, name: str) -> Iterator[int]:
    """Open a log for appending: a file of ours, under this name alone; raises OSError."""
    try:
        descriptor = os.open(name, _APPENDING, 0o600, dir_fd=folder)
    except OSError as exc:
        if exc.errno not in _REASONS:
            raise
        raise _refuse(name, _REASONS[exc.errno]) from exc
    with _closing(descriptor) as log:
        status = os.fstat(log)
        if not stat.S_ISREG(status.st_mode):
            raise _refuse(name, "is no file")
        if status.st_uid != os.geteuid():
            raise _refuse(name, f"belongs to user {status.st_uid}")
        if status.st_nlink != 1:
            raise _refuse(name, "has another name elsewhere (a hard link)")
        if status.st_mode & _WRITABLE_BY_OTHERS:
            os.fchmod(log, stat.S_IMODE(status.st_mode) & ~_WRITABLE_BY_OTHERS)
        yield log


def write_file(folder: int, name: str, content: bytes) -> None:
    """Write a new file and put it in the place of whatever has this name; raises OSError."""
    partial = f"{name}.{secrets.token_hex(8)}.partial"
    try:
        with os.fdopen(os.open(partial, _NEW, 0o600, dir_fd=folder), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(partial, dir_fd=folder)
        raise


def _has_begun_line(log: int) -> bool:
    size_bytes = os.fstat(log).st_size
    return size_bytes > 0 and os.pread(log, 1, size_bytes - 1) != b"\n"


@contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _make(path: Path) -> None:
    """Make the folder and its parents, each for its owner alone, whatever the umask says."""
    if path.is_dir():
        return
    if path.parent != path:
        _make(path.parent)
    with suppress(FileExistsError):
        path.mkdir(0o700)


def _check_folder(status: os.stat_result, name: str, *, is_mount: bool) -> None:
    """Refuse a folder in which a stranger may put, rename and remove files."""
    is_of_our_group = status.st_gid in {os.getegid(), *os.getgroups()}
    is_lent = is_of_our_group and bool(status.st_mode & stat.S_IWGRP)
    if status.st_uid not in {os.geteuid(), 0} and not is_lent:
        raise _refuse(name, f"belongs to user {status.st_uid}")
    is_open = status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX
    if is_open and not is_mount:  # a volume's own folder is often open to all of its container
        raise _refuse(name, "may be written by everyone")


def _refuse(name: str, reason: str) -> OSError:
    return PermissionError(errno.EPERM, f"{reason}, so it is not used", name)
