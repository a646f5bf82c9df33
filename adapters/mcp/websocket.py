"""WebSocket as a custom transport, one connection a client: what architecture.md's diagram has.

No revision of the specification names it; the framing is that of stdio, a JSON-RPC message each frame.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import anyio
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from mcp import types as T
from mcp.server import Server
from mcp.server.runner import serve_dual_era_loop
from mcp.shared.message import SessionMessage
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from .origin import TRANSPORT

PATH = "/ws"
_PROTOCOL = "mcp"
_FORBIDDEN = 403
_UNSUPPORTED = 1003


def websocket_route(server: Server[Any], allowed: Callable[[str, str], bool]) -> WebSocketRoute:
    """The route; *allowed* says whether a Host and an Origin may connect (none is an empty text)."""

    async def endpoint(socket: WebSocket) -> None:
        if not allowed(socket.headers.get("host", ""), socket.headers.get("origin", "")):
            await socket.send_denial_response(_denied())
            return
        offered = socket.scope.get("subprotocols") or ()
        await socket.accept(subprotocol=_PROTOCOL if _PROTOCOL in offered else None)
        token = TRANSPORT.set("websocket")
        try:
            await _serve(server, socket)
        finally:
            TRANSPORT.reset(token)
            if socket.client_state is not WebSocketState.DISCONNECTED:
                with contextlib.suppress(RuntimeError):
                    await socket.close()

    return WebSocketRoute(PATH, endpoint)


def _denied() -> Any:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse("Host or Origin is not allowed here.", _FORBIDDEN)


async def _serve(server: Server[Any], socket: WebSocket) -> None:
    into, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outgoing, out = anyio.create_memory_object_stream[SessionMessage](0)
    async with anyio.create_task_group() as group:
        group.start_soon(_read, socket, into)
        group.start_soon(_write, socket, out)
        await serve_dual_era_loop(
            server,
            incoming,
            outgoing,
            lifespan_state={},  # the session manager of /mcp lives as long as the process, and holds it
            init_options=server.create_initialization_options(),
        )
        group.cancel_scope.cancel()


async def _read(socket: WebSocket, into: ObjectSendStream[SessionMessage | Exception]) -> None:
    async with into:
        with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, WebSocketDisconnect):
            while (received := await socket.receive())["type"] == "websocket.receive":
                if (text := received.get("text")) is None:
                    await socket.close(_UNSUPPORTED, "Expected text, a message a frame.")
                    return
                await into.send(_message(text))


def _message(text: str) -> SessionMessage | Exception:
    try:
        return SessionMessage(T.jsonrpc_message_adapter.validate_json(text, by_name=False))
    except ValueError as error:
        return error


async def _write(socket: WebSocket, out: ObjectReceiveStream[SessionMessage]) -> None:
    async with out:
        async for message in out:
            try:
                await socket.send_text(message.message.model_dump_json(by_alias=True, exclude_unset=True))
            except (RuntimeError, WebSocketDisconnect):
                return
