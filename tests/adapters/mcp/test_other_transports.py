"""WebSocket and HTTP+SSE, which are served only if they are asked for, with the same guard before them."""

import json
import signal
import subprocess
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx2
import pytest
from mcp import Client
from mcp import types as T
from mcp.client.sse import sse_client
from mcp.shared.message import SessionMessage
from tests.adapters.authentication.provider import provider
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from kubeport.adapters.mcp.http import check_websocket
from kubeport.domain.errors import CommandError

from .conftest import ERAS
from .http_servers import ended, started
from .test_authentication import Guarded, asked, bearer, flags

WEB = "k8s-deployment://demo/shop/web"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A demo server with both transports that wants tokens."""
    with provider() as idp:
        more = {"server__websocket": "true", "server__legacy_sse": "true"}
        process, port = started("--demo", *flags(idp, tmp_path, **more))
        yield Guarded(process, port, idp, tmp_path / "audit.jsonl")
        ended(process)


@asynccontextmanager
async def frames(url: str, **headers: str) -> AsyncGenerator[tuple[Any, Any]]:
    """A transport of the tests' own for the mcp package's client: a message each frame."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    async with connect(url, subprotocols=["mcp"], additional_headers=given) as socket:  # type: ignore[list-item]
        into, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        outgoing, out = anyio.create_memory_object_stream[SessionMessage](0)

        async def read() -> None:
            async with into:
                async for text in socket:
                    message = T.jsonrpc_message_adapter.validate_json(text, by_name=False)
                    await into.send(SessionMessage(message))

        async def write() -> None:
            async for message in out:
                await socket.send(message.message.model_dump_json(by_alias=True, exclude_unset=True))

        async with incoming, outgoing, out, anyio.create_task_group() as group:
            group.start_soon(read)
            group.start_soon(write)
            yield incoming, outgoing
            group.cancel_scope.cancel()


def address(guarded: Guarded) -> str:
    """Where the WebSocket is."""
    return f"ws://127.0.0.1:{guarded.port}/ws"


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_calls_over_a_websocket(guarded: Guarded, era: str) -> None:
    """Lists, calls and reads, as the bearer of the token that opened it; the audit has the transport."""
    transport = frames(address(guarded), Authorization=f"Bearer {guarded.token()}")
    async with Client(transport, mode=era, cache=None) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert "kubectl" in names and "kubectl_change" not in names
        answer = await client.call_tool("kubectl", {"command": "get pods | grep -c Running"})
        assert not answer.is_error
        assert (await client.read_resource(WEB)).contents
    record = guarded.records()[0]
    assert (record["caller"], record["transport"]) == ("ann", "websocket")


@pytest.mark.anyio
async def test_subscriptions_over_a_websocket(guarded: Guarded) -> None:
    """2026-07-28: a change is told on the stream of the connection."""
    token = guarded.token(scope="kubeport:write")
    async with Client(frames(address(guarded), Authorization=f"Bearer {token}"), mode="auto") as client:
        with anyio.fail_after(10):
            async with client.listen(resource_subscriptions=[WEB]) as events:
                change = {"command": "scale deploy/web --replicas=3 -n shop"}
                assert not (await client.call_tool("kubectl_change", change)).is_error
                async for event in events:
                    assert WEB in str(event)
                    break


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer garbled"}, 401),
        ({"Origin": "https://evil.example"}, 403),
    ],
)
async def test_who_may_not_connect(guarded: Guarded, headers: dict[str, str], status: int) -> None:
    """No token, a bad one, a page of somebody else's: refused before it is a WebSocket."""
    given = {"Authorization": f"Bearer {guarded.token()}", **headers} if status == 403 else headers
    with pytest.raises(InvalidStatus) as caught:
        async with connect(address(guarded), additional_headers=given):
            pass
    response = caught.value.response
    assert response.status_code == status
    if status == 401:
        assert 'scope="kubeport:read"' in response.headers["WWW-Authenticate"]
        assert "error_description" in json.loads(response.body)


