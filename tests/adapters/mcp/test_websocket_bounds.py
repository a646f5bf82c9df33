"""A WebSocket has the limits of every other connection: deadlines, sizes, rates, turns, and TLS before it."""

import asyncio
import contextlib
import json
import os
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.authentication.provider import provider
from tests.adapters.watching.certificates import authority, signed
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .http_servers import ended, launched, set_to, started
from .processes import MODERN_META, Sleeper
from .test_authentication import flags
from .test_connections import LISTING, ask

pytestmark = pytest.mark.anyio
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a demo server with short deadlines, small messages and few calls."""
    log = tmp_path_factory.mktemp("bounded") / "log"
    short = set_to(
        server__websocket="true", server__request_seconds=1, server__body_bytes=4096,
        limits__rate=60, limits__burst=3,
    )  # fmt: skip
    process, port = launched(["--demo", *short], log=log)
    yield port
    assert process.poll() is None
    ended(process)
    assert "Traceback" not in log.read_text()


def at(port: int) -> str:
    """Where the WebSocket is."""
    return f"ws://127.0.0.1:{port}/ws"


async def closed(connection: ClientConnection) -> None:
    """Wait until the other side has ended it."""
    await asyncio.wait_for(connection.wait_closed(), 10)


async def slowly(parts: Iterable[str], seconds: float) -> AsyncGenerator[str]:
    """One part after the other."""
    for part in parts:
        yield part
        await asyncio.sleep(seconds)


def called(number: int, command: str = "get pods") -> str:
    """The message of a call."""
    params = {"name": "kubectl", "arguments": {"command": command}, "_meta": MODERN_META}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})


async def answers(connection: ClientConnection, number: int) -> list[dict[str, Any]]:
    """So many answers, as they come."""
    found = list[dict[str, Any]]()
    async with asyncio.timeout(20):
        while len(found) < number:
            message = json.loads(await connection.recv())
            found += [message] if "id" in message else []
    return found


def code(answer: dict[str, Any]) -> str:
    """The code of a call's error; empty where there is none."""
    error: dict[str, Any] | None = answer["result"]["structuredContent"].get("error")
    return str(error["code"]) if error else ""


async def test_a_first_message_must_arrive(bounded: int) -> None:
    """Who connects and says nothing is let go; who has said something may stay."""
    async with connect(at(bounded)) as silent, connect(at(bounded)) as talking:
        await talking.send(LISTING.decode())
        await answers(talking, 1)
        await closed(silent)
        await asyncio.sleep(1.5)
        await talking.send(LISTING.decode())
        await answers(talking, 1)


async def test_silent_ones_do_not_keep_others_out_for_long() -> None:
    """Every place is taken by a WebSocket that says nothing: only until their first messages are due."""
    few = set_to(server__websocket="true", server__connections=10, server__request_seconds=3)
    process, port = started("--demo", *few)
    try:
        silent = [await connect(at(port)) for _ in range(10)]
        assert await ask(port) == b""
        await asyncio.gather(*(closed(one) for one in silent))
        assert b"200" in await ask(port)
    finally:
        ended(process)


async def test_a_message_that_has_begun_must_arrive(bounded: int) -> None:
    """In fragments it has the deadline of a request; a byte now and then does not help."""
    text = LISTING.decode()
    async with connect(at(bounded)) as connection:
        await connection.send([text[:20], text[20:40], text[40:]])
        await answers(connection, 1)
        began = time.monotonic()
        with pytest.raises(ConnectionClosed):
            await connection.send(slowly(text, 0.1))
        assert time.monotonic() - began < 6


async def test_fragments_are_no_larger_together(bounded: int) -> None:
    """Ten small ones that make a message above ``server.body_bytes`` are refused as one such message is."""
    for compression in (None, "deflate"):
        async with connect(at(bounded), compression=compression) as connection:
            await connection.send(LISTING.decode())
            await answers(connection, 1)
            with pytest.raises(ConnectionClosed) as caught:
                await connection.send(slowly(["x" * 1000] * 10, 0.02))
                await connection.recv()
            assert caught.value.rcvd is not None and caught.value.rcvd.code == 1009


async def test_calls_have_their_rate(bounded: int) -> None:
    """It is the caller's, not the connection's: another WebSocket has no more."""
    async with connect(at(bounded)) as first, connect(at(bounded)) as second:
        for number in range(4):
            await first.send(called(number))
            await second.send(called(number))
        found = [code(one) for one in [*await answers(first, 4), *await answers(second, 4)]]
    assert found.count("") <= 4 and found.count("RATE_LIMITED") >= 4


