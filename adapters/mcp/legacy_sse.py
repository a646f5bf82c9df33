"""HTTP+SSE, the deprecated transport of 2024-11-05, for clients that know no other."""

from typing import Any

from mcp.server import Server
from mcp.server.runner import serve_dual_era_loop
from mcp.server.sse import SseServerTransport
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

PATH, _MESSAGES = "/sse", "/messages/"


def legacy_sse_routes(
    server: Server[Any], security: TransportSecuritySettings, body_bytes: int
) -> list[Route | Mount]:
    """``/sse`` for the stream, and ``/messages/`` for what the client says."""
    transport = SseServerTransport(_MESSAGES, security, body_bytes)

    async def stream(request: Request) -> Response:
        send: Any = request._send  # pyright: ignore[reportPrivateUsage] as the SDK documents it
        try:
            async with transport.connect_sse(request.scope, request.receive, send) as (read, write):
                options = server.create_initialization_options()
                await serve_dual_era_loop(server, read, write, lifespan_state={}, init_options=options)
        except ValueError:
            return _Answered()  # the transport has refused it already
        return _Answered()

    return [Route(PATH, stream), Mount(_MESSAGES, app=transport.handle_post_message)]


class _Answered(Response):
    """Says nothing: the answer is out."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Nothing is sent."""
