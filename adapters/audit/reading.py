"""Reading audit records back: all of them, the newest, those to come."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from ...domain.errors import CommandError
from .rotation import rotated
from .seal import parsed
from .verifying import lines_of


def records(files: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The records in *files*; lines that are none are left out.

    Raises:
        CommandError: a file cannot be read.
    """
    found = (parsed(line.text) for line in lines_of(files))
    return (record for record in found if record is not None)


def newest(path: str, count: int, wait: Callable[[], None] | None = None) -> Iterator[dict[str, Any]]:
    """The last *count* records of *path* and its old files; with *wait* also those to come, without end.

    *wait* is called where there is none yet.

    Raises:
        CommandError: a file cannot be read.
    """
    try:
        file = open(path, "rb")  # noqa: SIM115 - another one takes its place when it is rotated
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror}.") from error
    try:
        present = deque(_whole(file), maxlen=count)
        yield from _older(path, count - len(present))
        yield from present
        while wait is not None:
            replaced = _replaced(file, path)
            yield from (more := list(_whole(file)))
            if replaced:
                file.close()
                file = open(path, "rb")  # noqa: SIM115
            elif not more:
                wait()
    finally:
        file.close()


def half_a_second() -> None:
    """Wait that long."""
    time.sleep(0.5)


def _older(path: str, count: int) -> Iterator[dict[str, Any]]:
    """The last *count* records of the old files; reads only those that it needs."""
    found = deque[dict[str, Any]]()
    for file in reversed(rotated(path)):
        if len(found) >= count:
            break
        found.extendleft(reversed(deque(records([file]), maxlen=count - len(found))))
    return iter(found)


def _whole(file: BinaryIO) -> Iterator[dict[str, Any]]:
    """The records from where *file* stands; it stays before a line that is not whole yet."""
    while (line := file.readline()).endswith(b"\n"):
        if (record := parsed(line)) is not None:
            yield record
    file.seek(-len(line), os.SEEK_CUR)


def _replaced(file: BinaryIO, path: str) -> bool:
    """Whether another file is at *path* by now."""
    try:
        return os.stat(path).st_ino != os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return False
