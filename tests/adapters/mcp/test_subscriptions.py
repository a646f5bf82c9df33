"""Subscriptions through a real client, in each protocol era."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import attrs
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp import types as T
from mcp.server.subscriptions import ResourcesListChanged, ResourceUpdated, ToolsListChanged
from tests.adapters.mcp.conftest import ERAS
from tests.adapters.mcp.older_era import subscribe, unsubscribe
from tests.adapters.mcp.processes import environment
from tests.application.subscriptions.scene import SlowWatcher

from kubeport.adapters.fake_cluster import FakeCluster, shop
from kubeport.adapters.mcp.feed import Feed
from kubeport.adapters.mcp.server import build_server
from kubeport.adapters.mcp.subscriptions import drain
from kubeport.application.kubeport import Kubeport
from kubeport.application.ports import Change
from kubeport.application.request import Origin
from kubeport.application.settings import LimitSettings, SecuritySettings, Settings
from kubeport.application.subscriptions.subscription import Subscription
from kubeport.containers import in_memory
from kubeport.domain.effect import Level
from kubeport.domain.errors import ExecutionFailed
from kubeport.domain.policy import Caller

pytestmark = pytest.mark.anyio
WEB, CART = "k8s-deployment://demo/shop/web", "k8s-deployment://demo/shop/cart"
_SECONDS = 5


@attrs.define(eq=False)
class Scene:
    """A client of *era* and the cluster behind its server; ``told`` is what the client has heard."""

    era: str
    client: Client
    kubeport: Kubeport
    cluster: FakeCluster
    told: "asyncio.Queue[object]"

    @asynccontextmanager
    async def subscribed(self, *uris: str, lists: bool = False) -> AsyncGenerator[None]:
        """Told of *uris* within the block."""
        if self.era == "legacy":
            for uri in uris:
                await subscribe(self.client, uri)
            yield
            for uri in uris:
                await unsubscribe(self.client, uri)
            return
        flags = {"resources_list_changed": True, "tools_list_changed": True} if lists else {}
        async with self.client.listen(resource_subscriptions=list(uris), **flags) as stream:

            async def read() -> None:
                async for event in stream:
                    self.told.put_nowait(event)

            reading = asyncio.create_task(read())
            yield
            reading.cancel()

    async def next(self) -> object:
        """What the client hears next."""
        async with asyncio.timeout(_SECONDS):
            return await self.told.get()

    async def run(self, command: str) -> None:
        """Change the cluster behind the client's back."""
        result = await self.kubeport.command(command, context="demo", namespace="shop")
        assert result.error is None, result.error

    async def settled(self) -> tuple[int, int]:
        """Watches and subscriptions, once those that end have ended."""
        async with asyncio.timeout(_SECONDS):
            while self.cluster.watching or len(self.kubeport.subscriptions):
                await asyncio.sleep(0.01)
        return self.cluster.watching, len(self.kubeport.subscriptions)


def event_of(message: object) -> object:
    """A message of the 2025 era as the event that it tells of."""
    if isinstance(message, T.ResourceUpdatedNotification):
        return ResourceUpdated(str(message.params.uri))
    if isinstance(message, T.ResourceListChangedNotification):
        return ResourcesListChanged()
    return ToolsListChanged() if isinstance(message, T.ToolListChangedNotification) else None


@asynccontextmanager
async def scene_of(era: str, settings: Settings) -> AsyncGenerator[Scene]:
    """A scene, until its client goes."""
    cluster, told = shop(), asyncio.Queue[object]()
    kubeport = in_memory(cluster, settings)
    kubeport.subscriptions.quiet = 0.05
    kubeport.subscriptions.lists.every = 0.01

    async def heard(message: object) -> None:
        if era == "legacy" and (event := event_of(message)) is not None:
            told.put_nowait(event)

    client = Client(build_server(kubeport, "0"), mode=era, cache=None, message_handler=heard)
    async with client:
        yield Scene(era, client, kubeport, cluster, told)
    assert (cluster.watching, len(kubeport.subscriptions)) == (0, 0)


