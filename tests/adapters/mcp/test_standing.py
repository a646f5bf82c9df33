"""Clients of 2025-11-25 over HTTP that vanish: their watches end, and begin again when they are back."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import httpx2
import pytest
import uvicorn
from tests.adapters.mcp.processes import INITIALIZE
from tests.application.subscriptions.scene import SlowWatcher

from kubeport.adapters.fake_cluster import FakeCluster, shop
from kubeport.adapters.mcp import feed
from kubeport.adapters.mcp.feed import Feed
from kubeport.adapters.mcp.identity import CALLER_KEY
from kubeport.adapters.mcp.server import build_server
from kubeport.adapters.mcp.standing import Standing
from kubeport.application.kubeport import Kubeport
from kubeport.application.request import Origin
from kubeport.containers import in_memory
from kubeport.domain.effect import Level
from kubeport.domain.policy import BUILT_IN, Caller, Policy, Rule

pytestmark = pytest.mark.anyio
WEB, CART = "k8s-deployment://demo/shop/web", "k8s-deployment://demo/shop/cart"
SESSION = "0123"


@attrs.define(eq=False)
class Scene:
    """A session with a feed, whose streams a test opens and closes."""

    status: int = 200
    policy: Policy = BUILT_IN["read-only"]
    cluster: FakeCluster = attrs.field(factory=shop)
    standing: Standing = attrs.field(factory=lambda: Standing(away_seconds=0.05))
    kubeport: Kubeport = attrs.field(init=False)
    feed: Feed = attrs.field(init=False)
    end: asyncio.Event = attrs.field(factory=asyncio.Event)

    def __attrs_post_init__(self) -> None:
        self.kubeport = in_memory(self.cluster, policy=self.policy)
        self.feed = Feed(self.kubeport, Caller())

    async def begin(self, *uris: str) -> None:
        """Subscribe, as a session does."""
        for uri in uris:
            await self.feed.subscribe(uri, Origin())
        self.standing.expect(SESSION, self.feed)

    @asynccontextmanager
    async def stream(self, caller: Caller | None = None) -> AsyncGenerator[None]:
        """A GET of the session, open within the block; with a token of *caller*'s."""
        started, end = asyncio.Event(), asyncio.Event()

        async def app(_: Any, __: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": self.status})
            started.set()
            await end.wait()

        async def sent(_: Any) -> None:
            """Take it."""

        scope: dict[str, Any] = {"type": "http", "method": "GET", CALLER_KEY: caller}
        scope["headers"] = [(b"mcp-session-id", SESSION.encode())]
        serving = asyncio.ensure_future(self.standing.noticing(app)(scope, None, sent))
        await started.wait()
        try:
            yield
        finally:
            end.set()
            await serving

    async def watching(self, count: int) -> None:
        """Wait until there are *count* watches."""
        async with asyncio.timeout(5):
            while self.cluster.watching != count:
                await asyncio.sleep(0.01)


async def test_who_has_a_stream_is_watched_for() -> None:
    """As long as it is open, and one after another."""
    scene = Scene()
    await scene.begin(WEB)
    async with scene.stream():
        async with scene.stream():
            await asyncio.sleep(0.15)
        await asyncio.sleep(0.15)
        assert scene.cluster.watching == 1
    assert scene.cluster.watching == 1
    async with scene.stream():
        await asyncio.sleep(0.15)
        assert scene.cluster.watching == 1
    scene.feed.close()


async def test_who_is_away_is_not() -> None:
    """Not long after its stream has ended, nor where there never was one."""
    scene = Scene()
    await scene.begin(WEB)
    await scene.watching(0)
    assert len(scene.kubeport.subscriptions) == 0


async def test_who_comes_back_is_told_of_everything() -> None:
    """What happened meanwhile is not known, and what was given up meanwhile is not told."""
    scene = Scene()
    await scene.begin(WEB, CART, "k8s-pod://demo/shop/web-0")
    await scene.watching(0)
    await scene.feed.unsubscribe(CART)
    async with scene.stream():
        await scene.watching(2)
        async with asyncio.timeout(5):
            while len(scene.feed.backlog) < 2:
                await asyncio.sleep(0.01)
    scene.feed.close()
    told = [getattr(event, "uri", "") async for event in scene.feed.backlog]
    assert told == [WEB, "k8s-pod://demo/shop/web-0"]
    await scene.kubeport.subscriptions.watches.settle()
    assert (scene.cluster.watching, len(scene.kubeport.subscriptions)) == (0, 0)


async def test_who_comes_back_with_another_token_has_its_rights() -> None:
    """A URI that may not be read any more is told once, and no more; the other one begins again."""
    private = Rule("cart", "It is private.", Level.NONE, names=("cart",), callers=("group:new",))
    scene = Scene(policy=Policy("new", Level.READ_ONLY, rules=(private,)))
    await scene.begin(WEB, CART)
    await scene.watching(0)
    async with scene.stream(Caller(groups=("new",))):
        await scene.watching(1)
        async with asyncio.timeout(5):
            while len(scene.feed.backlog) < 2:
                await asyncio.sleep(0.01)
    await asyncio.sleep(0.15)
    async with scene.stream(Caller()):
        await asyncio.sleep(0.15)
        assert scene.cluster.watching == len(scene.kubeport.subscriptions) == 1
    scene.feed.close()


async def test_who_comes_back_is_not_forgotten_while_the_cluster_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is tried until the cluster answers, and then told of; what is given up meanwhile is not."""
    monkeypatch.setattr(feed, "FIRST", 0.02)
    scene = Scene()
    await scene.begin(WEB, CART)
    await scene.watching(0)
    scene.cluster.interrupt("demo")
    async with scene.stream():
        await asyncio.sleep(0.15)
        await scene.feed.unsubscribe(CART)
        assert len(scene.feed.backlog) == scene.cluster.watching == 0
        scene.cluster.resume("demo")
        await scene.watching(1)
        await asyncio.sleep(0.3)
        assert len(scene.feed.backlog) == len(scene.kubeport.subscriptions) == 1
    scene.feed.close()


async def test_who_comes_back_is_not_forgotten_for_a_fault_of_our_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its traceback is in the log, and the client is watched for once it is over."""
    monkeypatch.setattr(feed, "FIRST", 0.02)
    scene, faulty = Scene(), SlowWatcher(error=RuntimeError("a fault"))
    await scene.begin(WEB)
    await scene.watching(0)
    scene.kubeport.subscriptions.watches.watcher = faulty
    faulty.go.set()
    async with scene.stream():
        await asyncio.sleep(0.15)
        assert faulty.started > 1 and len(scene.feed.backlog) == len(scene.kubeport.subscriptions) == 0
        assert "RuntimeError: a fault" in caplog.text
        faulty.error = None
        async with asyncio.timeout(5):
            while not scene.feed.backlog:
                await asyncio.sleep(0.01)
        assert len(scene.kubeport.subscriptions) == 1
    scene.feed.close()


async def test_a_stream_that_is_refused_is_none() -> None:
    """Nobody keeps another's watches by naming its session."""
    scene = Scene(status=404)
    await scene.begin(WEB)
    async with scene.stream():
        await scene.watching(0)


async def test_a_session_that_has_ended_is_forgotten() -> None:
    """Nothing is resumed."""
    scene = Scene()
    await scene.begin(WEB)
    await scene.watching(0)
    scene.standing.forget(SESSION)
    scene.feed.close()
    async with scene.stream():
        await asyncio.sleep(0.1)
        assert scene.cluster.watching == 0


@attrs.define(eq=False)
class RawClient:
    """A client of 2025-11-25 that speaks HTTP by itself, so that it can vanish."""

    http: httpx2.AsyncClient
    headers: dict[str, str]

    async def post(self, method: str, params: dict[str, Any] | None = None) -> None:
        """Send a message and take its answer, if it has one."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params or {}}
        if not method.startswith("notifications/"):
            message["id"] = method
        answer = await self.http.post("/mcp", json=message, headers=self.headers)
        assert answer.status_code in (200, 202), answer.text
        if session := answer.headers.get("mcp-session-id"):
            self.headers |= {"mcp-session-id": session, "mcp-protocol-version": "2025-11-25"}


@asynccontextmanager
async def serving(kubeport: Kubeport, away_seconds: float) -> AsyncGenerator[RawClient]:
    """A server over HTTP, and a client that has connected to it."""
    server = build_server(kubeport, "0")
    server.subscribing.standing.away_seconds = away_seconds
    app: Any = server.subscribing.standing.noticing(server.streamable_http_app())
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1))
    task = asyncio.create_task(running.serve())
    while not running.started:
        await asyncio.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
            client = RawClient(http, {"accept": "application/json, text/event-stream"})
            await client.post("initialize", INITIALIZE)
            await client.post("notifications/initialized")
            yield client
    finally:
        running.should_exit = True
        await task


async def test_a_client_that_vanishes_and_comes_back() -> None:
    """Over real connections: without a word its watch ends, and with the next stream it hears at once."""
    scene = Scene()
    async with serving(scene.kubeport, 0.3) as client:
        async with client.http.stream("GET", "/mcp", headers=client.headers):
            await client.post("resources/subscribe", {"uri": WEB})
            await asyncio.sleep(0.8)
            assert scene.cluster.watching == 1
        await scene.watching(0)
        async with client.http.stream("GET", "/mcp", headers=client.headers) as stream:
            async with asyncio.timeout(5):
                heard = [line async for line in _until(stream.aiter_lines(), WEB)]
            assert "notifications/resources/updated" in heard[-1]
            assert scene.cluster.watching == 1
    assert scene.cluster.watching == 0


async def test_a_watch_that_begins_after_its_client_was_found_away_ends() -> None:
    """However long a beginning takes, nobody is watched for who never comes."""
    scene, slow = Scene(), SlowWatcher()
    scene.kubeport.subscriptions.watches.watcher = slow
    async with serving(scene.kubeport, 0.2) as client:
        subscribing = asyncio.create_task(client.post("resources/subscribe", {"uri": WEB}))
        await asyncio.sleep(0.6)
        assert (slow.started, subscribing.done()) == (1, False)
        slow.go.set()
        await subscribing
        async with asyncio.timeout(5):
            while not slow.stopped:
                await asyncio.sleep(0.01)
        assert len(scene.kubeport.subscriptions) == 0


async def _until(lines: AsyncIterator[str], wanted: str) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if wanted in line:
            return
