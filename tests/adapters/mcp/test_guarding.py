"""The guard alone: how long a stream lives, and that nobody is nobody."""

import asyncio
import time
from typing import Any

import anyio
import attrs
import pytest
from mcp import Client, MCPError

from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.mcp.guarding import Guard
from kubeport.adapters.mcp.identity import CALLER, CALLER_KEY, require_caller
from kubeport.adapters.mcp.server import build_server
from kubeport.application.authentication import SENDER, CannotAuthenticate, Credential, TokenRefused
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


async def _stream(knowing: Knowing, outage: float = 300.0) -> None:
    """A stream, looked after twenty times a second."""
    given = [(b"authorization", b"Bearer t0ken")]
    scope = {"type": "http", "method": "GET", "path": "/mcp", "headers": given}
    resource = "https://mcp.example.com/mcp"
    await Guard(_for_ever, knowing, resource, frozenset(), time.time, 0.05, outage)(scope, None, None)


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


async def test_a_stream_outlives_reviews_that_fail_and_ends_when_its_token_is_refused() -> None:
    """That an answer is remembered no longer is no end of the token."""
    knowing = Knowing(attrs.evolve(ANN, fresh_until=time.time()))
    stream = asyncio.ensure_future(_stream(knowing))
    await asyncio.sleep(0.1)
    knowing.now = CannotAuthenticate("down")
    await asyncio.sleep(0.3)
    assert not stream.done()
    knowing.now = attrs.evolve(ANN, fresh_until=time.time() + 60)
    await asyncio.sleep(0.2)
    knowing.now = CannotAuthenticate("down")
    await asyncio.sleep(0.2)
    assert not stream.done()
    stream.cancel()
    knowing.now = ANN
    stream = asyncio.ensure_future(_stream(knowing))
    await asyncio.sleep(0.1)
    knowing.now = CannotAuthenticate("down")
    await asyncio.sleep(0.2)
    knowing.now = TokenRefused("the cluster does not know it")
    await asyncio.wait_for(stream, 5)


@pytest.mark.parametrize(("lasts", "outage"), [(0.4, 300.0), (float("inf"), 0.3)])
async def test_no_stream_outlives_its_token_or_a_long_outage(lasts: float, outage: float) -> None:
    """Whichever comes first: what nobody can say anything of is not good for ever."""
    knowing = Knowing(attrs.evolve(ANN, expires=time.time() + lasts))
    stream = asyncio.ensure_future(_stream(knowing, outage))
    await asyncio.sleep(0.1)
    knowing.now = CannotAuthenticate("down")
    await asyncio.sleep(0.1)
    assert not stream.done()
    await asyncio.wait_for(stream, 5)


@pytest.mark.parametrize(
    ("client", "sender"),
    [
        (("192.0.2.1", 5), "192.0.2.1"), (("::ffff:192.0.2.1", 5), "192.0.2.1"), (None, ""),
        (("2001:db8:1:2:3::4", 5), "2001:db8:1:2::/64"), (("::1", 5), "::/64"),
        (("/run/socket", None), "/run/socket"),
    ],
)  # fmt: skip
async def test_who_looks_at_a_token_knows_where_it_came_from(client: Any, sender: str) -> None:
    """An address, or the whole network that one IPv6 client has at will; after it nothing is left of that."""
    seen = list[str]()

    class Seeing(Knowing):
        async def authenticate(self, token: str) -> Credential:
            seen.append(SENDER.get())
            return await super().authenticate(token)

    stream = {"type": "http", "method": "GET", "path": "/mcp", "headers": [BEARER], "client": client}
    guard = Guard(_for_ever, Seeing(), "https://mcp.example.com/mcp", frozenset(), again_seconds=0.05)
    with anyio.move_on_after(0.2):
        await guard(stream, None, None)
    assert len(seen) > 1 and set(seen) == {sender} and SENDER.get() == ""


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


BEARER = (b"authorization", b"Bearer t0ken")


async def answered(app: Any, *headers: tuple[bytes, bytes], path: str = "/mcp") -> list[dict[str, Any]]:
    """What the guard sends for a POST, with *app* behind it; /livez is open."""
    sent = list[dict[str, Any]]()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": list(headers)}
    await Guard(app, Knowing(), "https://mcp.example.com/mcp", frozenset({"/livez"}))(scope, None, send)
    return sent


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((), 401),
        (((b"x-remote-user", b"root"), (b"x-authorization", b"Bearer t0ken")), 401),
        (((b"authorization", b""),), 401),
        (((b"authorization", b"Basic YTpi"),), 401),
        (((b"authorization", b"Bearer"),), 400),
        (((b"authorization", b"Bearer one two"),), 400),
        (((b"authorization", b"Bearer one,two"),), 400),
        (((b"authorization", b"Bearer \xff"),), 400),
        ((BEARER, BEARER), 400),
        ((BEARER, (b"authorization", b"Basic YTpi")), 400),
    ],
)
async def test_one_bearer_token_is_taken(headers: tuple[tuple[bytes, bytes], ...], status: int) -> None:
    """Anything else reaches nothing: of two headers a proxy may have checked the other one."""
    started, body = await answered(_for_ever, *headers)
    told = {name.decode(): value.decode() for name, value in started["headers"]}
    assert started["status"] == status and body["type"] == "http.response.body"
    assert told["www-authenticate"].startswith("Bearer ") and told["cache-control"] == "no-store"
    assert ("error=" in told["www-authenticate"]) == (status == 400)


@pytest.mark.parametrize("path", ["/livez/", "/livez/../mcp", "//livez", "/LIVEZ", "/livez%2f", "/mcp", ""])
async def test_open_paths_are_open_to_the_letter(path: str) -> None:
    """What only looks like one is guarded."""
    assert (await answered(_for_ever, path=path))[0]["status"] == 401


async def test_the_caller_is_known_while_it_is_served_and_nowhere_else() -> None:
    """To the request and its context; nothing behind the guard gets the token, or believes a header."""
    seen = list[Any]()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend((CALLER.get(), scope[CALLER_KEY], scope["user"].access_token.token))

    await answered(app, BEARER, (b"impersonate-user", b"root"))
    assert [one.name for one in seen[:2]] == ["ann", "ann"] and seen[2] == ""
    assert CALLER.get() is None
    await answered(app, path="/mcp")
    assert len(seen) == 3


async def test_a_call_is_let_to_its_end() -> None:
    """It has a deadline of its own; its token is looked at once."""
    knowing = Knowing()
    scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": [BEARER]}
    guard = Guard(_for_ever, knowing, "https://mcp.example.com/mcp", frozenset(), again_seconds=0.05)
    call = asyncio.ensure_future(guard(scope, None, None))
    await asyncio.sleep(0.1)
    knowing.now = TokenRefused("it is not known")
    await asyncio.sleep(0.3)
    assert not call.done()
    call.cancel()
    await asyncio.wait({call})


async def test_a_timeout_inside_a_stream_is_no_end_of_a_token() -> None:
    """It goes on to whoever handles it, and nobody looks at the token any more."""

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise TimeoutError("inside")

    before = asyncio.all_tasks()
    scope = {"type": "http", "method": "GET", "path": "/mcp", "headers": [BEARER]}
    with pytest.raises(TimeoutError, match="inside"):
        await Guard(failing, Knowing(), "https://mcp.example.com/mcp", frozenset())(scope, None, None)
    await asyncio.sleep(0.01)
    assert asyncio.all_tasks() == before