@pytest.fixture(params=ERAS)
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A scene at the level admin."""
    settings = Settings(security=SecuritySettings(level=Level.ADMIN))
    async with scene_of(request.param, settings) as found:
        yield found


@contextmanager
def refused(match: str) -> Generator["pytest.ExceptionInfo[MCPError]"]:
    """An MCPError, which may come out of the SDK's task groups."""
    with pytest.raises(MCPError, match=match) as caught:
        try:
            yield caught
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None


async def test_a_change_is_told_once_and_the_end_is_the_end(scene: Scene) -> None:
    """Only of what was asked for; afterwards no watch is left."""
    async with scene.subscribed(WEB):
        assert scene.cluster.watching == 1
        await scene.run("kubectl scale deployment cart --replicas=1")
        await scene.run("kubectl scale deployment web --replicas=5")
        assert await scene.next() == ResourceUpdated(WEB)
    assert await scene.settled() == (0, 0)
    await scene.run("kubectl scale deployment web --replicas=4")
    await asyncio.sleep(0.1)
    assert scene.told.empty()


async def test_the_same_uri_again_is_no_second_subscription(scene: Scene) -> None:
    """It is told once."""
    async with scene.subscribed(WEB, WEB):
        assert len(scene.kubeport.subscriptions) == 1
        await scene.run("kubectl scale deployment web --replicas=5")
        assert await scene.next() == ResourceUpdated(WEB)
    await scene.settled()


async def test_the_end_of_the_client_ends_its_watches(scene: Scene) -> None:
    """Without a word: the fixture looks for what is left."""
    if scene.era == "legacy":
        await subscribe(scene.client, WEB)
    else:
        await scene.client.listen(resource_subscriptions=[WEB]).__aenter__()
    assert scene.cluster.watching == 1


@pytest.mark.parametrize("uri", ["https://example.com/", "k8s-pod://demo/shop", "k8s-pod://nowhere/shop/web"])
async def test_what_is_no_uri_of_ours_is_an_invalid_parameter(scene: Scene, uri: str) -> None:
    """With the URI; and what was begun beside it has ended."""
    with refused(".") as caught:
        async with scene.subscribed(WEB, uri):
            raise AssertionError("it was taken")
    assert caught.value.error.code == T.INVALID_PARAMS
    assert caught.value.error.data["uri"] == uri
    if scene.era != "legacy":
        assert await scene.settled() == (0, 0)


@pytest.mark.parametrize("era", ERAS)
async def test_the_policy_holds_for_each_uri(era: str, tmp_path: Path) -> None:
    """One that is refused says why, and by which rule."""
    policy = tmp_path / "policy.toml"
    rule = 'name = "cart"\nreason = "It is private."\naccess = "none"\nnames = ["cart"]\n'
    policy.write_text(f"[[rules]]\n{rule}")
    async with scene_of(era, Settings(security=SecuritySettings(policy_file=str(policy)))) as scene:
        with refused("It is private") as caught:
            async with scene.subscribed(CART):
                raise AssertionError("it was taken")
        assert caught.value.error.code == T.INVALID_PARAMS
        assert caught.value.error.data["code"] == "POLICY_DENIED"
        async with scene.subscribed(WEB):
            assert scene.cluster.watching == 1


@pytest.mark.parametrize("era", ERAS)
async def test_a_limit_is_told(era: str) -> None:
    """With what can be done about it."""
    async with scene_of(era, Settings(limits=LimitSettings(caller_subscriptions=1))) as scene:
        with refused("as many subscriptions as there may be") as caught:
            async with scene.subscribed(WEB, CART):
                raise AssertionError("it was taken")
        assert caught.value.error.data["reason"] == "too_many_subscriptions"


