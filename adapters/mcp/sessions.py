"""Sessions of 2025-11-25 over HTTP, so many for each caller: the SDK bounds them for all together only.

A client that opens one after the other and ends none would take those of everybody else for half an hour.
Whoever has too many loses the one that lay idle longest: its client is told 404 and begins anew, as the
specification has it. Only an ``initialize`` request begins a session, so for nothing else one is ended.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import attrs
import pydantic_core
from mcp_types import JSONRPCRequest, jsonrpc_message_adapter
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from ...domain.errors import RateLimited
from .asgi import App, header
from .request_body import Body
from .shares import holder, refuse

_SESSION, _VERSION = b"mcp-session-id", b"mcp-protocol-version"
_RETRY_AFTER = 10
_SDK_SECONDS = 5.0
"""Time that the SDK is given for ending an idle session before it is none any more for us."""


@attrs.define(eq=False)
class _Session:
    """A session of *holder*: its principal for the SDK, requests under way, and when the last one ended."""

    holder: str
    user: Any
    used: float
    requests: int = 0


@attrs.define(eq=False)
class Sessions:
    """At most *most* sessions at *path*, *per_caller* of one caller; idle ones end after *idle_seconds*.

    Bodies longer than *body_bytes* are left to the application.
    """

    path: str
    most: int
    per_caller: int
    idle_seconds: float
    body_bytes: int
    now: Callable[[], float] = time.monotonic
    _known: dict[str, _Session] = attrs.field(factory=dict[str, _Session], init=False)
    _opening: Counter[str] = attrs.field(factory=Counter[str], init=False)

    def bounding(self, app: App) -> App:
        """The ASGI application *app*, in which no caller has more than its share of the sessions."""

        async def bounded(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["path"] != self.path:
                await app(scope, receive, send)
                return
            named, version = header(scope, _SESSION), header(scope, _VERSION)
            if named is not None:
                await self._within(named, app, scope, receive, send)
            elif scope["method"] == "POST" and (version is None or version in HANDSHAKE_PROTOCOL_VERSIONS):
                await self._perhaps_open(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return bounded

    async def _within(self, named: str, app: App, scope: Any, receive: Any, send: Any) -> None:
        """A request of a session that is there, if its caller is the session's."""
        session = self._known.get(named)
        if session is None or session.holder != holder(scope):
            await app(scope, receive, send)
            return
        answered = _Answer(send)
        session.requests += 1
        try:
            await app(scope, receive, answered)
        finally:
            session.requests -= 1
            session.used = self.now()
            ended = scope["method"] == "DELETE" and answered.status == HTTPStatus.OK
            if ended or answered.status == HTTPStatus.NOT_FOUND:
                self._known.pop(named, None)

    async def _perhaps_open(self, app: App, scope: Any, receive: Any, send: Any) -> None:
        """A request that begins a session if its body says so."""
        if _declared(scope) > self.body_bytes:
            await app(scope, receive, send)
            return
        body = Body(receive, self.body_bytes)
        if _initializes(await body.read()):
            await self._open(app, scope, body, send)
        else:
            await app(scope, body, send)

    async def _open(self, app: App, scope: Any, receive: Any, send: Any) -> None:
        """A request that begins a session: as soon as the SDK says that it has, we know it."""
        who = holder(scope)
        session = _Session(who, scope.get("user"), self.now(), requests=1)
        began = False

        def begin(named: str) -> None:
            nonlocal began
            began, self._known[named] = True, session
            self._opened(who)

        self._opening[who] += 1
        try:
            if (refusal := await self._make_room(who, app, scope)) is not None:
                await refuse(*refusal, scope, receive, send)
                return
            await app(scope, receive, _Answer(send, begin))
        finally:
            session.requests -= 1
            session.used = self.now()
            if not began:
                self._opened(who)

    def _opened(self, who: str) -> None:
        self._opening[who] -= 1
        self._opening += Counter()

    async def _make_room(self, who: str, app: App, scope: Any) -> tuple[RateLimited, int] | None:
        """Let one more of *who* fit in; None: it does."""
        self._forget_ended()
        own = Counter(session.holder for session in self._known.values()) + self._opening
        if own[who] > self.per_caller:
            if not await self._end_one_of(who, app, scope):
                return self._all_in_use(), HTTPStatus.TOO_MANY_REQUESTS
            own[who] -= 1
        if own.total() > self.most and not await self._end_one_for(who, own, app, scope):
            return _none_left(), HTTPStatus.SERVICE_UNAVAILABLE
        return None

    def _all_in_use(self) -> RateLimited:
        return RateLimited(
            f"You have {self.per_caller} sessions here, and all of them are in use.",
            hint=f"End some of them, or try again in {_RETRY_AFTER} seconds.",
            reason="too_many_sessions",
            retry_after=_RETRY_AFTER,
        )

    def _forget_ended(self) -> None:
        """The SDK has ended those that lay idle for too long."""
        since = self.now() - self.idle_seconds - _SDK_SECONDS
        for name in [name for name, one in self._known.items() if not one.requests and one.used < since]:
            del self._known[name]

    async def _end_one_of(self, who: str, app: App, scope: Any) -> bool:
        """End the session of *who* that lay idle longest; False: all are in use."""
        idle = [name for name in self._idle() if self._known[name].holder == who]
        return bool(idle) and await self._end(min(idle, key=self._used), app, scope)

    async def _end_one_for(self, who: str, own: Counter[str], app: App, scope: Any) -> bool:
        """End one of whoever has most and has an idle one; never of somebody who has fewer than *who*."""
        idle = [name for name in self._idle() if own[self._known[name].holder] >= own[who]]

        def most_held(name: str) -> tuple[int, float]:
            return -own[self._known[name].holder], self._used(name)

        return bool(idle) and await self._end(min(idle, key=most_held), app, scope)

    def _idle(self) -> list[str]:
        return [name for name, one in self._known.items() if not one.requests]

    def _used(self, name: str) -> float:
        return self._known[name].used

    async def _end(self, name: str, app: App, scope: Any) -> bool:
        """End a session as its client would: there was one, so it is True."""
        session = self._known.pop(name)
        kept = [(key, value) for key, value in scope["headers"] if key in (b"host", b"origin")]
        told = {**scope, "method": "DELETE", "headers": [*kept, (_SESSION, name.encode("latin-1"))]}
        answered = _Answer(_unheard)
        await app(told if session.user is None else {**told, "user": session.user}, _nothing, answered)
        if answered.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            self._known[name] = session  # as for a bad Host, with which nothing will be opened either
        return True


