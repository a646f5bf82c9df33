"""Subscriptions against a real API server, over stdio and HTTP, in both protocol eras."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
import attrs
import pytest
from mcp import Client, StdioServerParameters
from mcp import types as T
from tests.adapters.mcp.conftest import ERAS
from tests.adapters.mcp.http_servers import ended, started
from tests.adapters.mcp.older_era import subscribe, unsubscribe
from tests.adapters.mcp.processes import environment
from tests.adapters.watcher_contract import DEPLOYMENT
from tests.cluster.conftest import Kubectl, Restartable
from tests.cluster.test_watcher import chart_in, port_of

from kubeport.application.subscriptions.lists import ChangedList
from kubeport.containers import live

pytestmark = pytest.mark.anyio
NAMESPACE, WEB = "watched", "k8s-deployment://admin/watched/web"
TRANSPORTS = ("stdio", "http")
_SOON, _BACK = 1.0, 30.0


@pytest.fixture(scope="module")
def kubeconfig(restartable: Restartable) -> Path:
    """That of the cluster whose API server may go away."""
    return restartable.kubeconfig


@pytest.fixture(scope="module")
def cluster(
    kubectl: str, kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory
) -> Kubectl:
    """kubectl in that cluster, which has the Deployment web."""
    home = str(tmp_path_factory.mktemp("home"))
    found = Kubectl(kubectl, {"KUBECONFIG": str(kubeconfig), "HOME": home})
    found.output("create", "namespace", NAMESPACE)
    found.output("apply", "-n", NAMESPACE, "-f", "-", stdin=DEPLOYMENT)
    return found


@attrs.define(eq=False)
class Listener:
    """A connected *client* of a server with the process id *pid*, and when it was told of the Deployment."""

    era: str
    client: Client
    pid: int
    api_port: int
    told: "asyncio.Queue[float]"

    @asynccontextmanager
    async def subscribed(self) -> AsyncGenerator[None]:
        """Told of the Deployment within the block."""
        if self.era == "legacy":
            await subscribe(self.client, WEB)
            yield
            await unsubscribe(self.client, WEB)
            return
        async with self.client.listen(resource_subscriptions=[WEB]) as stream:

            async def read() -> None:
                async for _ in stream:
                    self.told.put_nowait(time.monotonic())

            reading = asyncio.create_task(read())
            yield
            reading.cancel()

    async def quiet(self) -> None:
        """Wait until the controllers have done with the last change."""
        while True:
            try:
                async with asyncio.timeout(1.5):
                    await self.told.get()
            except TimeoutError:
                return

    async def hears(self, change: Callable[[], object], seconds: float) -> None:
        """Of *change*, at most *seconds* after it is done."""
        await asyncio.to_thread(change)
        done = time.monotonic()
        async with asyncio.timeout(seconds + 5):
            assert await self.told.get() - done <= seconds

    async def lets_go(self) -> None:
        """Of every connection to the API server."""
        async with asyncio.timeout(5):
            while connections(self.pid, self.api_port):
                await asyncio.sleep(0.05)


def connections(pid: int, port: int) -> int:
    """How many connections the process *pid* has to *port*: one for each watch."""
    inodes = {opened[8:-1] for one in Path(f"/proc/{pid}/fd").iterdir() if (opened := _opened(one))}
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    remote = f":{port:04X}"
    return sum(row[2].endswith(remote) and row[3] == "01" and row[9] in inodes for row in rows)


def _opened(descriptor: Path) -> str:
    """``socket:[INODE]``, or nothing where it is closed by now."""
    try:
        return os.readlink(descriptor)
    except FileNotFoundError:
        return ""


@asynccontextmanager
async def listening(era: str, transport: str, kubeconfig: Path) -> AsyncGenerator[Listener]:
    """A client of *era*, over *transport*, with a server of its own."""
    told, stack = asyncio.Queue[float](), AsyncExitStack()
    changes = {"KUBECONFIG": str(kubeconfig)}

    async def heard(message: object) -> None:
        if era == "legacy" and isinstance(message, T.ResourceUpdatedNotification):
            told.put_nowait(time.monotonic())

    async with stack:
        if transport == "http":
            process, port = await asyncio.to_thread(started, "--log-level", "error", **changes)
            stack.callback(ended, process)
            target: str | StdioServerParameters = f"http://127.0.0.1:{port}/mcp"
            pid = process.pid
        else:
            args = ["-m", "kubeport", "serve", "--log-level", "error"]
            target = StdioServerParameters(command=sys.executable, args=args, env=environment(**changes))
            pid = 0
        before = children()
        client = Client(target, mode=era, cache=None, message_handler=heard)
        await stack.enter_async_context(client)
        if transport == "stdio":
            (pid,) = children() - before
        yield Listener(era, client, pid, port_of(kubeconfig), told)


def children() -> set[int]:
    """The processes that this one has started."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    return {int(one) for one in listed.stdout.split() if Path(f"/proc/{one}/exe").exists()} - {0}


