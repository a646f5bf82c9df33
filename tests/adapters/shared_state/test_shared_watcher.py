"""Watches that replicas share, over a real Redis: the contract, changes of hands, and outages."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.adapters.test_fake_cluster_watches import FakeScene
from tests.adapters.watcher_contract import Heard, WatcherContract, settings

from kubeport.adapters.fake_cluster import FakeCluster
from kubeport.adapters.shared_state import SharedState
from kubeport.adapters.shared_state.lease import Lease
from kubeport.adapters.shared_state.messages import MOST, Message, Outbox, read
from kubeport.adapters.shared_state.shared_watcher import SharedWatcher
from kubeport.adapters.shared_state.sharing import Pace
from kubeport.application.ports import Change, Job, Stage, Watch, WatchPlace
from kubeport.domain.errors import ExecutionFailed

from .conftest import SECRET, Server, redis_itself

pytestmark = pytest.mark.anyio
PLACE = WatchPlace("demo", "shop", "configmaps")
QUICK = Pace(lease=0.9, look=0.3)
ANY = Change("shop", "")


class TestSharedWatcher(WatcherContract):
    """One replica alone keeps the contract of the watcher that it shares."""

    @pytest.fixture
    async def scene(self, state: SharedState) -> AsyncIterator[FakeScene]:
        """A fresh cluster, watched through Redis."""
        scene = FakeScene()
        scene.watcher = watcher = SharedWatcher(scene.cluster, state)
        yield scene
        await watcher.aclose()
        assert await _left(state) == {}


class TestFollower(WatcherContract):
    """One that hears another replica keeps it, too: that one watches whatever it is asked to."""

    @pytest.fixture
    async def scene(self, state: SharedState) -> AsyncIterator[FakeScene]:
        """A fresh cluster; the other replica has come first."""
        scene = FakeScene()
        other = SharedState(state.url, SECRET, state.prefix)
        first = SharedWatcher(scene.cluster, other)
        scene.watcher = watcher = _Behind(scene.cluster, state, first=first)
        yield scene
        await watcher.aclose()
        await first.aclose()
        await other.aclose()
        assert await _left(state) == {}


@attrs.define(eq=False)
class _Behind(SharedWatcher):
    """Another replica, *first*, always comes before it."""

    first: SharedWatcher = attrs.field(kw_only=True)

    async def watch(self, place: WatchPlace, changed: Callable[[Change], None]) -> Watch:
        await self.first.watch(place, Heard())
        return await super().watch(place, changed)


@attrs.define
class Replicas:
    """Two replicas, each with its own view of one *cluster*, and who hears what."""

    cluster: FakeCluster
    states: tuple[SharedState, SharedState]
    watchers: tuple[SharedWatcher, SharedWatcher]
    heard: tuple[Heard, Heard] = attrs.field(factory=lambda: (Heard(), Heard()))

    async def watch(self, which: int) -> Watch:
        """Begin to watch on one of them."""
        return await self.watchers[which].watch(PLACE, self.heard[which])

    async def apply(self, name: str) -> Change:
        """Create a ConfigMap; the change that it is."""
        argv = ("kubectl", "apply", "--namespace=shop", "--filename=-")
        await self.cluster.run(Job((Stage(argv),), stdin=settings(name)))
        return Change("shop", name, new=True)

    async def told(self, which: int, count: int = 1, within: float = 5) -> list[Change]:
        """What one of them has been told, once there are *count* changes."""
        async with asyncio.timeout(within):
            while len(self.heard[which].changes) < count:
                await asyncio.sleep(0.01)
        return self.heard[which].changes

    async def close(self) -> None:
        """End everything."""
        for watcher in self.watchers:
            await watcher.aclose()
        for state in self.states:
            await state.aclose()


def replicas(url: str, prefix: str = "test", secrets: tuple[str, str] = (SECRET, SECRET)) -> Replicas:
    """Two replicas that share the Redis at *url*."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    cluster = FakeCluster([namespace])
    first, second = (SharedState(url, secret, prefix) for secret in secrets)
    watchers = SharedWatcher(cluster, first, QUICK), SharedWatcher(cluster, second, QUICK)
    return Replicas(cluster, (first, second), watchers)


