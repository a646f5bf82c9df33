"""Connections that do nothing, dawdle or never read are let go; others do not notice."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
import websockets

from kubeport.adapters.mcp.connections import HEADER_BYTES, ConnectionBounds, bounded_protocol

pytestmark = pytest.mark.anyio
Send = Callable[[dict[str, Any]], Awaitable[None]]
ENDED = list[str]()


async def _app(scope: Any, receive: Any, send: Send) -> None:
    """Answers ``/`` at once, and ``/flood`` with more than any buffer holds."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    if scope["path"] == "/flood":
        for _ in range(1000):
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        ENDED.append("flood")
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def _served(bounds: ConnectionBounds) -> AsyncGenerator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        _app, http=bounded_protocol(bounds), log_config=None, lifespan="off", ws="websockets-sansio",
        h11_max_incomplete_event_size=HEADER_BYTES,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def _ask(port: int, path: str = "/") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


async def _ends(reader: asyncio.StreamReader) -> bytes:
    """What a connection says until the server ends it."""
    try:
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HTTP/1.1\r\nhost:",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf",
    ],
    ids=["silent", "half a head", "half a body"],
)
async def test_a_request_must_arrive(said: bytes) -> None:
    """Nothing, half a head and half a body have the same deadline."""
    async with _served(ConnectionBounds(request_seconds=0.3)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        assert await _ends(reader) == b""
        writer.close()
        assert b"200" in await _ask(port)


async def test_a_byte_now_and_then_does_not_help() -> None:
    """The deadline is for the whole request, not for the next byte."""
    async with _served(ConnectionBounds(request_seconds=0.5)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began = asyncio.get_running_loop().time()
        ended = asyncio.ensure_future(_ends(reader))
        while not ended.done():
            writer.write(b"GET / HTTP/1.1\r\nx: "[:1] if not writer.is_closing() else b"")
            await asyncio.sleep(0.05)
        assert asyncio.get_running_loop().time() - began < 3
        writer.close()


async def test_a_slow_second_request_has_its_deadline_too() -> None:
    """After an answer the connection may rest; once the next request begins it must arrive."""
    async with _served(ConnectionBounds(request_seconds=0.4)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"200" in await reader.readuntil(b"ok\r\n0\r\n\r\n")
        await asyncio.sleep(0.8)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"200" in await reader.readuntil(b"ok\r\n0\r\n\r\n")
        writer.write(b"GET / HT")
        assert await _ends(reader) == b""
        writer.close()


async def test_who_never_reads_is_let_go() -> None:
    """An answer that waits for its reader ends with the connection; memory is not filled with it."""
    ENDED.clear()
    async with _served(ConnectionBounds(write_seconds=0.3)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /flood HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(1.5)
        assert b"200" in await _ask(port)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(65536 * 1000)
        writer.close()


async def test_idle_connections_make_room() -> None:
    """With all places taken by silence, the longest silent goes and the new one is served."""
    async with _served(ConnectionBounds(most=20, request_seconds=30)) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
        for _ in range(5):
            assert b"200" in await _ask(port)
        for _, writer in idle:
            writer.close()


async def test_large_heads_are_refused() -> None:
    """More than 32 KiB of headers is a 400, not memory."""
    async with _served(ConnectionBounds()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 2 * HEADER_BYTES)
        assert b"400" in await _ends(reader)
        writer.close()


async def test_a_websocket_does_not_stand_in_the_way() -> None:
    """It counts as a connection in use: the bound holds, and idle ones make room as ever."""
    faults = list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    async with _served(ConnectionBounds(most=3, request_seconds=30)) as port:
        async with websockets.connect(f"ws://127.0.0.1:{port}/ws") as socket:
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
            assert b"200" in await _ask(port)
            assert await _ends(idle[0][0]) == b""
            await (await socket.ping())
        for _, writer in idle:
            writer.close()
    assert faults == []


async def test_a_thousand_idle_connections() -> None:
    """With the bound that ships, a thousand silent ones and a hundred more keep nobody out."""
    async with _served(ConnectionBounds(request_seconds=60)) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(1100)]
        assert b"200" in await _ask(port)
        for _, writer in idle:
            writer.close()
