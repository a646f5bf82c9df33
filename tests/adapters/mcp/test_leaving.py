"""A client that leaves while its message is on its way, with the SDK's own transport."""

import json
import logging
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from mcp.server.streamable_http import StreamableHTTPServerTransport

from kubeport.adapters.mcp.asgi import App
from kubeport.adapters.mcp.leaving import bearing_to_be_left

pytestmark = pytest.mark.anyio
_BODY = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}).encode()
_SCOPE = {
    "type": "http", "method": "POST", "path": "/mcp", "query_string": b"",
    "headers": [
        (b"content-type", b"application/json"), (b"accept", b"application/json, text/event-stream"),
        (b"mcp-session-id", b"s"), (b"mcp-protocol-version", b"2025-11-25"),
    ],
}  # fmt: skip


async def received() -> dict[str, Any]:
    """The request's body, at once."""
    return {"type": "http.request", "body": _BODY, "more_body": False}


async def left(wrap: Callable[[App], App]) -> list[dict[str, Any]]:
    """What is sent for a notification whose session ends as soon as it is answered."""
    transport, sent = StreamableHTTPServerTransport("s"), list[dict[str, Any]]()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and len(sent) == 2:
            await transport.terminate()

    app = wrap(transport.handle_request)
    async with transport.connect():
        with anyio.fail_after(5):
            await app(_SCOPE, received, send)
    return sent


async def test_it_is_answered_once_and_no_error_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """One answer, 202; a line at the level info, and no traceback."""
    with caplog.at_level(logging.INFO, "mcp.server.streamable_http"):
        sent = await left(bearing_to_be_left)
    assert [message.get("status") for message in sent] == [202, None]
    assert "a message came as its session ended" in caplog.messages
    assert not [one for one in caplog.records if one.exc_info or one.levelno > logging.INFO]


async def test_at_the_level_error_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """It is no error of the server's."""
    with caplog.at_level(logging.ERROR, "mcp.server.streamable_http"):
        await left(bearing_to_be_left)
    assert not caplog.records


async def test_the_sdk_by_itself_answers_twice() -> None:
    """Why this is here; once it does not, ``leaving`` can go."""

    def failing(app: App) -> App:
        async def failed(scope: Any, receive: Any, send: Any) -> None:
            with pytest.raises(anyio.ClosedResourceError):
                await app(scope, receive, send)

        return failed

    assert [message.get("status") for message in await left(failing)] == [202, None, 500, None]


@pytest.mark.parametrize("fault", [anyio.ClosedResourceError(), ValueError("other")])
async def test_faults_before_the_answer_are_not_hidden(fault: Exception) -> None:
    """Nor is any other fault."""

    async def failing(_: Any, __: Any, ___: Any) -> None:
        raise fault

    with pytest.raises(type(fault)):
        await bearing_to_be_left(failing)(_SCOPE, received, received)
