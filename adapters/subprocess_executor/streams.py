"""Our ends of the pipes, driven by the event loop: no thread, no task, no unbounded buffer."""

import asyncio
import contextlib
import os
from collections.abc import Callable

import attrs

_PIECE = 64 * 1024
_NOTHING = memoryview(b"")


@attrs.define(eq=False)
class Source:
    """The end of a pipe that we read: *take* gets each piece, *closed* is called at the end."""

    fd: int
    loop: asyncio.AbstractEventLoop
    take: Callable[[bytes], None]
    closed: Callable[[], None]

    def __attrs_post_init__(self) -> None:
        os.set_blocking(self.fd, False)
        self.resume()

    def pause(self) -> None:
        """Read no more for now, so that the writer has to wait."""
        if self.fd >= 0:
            self.loop.remove_reader(self.fd)

    def resume(self) -> None:
        """Read on."""
        if self.fd >= 0:
            self.loop.add_reader(self.fd, self._read)

    def close(self) -> None:
        """Read no more at all; the writer gets SIGPIPE at its next write."""
        if self.fd >= 0:
            self.loop.remove_reader(self.fd)
            os.close(self.fd)
            self.fd = -1
            self.closed()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            data = os.read(self.fd, _PIECE)
            if data:
                self.take(data)
            else:
                self.close()


@attrs.define(eq=False)
class Sink:
    """The end of a pipe that we write; *drained* is called when all is written after a wait.

    *closed* is called once, when all is written after ``finish`` or when the reader has gone.
    """

    fd: int
    loop: asyncio.AbstractEventLoop
    closed: Callable[[], None]
    drained: Callable[[], None] = lambda: None
    _waiting: memoryview = _NOTHING
    _finished: bool = False

    def __attrs_post_init__(self) -> None:
        os.set_blocking(self.fd, False)

    @property
    def full(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._waiting)

    def write(self, data: bytes) -> None:
        """Write *data*, which waits where the pipe is full; nothing if the reader has gone."""
        if self.fd >= 0 and data:
            was_full = self.full
            self._waiting = memoryview(bytes(self._waiting) + data if was_full else data)
            if not was_full:
                self._write()

    def finish(self) -> None:
        """Close as soon as all is written."""
        self._finished = True
        if not self.full:
            self.close()

    def close(self) -> None:
        """Close at once."""
        if self.fd >= 0:
            self.loop.remove_writer(self.fd)
            os.close(self.fd)
            self.fd, self._waiting = -1, _NOTHING
            self.closed()

    def _write(self) -> None:
        try:
            self._waiting = self._waiting[os.write(self.fd, self._waiting) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            return self.close()
        if self.full:
            return self.loop.add_writer(self.fd, self._write)
        self.loop.remove_writer(self.fd)
        return self.close() if self._finished else self.drained()