@pytest.fixture
async def two(state: SharedState) -> AsyncIterator[Replicas]:
    """Two replicas with one Redis; at the end nothing of theirs is left in it."""
    both = replicas(state.url, state.prefix)
    tasks = _tasks()
    yield both
    await both.close()
    assert both.cluster.watching == 0
    assert _tasks() == tasks
    assert await _left(state) == {}


def _tasks() -> set[str]:
    """What runs now."""
    return {getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()}


async def _left(state: SharedState) -> dict[bytes, int]:
    """Every key there is, with the milliseconds until its end."""
    redis = redis_itself(state.url)
    left = {key: await redis.pttl(key) for key in await redis.keys(f"{state.prefix}:*")}
    await redis.aclose()
    return left


async def _until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(8):
        while not true():
            await asyncio.sleep(0.01)


async def test_two_replicas_cost_one_watch_and_both_hear(two: Replicas, state: SharedState) -> None:
    """Every change once, in order, within a second; the key that is kept for it has an end."""
    await two.watch(0)
    await two.watch(1)
    assert two.cluster.watching == 1
    expected = [await two.apply(f"one-{number}") for number in range(40)]
    assert await two.told(1, 40, within=1) == two.heard[0].changes == expected
    await asyncio.sleep(1.5)
    assert two.heard[0].changes == two.heard[1].changes == expected
    left = await _left(state)
    assert len(left) == 1
    assert all(0 < milliseconds <= 900 for milliseconds in left.values())


async def test_who_come_at_once_cost_one_watch(two: Replicas) -> None:
    """Whoever is first."""
    await asyncio.gather(*(two.watch(number % 2) for number in range(10)))
    assert two.cluster.watching == 1
    await two.apply("one")
    assert len(await two.told(0, 5, within=1)) == len(await two.told(1, 5, within=1)) == 5


async def test_users_and_kubeconfigs_do_not_share(two: Replicas) -> None:
    """What the cluster answers one is no matter of another's."""
    await two.watch(0)
    for place in (attrs.evolve(PLACE, user="ann"), attrs.evolve(PLACE, user="ann", groups=("a",))):
        await two.watchers[1].watch(place, Heard())
    assert two.cluster.watching == 3


async def test_a_holder_that_stops_is_replaced_at_once(two: Replicas) -> None:
    """The other watches then, and is told once that anything may have changed."""
    watch = await two.watch(0)
    await two.watch(1)
    await watch.stop()
    assert await two.told(1, within=0.3) == [ANY]
    assert two.cluster.watching == 1
    one = await two.apply("one")
    assert await two.told(1, 2, within=1) == [ANY, one]
    assert two.heard[0].changes == []
    await two.watch(0)
    assert two.cluster.watching == 1
    two_more = await two.apply("two")
    assert await two.told(0, within=1) == [two_more]
    assert two.heard[1].changes == [ANY, one, two_more]


async def test_a_follower_that_stops_changes_nothing(two: Replicas) -> None:
    """The one who watches goes on and tells nothing of it."""
    await two.watch(0)
    watch = await two.watch(1)
    await watch.stop()
    await watch.stop()
    one = await two.apply("one")
    await asyncio.sleep(1.2)
    assert two.heard[0].changes == [one]
    assert two.heard[1].changes == []


