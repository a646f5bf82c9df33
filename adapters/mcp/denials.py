"""Requests over HTTP that are refused before anybody looks at what they ask: no token, a bad one, a bad Host.

Whoever sends many of them fills no disk: those alike are put on record, and told in the log, together.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import attrs

from ...application.auditing import tallied
from ...application.recording import Denied, Recording
from ...application.request import Origin
from .asgi import App
from .origin import origin_of_scope

_log = logging.getLogger("kubeport.authentication")
QUIET_SECONDS = 10.0
MOST = 100
"""How many different ones are told apart at once; beyond that the address is left out."""
REASON_KEY = "kubeport.denied"
"""Where whoever refuses a request leaves the reason and the caller's name in its ASGI scope."""



@attrs.define(eq=False)
class Denials:
    """Puts the first of those alike on record at once, and the others by number every *quiet* seconds."""

    recording: Recording
    quiet: float = QUIET_SECONDS
    _more: dict[Denied, int] = attrs.field(factory=dict[Denied, int], init=False)
    _origins: dict[Denied, Origin] = attrs.field(factory=dict[Denied, Origin], init=False)
    _timers: dict[Denied, asyncio.TimerHandle] = attrs.field(
        factory=dict[Denied, asyncio.TimerHandle], init=False
    )
    _keeping: set["asyncio.Task[None]"] = attrs.field(factory=set["asyncio.Task[None]"], init=False)

    async def __call__(self, denied: Denied, origin: Origin) -> None:
        """Such a request was refused."""
        if denied not in self._more and len(self._more) >= MOST:
            denied, origin = attrs.evolve(denied, address="", caller=""), Origin(transport=origin.transport)
        if denied in self._more:
            self._more[denied] += 1
            return
        self._wait(denied, origin)
        _tell(denied, 1)
        await self.recording.denied(denied, origin)

    async def settle(self) -> None:
        """Put on record what has only been counted."""
        for denied in [*self._timers]:
            self._timers[denied].cancel()
            self._over(denied, again=False)
        await asyncio.gather(*self._keeping)

    def noting(self, app: App, unless: frozenset[str]) -> App:
        """The ASGI application *app*, of whose refusals we take notice, but for the paths *unless*."""

        async def noted(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan":
                await app(scope, self._until_the_end(receive), send)
                return
            if scope["path"] in unless:
                await app(scope, receive, send)
                return
            status = 0

            async def sending(message: Any) -> None:
                nonlocal status
                if message["type"] in _STARTS:
                    status = message["status"]
                await send(message)

            with tallied() as tally:
                try:
                    await app(scope, receive, sending)
                finally:
                    if status >= HTTPStatus.BAD_REQUEST:
                        self.recording.telemetry.refused(status)
                        if not tally.records:
                            await self(*_denied(scope, status))

        return noted

    def _until_the_end(self, receive: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        """*receive*, before whose last message all is on record: after it there is no audit any more."""

        async def received() -> Any:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.settle()
            return message

        return received

    def _wait(self, denied: Denied, origin: Origin) -> None:
        self._more[denied], self._origins[denied] = 0, origin
        timer = asyncio.get_running_loop().call_later(self.quiet, self._over, denied)
        self._timers[denied] = timer

    def _over(self, denied: Denied, again: bool = True) -> None:
        """The time is over: say how many more there were, and then be quiet for as long again."""
        times, origin = self._more.pop(denied), self._origins.pop(denied)
        del self._timers[denied]
        if not times:
            return
        if again:
            self._wait(denied, origin)
        _tell(denied, times)
        task = asyncio.ensure_future(self.recording.denied(denied, origin, times))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)


def _tell(denied: Denied, times: int) -> None:
    """What an operator wants to know of it; a client that has no token yet is the usual beginning."""
    level = logging.ERROR if denied.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.WARNING
    if denied.reason == _USUAL.get(denied.status):
        level = logging.INFO
    place = denied.address or "many addresses"
    _log.log(level, "%s, refused with %d %d time(s): %s", place, denied.status, times, denied.reason)


def _denied(scope: Any, status: int) -> tuple[Denied, Origin]:
    origin = origin_of_scope(scope)
    reason, caller = scope.get(REASON_KEY, ("", ""))
    told = reason or next((one.phrase for one in HTTPStatus if one == status), "")
    return Denied(status, told, origin.address, caller), origin


_USUAL = {401: "no token", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable"}
_STARTS = ("http.response.start", "websocket.http.response.start")
