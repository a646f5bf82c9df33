"""The guard alone: how long a stream lives, and that nobody is nobody."""

import asyncio
from typing import Any

import anyio
import attrs
import pytest
from mcp import Client, MCPError

from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.mcp.guarding import Guard
from kubeport.adapters.mcp.identity import CALLER, require_caller
from kubeport.adapters.mcp.server import build_server
from kubeport.application.authentication import CannotAuthenticate, Credential, TokenRefused
from kubeport.containers import in_memory
from kubeport.domain.policy import Caller

from .conftest import ERAS

pytestmark = pytest.mark.anyio
ANN = Credential("ann", ("web",), ("kubeport:read",))


@attrs.define
class Knowing:
    """Knows every token as *now*, or raises it."""

    now: Credential | Exception = ANN

    async def authenticate(self, token: str) -> Credential:
        """What is known now."""
        if isinstance(self.now, Exception):
            raise self.now
        return self.now

    async def check(self) -> None:
        """Always ready."""

    async def aclose(self) -> None:
        """Nothing is held."""


async def _for_ever(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(3600)


async def _stream(knowing: Knowing, **headers: str) -> None:
    """A stream, looked after twenty times a second."""
    given = [(b"authorization", b"Bearer t0ken"), *((k.encode(), v.encode()) for k, v in headers.items())]
    scope = {"type": "http", "method": "GET", "path": "/mcp", "headers": given}
    guard = Guard(_for_ever, knowing, "https://mcp.example.com/mcp", frozenset(), again_seconds=0.05)
    await guard(scope, None, None)


@pytest.mark.parametrize(
    "later",
    [
        TokenRefused("it is not known"),
        RuntimeError("a fault of ours"),
        attrs.evolve(ANN, groups=()),
        attrs.evolve(ANN, scopes=("kubeport:admin",)),
        attrs.evolve(ANN, name="bob"),
    ],
)
async def test_a_stream_ends_when_its_token_is_taken_away(later: Credential | Exception) -> None:
    """Or proves something else than when the stream was opened; one without an end of its own, too."""
    knowing = Knowing()
    stream = asyncio.ensure_future(_stream(knowing))
    await asyncio.sleep(0.3)
    assert not stream.done()
    knowing.now = later
    await asyncio.wait_for(stream, 5)


async def test_a_stream_goes_on_while_its_token_is_good() -> None:
    """Renewed answers, and an outage of who gives them, end nothing before its time."""
    knowing = Knowing(attrs.evolve(ANN, expires=2e9))
    with anyio.move_on_after(0.8) as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(_stream, knowing)
            await anyio.sleep(0.2)
            knowing.now = CannotAuthenticate("down")
            await anyio.sleep(0.2)
            knowing.now = attrs.evolve(ANN, expires=3e9)
    assert scope.cancelled_caught


@pytest.mark.parametrize("era", ERAS)
async def test_a_message_of_nobody_is_refused(era: str) -> None:
    """Where callers are verified, one that came around the guard has no rights, rather than all."""
    server = build_server(in_memory(shop()), "0")
    server.middleware.append(require_caller)
    refused = pytest.RaisesExc(MCPError, match="not known who")
    with pytest.RaisesGroup(refused, allow_unwrapped=True, flatten_subgroups=True):
        async with Client(server, mode=era, cache=None) as client:
            await client.list_tools()
    token = CALLER.set(Caller("ann"))
    try:
        async with Client(server, mode=era, cache=None) as client:
            assert (await client.list_tools()).tools
    finally:
        CALLER.reset(token)