_KILLED = """
import asyncio, sys
from kubeport.adapters.fake_cluster import FakeCluster
from kubeport.adapters.shared_state import SharedState
from kubeport.adapters.shared_state.shared_watcher import SharedWatcher
from kubeport.adapters.shared_state.sharing import Pace
from kubeport.application.ports import WatchPlace
async def main():
    state = SharedState(sys.argv[1], sys.argv[2], sys.argv[3])
    watcher = SharedWatcher(FakeCluster(), state, Pace(0.9, 0.3))
    await watcher.watch(WatchPlace("demo", "shop", "configmaps"), print)
    print("watching", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@contextmanager
def _other_process(state: SharedState) -> Generator[subprocess.Popen[bytes]]:
    """A replica in a process of its own, once it watches."""
    words = (sys.executable, "-c", _KILLED, state.url, SECRET, state.prefix)
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"watching\n"
            yield process
        finally:
            process.kill()


async def test_a_holder_that_is_killed_is_replaced(two: Replicas) -> None:
    """It leaves its lease behind; when that is over another watches."""
    with _other_process(two.states[0]) as process:
        await two.watch(0)
        await two.watch(1)
        assert two.cluster.watching == 0
        process.kill()
        process.wait()
    assert await two.told(0) == await two.told(1) == [ANY]
    assert two.cluster.watching == 1
    one = await two.apply("one")
    assert await two.told(0, 2, within=1) == await two.told(1, 2, within=1) == [ANY, one]


async def test_a_start_that_fails_tells_its_own_caller(two: Replicas) -> None:
    """On every replica, one after the other; the next one who asks tries again."""
    bad = WatchPlace("demo", "shop", "gadgets")
    wanted = (two.watchers[number % 2].watch(bad, Heard()) for number in range(6))
    failures = await asyncio.gather(*wanted, return_exceptions=True)
    assert [getattr(failure, "reason", "") for failure in failures] == ["unknown_kind"] * 6
    assert [watcher.watching for watcher in two.watchers] == [0, 0]
    two.cluster.interrupt("demo")
    with pytest.raises(ExecutionFailed, match="cannot be reached"):
        await two.watch(0)
    two.cluster.resume("demo")
    await two.watch(0)


async def test_who_cannot_take_over_tries_again(two: Replicas) -> None:
    """Nobody is silent for longer than the cluster is away."""
    watch = await two.watch(0)
    await two.watch(1)
    two.cluster.interrupt("demo")
    await watch.stop()
    await asyncio.sleep(1)
    assert two.heard[1].changes == []
    two.cluster.resume("demo")
    assert await two.told(1) == [ANY]
    one = await two.apply("one")
    assert await two.told(1, 2) == [ANY, one]


async def test_a_start_that_is_broken_off_leaves_nothing(two: Replicas) -> None:
    """Neither a lease nor a task."""
    for steps in range(0, 40, 3):
        task = asyncio.create_task(two.watch(0))
        for _ in range(steps):
            await asyncio.sleep(0.0003)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            await task.result().stop()
        assert two.watchers[0].watching == two.cluster.watching == 0
        assert await _left(two.states[0]) == {}


async def test_without_redis_each_watches_by_itself(tmp_path: Path) -> None:
    """It goes away and comes back: nobody is silent, and then one watches for both again."""
    server = Server(tmp_path)
    server.start()
    two = replicas(server.url)
    try:
        await two.watch(0)
        await two.watch(1)
        server.stop()
        assert await two.told(1) == [ANY]
        assert two.cluster.watching == 2
        one = await two.apply("one")
        assert (two.heard[0].changes, two.heard[1].changes) == ([one], [ANY, one])
        server.start()
        await _until(lambda: two.cluster.watching == 1)
        await _until(lambda: sum(ANY in heard.changes[1:] for heard in two.heard) == 1)
        last = await two.apply("last")
        for heard in two.heard:
            assert (await heard.until(last)).count(last) == 1
            assert heard.changes.count(one) == 1
        assert sum(heard.changes.count(ANY) for heard in two.heard) == 2
    finally:
        await two.close()
        server.stop()
    assert two.cluster.watching == 0


async def test_a_first_watch_does_without_redis(tmp_path: Path) -> None:
    """It begins by itself, is shared when Redis is there, and errors reach the caller all the same."""
    server = Server(tmp_path)
    two = replicas(server.url)
    try:
        await two.watch(0)
        await two.watch(1)
        assert two.cluster.watching == 2
        with pytest.raises(ExecutionFailed) as caught:
            await two.watchers[0].watch(WatchPlace("demo", "shop", "gadgets"), Heard())
        assert caught.value.reason == "unknown_kind"
        server.start()
        await _until(lambda: two.cluster.watching == 1)
    finally:
        await two.close()
        server.stop()


async def test_lost_connections_lose_no_change(two: Replicas) -> None:
    """Redis closes them and forgets the lease; whoever may have missed something is told so."""
    await two.watch(0)
    await two.watch(1)
    redis = redis_itself(two.states[0].url)
    for _ in range(3):
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await redis.delete(*await redis.keys(f"{two.states[0].prefix}:*"))
        await asyncio.sleep(1.2)
    await redis.aclose()
    await _until(lambda: two.cluster.watching == 1)
    last = await two.apply("last")
    for heard in two.heard:
        assert (await heard.until(last)).count(last) == 1
        assert set(heard.changes) <= {ANY, last}


async def test_what_none_of_us_has_sealed_is_not_heard(two: Replicas) -> None:
    """Garbage, another secret, another place, and a message that came before."""
    await two.watch(0)
    await two.watch(1)
    channel = Lease(two.states[0], PLACE, 1).channel
    redis, sent = redis_itself(two.states[0].url), list[bytes]()
    async with redis.pubsub() as listening:
        await listening.subscribe(channel)
        one = await two.apply("one")
        while not sent:
            message = await listening.get_message(ignore_subscribe_messages=True, timeout=1)
            sent += [] if message is None else [message["data"]]
    text = two.states[0].seal.open(sent[0], channel)
    assert text is not None and "one" in text
    assert b"one" not in sent[0]
    foreign = SharedState(two.states[0].url, SECRET + "!", two.states[0].prefix)
    for forged in (b"", b"garbage" * 9, foreign.seal.close(text, channel), sent[0]):
        await redis.publish(channel, forged)
    await redis.publish(channel, two.states[0].seal.close(text, channel + "x"))
    last = await two.apply("last")
    await two.told(1, 2, within=1)
    await asyncio.sleep(0.7)
    await redis.aclose()
    assert two.heard[0].changes == two.heard[1].changes == [one, last]


async def test_a_lost_message_is_noticed(two: Replicas) -> None:
    """The lease counts them: one that never came is told as anything, once."""
    two.watchers[0].pace = Pace(lease=60, look=30)  # so that it does not write its own count again
    await two.watch(0)
    await two.watch(1)
    redis = redis_itself(two.states[0].url)
    await redis.hincrby(Lease(two.states[0], PLACE, 1).channel, "count", 1)
    await redis.aclose()
    await two.told(1)
    await asyncio.sleep(0.8)
    assert two.heard[1].changes == [ANY]
    assert two.heard[0].changes == []


async def test_another_secret_sees_nothing(state: SharedState) -> None:
    """It has names of its own: each installation watches by itself, and Redis holds no word of either."""
    two = replicas(state.url, state.prefix, (SECRET, SECRET + "!"))
    await two.watch(0)
    await two.watch(1)
    assert two.cluster.watching == 2
    one = await two.apply("one")
    await asyncio.sleep(0.3)
    assert two.heard[0].changes == two.heard[1].changes == [one]
    redis, held = redis_itself(state.url), b""
    for key in await redis.keys(f"{state.prefix}:*"):
        held += key + repr(await redis.hgetall(key)).encode()
    await redis.aclose()
    await two.close()
    assert held
    for word in (b"demo", b"shop", b"configmaps"):
        assert word not in held


async def test_an_outbox_is_bounded() -> None:
    """What is too much becomes one: anything may have changed; and then it goes on."""
    outbox = Outbox("shop")
    for number in range(MOST + 1):
        outbox.add(Change("shop", str(number)))
    assert await outbox.next(1) == (ANY, Change("shop", str(MOST)))
    assert await outbox.next(0.01) == ()


def test_messages_are_read_as_they_were_written() -> None:
    """And what another version writes is none."""
    message = Message("a", 3, (Change("n", "é", gone=True), Change("", "b", new=True)), left=True)
    assert read(message.text()) == message
    for text in ("", "[]", "{}", "[1,2,3,4]", '["a","b",[],false]', '["a",1,[["n"]],false]'):
        assert read(text) is None