def _none_left() -> RateLimited:
    return RateLimited(
        "All sessions of this server are in use.",
        hint=f"Try again in {_RETRY_AFTER} seconds.",
        reason="too_many_sessions",
        retry_after=_RETRY_AFTER,
    )


def _declared(scope: Any) -> int:
    """How long the body is to be, by its header; 0 where that says nothing."""
    try:
        return int(header(scope, b"content-length") or 0)
    except ValueError:
        return 0


def _initializes(body: bytes) -> bool:
    """Whether *body* begins a session, read just as the SDK reads it."""
    try:
        message = jsonrpc_message_adapter.validate_python(pydantic_core.from_json(body), by_name=False)
    except ValueError:
        return False
    return isinstance(message, JSONRPCRequest) and message.method == "initialize"


@attrs.define(eq=False)
class _Answer:
    """Hands an answer on to *send*; what it begins with is its *status*, and perhaps a session."""

    send: Callable[[Any], Awaitable[None]]
    began: Callable[[str], None] | None = None
    status: int = 0

    async def __call__(self, message: Any) -> None:
        """One message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            named = header(message, _SESSION)
            if self.began is not None and named is not None and self.status < HTTPStatus.BAD_REQUEST:
                self.began(named)
        await self.send(message)


async def _nothing() -> dict[str, Any]:
    """The body of a request that has none."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def _unheard(_: Any) -> None:
    """An answer that nobody waits for."""
