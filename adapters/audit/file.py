"""The audit in a file: JSON lines in a chain that goes on over restarts, rotations and processes."""

import hashlib
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from ...application.record import rfc3339
from .canonical import canonical, failed
from .end import End, end_of
from .lane import Lane
from .place import identity, locked, make_folder, opened, write_through, write_whole
from .rotation import rotate, rotated
from .seal import Link, Seal

Done = TypeVar("Done")


@attrs.define(eq=False)
class FileAudit:
    """Appends records to the file at *path*, sealed by *seal*; nothing is kept open between them.

    *rotate_bytes*, *keep* and *fsync* as in ``AuditSettings``. What a crash cut off stays where it is, and
    a record of the event ``torn`` tells of it. After failures one of the event ``resumed`` tells how many
    records this process could not write, and one of ``shortened`` that records of its own have vanished.

    Raises:
        ExecutionFailed: here or from its methods, where the file cannot be written, is not private,
            or is not an audit file.
    """

    path: str
    seal: Seal = Seal()
    rotate_bytes: int = 0
    keep: int = 0
    fsync: str = "writes"
    now: Callable[[], float] = time.time
    _lane: Lane = attrs.field(factory=Lane, init=False, repr=False)
    _lost: int = attrs.field(default=0, init=False)
    _known: tuple[tuple[int, int, int], Link] | None = attrs.field(default=None, init=False)
    _newest: Link | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        make_folder(self.path)
        self._guarded(self._look)

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Append *entry*."""
        await self.append(entry, durable)

    async def append(self, entry: dict[str, Any], durable: bool = False) -> dict[str, Any]:
        """Append *entry*; returns it with its place in the chain."""
        return await self._lane.do(lambda: self._kept(entry, durable))

    async def check(self) -> None:
        """Whether a record could be written now; after a failure one is, which tells of it."""
        await self._lane.do(lambda: self._guarded(self._resume if self._lost else self._look))

    async def aclose(self) -> None:
        """Write what is under way and end the thread."""
        await self._lane.aclose()

    def _kept(self, entry: dict[str, Any], durable: bool) -> dict[str, Any]:
        try:
            record = self._guarded(lambda: self._write([entry], durable)[-1])
        except Exception:
            self._lost += 1
            raise
        return record

    def _guarded(self, work: Callable[[], Done]) -> Done:
        """*work* under the lock; whatever the system has against it becomes our error."""
        try:
            with locked(self.path):
                return work()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "not a valid path"
        raise failed(f"{self.path}: {why}")

    def _look(self) -> None:
        file = opened(self.path)
        try:
            self._known = None
            end = self._end(file)
            if end == End() and self.fsync != "never":
                write_through(self.path)
            disk = os.fstatvfs(file)
            if disk.f_blocks and not disk.f_bavail:
                raise failed(f"{self.path}: no space left on the device")
        finally:
            os.close(file)

    def _resume(self) -> None:
        self._write([], durable=False)

    def _write(self, entries: list[dict[str, Any]], durable: bool) -> list[dict[str, Any]]:
        """Append *entries*, and before them what there is to note; all of it in one go or nothing."""
        file = opened(self.path)
        try:
            end, size = self._end(file), os.fstat(file).st_size
            records, link = self._joined([*self._notes(end), *entries], end)
            lines = b"".join(canonical(record) + b"\n" for record in records)
            if end.last is not None and size and self._full(end, size + len(lines)):
                rotate(self.path, end.last.seq, self.keep)
                full, file, size, durable = file, opened(self.path), 0, True
                os.close(full)
            write_whole(file, (b"\n" if end.torn or end.open else b"") + lines, size)
            if self.fsync == "always" or (durable and self.fsync == "writes"):
                os.fsync(file)
                if not size:
                    write_through(self.path)
            self._lost, self._known, self._newest = 0, (identity(file), link), link
        finally:
            os.close(file)
        return records

    def _end(self, file: int) -> End:
        """Where the chain stands: as we left it, else as the file says, else as the newest old file says."""
        if self._known is not None and self._known[0] == identity(file):
            return End(self._known[1])
        end = end_of(file, self.path, self.seal)
        if end.last is None and not end.torn and (old := rotated(self.path)):
            before = os.open(old[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                return End(end_of(before, old[-1], self.seal).last)
            finally:
                os.close(before)
        return end

    def _notes(self, end: End) -> list[dict[str, Any]]:
        about = {"v": 1, "time": rfc3339(self.now())}
        notes = list[dict[str, Any]]()
        if end.torn:
            digest = hashlib.sha256(end.torn).hexdigest()
            notes.append({**about, "event": "torn", "bytes": len(end.torn), "sha256": digest})
        if self._lost:
            notes.append({**about, "event": "resumed", "lost": self._lost})
        newest = self._newest
        if newest and end.last and newest.chain == end.last.chain and newest.seq > end.last.seq:
            gone = {"from": end.last.seq + 1, "to": newest.seq}
            notes.append({**about, "event": "shortened", "gone": gone})
        return notes

    def _joined(self, entries: list[dict[str, Any]], end: End) -> tuple[list[dict[str, Any]], Link]:
        records, link = list[dict[str, Any]](), end.last or Link.new()
        for entry in entries:
            record, link = self.seal.join(entry, link)
            records.append(record)
        return records, link

    def _full(self, end: End, size: int) -> bool:
        """Whether a new file is due; not behind torn bytes, which their note must follow."""
        return 0 < self.rotate_bytes < size and not (end.torn or end.open)