async def test_namespaces_that_come_are_a_change_of_the_list(scene: Scene) -> None:
    """Where their context is watched."""
    async with scene.subscribed("k8s-context://demo", lists=True):
        await scene.run("kubectl create namespace new")
        events = {await scene.next(), await scene.next()}
        assert events == {ResourceUpdated("k8s-context://demo"), ResourcesListChanged()}


@pytest.mark.parametrize("era", ERAS)
async def test_a_policy_that_offers_more_changes_the_list_of_tools(era: str, tmp_path: Path) -> None:
    """One that offers the same does not."""
    policy = tmp_path / "policy.toml"
    policy.write_text('access = "read-only"\n')
    settings = Settings(security=SecuritySettings(policy_file=str(policy)))
    async with scene_of(era, settings) as scene, scene.subscribed(lists=True):
        await asyncio.sleep(0.05)
        policy.write_text('access = "read-only"\nsensitive = []\n')
        await asyncio.sleep(0.1)
        assert scene.told.empty()
        policy.write_text('access = "write"\n')
        assert await scene.next() == ToolsListChanged()


async def test_two_hundred_subscribers_cost_one_watch() -> None:
    """Streams of one client, all told."""
    settings = Settings(security=SecuritySettings(level=Level.ADMIN))
    async with scene_of("auto", settings) as scene:
        heard = list[object]()

        async def listen() -> None:
            async with scene.client.listen(resource_subscriptions=[WEB]) as stream:
                ready.set() if len(scene.kubeport.subscriptions) == 200 else None
                async for event in stream:
                    heard.append(event)
                    return

        ready = asyncio.Event()
        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(listen)
            with anyio.fail_after(30):
                await ready.wait()
            assert scene.cluster.watching == 1
            await scene.run("kubectl scale deployment web --replicas=5")
        assert heard == [ResourceUpdated(WEB)] * 200
        await scene.settled()


async def test_both_eras_are_told_that_there_are_subscriptions(scene: Scene) -> None:
    """And that lists change."""
    capabilities = scene.client.server_capabilities
    assert capabilities.resources is not None and capabilities.tools is not None
    assert (capabilities.resources.subscribe, capabilities.resources.list_changed) == (True, True)
    assert capabilities.tools.list_changed is True


async def test_a_stream_comes_to_its_end_with_the_server(served: tuple[subprocess.Popen[bytes], int]) -> None:
    """At SIGTERM a client is told so, at once, and the process is gone."""
    process, port = served
    async with (
        Client(f"http://127.0.0.1:{port}/mcp", cache=None) as client,
        client.listen(resource_subscriptions=[WEB], resources_list_changed=True) as stream,
    ):
        process.send_signal(signal.SIGTERM)
        with anyio.fail_after(3):
            assert [event async for event in stream] == []
    began = time.monotonic()
    assert await anyio.to_thread.run_sync(process.wait, 10) in (0, -signal.SIGTERM)
    assert time.monotonic() - began < 3


@attrs.define(eq=False)
class _Deaf:
    """A connection whose client never reads."""

    sent: int = 0
    exit_stack: AsyncExitStack = attrs.field(factory=AsyncExitStack)

    async def send_resource_updated(self, uri: str) -> None:
        """Wait for ever."""
        self.sent += 1
        await asyncio.Event().wait()


async def test_who_never_reads_costs_no_more_and_keeps_nobody_waiting() -> None:
    """What it has not heard is kept once, whatever happens; others hear of everything."""
    kubeport = in_memory(shop(), Settings(security=SecuritySettings(level=Level.ADMIN)))
    kubeport.subscriptions.quiet = 0.0
    deaf, told, feed = _Deaf(), list[str](), Feed(kubeport, Caller())
    await feed.subscribe(WEB, Origin())
    await feed.subscribe(CART, Origin())
    await kubeport.subscriptions.subscribe(WEB, told.append)
    sending = asyncio.create_task(drain(deaf, feed.backlog))  # type: ignore[arg-type]
    for replicas in range(3, 23):
        scale = f"kubectl scale deployment web --replicas={replicas} -n shop"
        assert (await kubeport.command(scale)).error is None
        await asyncio.sleep(0.001)
    assert len(told) == 20
    assert (deaf.sent, len(feed.backlog)) == (1, 1)
    feed.close()
    sending.cancel()
    await kubeport.aclose()
    assert len(kubeport.subscriptions) == 0


