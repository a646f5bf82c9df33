"""Requests that are made to do harm: far too large, of two lengths at once, nested without end."""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncGenerator, Iterator

import attrs
import pytest
from tests.adapters.authentication.provider import Provider, provider

from .http_servers import ended, launched, set_to
from .processes import INITIALIZE
from .test_authentication import flags

pytestmark = pytest.mark.anyio
TEN_MEBIBYTES = 10 * 1024 * 1024
PIECE = b"y" * 65_536
MODERN = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list"}


@attrs.frozen
class Guarded:
    """A demo server that takes tokens of *idp*."""

    port: int
    idp: Provider

    def bearer(self) -> str:
        """The value of a header with a token that is good now."""
        now = time.time()
        return f"Bearer {self.idp.token('a', None, iat=now, nbf=now, exp=now + 300)}"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """It outlives all of them, and none leaves a traceback in its log."""
    folder = tmp_path_factory.mktemp("guarded")
    with provider() as idp:
        words = [*flags(idp, folder), *set_to(server__request_seconds=60)]
        process, port = launched(["--demo", *words], log=folder / "log")
        yield Guarded(port, idp)
        assert process.poll() is None
        ended(process)
    assert "Traceback" not in (folder / "log").read_text()


async def spoken(port: int, head: dict[str, str], body: AsyncGenerator[bytes]) -> list[int]:
    """The statuses of the answers to a request whose body is sent while they are read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = {"host": "localhost", "content-type": "application/json",
             "accept": "application/json, text/event-stream", **head}  # fmt: skip
    writer.write(b"POST /mcp HTTP/1.1\r\n")
    writer.writelines(f"{name}: {value}\r\n".encode() for name, value in lines.items())
    writer.write(b"\r\n")

    async def send() -> None:
        async for piece in body:
            writer.write(piece)
            await writer.drain()

    sending = asyncio.create_task(send())
    async with asyncio.timeout(30):
        statuses = [await _status(reader)]
    # all of the body must have been said before somebody else's request could stand behind it
    await asyncio.wait({sending}, timeout=10)
    sending.cancel()
    try:
        rest = await asyncio.wait_for(reader.read(1_000_000), 0.3)
    except (TimeoutError, ConnectionError):
        rest = b""
    await asyncio.gather(sending, return_exceptions=True)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return statuses + [int(part[1:4]) for part in rest.split(b"HTTP/1.1")[1:]]


async def _status(reader: asyncio.StreamReader) -> int:
    line = await reader.readline()
    assert line.startswith(b"HTTP/1.1 "), line
    return int(line.split()[1])


async def whole(body: bytes) -> AsyncGenerator[bytes]:
    """A body as it is."""
    yield body


async def plain() -> AsyncGenerator[bytes]:
    """Ten MiB, as the length says."""
    for _ in range(TEN_MEBIBYTES // len(PIECE)):
        yield PIECE


async def in_chunks() -> AsyncGenerator[bytes]:
    """Ten MiB, whose length nobody knows before."""
    for _ in range(TEN_MEBIBYTES // len(PIECE)):
        yield b"%x\r\n%b\r\n" % (len(PIECE), PIECE)
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("modern", [{}, MODERN], ids=["2025-11-25", "2026-07-28"])
@pytest.mark.parametrize("chunked", [False, True], ids=["one length", "chunked"])
@pytest.mark.parametrize("known", [False, True], ids=["no token", "token"])
async def test_large_bodies(guarded: Guarded, modern: dict[str, str], chunked: bool, known: bool) -> None:
    """Ten MiB are refused with 413, and without a token with 401; nothing else is answered."""
    length = {"transfer-encoding": "chunked"} if chunked else {"content-length": str(TEN_MEBIBYTES)}
    head = {**length, **modern, **({"authorization": guarded.bearer()} if known else {})}
    found = await spoken(guarded.port, head, in_chunks() if chunked else plain())
    assert found == [413 if known else 401]


BEHIND = b"POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    "lengths",
    [
        {"content-length": str(len(BEHIND) + 5), "transfer-encoding": "chunked"},
        {"content-length": "999", "transfer-encoding": "chunked"},
        {"content-length": "5", "Content-Length": str(len(BEHIND) + 5)},
        {"transfer-encoding": "xchunked"},
        {"transfer-encoding": "chunked, identity"},
        {"content-length": "+5"},
        {"content-length": "5, 6"},
    ],
)
async def test_a_request_has_one_length(guarded: Guarded, lengths: dict[str, str]) -> None:
    """With two, or one that is none, it is refused: no second request is read out of its body."""
    head = {"authorization": guarded.bearer(), **lengths}
    assert await spoken(guarded.port, head, whole(b"0\r\n\r\n" + BEHIND)) in ([400], [501])


@pytest.mark.parametrize("modern", [{}, MODERN], ids=["2025-11-25", "2026-07-28"])
@pytest.mark.parametrize("within", ["[", '{"a":'])
async def test_json_without_end(guarded: Guarded, modern: dict[str, str], within: str) -> None:
    """200,000 levels are no JSON-RPC; the server goes on."""
    opened = within * 200_000
    for text in (opened, '{"jsonrpc":"2.0","id":1,"method":"initialize","params":' + opened):
        body = text.encode()
        head = {"authorization": guarded.bearer(), "content-length": str(len(body)), **modern}
        assert await spoken(guarded.port, head, whole(body)) == [400]


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("levels", [1100, 2500])
async def test_a_token_nested_without_end(guarded: Guarded, part: int, levels: int) -> None:
    """A header or claims of more levels than Python's reader has, or than a token is long, are garbled."""
    deep = "[" * levels + "]" * levels
    parts = ['{"alg":"RS256","kid":"a"}', '{"sub":"ann"}', "x"]
    parts[part] = f'{{"alg":"RS256","kid":{deep}}}'
    token = ".".join(base64.urlsafe_b64encode(one.encode()).decode().rstrip("=") for one in parts)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}).encode()
    head = {"authorization": f"Bearer {token}", "content-length": str(len(body))}
    assert await spoken(guarded.port, head, whole(body)) == [401]
    head["authorization"] = guarded.bearer()
    assert await spoken(guarded.port, head, whole(body)) == [200]
