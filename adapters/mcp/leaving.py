"""Clients that go in the middle of a request, or end their session while a message is on its way to it.

Of the first Starlette raises an error that nobody takes. In the second case the SDK has answered a
notification before it hands it on; it logs an error with its traceback and answers once more, which fails
with another traceback. Any client could fill the log.
"""

import logging
from typing import Any

import anyio
from starlette.requests import ClientDisconnect

from .asgi import App

_LOG = logging.getLogger("mcp.server.streamable_http")
_GONE = (anyio.ClosedResourceError, anyio.BrokenResourceError)



def bearing_to_be_left(app: App) -> App:
    """The ASGI application *app*, whose client may go, or after its answer the session."""
    _LOG.addFilter(_without_traceback)  # the same one again changes nothing

    async def left(scope: Any, receive: Any, send: Any) -> None:
        answered = False

        async def sending(message: Any) -> None:
            nonlocal answered
            if answered:
                return
            await send(message)
            answered = message["type"] == "http.response.body" and not message.get("more_body")

        try:
            await app(scope, receive, sending)
        except ClientDisconnect:
            return
        except _GONE:
            if not answered:
                raise

    return left


def _without_traceback(record: logging.LogRecord) -> bool:
    """A line for whom it interests, in place of an error."""
    fault = record.exc_info[1] if record.exc_info else None
    if not isinstance(fault, _GONE):
        return True
    record.msg, record.args, record.exc_info = "a message came as its session ended", (), None
    record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
    return _LOG.isEnabledFor(logging.INFO)
