"""Connections that do nothing, dawdle or never read are let go by a real server; others do not notice."""

import asyncio
import contextlib
import errno
import json
import logging
import resource
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
import uvicorn
from tests.adapters.watching.certificates import authority, signed

from kubeport.adapters.mcp.accepting import Acceptor, listening
from kubeport.adapters.mcp.connections import HEADER_BYTES, ConnectionBounds, bounded_protocol
from kubeport.adapters.mcp.ending import EndingServer
from kubeport.adapters.mcp.open_files import bounded_connections, raise_open_files
from kubeport.application.settings import ServerSettings, Settings
from kubeport.domain.errors import CommandError

from .conftest import ERAS
from .http_servers import ended, launched, set_to, started
from .processes import MODERN_META
from .test_authentication import asked

pytestmark = pytest.mark.anyio
LIVE = b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"
LISTING = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": MODERN_META}}
).encode()
POST = (
    b"POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    b"accept: application/json, text/event-stream\r\nmcp-protocol-version: 2026-07-28\r\n"
    b"mcp-method: tools/list\r\ncontent-length: %d\r\n\r\n" % len(LISTING)
) + LISTING


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The port of a demo server with short deadlines and few places, and its log."""
    log = tmp_path_factory.mktemp("bounded") / "log"
    short = set_to(
        server__connections=20, server__request_seconds=0.6, server__write_seconds=0.6,
        server__idle_seconds=1.5,
    )  # fmt: skip
    process, port = launched(["--demo", *short], log=log)
    yield port, log
    assert process.poll() is None
    ended(process)
    assert "Traceback" not in log.read_text()


async def ask(port: int) -> bytes:
    """Whether it lives; nothing where the connection is not taken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(LIVE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
    answer = await _ends(reader)
    writer.close()
    return answer


async def _ends(reader: asyncio.StreamReader) -> bytes:
    """What a connection says until the server ends it."""
    try:
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /livez HTTP/1.1\r\nhost:",
        POST[:-10],
        b"POST /mcp HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ],
    ids=["silent", "half a head", "half a body", "half of the chunks"],
)
async def test_a_request_must_arrive(bounded: tuple[int, Path], said: bytes) -> None:
    """Nothing, half a head and half a body have the same deadline."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bounded[0])
    writer.write(said)
    assert await _ends(reader) == b""
    writer.close()
    assert b"200" in await ask(bounded[0])


async def test_a_byte_now_and_then_does_not_help(bounded: tuple[int, Path]) -> None:
    """The deadline is for the whole request, not for the next byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bounded[0])
    began = time.monotonic()
    ended = asyncio.ensure_future(_ends(reader))
    while not ended.done():
        writer.write(b"G" if not writer.is_closing() else b"")
        await asyncio.sleep(0.05)
    assert time.monotonic() - began < 5
    writer.close()


async def test_between_requests_a_connection_may_rest(bounded: tuple[int, Path]) -> None:
    """For the idle time; once the next request begins it must arrive."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bounded[0])
    for _ in range(2):
        writer.write(LIVE)
        assert b"ok" in await reader.readuntil(b"ok\n")
        await asyncio.sleep(0.9)
    writer.write(b"GET / HT")
    assert await _ends(reader) == b""
    writer.close()


async def test_a_connection_that_rests_too_long_is_closed(bounded: tuple[int, Path]) -> None:
    """After ``server.idle_seconds``, and not before."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bounded[0])
    writer.write(LIVE)
    assert b"ok" in await reader.readuntil(b"ok\n")
    began = time.monotonic()
    assert await _ends(reader) == b""
    assert 1.2 < time.monotonic() - began < 4.5
    writer.close()


