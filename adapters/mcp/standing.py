"""Sessions of 2025-11-25 over HTTP whose client is away: it has no stream on which it could be told.

A client that vanishes says nothing, and the SDK keeps its session for half an hour. Its watches end
much sooner; if it comes back, they begin again and it is told that anything may have changed.
"""

import asyncio
from collections import Counter
from typing import Any

import attrs

from ...domain.policy import Caller
from .asgi import App, header
from .feed import Feed
from .identity import CALLER_KEY

AWAY_SECONDS = 15.0
_HEADER = b"mcp-session-id"



@attrs.define(eq=False)
class Standing:
    """The sessions, by the id that the SDK gave them, and which of them have a stream (GET) open."""

    away_seconds: float = AWAY_SECONDS
    _feeds: dict[str, Feed] = attrs.field(factory=dict[str, Feed], init=False)
    _open: Counter[str] = attrs.field(factory=Counter[str], init=False)
    _timers: dict[str, asyncio.TimerHandle] = attrs.field(
        factory=dict[str, asyncio.TimerHandle], init=False
    )

    def expect(self, session: str, feed: Feed) -> None:
        """*session* has something to be told: unless it has a stream, wait a while for one."""
        self._feeds[session] = feed
        if not self._open[session] and session not in self._timers:
            timer = asyncio.get_running_loop().call_later(self.away_seconds, self._is_away, session)
            self._timers[session] = timer

    def forget(self, session: str) -> None:
        """*session* has ended."""
        self._feeds.pop(session, None)
        self._stop_waiting(session)

    def noticing(self, app: App) -> App:
        """The ASGI application *app*, of whose streams we take notice."""

        async def noticed(scope: Any, receive: Any, send: Any) -> None:
            session = _session_of(scope)
            if not session:
                await app(scope, receive, send)
                return
            opened = False

            async def sending(message: Any) -> None:
                nonlocal opened
                if message["type"] == "http.response.start" and message["status"] == 200:
                    opened = True
                    self._came(session, scope.get(CALLER_KEY))
                await send(message)

            try:
                await app(scope, receive, sending)
            finally:
                if opened:
                    self._went(session)

        return noticed

    def _came(self, session: str, caller: Caller | None) -> None:
        """A stream has been taken: its token, which is the session's own, may be newer than the last one."""
        self._open[session] += 1
        self._stop_waiting(session)
        if (feed := self._feeds.get(session)) is not None:
            feed.heed(caller or feed.caller)
            feed.resume()

    def _went(self, session: str) -> None:
        self._open[session] -= 1
        self._open += Counter()
        if (feed := self._feeds.get(session)) is not None:
            self.expect(session, feed)

    def _is_away(self, session: str) -> None:
        self._timers.pop(session, None)
        if (feed := self._feeds.get(session)) is not None:
            feed.pause()

    def _stop_waiting(self, session: str) -> None:
        if (timer := self._timers.pop(session, None)) is not None:
            timer.cancel()


def _session_of(scope: Any) -> str:
    """The session of a standing stream; empty for every other request."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return ""
    return header(scope, _HEADER) or ""
