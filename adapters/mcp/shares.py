"""What one caller may hold of a server over HTTP at once: requests, streams and WebSockets.

Idle connections make room by themselves (``connections.py``); one in use is its caller's until it ends, so
that without a share whoever opens many streams would have all of them. Without authentication a caller is an
address.
"""

from collections import Counter
from typing import Any

import attrs
from mcp import types as T
from starlette.responses import JSONResponse

from ...domain.errors import RateLimited
from ...domain.policy import Caller
from ...domain.result import ErrorDetails
from .asgi import App, client_address
from .denials import REASON_KEY
from .identity import CALLER_KEY

_RETRY_AFTER = 5


@attrs.define(eq=False)
class Shares:
    """At most *most* requests, streams and WebSockets of one caller at once."""

    most: int
    _held: Counter[str] = attrs.field(factory=Counter[str], init=False)

    def bounding(self, app: App, unless: frozenset[str]) -> App:
        """The ASGI application *app*, of which nobody holds more than its share; *unless* at these paths."""

        async def bounded(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan" or scope["path"] in unless:
                await app(scope, receive, send)
                return
            who = holder(scope)
            if self._held[who] >= self.most:
                error = RateLimited(
                    f"You have {self.most} requests and streams open here already.",
                    hint=f"End some of them, or try again in {_RETRY_AFTER} seconds.",
                    reason="too_many_connections",
                    retry_after=_RETRY_AFTER,
                )
                await refuse(error, 429, scope, receive, send)
                return
            self._held[who] += 1
            try:
                await app(scope, receive, send)
            finally:
                self._held[who] -= 1
                if not self._held[who]:
                    del self._held[who]

        return bounded


def holder(scope: Any) -> str:
    """Whose request it is: the verified caller's, else its address's."""
    found = scope.get(CALLER_KEY)
    if isinstance(found, Caller):
        return f"caller {found.name}"
    return f"address {client_address(scope) or 'unknown'}"


async def refuse(error: RateLimited, status: int, scope: Any, receive: Any, send: Any) -> None:
    """Answer *error* with an HTTP *status*, of a WebSocket as well, and leave the reason for the audit."""
    found = scope.get(CALLER_KEY)
    scope[REASON_KEY] = error.reason, found.name if isinstance(found, Caller) else ""
    data = ErrorDetails.of(error).as_dict()
    told = {"code": T.INTERNAL_ERROR, "message": f"{error.message} {error.hint}", "data": data}
    body = {"jsonrpc": "2.0", "id": None, "error": told}
    headers = {"Retry-After": f"{error.retry_after:.0f}", "Cache-Control": "no-store"}
    await JSONResponse(body, status, headers)(scope, receive, send)
