"""Connections that cannot be held for nothing: uvicorn's HTTP/1.1 with deadlines and a bound.

uvicorn bounds the size of headers and the idle time between requests, but neither the time that a
request takes to arrive (slow loris) nor the time that a client lets an answer wait.
"""

import asyncio
from typing import Any

import attrs
import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_BYTES = 32 * 1024


@attrs.frozen
class ConnectionBounds:
    """*most* connections at once; seconds for a request to arrive whole, and for a client to read on."""

    most: int = 1000
    request_seconds: float = 15.0
    write_seconds: float = 30.0


def bounded_protocol(bounds: ConnectionBounds) -> type[H11Protocol]:
    """The protocol class for ``uvicorn.Config(http=…)``."""
    return type("BoundedProtocol", (BoundedConnection,), {"bounds": bounds})


class BoundedConnection(H11Protocol):
    """One connection; the class is made by ``bounded_protocol``."""

    bounds: ConnectionBounds

    _deadline: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Take it, and where there are too many let go of one that waits for nothing of ours."""
        super().connection_made(transport)
        if len(self.connections) > self.bounds.most:
            self._make_room()
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._settle()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a request that has begun has its deadline until it is whole."""
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._expect_request()
        else:
            self._settle()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Another protocol takes over, with bounds of its own."""
        self._settle()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Between requests uvicorn's own idle time holds."""
        self._settle()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client does not read: it may rest for a while, not for ever."""
        super().pause_writing()
        self._stuck = self.loop.call_later(self.bounds.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
        super().resume_writing()

    @property
    def is_waiting(self) -> bool:
        """Whether no request of this connection is being answered."""
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's types say
        return cycle is None or bool(cycle.response_complete)

    def _make_room(self) -> None:
        others: list[Any] = list(self.connections)
        # a WebSocket is in use, and of another class
        http = [one for one in others if isinstance(one, BoundedConnection) and one is not self]
        idle = [one for one in http if one.is_waiting]
        chosen = min(idle, key=lambda one: one.began, default=self)
        chosen.transport.abort()

    @property
    def began(self) -> float:
        """When its present deadline was set: the longest idle one is the first to go."""
        return self._deadline.when() if self._deadline is not None else 0.0

    def _expect_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.bounds.request_seconds, self.transport.abort)

    def _settle(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
