"""uvicorn's server with an end of its own: it drains, lets open calls end, and then keeps nobody waiting.

uvicorn waits for its clients first and cancels what is left over with a traceback for each; calls whose
programs ignore SIGTERM would be ended after that.
"""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any

import attrs
import uvicorn
from uvicorn.config import STARTUP_FAILURE

from .accepting import Acceptor, listening
from .asgi import App
from .connections import BoundedConnection, ConnectionBounds

_log = logging.getLogger("kubeport.http")
CALL_SECONDS = 2.0
"""How long open calls may take to end by themselves."""
ALL_SECONDS = 4.6
"""How long all of it may take."""
_END_SECONDS = 1.3  # a second between SIGTERM and SIGKILL, and a little
_ENDED_SECONDS = 0.3
_GOODBYE_SECONDS = 0.2
_POLL = 0.05



@attrs.define(eq=False)
class Underway:
    """How much is being answered: requests by POST, and messages whatever they came by."""

    count: int = 0
    over: bool = False

    def noticing(self, app: App) -> App:
        """The ASGI application *app*, whose calls are counted, and which ends quietly once all is *over*."""

        async def noticed(scope: Any, receive: Any, send: Any) -> None:
            counts = scope["type"] == "http" and scope["method"] == "POST"
            self.count += counts
            try:
                await app(scope, receive, send)
            except asyncio.CancelledError:
                if not self.over:
                    raise
            finally:
                self.count -= counts

        return noticed

    async def __call__(self, ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        """Middleware of the MCP server, for transports whose answers are no responses to a POST."""
        self.count += 1
        try:
            return await call_next(ctx)
        finally:
            self.count -= 1


async def _nothing() -> None:
    """What there is to end where no calls are served."""


@attrs.frozen
class Leaving:
    """What an end consists of: *draining* is called at the signal, and new connections are taken for
    *drain_seconds* more; then *ending* ends standing streams, and *end_calls* what has not ended itself.
    """

    drain_seconds: float = 0.0
    draining: Callable[[], None] = lambda: None
    ending: Callable[[], None] = lambda: None
    end_calls: Callable[[], Awaitable[None]] = _nothing
    underway: Underway = attrs.field(factory=Underway)


class EndingServer(uvicorn.Server):
    """One that takes connections as *bounds* say and ends as *leaving* says; *path* is of what it serves."""

    def __init__(
        self,
        config: uvicorn.Config,
        bounds: ConnectionBounds,
        leaving: Leaving | None = None,
        path: str = "/",
    ) -> None:
        super().__init__(config)
        self._bounds, self._leaving = bounds, leaving or Leaving()
        self._path = path
        self._leave_at: float | None = None
        self._acceptor: Acceptor

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, start the application, and take connections.

        Raises:
            CommandError: the address cannot be had.
        """
        taken = sockets or listening(self.config.host, self.config.port)
        self._acceptor = Acceptor(
            taken, self._protocol, self.server_state.connections, self._bounds, self.config.ssl
        )
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            self._acceptor.close()
            raise SystemExit(STARTUP_FAILURE)
        _log.info("serving at %s", self._address(taken[0]))
        self._acceptor.start()
        self.started = True

    def _address(self, listening: socket.socket) -> str:
        """The URL that a client is told of, with the port that was taken."""
        host, port, *_ = listening.getsockname()
        host = self.config.host or host
        scheme = "https" if self.config.ssl else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{self._path}"

    def _protocol(self) -> BoundedConnection:
        kind: Any = self.config.http_protocol_class
        made: BoundedConnection = kind(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A first signal begins the draining, a second one ends it; SIGINT then ends all waiting.

        ``should_exit`` stays false: sse-starlette would cut every stream at once, calls included.
        """
        self._captured_signals.append(sig)
        now = time.monotonic()
        if self._leave_at is None:
            self._leave_at = now + self._leaving.drain_seconds
            self._leaving.draining()
        elif now < self._leave_at:
            self._leave_at = now
        elif sig == signal.SIGINT:
            self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        """As uvicorn's, ten times a second; whether to leave."""
        if counter % 10 == 0:
            self._acceptor.sweep()
        over = await super().on_tick(counter)
        return over or (self._leave_at is not None and time.monotonic() >= self._leave_at)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, let calls end, end them, and let go of everybody."""
        began = time.monotonic()
        _log.info("ending")
        self._acceptor.close()
        self._leaving.ending()
        for one in [*self._connections]:
            if isinstance(one, BoundedConnection):
                one.shutdown()
        if not await self._quiet(CALL_SECONDS):
            _log.warning("calls that are still open are ended")
            # what ends a child takes no notice of being cancelled
            await asyncio.wait({asyncio.ensure_future(self._leaving.end_calls())}, timeout=_END_SECONDS)
            await self._quiet(_ENDED_SECONDS)
        await asyncio.sleep(_POLL)  # the last answer is still on its way to its WebSocket
        await self._disconnect()
        await self._clean(began + ALL_SECONDS - time.monotonic())

    @property
    def _connections(self) -> set[Any]:
        found: set[Any] = self.server_state.connections
        return found

    async def _quiet(self, seconds: float) -> bool:
        """Whether nothing is underway any more, within *seconds*."""
        return await self._until(lambda: not self._leaving.underway.count, seconds)

    async def _until(self, reached: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not reached():
            if time.monotonic() >= until or self.force_exit:
                return False
            await asyncio.sleep(_POLL)
        return True

    async def _disconnect(self) -> None:
        """Say goodbye to those who are still there, and wait for their requests to notice."""
        self._leaving.underway.over = True
        for one in [*self._connections]:
            if isinstance(one, BoundedConnection):
                one.transport.close()
            else:
                one.shutdown()
        await self._until(lambda: not self._connections, _GOODBYE_SECONDS)
        for one in [*self._connections]:
            one.transport.abort()
        tasks = self.server_state.tasks
        if not await self._until(lambda: not tasks, _GOODBYE_SECONDS):
            for task in [*tasks]:
                task.cancel()
            await self._until(lambda: not tasks, _GOODBYE_SECONDS)

    async def _clean(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.lifespan.shutdown()
        except TimeoutError:
            _log.error("not everything could be closed in time")
