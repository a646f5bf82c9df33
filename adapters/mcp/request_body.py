"""The body of a request, read before whoever it is meant for, and handed on to them."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs


@attrs.define
class Body:
    """Reads at most about *most* bytes from *receive*, and then receives them once more, in one message."""

    receive: Callable[[], Awaitable[Any]]
    most: int
    _held: list[Any] = attrs.field(factory=list[Any], init=False)

    async def read(self) -> bytes:
        """All of it; nothing where it is too long, or its client went away."""
        read, more, last = bytearray(), True, None
        while more and len(read) <= self.most:
            message = await self.receive()
            if message["type"] != "http.request":
                last = message
                break
            read += message.get("body", b"")
            more = message.get("more_body", False)
        body = bytes(read)
        # one message however many came: a client that sends byte by byte costs no more memory than others
        self._held = [{"type": "http.request", "body": body, "more_body": more}]
        if last is not None:
            self._held.append(last)
        return b"" if more or len(body) > self.most else body

    async def __call__(self) -> Any:
        """The next message."""
        return self._held.pop(0) if self._held else await self.receive()