@pytest.mark.anyio
async def test_a_name_that_nobody_listed_may_not_connect(guarded: Guarded) -> None:
    """A page whose name resolves to this machine has that name as its Host."""
    headers = {"Authorization": f"Bearer {guarded.token()}"}
    url = f"ws://evil.example:{guarded.port}/ws"
    with pytest.raises(InvalidStatus) as caught:
        async with connect(url, additional_headers=headers, host="127.0.0.1", port=guarded.port):
            pass
    assert caught.value.response.status_code == 403


@pytest.mark.anyio
async def test_a_connection_ends_with_its_token(guarded: Guarded) -> None:
    """And one that sends what is no JSON-RPC, or far too much, harms nobody else."""
    headers = {"Authorization": f"Bearer {guarded.token(exp=time.time() + 2)}"}
    with anyio.fail_after(12):
        async with connect(address(guarded), additional_headers=headers) as socket:
            await socket.send("no json")
            await socket.wait_closed()
    headers = {"Authorization": f"Bearer {guarded.token()}"}
    with anyio.fail_after(12):
        async with connect(address(guarded), additional_headers=headers) as socket:
            await socket.send(b"not text")
            await socket.wait_closed()
            assert socket.close_code == 1003
    headers = {"Authorization": f"Bearer {guarded.token()}"}
    with anyio.fail_after(12):
        async with connect(address(guarded), additional_headers=headers) as socket:
            try:
                await socket.send("x" * (6 * 1024 * 1024))
            finally:
                await socket.wait_closed()
        assert socket.close_code == 1009
    assert guarded.process.poll() is None


@pytest.mark.anyio
async def test_the_transport_of_2024(guarded: Guarded) -> None:
    """It works for a client that knows no other, behind the same guard."""
    url = f"http://127.0.0.1:{guarded.port}/sse"
    name, value = bearer(guarded.token())
    async with Client(sse_client(url, {name: value}), mode="legacy") as client:
        answer = await client.call_tool("kubectl", {"command": "get pods | grep -c Running"})
    assert not answer.is_error
    assert guarded.records()[0]["caller"] == "ann"
    assert asked(guarded.port, path="/sse")[0] == 401
    assert asked(guarded.port, path="/messages/")[0] == 401


@pytest.mark.anyio
async def test_open_streams_do_not_hold_the_end_up(guarded: Guarded) -> None:
    """A WebSocket, a stream of 2024 and one of a session are open: it still ends within five seconds."""
    headers = dict((bearer(guarded.token()),))
    base = f"http://127.0.0.1:{guarded.port}"
    session = {
        "Mcp-Session-Id": asked(guarded.port, bearer(guarded.token()))[1]["mcp-session-id"],
        "Accept": "text/event-stream",
    }
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        connect(address(guarded), additional_headers=headers),
        http.stream("GET", f"{base}/sse") as old,
        http.stream("GET", f"{base}/mcp", headers=session) as standing,
    ):
        assert (old.status_code, standing.status_code) == (200, 200)
        guarded.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        await anyio.to_thread.run_sync(guarded.process.wait, 15)
    assert time.monotonic() - began < 5
    assert guarded.process.returncode in (0, -signal.SIGTERM)


def test_neither_is_served_unless_it_is_asked_for(
    served: tuple["subprocess.Popen[bytes]", int],
) -> None:
    """By default there is /mcp, and nothing else that speaks MCP."""
    for path in ("/ws", "/sse", "/messages/"):
        assert asked(served[1], path=path)[0] == 404


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings WebSockets is told."""

    def nowhere(_: str) -> None:
        """No package is found."""

    monkeypatch.setattr("kubeport.adapters.mcp.http.find_spec", nowhere)
    with pytest.raises(CommandError, match="package that is missing") as caught:
        check_websocket()
    assert "[websocket]" in str(caught.value)
