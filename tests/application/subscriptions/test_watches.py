"""Shared watches: one for each place, whoever comes and goes, and nothing left of those that fail."""

import asyncio

import pytest

from kubeport.application.ports import Change, WatchPlace
from kubeport.application.subscriptions.watches import Hold, SharedWatches
from kubeport.domain.errors import ExecutionFailed, RateLimited

from .scene import SlowWatcher

pytestmark = pytest.mark.anyio
PODS, NODES = WatchPlace("demo", "shop", "pods"), WatchPlace("demo", "", "nodes")


def _heard(_: Change) -> None:
    """Listen to nothing."""


def shared(watcher: SlowWatcher, most: int = 10, per_caller: int = 10) -> SharedWatches:
    """Watches of *watcher*, of which nobody else hears."""
    return SharedWatches(watcher, most, per_caller, lambda _place, _change: None)


async def joined(watches: SharedWatches, count: int, caller: str = "ann") -> list[Hold]:
    """The holds of *count* listeners who come at once, while the watch is still to start."""
    watcher = watches.watcher
    assert isinstance(watcher, SlowWatcher)
    tasks = [asyncio.create_task(watches.join(PODS, _heard, caller)) for _ in range(count)]
    await asyncio.sleep(0)
    watcher.go.set()
    return await asyncio.gather(*tasks)


async def test_many_at_once_start_one_watch() -> None:
    """It stops with the last of them, and not before."""
    watcher = SlowWatcher()
    watches = shared(watcher)
    holds = await joined(watches, 50)
    assert (watcher.started, len(watches)) == (1, 1)
    for hold in holds[1:]:
        watches.leave(hold)
        watches.leave(hold)
    await watches.settle()
    assert (watcher.stopped, len(watches)) == (0, 1)
    watches.leave(holds[0])
    await watches.settle()
    assert (watcher.stopped, len(watches)) == (1, 0)


async def test_users_do_not_share() -> None:
    """What one may see is no matter of another: a watch in the name of a user is hers."""
    watcher = SlowWatcher()
    watcher.go.set()
    watches = shared(watcher)
    for user in ("", "ann", "bob", "ann"):
        await watches.join(WatchPlace("demo", "shop", "pods", user), _heard, user)
    assert (watcher.started, len(watches)) == (3, 3)


async def test_a_start_that_fails_fails_for_all_who_wait() -> None:
    """And the next one tries again."""
    watcher = SlowWatcher(ExecutionFailed("No."))
    watches = shared(watcher)
    tasks = [asyncio.create_task(watches.join(PODS, _heard, "ann")) for _ in range(3)]
    await asyncio.sleep(0)
    watcher.go.set()
    failures = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(failure) for failure in failures] == [ExecutionFailed] * 3
    await watches.settle()
    assert (watcher.started, len(watches)) == (1, 0)
    watcher.error = None
    await watches.join(PODS, _heard, "ann")
    assert (watcher.started, len(watches)) == (2, 1)


async def test_a_cancelled_start_is_broken_off() -> None:
    """Once nobody waits for it any more; those who still do get it."""
    watcher = SlowWatcher()
    watches = shared(watcher)
    tasks = [asyncio.create_task(watches.join(PODS, _heard, "ann")) for _ in range(2)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.sleep(0)
    assert (watcher.broken_off, len(watches)) == (0, 1)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await watches.settle()
    assert (watcher.broken_off, watcher.stopped, len(watches)) == (1, 0, 0)


async def test_a_watch_that_ends_tells_nobody_any_more() -> None:
    """A new one for the same place is another watch, and nothing is told twice."""
    watcher, told = SlowWatcher(), list[Change]()
    watcher.go.set()
    watches = shared(watcher)
    watches.leave(await watches.join(PODS, told.append, "ann"))
    await watches.join(PODS, told.append, "ann")
    for listener in watcher.listeners:
        listener(Change("shop", "web-0"))
    assert told == [Change("shop", "web-0")]


async def test_the_server_has_a_limit() -> None:
    """Joining a watch that runs needs none of it."""
    watcher = SlowWatcher()
    watcher.go.set()
    watches = shared(watcher, most=1)
    await watches.join(PODS, _heard, "ann")
    await watches.join(PODS, _heard, "bob")
    with pytest.raises(RateLimited, match=r"as many watches as there may be \(of this server, 1\)"):
        await watches.join(NODES, _heard, "bob")
    assert len(watches) == 1


async def test_a_caller_has_a_limit() -> None:
    """What one has leaves the others theirs, and what is given up can be had again."""
    watcher = SlowWatcher()
    watcher.go.set()
    watches = shared(watcher, per_caller=1)
    hold = await watches.join(PODS, _heard, "ann")
    await watches.join(PODS, _heard, "ann")
    await watches.join(NODES, _heard, "bob")
    with pytest.raises(RateLimited, match=r"of one caller's, 1"):
        await watches.join(NODES, _heard, "ann")
    with pytest.raises(RateLimited, match=r"of one caller's, 1"):
        await watches.join(PODS, _heard, "bob")
    watches.leave(hold)
    assert len(watches) == 2
