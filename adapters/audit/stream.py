"""Records as JSON lines on an open stream, such as stdout of a container."""

from typing import Any, TextIO

import attrs

from .canonical import canonical, failed
from .lane import Lane


@attrs.define(eq=False)
class StreamAudit:
    """Writes one line a record to *stream* and flushes it; a slow reader holds up no event loop."""

    stream: TextIO
    _lane: Lane = attrs.field(factory=Lane, init=False, repr=False)

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Write *entry*; a stream has no more to offer for one that is *durable*."""
        line = canonical(entry).decode() + "\n"
        await self._lane.do(lambda: self._write(line))

    async def check(self) -> None:
        """Whether the stream still takes something."""
        await self._lane.do(lambda: self._write(""))

    async def aclose(self) -> None:
        """End the thread; the stream stays open."""
        await self._lane.aclose()

    def _write(self, line: str) -> None:
        try:
            self.stream.write(line)
            self.stream.flush()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "the stream is closed"
        else:
            return
        raise failed(why)
