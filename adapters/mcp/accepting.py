"""Connections are counted from the moment that they are accepted, which is before TLS is spoken.

asyncio's own server tells of a connection only after its handshake, so that silent ones would be counted
nowhere; and where the files run out it logs a traceback for every try.
"""

import asyncio
import contextlib
import errno
import logging
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import attrs

from ...domain.errors import CommandError
from .connections import BoundedConnection, ConnectionBounds

_log = logging.getLogger("kubeport.http")
_BACKLOG = 2048
_AT_ONCE = 100
_REST_SECONDS = 0.5
_QUIET_SECONDS = 60.0
Greeted = tuple[float, socket.socket]
"""Since when a connection is being greeted, and its socket."""
_NO_SUCH_ADDRESS = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on every address of *host*; an empty one is all addresses.

    Raises:
        CommandError: none of them can be had, or one is taken.
    """
    sockets, missing = list[socket.socket](), None
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, address in dict.fromkeys((one[0], one[4]) for one in found):
            try:
                sockets.append(socket.create_server(address, family=family, backlog=_BACKLOG))
            except OSError as error:
                # localhost has two addresses, and a machine may have only one kind
                if error.errno not in _NO_SUCH_ADDRESS:
                    raise
                missing = error
        if not sockets and missing is not None:
            raise missing
    except OSError as error:
        for one in sockets:
            one.close()
        raise CommandError(
            f"Cannot listen on {host or 'all addresses'}, port {port}: {_why(error)}.",
            hint="Choose another with --port (0 takes a free one) or --host (server.port, server.host).",
        ) from None
    for one in sockets:
        one.setblocking(False)
    return sockets


def _why(error: OSError) -> str:
    """In the system's own words: asyncio and socket add the address, which is told already."""
    if isinstance(error, socket.gaierror) or error.errno is None:
        return error.strerror or str(error)
    return os.strerror(error.errno)


@attrs.define(eq=False)
class Acceptor:
    """Takes connections from *sockets*, as many as *bounds* say; the one that waits longest makes room.

    *protocol* makes their protocols, *connected* are uvicorn's, those that have been upgraded too.
    """

    sockets: list[socket.socket]
    protocol: Callable[[], BoundedConnection]
    connected: set[Any]
    bounds: ConnectionBounds
    tls: ssl.SSLContext | None = None
    _greeted: dict[BoundedConnection, Greeted] = attrs.field(
        factory=dict[BoundedConnection, Greeted], init=False
    )
    _tasks: set["asyncio.Task[None]"] = attrs.field(factory=set["asyncio.Task[None]"], init=False)
    _dropped: WeakSet[Any] = attrs.field(factory=WeakSet[Any], init=False)
    _closing: WeakKeyDictionary[Any, float] = attrs.field(
        factory=WeakKeyDictionary[Any, float], init=False
    )
    _told: float = attrs.field(default=float("-inf"), init=False)

    def start(self) -> None:
        """Begin to take them."""
        for one in self.sockets:
            asyncio.get_running_loop().add_reader(one.fileno(), self._accept, one)

    def close(self) -> None:
        """Take no more; those that are still being greeted are let go."""
        loop = asyncio.get_running_loop()
        for one in self.sockets:
            loop.remove_reader(one.fileno())
            one.close()
        self.sockets = []
        for greeted in self._greeted.keys() - self.connected:
            self._let_go(greeted)

    def sweep(self) -> None:
        """End those that are closing, but whose client does not take what is left to be said."""
        now = asyncio.get_running_loop().time()
        for one in [*self.connected]:
            closing = one.transport.is_closing()
            if closing and now - self._closing.setdefault(one, now) >= self.bounds.write_seconds:
                one.transport.abort()

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_AT_ONCE):
            try:
                connection, _address = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._rest(listening, error)
                return
            self._take(connection)

    def _rest(self, listening: socket.socket, error: OSError) -> None:
        """No file is left, or something like it: leave off for a moment instead of trying all the time."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._told >= _QUIET_SECONDS:
            self._told = loop.time()
            _log.error("no connection can be taken: %s; %d are open", error.strerror, len(self._open()))
        self._make_room()
        loop.remove_reader(listening.fileno())
        loop.call_later(_REST_SECONDS, self._resume, listening)

    def _resume(self, listening: socket.socket) -> None:
        if listening in self.sockets:
            asyncio.get_running_loop().add_reader(listening.fileno(), self._accept, listening)

    def _take(self, connection: socket.socket) -> None:
        if len(self._open()) >= self.bounds.most and not self._make_room():
            connection.close()
            return
        connection.setblocking(False)
        loop, protocol = asyncio.get_running_loop(), self.protocol()
        self._greeted[protocol] = loop.time(), connection
        task = loop.create_task(self._greet(connection, protocol))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _greet(self, connection: socket.socket, protocol: BoundedConnection) -> None:
        loop, tls, seconds = asyncio.get_running_loop(), self.tls, self.bounds
        more = {} if tls is None else {
            "ssl_handshake_timeout": seconds.request_seconds, "ssl_shutdown_timeout": seconds.write_seconds
        }  # fmt: skip
        try:
            await loop.connect_accepted_socket(lambda: protocol, connection, ssl=tls, **more)
        except OSError as error:  # ssl.SSLError is one, and a handshake that takes too long
            _log.debug("a connection came to nothing: %s", error)
        finally:
            self._greeted.pop(protocol, None)

    def _open(self) -> set[Any]:
        return {*self._greeted, *self.connected} - {*self._dropped}

    def _make_room(self) -> bool:
        """Let go of who waits for nothing of ours, longest first; whether there was one."""
        due = {one: at for one in self._open() if (at := self._due(one)) is not None}
        if not due:
            return False
        chosen = min(due, key=due.__getitem__)
        self._dropped.add(chosen)
        self._let_go(chosen)
        return True

    def _due(self, one: Any) -> float | None:
        """When one that waits should be let go at the latest; None where it is in use.

        Those that only wait for their client to read the last of it are the first.
        """
        if one not in self.connected:
            return self._greeted[one][0] + self.bounds.request_seconds
        if one.transport.is_closing():
            return -1.0
        return one.due if isinstance(one, BoundedConnection) and one.is_waiting else None

    def _let_go(self, one: Any) -> None:
        if one in self.connected:
            one.transport.abort()
            return
        _, connection = self._greeted[one]
        with contextlib.suppress(OSError):
            # its transport reads that nothing more will come
            connection.shutdown(socket.SHUT_RDWR)