def _post(port: int, era: str) -> bytes:
    """A request in *era*, whose answer of several KiB is JSON, or in the older one a stream of events."""
    if era == "auto":
        return POST
    session = asked(port, body=None)[1]["mcp-session-id"]
    head, _, _ = POST.partition(b"mcp-protocol-version")
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    return head + f"mcp-session-id: {session}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize("era", ERAS)
async def test_who_never_reads_is_let_go(era: str) -> None:
    """A client takes no answer, and the only place there is; it is let go, and others come in."""
    few = set_to(server__connections=1, server__request_seconds=60, server__write_seconds=1)
    process, port = started("--demo", *few)
    said, deaf = _post(port, era) * 1500, socket.socket()
    try:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        deaf.setblocking(False)
        saying = asyncio.create_task(asyncio.get_running_loop().sock_sendall(deaf, said))
        await asyncio.sleep(0.5)
        assert await ask(port) == b""
        until = time.monotonic() + 60
        while b"200" not in await ask(port):
            assert time.monotonic() < until, "it is still there"
            await asyncio.sleep(0.1)
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
    finally:
        deaf.close()
        ended(process)


async def test_what_closes_but_is_not_read_to_its_end_is_let_go() -> None:
    """A little that nobody takes keeps a closed connection no longer than a lot."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        """Says a little more than the system takes for the client, and is done."""
        (connection,) = server.server_state.connections
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not connection.transport.get_write_buffer_size():
            await send({"type": "http.response.body", "body": b"x" * 4096, "more_body": True})
        await send({"type": "http.response.body", "body": b"x"})

    bounds = ConnectionBounds(write_seconds=0.5)
    config = uvicorn.Config(app, http=bounded_protocol(bounds), log_config=None, lifespan="off", port=0)
    server = EndingServer(config, bounds)
    (listener,) = listening("127.0.0.1", 0)
    serving = asyncio.create_task(server.serve([listener]))
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(listener.getsockname())
        deaf.send(LIVE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
        async with asyncio.timeout(10):
            while not any(one.transport.is_closing() for one in server.server_state.connections):
                await asyncio.sleep(0.01)
            while server.server_state.connections:
                await asyncio.sleep(0.05)
    server.should_exit = True
    await serving


async def test_idle_connections_make_room(tmp_path: Path) -> None:
    """With all places taken by silence, the longest silent goes and the new one is served."""
    process, port = started("--demo", *set_to(server__connections=20, server__request_seconds=60))
    try:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
        for _ in range(5):
            assert b"200" in await ask(port)
        assert await _ends(idle[0][0]) == b""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(idle[-1][0].read(), 0.2)
        for _, writer in idle:
            writer.close()
    finally:
        ended(process)


async def test_large_heads_are_refused(bounded: tuple[int, Path]) -> None:
    """More than 32 KiB of headers is a 400, not memory."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bounded[0])
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 2 * HEADER_BYTES)
    assert b"400" in await _ends(reader)
    writer.close()


async def test_what_is_no_http_fills_no_log(bounded: tuple[int, Path]) -> None:
    """Nor do upgrades that are not served: a line a minute each."""
    upgrade = LIVE.replace(b"\r\n\r\n", b"\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
    for said in (b"\x16\x03\x01 no http\r\n\r\n", upgrade):
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", bounded[0])
            writer.write(said)
            assert await _ends(reader)
            writer.close()
    text = bounded[1].read_text()
    assert text.count("Invalid HTTP request received.") == 1
    assert text.count("server.websocket") == 1 and "pip install" not in text


async def _idle(port: int, number: int) -> list[socket.socket]:
    """So many connections that say nothing."""
    raise_open_files()
    made = list[socket.socket]()
    for _ in range(number):
        one = socket.socket()
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            one.connect(("127.0.0.1", port))
        made.append(one)
        if not len(made) % 50:
            await asyncio.sleep(0)
    return made


@pytest.mark.parametrize("files", [0, 1024, 256])
async def test_more_than_a_thousand_idle_connections(tmp_path: Path, files: int) -> None:
    """As it ships, with as many files as usual or with few: they keep nobody out, and fill no log."""
    log = tmp_path / "log"
    process, port = launched(["--demo", *set_to(server__request_seconds=60)], log=log, files=files)
    try:
        idle = await _idle(port, 1200)
        for _ in range(3):
            assert b"200" in await ask(port)
        for one in idle:
            one.close()
        lines = log.read_text().splitlines()
    finally:
        ended(process)
    assert len(lines) < 20 and not any("Traceback" in line for line in lines)
    assert any("server.connections = 1000" in line for line in lines) == bool(files)


async def test_handshakes_that_stall_are_counted_and_end(tmp_path: Path) -> None:
    """Silence where TLS should be spoken takes no more places than elsewhere, and has the same deadline."""
    by = authority(tmp_path)
    pair, log = signed(by, tmp_path, "us", "DNS:localhost"), tmp_path / "log"
    few = set_to(
        server__tls_certificate=pair.certificate, server__tls_key=pair.key, server__connections=5,
        server__request_seconds=2,
    )  # fmt: skip
    process, port = launched(["--demo", *few], log=log, files=200)
    try:
        idle = await _idle(port, 300)
        context = ssl.create_default_context(cafile=str(by.certificate))
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=context, server_hostname="localhost"
        )
        writer.write(LIVE)
        assert b"ok" in await reader.readuntil(b"ok\n")
        writer.close()
        stalled, plain = await asyncio.open_connection("127.0.0.1", port)
        assert await _ends(stalled) == b""
        plain.close()
        for one in idle:
            one.close()
    finally:
        ended(process)
    assert "Traceback" not in log.read_text()