def scale(cluster: Kubectl, replicas: int) -> Callable[[], object]:
    """Scale the Deployment with the real kubectl."""
    words = ("scale", "deployment", "web", "-n", NAMESPACE, f"--replicas={replicas}")
    return lambda: cluster.output(*words)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("era", ERAS)
async def test_scaling_is_told_within_a_second(
    era: str, transport: str, cluster: Kubectl, kubeconfig: Path
) -> None:
    """And after the end nothing is left that reaches the cluster."""
    async with listening(era, transport, kubeconfig) as listener:
        async with listener.subscribed():
            assert connections(listener.pid, listener.api_port) == 1
            for replicas in (2, 3):
                await listener.quiet()
                await listener.hears(scale(cluster, replicas), _SOON)
        await listener.lets_go()


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_goes_leaves_nothing(era: str, transport: str, kubeconfig: Path) -> None:
    """Without an unsubscribe; over HTTP the server goes on."""
    if transport == "stdio":
        async with listening(era, transport, kubeconfig) as listener:
            await _subscribe_for_good(listener)
            pid = listener.pid
        assert pid not in children()
        return
    process, port = await asyncio.to_thread(started, KUBECONFIG=str(kubeconfig))
    try:
        async with Client(f"http://127.0.0.1:{port}/mcp", mode=era, cache=None) as client:
            listener = Listener(era, client, process.pid, port_of(kubeconfig), asyncio.Queue())
            await _subscribe_for_good(listener)
        await listener.lets_go()
        assert process.poll() is None
    finally:
        ended(process)


async def _subscribe_for_good(listener: Listener) -> None:
    if listener.era == "legacy":
        await subscribe(listener.client, WEB)
    else:
        await listener.client.listen(resource_subscriptions=[WEB]).__aenter__()
    assert connections(listener.pid, listener.api_port) == 1


async def test_two_hundred_subscribers_are_one_watch(cluster: Kubectl, kubeconfig: Path) -> None:
    """Counted by connections to the API server; each is told of a change."""
    async with listening("auto", "stdio", kubeconfig) as listener:
        told, ready = list[str](), anyio.Semaphore(0)

        async def listen() -> None:
            async with listener.client.listen(resource_subscriptions=[WEB]) as stream:
                ready.release()
                async for event in stream:
                    told.append(getattr(event, "uri", ""))
                    return

        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(listen)
            with anyio.fail_after(60):
                for _ in range(200):
                    await ready.acquire()
            assert connections(listener.pid, listener.api_port) == 1
            await asyncio.to_thread(scale(cluster, 5))
        assert told == [WEB] * 200
        await listener.lets_go()


async def test_after_a_loss_of_the_api_server_the_next_update_comes(
    restartable: Restartable, cluster: Kubectl, kubeconfig: Path
) -> None:
    """In each era over each transport, all at once; the API server is killed and started again."""
    async with AsyncExitStack() as stack:
        listeners = list[Listener]()
        for era in ERAS:
            for transport in TRANSPORTS:
                one = await stack.enter_async_context(listening(era, transport, kubeconfig))
                await stack.enter_async_context(one.subscribed())
                listeners.append(one)
        await asyncio.gather(*(one.quiet() for one in listeners))
        await asyncio.to_thread(restartable.kill)
        try:
            await asyncio.sleep(2)
        finally:
            await asyncio.to_thread(restartable.revive)
        for one in listeners:
            await one.quiet()
        await asyncio.to_thread(scale(cluster, 6))
        for one in listeners:
            async with asyncio.timeout(_BACK):
                await one.told.get()
        for one in listeners:
            await one.quiet()
        await asyncio.to_thread(scale(cluster, 7))
        done = time.monotonic()
        for one in listeners:
            async with asyncio.timeout(_SOON + 5):
                assert await one.told.get() - done <= _SOON


async def test_namespaces_and_releases_for_an_embedder(
    cluster: Kubectl, helm4: str, kubeconfig: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the library's own API: a context hears of a new namespace, and a release of its installation."""
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    kubeport, told = live(), asyncio.Queue[object]()
    release = f"helm-release://admin/{NAMESPACE}/shop"
    helm = Kubectl(helm4, cluster.environ)
    try:
        kubeport.subscriptions.on_lists(told.put_nowait)
        async with await kubeport.subscriptions.subscribe("k8s-context://admin", told.put_nowait):
            await asyncio.to_thread(cluster.output, "create", "namespace", "late")
            async with asyncio.timeout(_SOON + 5):
                assert {await told.get(), await told.get()} == {"k8s-context://admin", ChangedList.RESOURCES}
        async with await kubeport.subscriptions.subscribe(release, told.put_nowait):
            words = ("install", "shop", str(chart_in(tmp_path)), f"--namespace={NAMESPACE}")
            await asyncio.to_thread(helm.output, *words)
            async with asyncio.timeout(_SOON + 5):
                while await told.get() != release:
                    continue
        assert len(kubeport.subscriptions.watches) == 0
    finally:
        await kubeport.aclose()
