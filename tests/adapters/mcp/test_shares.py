"""No caller takes the connections or the sessions of the others: one token floods, the other is served."""

import contextlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import attrs
import httpx2
import pytest
from tests.adapters.authentication.provider import provider
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from kubeport.adapters.mcp.identity import CALLER_KEY
from kubeport.adapters.mcp.shares import Shares
from kubeport.domain.policy import Caller

from .conftest import ERAS
from .http_servers import ended, started
from .processes import INITIALIZE, MODERN_META
from .test_authentication import Guarded, client, flags

pytestmark = pytest.mark.anyio
OPENING = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
LISTING: dict[str, Any] = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
LISTENING = {
    "jsonrpc": "2.0", "id": 3, "method": "subscriptions/listen",
    "params": {"_meta": MODERN_META, "notifications": {"toolsListChanged": True}},
}  # fmt: skip
MODERN = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen"}


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A demo server that wants tokens, with WebSocket and few of everything."""
    few = {
        "server__websocket": "true", "server__caller_connections": "4",
        "server__sessions": "6", "server__caller_sessions": "3",
    }  # fmt: skip
    with provider() as idp:
        process, port = started("--demo", *flags(idp, tmp_path, **few))
        yield Guarded(process, port, idp, tmp_path / "audit.jsonl")
        ended(process)


@attrs.frozen
class Bearer:
    """Somebody with a token, in plain HTTP."""

    http: httpx2.AsyncClient
    url: str
    port: int
    token: str

    async def post(self, message: Any, session: str = "") -> httpx2.Response:
        """The whole answer."""
        headers = {"Mcp-Session-Id": session} if session else {}
        return await self.http.post(self.url, json=message, headers=headers)

    async def session(self) -> str:
        """A new session's id."""
        answer = await self.post(OPENING)
        assert answer.status_code == 200, answer.text
        return str(answer.headers["mcp-session-id"])

    async def finds(self, *sessions: str) -> list[bool]:
        """Which of the *sessions* are still there."""
        return [(await self.post(LISTING, session)).status_code == 200 for session in sessions]

    def stream(self, session: str) -> Any:
        """The standing stream of a session."""
        return self.http.stream("GET", self.url, headers={"Mcp-Session-Id": session})

    def listen(self) -> Any:
        """A stream of 2026-07-28."""
        return self.http.stream("POST", self.url, json=LISTENING, headers=MODERN)

    def socket(self) -> Any:
        """A WebSocket."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return connect(f"ws://127.0.0.1:{self.port}/ws", additional_headers=headers)


@asynccontextmanager
async def bearer_of(guarded: Guarded, sub: str) -> AsyncGenerator[Bearer]:
    """The caller *sub*."""
    token, url = guarded.token(sub=sub), f"http://127.0.0.1:{guarded.port}/mcp"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    async with httpx2.AsyncClient(headers=headers, timeout=20) as http:
        yield Bearer(http, url, guarded.port, token)


async def until(answers: Any, wanted: int) -> None:
    """Wait until *answers* has the status that is *wanted*: the end of a stream is noticed a moment later."""
    with anyio.fail_after(10):
        while (await answers()).status_code != wanted:
            await anyio.sleep(0.05)


async def test_sessions_without_end_cost_their_own_caller(guarded: Guarded) -> None:
    """Bob's oldest idle ones end; ann keeps hers, and gets more."""
    async with bearer_of(guarded, "ann") as ann, bearer_of(guarded, "bob") as bob:
        hers = await ann.session()
        his = [await bob.session() for _ in range(20)]
        assert await bob.finds(*his) == [False] * 17 + [True] * 3
        assert await ann.finds(hers, await ann.session()) == [True, True]


async def test_a_session_that_is_used_outlives_one_that_is_not(guarded: Guarded) -> None:
    """It is the one that lay idle longest that ends, not the oldest."""
    async with bearer_of(guarded, "bob") as bob:
        first, second, third = [await bob.session() for _ in range(3)]
        assert await bob.finds(first) == [True]
        fourth = await bob.session()
        assert await bob.finds(first, second, third, fourth) == [True, False, True, True]


async def test_all_sessions_are_taken(guarded: Guarded) -> None:
    """Whoever has none gets one from those who have most."""
    async with AsyncExitStack() as stack:
        names = ("ann", "bob", "eve")
        ann, bob, eve = [await stack.enter_async_context(bearer_of(guarded, name)) for name in names]
        theirs = [[await one.session() for _ in range(3)] for one in (bob, eve)]
        hers = await ann.session()
        assert await ann.finds(hers) == [True]
        left = [*await bob.finds(*theirs[0]), *await eve.finds(*theirs[1])]
        assert left.count(False) == 1


