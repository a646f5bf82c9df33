"""Serving over stdin and stdout: tolerant of probes, clean on signals, no child left behind.

The SDK's own entry point lets a ``server/discover`` probe decide the protocol era, so that a
following ``initialize`` fails (seen with Copilot CLI and Claude Code), orphans children on SIGTERM
and hangs on SIGINT (python-sdk issue 3551).
"""

import os
import signal
import sys
from typing import Any

import anyio
from mcp import types as T
from mcp.server import Server
from mcp.server.runner import serve_dual_era_loop
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage


async def serve_stdio(server: Server[Any]) -> None:
    """Serve until stdin ends; on SIGTERM or SIGINT end the calls and exit with 128 + signal."""
    caught = 0
    async with stdio_server() as (read, write):
        with anyio.CancelScope() as scope:

            async def watch() -> None:
                nonlocal caught
                with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
                    async for number in signals:
                        caught = number
                        scope.cancel()
                        return

            async with anyio.create_task_group() as group:
                group.start_soon(watch)
                await _serve(server, read, write)
                group.cancel_scope.cancel()
        if caught:
            # the SDK's reader thread cannot be cancelled, and a normal exit would wait for it
            sys.stderr.flush()
            os._exit(128 + caught)


async def _serve(server: Server[Any], read: Any, write: Any) -> None:
    async with server.lifespan(server) as state:
        first = await _first_after_probes(server, state, read, write)
        if first is None:
            await write.aclose()  # the SDK's writer ends with it
            return
        relay_in, relay_out = anyio.create_memory_object_stream[SessionMessage | Exception](0)

        async def relay() -> None:
            async with relay_in:
                await relay_in.send(first)
                async for item in read:
                    await relay_in.send(item)

        async with anyio.create_task_group() as group:
            group.start_soon(relay)
            await serve_dual_era_loop(
                server,
                relay_out,
                write,
                lifespan_state=state,
                init_options=server.create_initialization_options(),
            )
            group.cancel_scope.cancel()


async def _first_after_probes(
    server: Server[Any], state: Any, read: Any, write: Any
) -> SessionMessage | Exception | None:
    """Answer ``server/discover`` probes; return the first message that is none."""
    async for item in read:
        if not _is_probe(item):
            return item  # type: ignore[no-any-return]
        await _answer_probe(server, state, item, write)
    return None


def _is_probe(item: SessionMessage | Exception) -> bool:
    return (
        isinstance(item, SessionMessage)
        and isinstance(item.message, T.JSONRPCRequest)
        and item.message.method == "server/discover"
    )


async def _answer_probe(server: Server[Any], state: Any, item: SessionMessage, write: Any) -> None:
    """Let a loop of its own answer the probe, so that it does not decide the era."""
    to_server, server_in = anyio.create_memory_object_stream[SessionMessage | Exception](1)
    server_out, from_server = anyio.create_memory_object_stream[SessionMessage](1)

    async def loop() -> None:
        await serve_dual_era_loop(server, server_in, server_out, lifespan_state=state)

    async with anyio.create_task_group() as group:
        group.start_soon(loop)
        await to_server.send(item)
        await write.send(await from_server.receive())
        await to_server.aclose()
        await from_server.aclose()
