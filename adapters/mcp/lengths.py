"""Requests that name two lengths: what is the body for a proxy may hold a request for us (RFC 9112 6.1)."""

from typing import Any

from .asgi import App
from .denials import REASON_KEY

_LENGTHS = {b"content-length", b"transfer-encoding"}


def of_one_length(app: App) -> App:
    """The ASGI application *app* for requests of one length; after others the connection is closed."""

    async def measured(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not {name for name, _ in scope["headers"]} >= _LENGTHS:
            await app(scope, receive, send)
            return
        from starlette.responses import PlainTextResponse

        scope[REASON_KEY] = "two lengths", ""
        told = "Content-Length or Transfer-Encoding is taken, not both.\n"
        await PlainTextResponse(told, 400, {"Connection": "close"})(scope, receive, send)

    return measured