async def test_sessions_in_use_are_not_ended(guarded: Guarded) -> None:
    """The next one is refused, and told what to do; it can be had when one is given up."""
    async with bearer_of(guarded, "ann") as ann, bearer_of(guarded, "bob") as bob, AsyncExitStack() as open_:
        his = [await bob.session() for _ in range(3)]
        for session in his[:2]:
            assert (await open_.enter_async_context(bob.stream(session))).status_code == 200
        async with bob.stream(his[2]) as last:
            assert last.status_code == 200
            refused = await bob.post(OPENING)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
            error = refused.json()["error"]
            assert "You have 3 sessions here, and all of them are in use. End some" in error["message"]
            told = error["data"]
            assert (told["code"], told["reason"]) == ("RATE_LIMITED", "too_many_sessions")
            assert told["retry_after"] == 10
            assert await ann.finds(await ann.session()) == [True]
        await until(lambda: bob.post(OPENING), 200)
        assert await bob.finds(*his) == [True, True, False]
    records = [one for one in guarded.records() if one["event"] == "denied" and one["http_status"] == 429]
    assert records and records[0]["caller"] == "bob" and records[0]["reason"] == "too_many_sessions"


@pytest.mark.parametrize("era", ERAS)
async def test_streams_of_every_kind_count_together(guarded: Guarded, era: str) -> None:
    """GET, listen and WebSocket: at four of them bob is told so, whatever he asks for, and ann is served."""
    async with bearer_of(guarded, "bob") as bob, AsyncExitStack() as open_:
        for session in [await bob.session() for _ in range(2)]:
            assert (await open_.enter_async_context(bob.stream(session))).status_code == 200
        assert (await open_.enter_async_context(bob.listen())).status_code == 200
        async with bob.socket() as socket:
            for refused in (await bob.post(LISTING), await bob.post(OPENING)):
                assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
                assert "4 requests and streams open" in refused.json()["error"]["message"]
            async with bob.listen() as another:
                assert another.status_code == 429
            with pytest.raises(InvalidStatus) as denied:
                async with bob.socket():
                    raise AssertionError("a fifth one was taken")
            assert denied.value.response.status_code == 429
            assert denied.value.response.headers["Retry-After"] == "5"
            async with client(guarded.port, guarded.token(sub="ann"), era) as ann:
                assert not (await ann.call_tool("kubectl", {"command": "get pods -n shop"})).is_error
            await socket.ping()
        await until(lambda: bob.post(OPENING), 200)


async def test_a_full_server_says_what_is_wrong_with_a_request(guarded: Guarded) -> None:
    """Not that too many sessions are open, where none was asked for; all of them stay."""
    async with bearer_of(guarded, "ann") as ann, bearer_of(guarded, "bob") as bob:
        hers, his = [[await one.session() for _ in range(3)] for one in (ann, bob)]
        for _ in range(2):
            assert (await bob.http.get(bob.url)).status_code == 400
            assert (await bob.http.delete(bob.url)).status_code == 400
            assert (await bob.post(LISTING)).status_code == 400
            typed = {"Content-Type": "application/json"}
            malformed = await bob.http.post(bob.url, content=b"{", headers=typed)
            assert malformed.status_code == 400 and "Parse error" in malformed.text
        assert await ann.finds(*hers) == [True] * 3
        assert await bob.finds(*his) == [True] * 3


async def hold(app: Any, host: str, caller: str = "") -> list[Any]:
    """What *app* sends to a request from *host*."""
    sent = list[Any]()

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/mcp", "headers": []}
    scope["client"] = (host, 1)
    if caller:
        scope[CALLER_KEY] = Caller(caller)
    await app(scope, None, send)
    return sent


async def test_without_authentication_an_address_is_a_caller() -> None:
    """And with it one caller is the same from anywhere; probes are not counted."""

    async def for_ever(scope: Any, receive: Any, send: Any) -> None:
        await anyio.sleep_forever()

    async def statuses(*asking: tuple[str, str]) -> list[int]:
        found = list[int]()
        for host, caller in asking:
            with anyio.move_on_after(0.05):
                found.extend(one["status"] for one in await hold(app, host, caller) if "status" in one)
        return found

    app = Shares(2).bounding(for_ever, frozenset({"/livez"}))
    with contextlib.suppress(TimeoutError):
        async with anyio.create_task_group() as group:
            for host in ("10.0.0.1", "10.0.0.1"):
                group.start_soon(hold, app, host)
            for host in ("10.0.0.2", "10.0.0.3"):
                group.start_soon(hold, app, host, "ann")
            await anyio.sleep(0)
            assert await statuses(("10.0.0.1", ""), ("10.0.0.4", "ann")) == [429, 429]
            assert await statuses(("10.0.0.2", ""), ("10.0.0.1", "bob")) == []
            group.cancel_scope.cancel()
    assert await statuses(("10.0.0.1", ""), ("10.0.0.4", "ann")) == []