@attrs.define
class NoFiles:
    """Stands for a listening socket of a process that can open no more files."""

    readable: socket.socket
    tried: int = 0

    def accept(self) -> tuple[socket.socket, object]:
        """The connection stays where it is."""
        self.tried += 1
        raise OSError(errno.EMFILE, "Too many open files")

    def fileno(self) -> int:
        """Something that can always be read."""
        return self.readable.fileno()

    def close(self) -> None:
        """Nothing more."""


async def test_without_a_file_it_rests(caplog: pytest.LogCaptureFixture) -> None:
    """It tries again now and then, and says so once a minute."""
    ours, theirs = socket.socketpair()
    theirs.send(b"x")
    empty = NoFiles(ours)
    acceptor = Acceptor([cast("Any", empty)], cast("Any", None), set(), ConnectionBounds())
    with caplog.at_level(logging.ERROR):
        acceptor.start()
        await asyncio.sleep(1.3)
        acceptor.close()
    assert 2 <= empty.tried <= 4
    assert [record.getMessage() for record in caplog.records] == [
        "no connection can be taken: Too many open files; 0 are open"
    ]
    for one in (ours, theirs):
        one.close()


def test_connections_are_as_many_as_there_are_files_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside those of calls and watches; the soft limit is raised; of a low hard one half is ours."""
    limits = {"now": (1024, 4096), "set": (0, 0)}

    def now(_: int) -> tuple[int, int]:
        return limits["now"]

    def set_to(_: int, wanted: tuple[int, int]) -> None:
        limits["set"] = wanted

    monkeypatch.setattr("resource.getrlimit", now)
    monkeypatch.setattr("resource.setrlimit", set_to)
    assert bounded_connections(Settings()) == 1000 and limits["set"] == (4096, 4096)
    many = Settings(server=ServerSettings(connections=100_000))
    assert bounded_connections(many) == 4096 - 64 - 8 * 20 - 200
    limits["now"] = (100, 100)
    assert bounded_connections(many) == 50


def test_a_system_that_names_no_limit_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS: the hard limit says infinity, and more than 10,240 is refused."""
    raised = list[int]()

    def now(_: int) -> tuple[int, int]:
        return 256, resource.RLIM_INFINITY

    def set_to(_: int, wanted: tuple[int, int]) -> None:
        if wanted[0] > 10_240:
            raise ValueError("current limit exceeds maximum limit")
        raised.append(wanted[0])

    monkeypatch.setattr("resource.getrlimit", now)
    monkeypatch.setattr("resource.setrlimit", set_to)
    assert raise_open_files() == 10_240 and raised == [10_240]


def test_an_address_that_is_taken_is_told() -> None:
    """With the settings that say another one, instead of a traceback."""
    (taken,) = listening("127.0.0.1", 0)
    with taken, pytest.raises(CommandError, match=r"Cannot listen on 127\.0\.0\.1") as caught:
        listening("127.0.0.1", taken.getsockname()[1])
    assert "server.port" in str(caught.value)
