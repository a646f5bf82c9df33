"""Probes and metrics on a port of their own, by plain HTTP: no ingress leads there, and no client of MCP."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from ...application.settings import ServerSettings
from ...domain.errors import CommandError
from .operations import Allowed, Operations

if TYPE_CHECKING:
    import uvicorn

_CONNECTIONS = 100


@asynccontextmanager
async def operations_apart(
    operations: Operations, settings: ServerSettings, allowed: Allowed
) -> AsyncGenerator[None]:
    """Serve *operations* where *settings* want them apart, for as long as the block runs.

    That is longer than clients are served: who asks meanwhile is told that the server drains.

    Raises:
        CommandError: the address cannot be had.
    """
    if not settings.operations_port:
        yield
        return
    server = _server(operations, settings, allowed)
    serving = asyncio.create_task(server.serve(sockets=_listening(server.config)))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _listening(config: "uvicorn.Config") -> list[socket.socket]:
    from .accepting import listening

    try:
        return listening(config.host, config.port)
    except CommandError as error:
        hint = "Set server.operations_port to a free port, or server.operations_host to its own address."
        raise CommandError(f"server.operations_port: {error}", hint=hint) from None


def _server(operations: Operations, settings: ServerSettings, allowed: Allowed) -> "uvicorn.Server":
    import uvicorn
    from starlette.applications import Starlette

    from .connections import HEADER_BYTES, ConnectionBounds, bounded_protocol
    from .ending import EndingServer

    class UntilTold(EndingServer):
        """One that no signal ends."""

        @contextmanager
        def capture_signals(self) -> Generator[None]:
            """Leave them to the server of MCP."""
            yield

    bounds = ConnectionBounds(_CONNECTIONS, settings.request_seconds, settings.write_seconds)
    return UntilTold(
        uvicorn.Config(
            Starlette(routes=operations.routes(allowed)),
            host=settings.operations_host or settings.host,
            port=settings.operations_port,
            http=bounded_protocol(bounds),
            ws="none",
            lifespan="off",
            h11_max_incomplete_event_size=HEADER_BYTES,
            proxy_headers=False,
            log_config=None,
            access_log=False,
            server_header=False,
        ),
        bounds,
    )