async def test_an_end_that_comes_before_the_beginning_is_the_end() -> None:
    """A client that does not wait for its answer is not told of what it gave up."""
    cluster = shop()
    kubeport = in_memory(cluster)
    feed = Feed(kubeport, Caller())
    beginning = asyncio.create_task(feed.subscribe(WEB, Origin()))
    await asyncio.sleep(0)
    await feed.unsubscribe(WEB)
    await beginning
    await kubeport.subscriptions.watches.settle()
    assert (cluster.watching, len(kubeport.subscriptions)) == (0, 0)


@pytest.mark.parametrize("given_up", [False, True])
async def test_an_attempt_that_fails_does_not_cancel_another_one(given_up: bool) -> None:
    """Who asks twice for a URI and is refused once is told of it, unless it has given it up."""
    kubeport, slow = in_memory(shop()), SlowWatcher(error=ExecutionFailed("Not now."))
    watches, feed = kubeport.subscriptions.watches, Feed(kubeport, Caller())
    watches.watcher, good = slow, SlowWatcher()
    failing = asyncio.create_task(feed.subscribe(WEB, Origin()))
    await asyncio.sleep(0.01)
    watches._running.clear()  # pyright: ignore[reportPrivateUsage]  # as if the other had another token
    watches.watcher = good
    beginning = asyncio.create_task(feed.subscribe(WEB, Origin()))
    await asyncio.sleep(0.01)
    slow.go.set()
    with pytest.raises(ExecutionFailed):
        await failing
    if given_up:
        await feed.unsubscribe(WEB)
    good.go.set()
    await beginning
    assert (slow.started, good.started) == (1, 1)
    assert len(kubeport.subscriptions) == (0 if given_up else 1)
    if not given_up:
        good.listeners[0](Change("shop", "web"))
        assert len(feed.backlog) == 1
    feed.close()
    await kubeport.aclose()


async def test_a_fault_at_the_end_of_a_beginning_leaves_no_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody holds is let go of, or every further try would leave one more."""

    def fail(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(Subscription, "renew", fail)
    cluster = shop()
    kubeport = in_memory(cluster)
    with pytest.raises(RuntimeError):
        await Feed(kubeport, Caller()).subscribe(WEB, Origin())
    await kubeport.subscriptions.watches.settle()
    assert (cluster.watching, len(kubeport.subscriptions)) == (0, 0)


def kubeconfig(path: Path, *names: str) -> None:
    """Write a kubeconfig with contexts that lead nowhere."""
    contexts = [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in names]
    clusters = [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}]
    path.write_text(json.dumps({"contexts": contexts, "clusters": clusters, "users": []}))


@pytest.mark.parametrize("era", ERAS)
async def test_a_context_that_comes_is_a_change_of_the_list(era: str, tmp_path: Path) -> None:
    """A server over stdio sees that its kubeconfig has changed."""
    path, told = tmp_path / "config", asyncio.Queue[object]()
    kubeconfig(path, "dev")
    args = ["-m", "kubeport", "serve", "--log-level", "error"]
    server = StdioServerParameters(command=sys.executable, args=args, env=environment(KUBECONFIG=str(path)))

    async def heard(message: object) -> None:
        told.put_nowait(event_of(message))

    async with AsyncExitStack() as stack:
        client = Client(server, mode=era, cache=None, message_handler=heard)
        await stack.enter_async_context(client)
        if era != "legacy":
            await stack.enter_async_context(client.listen(resources_list_changed=True))
        await client.list_tools()
        kubeconfig(path, "dev", "prod")
        async with asyncio.timeout(_SECONDS):
            assert await told.get() == ResourcesListChanged()
