"""Connections that cannot be held for nothing: uvicorn's HTTP/1.1 and WebSocket with deadlines.

uvicorn bounds the size of headers and the idle time between requests, but neither the time that a
request takes to arrive (slow loris) nor the time that a client lets an answer wait.
"""

import asyncio
import logging
import time
from typing import Any

import attrs
import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_BYTES = 32 * 1024
_QUIET_SECONDS = 60.0


@attrs.frozen
class ConnectionBounds:
    """*most* connections at once; seconds for a request to arrive whole, and for a client to read on."""

    most: int = 1000
    request_seconds: float = 15.0
    write_seconds: float = 30.0


@attrs.define(eq=False)
class Deadline:
    """Aborts *transport*, unless it is settled before."""

    transport: asyncio.Transport
    _timer: asyncio.TimerHandle | None = attrs.field(default=None, init=False)

    @property
    def at(self) -> float:
        """When it will be over, by the loop's time; 0 where it is settled."""
        return self._timer.when() if self._timer is not None else 0.0

    def expect(self, seconds: float) -> None:
        """Abort in *seconds*; one that runs already stays as it is."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(seconds, self.transport.abort)

    def settle(self) -> None:
        """What was expected is there."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class NowAndThen(logging.Filter):
    """Lets a warning through once a minute: anybody can send what is no HTTP, and would fill the log."""

    def __init__(self) -> None:
        super().__init__()
        self._told = dict[str, float]()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether *record* is told."""
        now, text = time.monotonic(), str(record.msg)
        if record.levelno != logging.WARNING:
            return True
        if now - self._told.get(text, float("-inf")) < _QUIET_SECONDS:
            return False
        self._told[text] = now
        return True


_NOW_AND_THEN = NowAndThen()


def bounded_protocol(bounds: ConnectionBounds) -> type[H11Protocol]:
    """The protocol class for ``uvicorn.Config(http=…)``."""
    logging.getLogger("uvicorn.error").addFilter(_NOW_AND_THEN)  # the same one again changes nothing
    return type("BoundedProtocol", (BoundedConnection,), {"bounds": bounds})


class BoundedConnection(H11Protocol):
    """One connection; the class is made by ``bounded_protocol``."""

    bounds: ConnectionBounds
    _request: Deadline
    _reading: Deadline

    def connection_made(self, transport: Any) -> None:
        """Take it; its first request is to arrive soon."""
        super().connection_made(transport)
        self._request, self._reading = Deadline(transport), Deadline(transport)
        self._request.expect(self.bounds.request_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._request.settle()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a request that has begun has its deadline until it is whole."""
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            return  # it is a WebSocket by now
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._request.expect(self.bounds.request_seconds)
        else:
            self._request.settle()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Another protocol takes over, with bounds of its own."""
        self._request.settle()
        super().handle_websocket_upgrade(event)

    def _unsupported_upgrade_warning(self) -> None:
        # uvicorn's would say that a package is missing
        self.logger.warning("an upgrade is not served; WebSockets are with server.websocket")

    def on_response_complete(self) -> None:
        """Between requests the idle time holds."""
        self._request.settle()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client does not read: it may rest for a while, not for ever."""
        super().pause_writing()
        self._reading.expect(self.bounds.write_seconds)

    def resume_writing(self) -> None:
        """It reads again."""
        self._reading.settle()
        super().resume_writing()

    @property
    def is_waiting(self) -> bool:
        """Whether no request of this connection is being answered."""
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's types say
        return cycle is None or bool(cycle.response_complete)

    @property
    def due(self) -> float:
        """When its present request must have arrived; 0 between two requests."""
        return self._request.at
