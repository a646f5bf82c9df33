"""SharedWatcher: of all replicas one watches a place, and the others hear it through Redis."""

import asyncio
import logging
from collections.abc import Callable

import attrs

from ...application.ports import Change, Watch, Watcher, WatchPlace
from ...domain.errors import ExecutionFailed
from .channels import Channels
from .connection import SharedState
from .lease import Lease
from .sharing import Pace, Sharing

_log = logging.getLogger("kubeport.watching")


@attrs.define(eq=False)
class _Place:
    """What this process has at one place: its *sharing*, and the watches that hear it."""

    place: WatchPlace
    watches: "dict[_Watch, None]" = attrs.field(factory=lambda: dict[_Watch, None](), init=False)
    sharing: Sharing = attrs.field(init=False)
    task: "asyncio.Task[None]" = attrs.field(init=False)

    @property
    def failed(self) -> bool:
        """Whether it could not begin, or has ended."""
        running = self.sharing.running
        return running.done() and (running.cancelled() or running.exception() is not None)

    def tell(self, change: Change) -> None:
        """A listener that fails is no reason to end the watch; the failure is on record."""
        for watch in [*self.watches]:
            try:
                watch.changed(change)
            except Exception:
                where = self.place.kind, self.place.context
                _log.exception("A listener to %s in context %s failed.", *where)

    async def begun(self) -> None:
        """Wait until nothing can be missed any more."""
        await asyncio.wait([self.sharing.running])
        if self.sharing.running.cancelled():
            raise ExecutionFailed("The watch was ended before it began.", reason="closed")
        self.sharing.running.result()


@attrs.define(eq=False)
class _Watch:
    """One listener's watch."""

    at: _Place
    changed: Callable[[Change], None]
    _watcher: "SharedWatcher"

    async def stop(self) -> None:
        """Tell nothing more; with the last one this process has no part in the place any more."""
        self.at.watches.pop(self, None)
        if not self.at.watches:
            await self._watcher.leave(self.at)


@attrs.define(eq=False)
class SharedWatcher:
    """Shares the watches of *inner* with all replicas that have the same *state*; see ``Watcher``.

    A name that a place has, its context above all, has to mean the same on every replica.
    """

    inner: Watcher
    state: SharedState
    pace: Pace = Pace()
    _channels: Channels | None = attrs.field(default=None, init=False)
    _places: dict[WatchPlace, _Place] = attrs.field(factory=dict[WatchPlace, _Place], init=False)
    _tasks: "dict[asyncio.Task[None], bool]" = attrs.field(
        factory=lambda: dict[asyncio.Task[None], bool](), init=False
    )

    @property
    def watching(self) -> int:
        """How many watches run."""
        return sum(len(at.watches) for at in self._places.values())

    async def watch(self, place: WatchPlace, changed: Callable[[Change], None]) -> Watch:
        """Begin to tell every change at *place*; see ``Watcher``."""
        at = self._places.get(place)
        if at is None or at.failed:
            at = self._places[place] = self._begin(place)
        watch = _Watch(at, changed, self)
        at.watches[watch] = None
        try:
            await at.begun()
        except BaseException:
            await watch.stop()
            raise
        return watch

    async def aclose(self) -> None:
        """End all watches, those of *inner* too; may be called twice."""
        watches = [watch for at in self._places.values() for watch in at.watches]
        await asyncio.gather(*(watch.stop() for watch in watches))  # at once: Redis may let each wait
        while self._tasks:
            await asyncio.wait([*self._tasks])
        await self.inner.aclose()

    async def leave(self, at: _Place) -> None:
        """Nobody listens at *at* any more: end our part, and wait until it has ended."""
        if self._places.get(at.place) is at:
            del self._places[at.place]
        if not at.failed and self._tasks.get(at.task) is False:
            self._tasks[at.task] = True  # once: what it does at its end is not to be broken off
            at.task.cancel()
        if not at.task.done():
            await asyncio.wait([at.task])

    def _begin(self, place: WatchPlace) -> _Place:
        if self._channels is None:
            self._channels = Channels(self.state)
        at, lease = _Place(place), Lease(self.state, place, self.pace.lease)
        at.sharing = Sharing(place, self.inner, lease, self._channels, at.tell, self.pace)
        at.task = asyncio.create_task(at.sharing.run())
        self._tasks[at.task] = False
        at.task.add_done_callback(lambda task: self._tasks.pop(task, None))
        return at
