"""WebSockets with the bounds of other connections; a module of its own, since its package is an extra."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from .connections import ConnectionBounds, Deadline


def bounded_websocket(bounds: ConnectionBounds) -> type[WebSocketsSansIOProtocol]:
    """The protocol class for ``uvicorn.Config(ws=…)``."""
    return type("BoundedWebSocketProtocol", (BoundedWebSocket,), {"bounds": bounds})


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """One connection; the class is made by ``bounded_websocket``.

    Its first message, and each that has begun, must arrive whole; between messages uvicorn's pings ask
    whether anybody is there.
    """

    bounds: ConnectionBounds
    _message: Deadline
    _reading: Deadline

    def connection_made(self, transport: Any) -> None:
        """Take it over; its first message is to arrive soon."""
        super().connection_made(transport)
        self._message, self._reading = Deadline(transport), Deadline(transport)
        self._message.expect(self.bounds.request_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._message.settle()
        self._reading.settle()
        super().connection_lost(exc)

    def handle_text(self, event: Frame) -> None:
        """A message, or the beginning of one."""
        super().handle_text(event)
        self._came(event)

    def handle_bytes(self, event: Frame) -> None:
        """As text."""
        super().handle_bytes(event)
        self._came(event)

    def handle_cont(self, event: Frame) -> None:
        """More of a message."""
        super().handle_cont(event)
        self._came(event)

    def handle_ping(self) -> None:
        """Answer, unless the answers before are not read: they would fill the memory."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def pause_writing(self) -> None:
        """The client does not read: it may rest for a while, not for ever."""
        super().pause_writing()
        self._reading.expect(self.bounds.write_seconds)

    def resume_writing(self) -> None:
        """It reads again."""
        self._reading.settle()
        super().resume_writing()

    def _came(self, frame: Frame) -> None:
        if frame.fin:
            self._message.settle()
        else:
            self._message.expect(self.bounds.request_seconds)
