"""Files that others can neither have put there nor change: no links, private, locked."""

import os
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from .canonical import failed

_OURS = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_LOCK_SECONDS = 2.0


def opened(path: str) -> int:
    """A descriptor of the file at *path* to read and to append to; made for its owner alone.

    Raises:
        ExecutionFailed: the file or its folder is one that others can change.
        OSError: it cannot be opened.
    """
    _check_folder(path)
    if os.path.islink(path):
        raise failed(f"{path} is a symbolic link", "Name the file itself.")
    file = os.open(path, _OURS | os.O_APPEND, 0o600)
    try:
        _check_file(path, os.fstat(file))
    except BaseException:
        os.close(file)
        raise
    return file


def make_folder(path: str) -> None:
    """Make the folder of *path* for its owner alone, if only the last one is missing.

    Where that fails nothing is said: opening the file will tell.
    """
    with suppress(OSError, ValueError):
        os.mkdir(_folder(path), 0o700)


@contextmanager
def locked(path: str, seconds: float = _LOCK_SECONDS) -> Generator[None]:
    """Hold off other processes that append to *path*; the lock is a file beside it, which stays.

    Raises:
        ExecutionFailed: another process holds it for longer than *seconds*.
    """
    file = opened(f"{path}.lock")
    try:
        _lock(file, path, seconds)
        yield
    finally:
        os.close(file)


def identity(file: int) -> tuple[int, int, int]:
    """What tells whether an open *file* is the same and as long as before."""
    found = os.fstat(file)
    return found.st_dev, found.st_ino, found.st_size


def write_whole(file: int, text: bytes, size: int) -> None:
    """Append *text*; where there is no room for all of it, the file is left as it was, *size* bytes long."""
    rest = memoryview(text)
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(file, size)
        raise


def write_through(path: str) -> None:
    """See to it that the name of a new file, *path*, outlives a loss of power."""
    place = os.open(_folder(path), os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _lock(file: int, path: str, seconds: float) -> None:
    import fcntl

    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise failed(f"{path}.lock is held by another process") from None
            time.sleep(0.001)
        else:
            return


def _check_folder(path: str) -> None:
    folder = _folder(path)
    mode = os.stat(folder).st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise failed(f"everybody may write to the folder {folder}", f"chmod o-w {folder}")


def _check_file(path: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise failed(f"{path} is not a file")
    if found.st_mode & stat.S_IWOTH:
        raise failed(f"everybody may write to {path}", f"chmod o-w {path}")
    if found.st_uid not in (os.geteuid(), 0) and _shared(path):
        raise failed(f"{path} belongs to another user", "Put it into a folder of the server's own.")


def _shared(path: str) -> bool:
    return bool(os.stat(_folder(path)).st_mode & stat.S_IWOTH)


def _folder(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))
