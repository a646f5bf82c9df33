"""The end of a Kubeport that shares state: Redis itself says that no connection is left."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.fake_cluster import FakeCluster, shop
from kubeport.adapters.shared_state import RedisRateLimits, SharedState
from kubeport.adapters.shared_state.channels import Channels
from kubeport.adapters.shared_state.shared_watcher import SharedWatcher
from kubeport.application.kubeport import Kubeport
from kubeport.application.settings import LimitSettings, SecuritySettings, Settings, StateSettings
from kubeport.containers.choices import choose_state
from kubeport.containers.container import Container
from kubeport.domain.effect import Level
from kubeport.domain.errors import ExecutionFailed

from .conftest import SECRET, Server, clients

pytestmark = pytest.mark.anyio
WEB = "k8s-deployment://demo/shop/web"
SCALE = "kubectl scale deployment web --replicas={} -n shop"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A Redis of one test's own."""
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


def sharing(cluster: FakeCluster, url: str, folder: Path) -> Kubeport:
    """A Kubeport over *cluster* whose settings name the Redis at *url*, wired as a server over HTTP is."""
    files = {"url": url, "secret": SECRET}
    for name, text in files.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    settings = Settings(
        security=SecuritySettings(level=Level.ADMIN),
        state=StateSettings(str(folder / "url"), str(folder / "secret")),
        limits=LimitSettings(output_tokens=200, rate=1000, burst=1000),
    )
    state = choose_state(settings.state)
    assert state is not None
    return Container(
        settings=settings, executor=cluster, kubeconfig=cluster, repositories=cluster, audit=MemoryAudit(),
        state=state, watcher=SharedWatcher(cluster, state),
    ).kubeport()  # fmt: skip


async def use(kubeport: Kubeport, told: list[str]) -> None:
    """Every part that shares state: rates, kept output, used approvals, a watch."""
    assert (await kubeport.command("kubectl get pods -A -o yaml")).continuation
    assert await kubeport.run.approvals.once.take("one", 60) is not None
    await kubeport.subscriptions.subscribe(WEB, told.append)


@pytest.mark.parametrize("holds", [True, False], ids=["holder", "follower"])
async def test_no_connection_is_left(server: Server, tmp_path: Path, holds: bool) -> None:
    """Nor a task; however often it is closed, and whoever asks for something afterwards."""
    other = sharing(shop(), server.url, tmp_path)
    if not holds:
        await use(other, [])
    theirs, before = await clients(server.url), asyncio.all_tasks()
    kubeport = sharing(shop(), server.url, tmp_path)
    await use(kubeport, [])
    assert len(await clients(server.url)) == len(theirs) + (1 if holds else 2)
    await asyncio.gather(kubeport.aclose(), kubeport.aclose())
    assert len(await clients(server.url)) == len(theirs)
    assert asyncio.all_tasks() <= before
    await kubeport.aclose()
    state: Any = kubeport.held
    for attempt in (RedisRateLimits(state).take("a", 1, 1), state.check()):
        with pytest.raises(ExecutionFailed, match="shutting down"):
            await attempt
    with pytest.raises(ExecutionFailed, match="shutting down"):
        state.listener()
    await other.aclose()
    assert await clients(server.url) == []


async def test_another_kubeport_of_the_same_process_goes_on(server: Server, tmp_path: Path) -> None:
    """Over the same settings: it hears, counts and keeps what it did before, at once."""
    cluster, told, others = shop(), list[str](), list[str]()
    first, second = (sharing(cluster, server.url, tmp_path) for _ in range(2))
    await use(first, told)
    await use(second, others)
    kept = (await second.command("kubectl get pods -A -o yaml")).continuation
    await first.aclose()
    assert await clients(server.url)
    async with asyncio.timeout(5):
        while not others:  # it has taken the watch over: something may have been missed
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.6)
    assert (await second.command(SCALE.format(5))).error is None
    async with asyncio.timeout(5):
        while len(others) < 2:
            await asyncio.sleep(0.01)
    assert kept and (await second.more(kept)).output
    await second.aclose()
    assert told == []
    assert await clients(server.url) == []


async def test_where_redis_is_gone_the_end_comes_all_the_same(server: Server, tmp_path: Path) -> None:
    """Nobody waits for it."""
    kubeport = sharing(shop(), server.url, tmp_path)
    await use(kubeport, [])
    server.stop()
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await kubeport.aclose()
    assert time.monotonic() - began < 1


async def test_where_redis_does_not_answer_the_end_is_not_put_off(server: Server, tmp_path: Path) -> None:
    """A call that waits for it is broken off, and when it goes on it finds nobody connected."""
    kubeport = sharing(shop(), server.url, tmp_path)
    await use(kubeport, [])
    server.pause()
    try:
        waiting = asyncio.create_task(kubeport.run.approvals.once.take("two", 60))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await kubeport.aclose()
        assert time.monotonic() - began < 4
        with pytest.raises(ExecutionFailed):
            await waiting
    finally:
        server.pause(False)
    assert await clients(server.url) == []


async def test_an_end_in_the_middle_of_a_first_connection_leaves_none(server: Server) -> None:
    """Wherever it was."""
    for steps in range(0, 60, 4):
        state = SharedState(server.url, SECRET)
        task = asyncio.create_task(RedisRateLimits(state).take("a", 1000, 1000))
        for _ in range(steps):
            await asyncio.sleep(0)
        await state.aclose()
        await asyncio.gather(task, return_exceptions=True)
        assert await clients(server.url) == [], steps


@attrs.define
class _Held:
    """Counts how often it was closed, and fails where it shall."""

    fails: bool = False
    closed: int = 0

    async def aclose(self) -> None:
        """One more."""
        self.closed += 1
        if self.fails:
            raise OSError("of the disk")


async def test_what_fails_at_the_end_keeps_nothing_else_from_ending() -> None:
    """The failure is the embedder's to see; the state is closed after everything that uses it."""
    executor: Any = _Held(fails=True)
    audit: Any = _Held()
    held, (kubeport,) = _Held(), [Container(settings=Settings()).kubeport()]
    parts = attrs.evolve(kubeport.run, executor=executor, audit=audit)
    with pytest.raises(OSError, match="of the disk"):
        await attrs.evolve(kubeport, run=parts, held=held).aclose()
    assert (executor.closed, audit.closed, held.closed) == (1, 1, 1)


async def test_who_gives_up_while_it_closes_leaves_no_connection(server: Server) -> None:
    """Cancelled once to stop listening, and once more in the middle of that."""
    state = SharedState(server.url, SECRET)
    channels, heard = Channels(state), asyncio.Event()
    before = await clients(server.url)

    async def listen() -> None:
        async with channels.listen("one"):
            heard.set()
            await asyncio.Event().wait()

    listening = asyncio.create_task(listen())
    await heard.wait()
    listening.cancel()
    await asyncio.sleep(0)  # it has begun to close
    listening.cancel()
    await asyncio.wait([listening])
    assert listening.cancelled() and await clients(server.url) == before
    await state.aclose()
