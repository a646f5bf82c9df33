"""Watches that are shared: one for each place, started by its first listener and stopped with the last."""

import asyncio
from collections import Counter
from collections.abc import Callable

import attrs

from ...domain.errors import RateLimited
from ..ports import Change, Watch, Watcher, WatchPlace

Listener = Callable[[Change], None]
Heard = Callable[[WatchPlace, Change], None]


@attrs.define(eq=False)
class Hold:
    """One listener's part in a shared watch; let go of it by ``SharedWatches.leave``."""

    shared: "_Shared"
    caller: str
    listener: Listener

    @property
    def place(self) -> WatchPlace:
        """What is watched."""
        return self.shared.place


@attrs.define(eq=False)
class _Shared:
    """A watch that runs or is about to, and who listens to it."""

    place: WatchPlace
    watcher: Watcher
    also: Heard
    holds: dict[Hold, None] = attrs.field(factory=dict[Hold, None], init=False)
    starting: "asyncio.Task[Watch]" = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.starting = asyncio.create_task(self._start())

    @property
    def failed(self) -> bool:
        """Whether it could not be started."""
        return self.starting.done() and (self.starting.cancelled() or self.starting.exception() is not None)

    async def end(self) -> None:
        """Break off the start if it is under way, and stop what it has started."""
        self.starting.cancel()
        await asyncio.wait([self.starting])
        if not self.failed:
            await self.starting.result().stop()

    async def _start(self) -> Watch:
        return await self.watcher.watch(self.place, self._heard)

    def _heard(self, change: Change) -> None:
        for hold in [*self.holds]:
            hold.listener(change)
        if self.holds:
            self.also(self.place, change)


@attrs.define(eq=False)
class SharedWatches:
    """At most *most* watches of *watcher*, of which one caller takes part in at most *per_caller*.

    *also* hears every change once, however many listen.
    """

    watcher: Watcher
    most: int
    per_caller: int
    also: Heard
    _running: dict[WatchPlace, _Shared] = attrs.field(factory=dict[WatchPlace, _Shared], init=False)
    _callers: dict[str, Counter[_Shared]] = attrs.field(factory=dict[str, Counter[_Shared]], init=False)
    _ending: "set[asyncio.Task[None]]" = attrs.field(factory=lambda: set[asyncio.Task[None]](), init=False)

    def __len__(self) -> int:
        return len(self._running)

    async def join(self, place: WatchPlace, listener: Listener, caller: str) -> Hold:
        """Listen to the watch of *place*, which is started if it does not run yet.

        A start that fails, or a cancellation while it is under way, leaves nothing behind.

        Raises:
            RateLimited: there are as many watches as there may be.
            KubeportError: the watch cannot be started; see ``Watcher``.
        """
        hold = Hold(self._shared(place, caller), caller, listener)
        hold.shared.holds[hold] = None
        self._callers.setdefault(caller, Counter())[hold.shared] += 1
        try:
            await asyncio.shield(hold.shared.starting)
        except BaseException:
            self.leave(hold)
            raise
        return hold

    def leave(self, hold: Hold) -> None:
        """Listen no more; the watch ends with the last. May be called twice."""
        shared = hold.shared
        if hold not in shared.holds:
            return
        del shared.holds[hold]
        self._uncount(hold)
        if not shared.holds:
            if self._running.get(shared.place) is shared:
                del self._running[shared.place]
            task = asyncio.create_task(shared.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def settle(self) -> None:
        """Wait until every watch that nobody listens to has ended."""
        while self._ending:
            await asyncio.wait([*self._ending])

    def _shared(self, place: WatchPlace, caller: str) -> _Shared:
        """The watch of *place*; a start that has failed is not joined, but tried again."""
        known = self._running.get(place)
        held = self._callers.get(caller, Counter[_Shared]())
        if (known is None or known not in held) and len(held) >= self.per_caller:
            raise too_many(f"of one caller's, {self.per_caller}", "watches")
        if known is not None and not known.failed:
            return known
        if len(self._running) >= self.most:
            raise too_many(f"of this server, {self.most}", "watches")
        shared = self._running[place] = _Shared(place, self.watcher, self.also)
        return shared

    def _uncount(self, hold: Hold) -> None:
        held = self._callers[hold.caller]
        held[hold.shared] -= 1
        if not held[hold.shared]:
            del held[hold.shared]
        if not held:
            del self._callers[hold.caller]


def too_many(which: str, what: str) -> RateLimited:
    """The error where a limit of the settings is reached."""
    return RateLimited(
        f"There are as many {what} as there may be ({which}).",
        hint="Unsubscribe from what is not needed any more, or let the operator raise the limit.",
        reason="too_many_subscriptions",
    )