async def test_calls_wait_for_their_turn(tmp_path: Path) -> None:
    """As many at once as everywhere else; what finds no place in the queue is told so."""
    sleeper = Sleeper.write(tmp_path)
    few = set_to(
        server__websocket="true", limits__concurrency=1, limits__context_concurrency=1,
        limits__caller_concurrency=1, limits__queue=1,
    )  # fmt: skip
    process, port = started(*sleeper.arguments, *few, KUBECONFIG=sleeper.kubeconfig)
    try:
        async with connect(at(port)) as connection:
            for number in range(6):
                await connection.send(called(number))
            found = await answers(connection, 4)
            assert {code(one) for one in found} == {"EXECUTION_ERROR"}
            assert all("busy" in json.dumps(one) for one in found)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(connection.recv(), 0.5)
    finally:
        ended(process)


async def test_over_tls(tmp_path: Path) -> None:
    """With the server's certificate, and the same answers."""
    by = authority(tmp_path)
    pair = signed(by, tmp_path, "us", "DNS:localhost")
    secure = set_to(
        server__websocket="true", server__tls_certificate=pair.certificate, server__tls_key=pair.key
    )
    process, port = started("--demo", *secure)
    try:
        context = ssl.create_default_context(cafile=str(by.certificate))
        async with connect(f"wss://localhost:{port}/ws", ssl=context, host="127.0.0.1") as connection:
            await connection.send(called(1))
            assert code((await answers(connection, 1))[0]) == ""
    finally:
        ended(process)


def frame(opcode: int, payload: bytes) -> bytes:
    """A masked frame; the mask is zeros, which leave the payload as it is."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


async def deaf(port: int, authorization: str = "") -> socket.socket:
    """A WebSocket whose client takes little of what it is sent."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", port))
    made.setblocking(False)
    head = (
        f"GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n{authorization}"
        f"sec-websocket-version: 13\r\nsec-websocket-key: {KEY}\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(made, head.encode())
    assert b"101" in await asyncio.wait_for(loop.sock_recv(made, 1000), 10)
    return made


async def saying(made: socket.socket, what: bytes) -> None:
    """Say it all, unless the other side goes."""
    try:
        await asyncio.get_running_loop().sock_sendall(made, what)
    except (ConnectionError, OSError):
        return


async def test_who_never_reads_is_let_go() -> None:
    """A WebSocket has the only place, and takes no answer; it is let go, and others come in."""
    few = set_to(server__websocket="true", server__connections=1, server__write_seconds=1)
    process, port = started("--demo", *few)
    made = await deaf(port)
    try:
        task = asyncio.create_task(saying(made, frame(1, LISTING) * 1500))
        await asyncio.sleep(0.5)
        assert await ask(port) == b""
        until = time.monotonic() + 60
        while b"200" not in await ask(port):
            assert time.monotonic() < until, "it is still there"
            await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    finally:
        made.close()
        ended(process)


async def test_who_never_reads_is_let_go_with_its_token(tmp_path: Path) -> None:
    """The token ends while an answer waits for its client: so does the connection, though not at once."""
    log = tmp_path / "log"
    with provider() as idp:
        few = set_to(
            server__websocket="true", server__connections=1, server__write_seconds=4, limits__rate=0
        )
        process, port = launched(["--demo", *flags(idp, tmp_path), *few], log=log)
        now = time.time()
        token = idp.token("a", None, iat=now, nbf=now, exp=now + 6)
        made = await deaf(port, f"authorization: Bearer {token}\r\n")
        try:
            task = asyncio.create_task(saying(made, frame(1, LISTING) * 1500))
            until = time.monotonic() + 60
            while b"200" not in await ask(port):
                assert time.monotonic() < until, "it is still there"
                await asyncio.sleep(0.2)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        finally:
            made.close()
            ended(process)
    assert "Traceback" not in log.read_text()


def _kilobytes(process: "subprocess.Popen[bytes]") -> int:
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(process.pid)], capture_output=True, check=True)
    return int(told.stdout)


async def test_pings_that_nobody_reads_the_answers_of(tmp_path: Path) -> None:
    """They are dropped instead of filling the memory."""
    process, port = started("--demo", *set_to(server__websocket="true", server__write_seconds=60))
    made = await deaf(port)
    try:
        await saying(made, frame(1, LISTING))
        await asyncio.sleep(0.5)
        before = _kilobytes(process)
        with contextlib.suppress(TimeoutError):  # a fast server takes all of them
            async with asyncio.timeout(12):
                await asyncio.get_running_loop().sock_sendall(made, frame(9, os.urandom(125)) * 2_000_000)
        assert _kilobytes(process) - before < 24 * 1024
        assert b"200" in await ask(port)
    finally:
        made.close()
        ended(process)
