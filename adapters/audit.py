"""Where audit records go: a file or stream of JSON lines, or the memory."""

import json
import os
from threading import Lock
from typing import Any, TextIO

import attrs

from ..domain.errors import ExecutionFailed


@attrs.define(eq=False)
class JsonLinesAudit:
    """Appends one line a record to the file at a path, or to an open text stream.

    A path is opened anew for each record, so that a log may be rotated under a running server; a
    file that is made is for its owner alone. Opened once at the start, so that a wrong path shows
    before the first call.

    Raises:
        ExecutionFailed: here or from ``record``, where a record cannot be written.
    """

    target: str | TextIO
    _lock: Lock = attrs.field(factory=Lock, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.target, str):
            _append(self.target, b"")

    def record(self, entry: dict[str, Any]) -> None:
        """Append *entry*; it has left this process when the call returns."""
        line = _encoded(entry) + "\n"
        with self._lock:
            if isinstance(self.target, str):
                _append(self.target, line.encode())
            else:
                _print(self.target, line)


@attrs.define(eq=False)
class MemoryAudit:
    """Keeps the records in *records*, in order."""

    records: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])

    def record(self, entry: dict[str, Any]) -> None:
        """Append a copy of *entry*.

        Raises:
            ExecutionFailed: *entry* is not made of JSON values.
        """
        self.records.append(json.loads(_encoded(entry)))


def _encoded(entry: dict[str, Any]) -> str:
    try:
        return json.dumps(entry, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        pass
    raise _failed("it is not made of JSON values")


def _append(path: str, line: bytes) -> None:
    """One write of the whole line, so that several servers can share a file."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            written = os.write(file, line)
        finally:
            os.close(file)
    except (OSError, ValueError) as error:
        raise _failed(f"{path}: {getattr(error, 'strerror', None) or 'not a valid path'}") from None
    if written < len(line):
        raise _failed(f"{path}: only a part of the line was written")


def _print(stream: TextIO, line: str) -> None:
    try:
        stream.write(line)
        stream.flush()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the stream is closed"
    else:
        return
    raise _failed(why)


def _failed(why: str) -> ExecutionFailed:
    return ExecutionFailed(f"The audit record could not be written: {why}.", reason="audit")
