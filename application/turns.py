"""Who runs when: a bounded number of calls at once (server, context, caller), in fair turns.

Callers take turns: each waits behind its own earlier calls, not behind those of others, so that one
who sends many does not hold up one who sends few. A full queue answers at once, and it is full of everybody's
calls: whoever has most of them in it loses the last one to a caller who has fewer.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager
from typing import TypeVar

import attrs

from ..domain.errors import Busy

_SOONEST, _LATEST = 1.0, 60.0
_NEWEST = 0.2
"""How much the call that ended last counts for how long calls take."""

_Name = TypeVar("_Name", bound=Hashable)


@attrs.frozen
class _Waiting:
    """A call in the queue, and the future that lets it go."""

    context: str
    caller: str
    go: asyncio.Future[None]


@attrs.define(eq=False)
class Turns:
    """At most *total* calls at once, *per_context* to one context, *queue* waiting for a turn.

    *per_caller* is how many of them one caller may have. 0 leaves to others a quarter of all, and of each
    context; the anonymous caller, who is alone with the server, may have them all.
    """

    total: int
    per_context: int
    queue: int
    per_caller: int = 0
    _running: Counter[str] = attrs.field(factory=Counter[str], init=False)
    _callers: Counter[str] = attrs.field(factory=Counter[str], init=False)
    _shares: Counter[tuple[str, str]] = attrs.field(factory=Counter[tuple[str, str]], init=False)
    _mean: float = attrs.field(default=_SOONEST, init=False)
    _queues: dict[str, deque[_Waiting]] = attrs.field(factory=dict[str, deque[_Waiting]], init=False)

    @asynccontextmanager
    async def turn(self, context: str, caller: str = "", patience: float = 60) -> AsyncGenerator[None]:
        """Wait for a turn, at most *patience* seconds, hold it, give it back.

        Raises:
            Busy: too many calls wait already, or the turn did not come in time.
        """
        # those who wait could not go: whoever can goes at once when a turn is given back
        if self._free(context, caller):
            self._enter(context, caller)
        else:
            await self._wait(context, caller, patience)
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            yield
        finally:
            self._mean += _NEWEST * (clock() - began - self._mean)
            self._leave(context, caller)

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def running(self) -> int:
        """How many calls run."""
        return self._running.total()

    def _free(self, context: str, caller: str) -> bool:
        if self.running >= self.total or self._running[context] >= self.per_context:
            return False
        if self.per_caller:
            return self._callers[caller] < self.per_caller
        own, here = self._callers[caller], self._shares[context, caller]
        return not caller or (own < _share(self.total) and here < _share(self.per_context))

    def _enter(self, context: str, caller: str) -> None:
        self._running[context] += 1
        self._callers[caller] += 1
        self._shares[context, caller] += 1

    async def _wait(self, context: str, caller: str, patience: float) -> None:
        if self.waiting >= self.queue:
            self._make_room(caller)
        waiting = _Waiting(context, caller, asyncio.get_running_loop().create_future())
        self._queues.setdefault(caller, deque()).append(waiting)
        try:
            async with asyncio.timeout(patience):
                await waiting.go
        except TimeoutError as error:
            self._forget(waiting)
            raise self._busy() from error
        except asyncio.CancelledError:
            self._forget(waiting)
            raise

    def _make_room(self, caller: str) -> None:
        """Refuse the last call of whoever has most in the full queue, which may be that of *caller*."""
        waiting = {name: sum(not one.go.done() for one in queue) for name, queue in self._queues.items()}
        most = max(waiting, key=lambda name: waiting[name], default=caller)
        if waiting.get(most, 0) <= waiting.get(caller, 0) + 1:
            raise self._busy()
        last = next(one for one in reversed(self._queues[most]) if not one.go.done())
        self._queues[most].remove(last)
        last.go.set_exception(self._busy())

    def _busy(self) -> Busy:
        """The error; the time to wait is about that of the calls which come first."""
        seconds = self._mean * (self.waiting + 1) / self.total
        after = round(min(max(seconds, _SOONEST), _LATEST), 1)
        return Busy(
            f"The server is busy: {self.running} calls run and {self.waiting} wait.",
            hint=f"Try again in {after:g} seconds, or ask for less at once.",
            reason="busy",
            retry_after=after,
        )

    def _forget(self, waiting: _Waiting) -> None:
        """A call that is cancelled: out of the queue, or its turn goes to the next."""
        queue = self._queues.get(waiting.caller, deque[_Waiting]())
        if waiting in queue:
            queue.remove(waiting)
        elif waiting.go.done() and not waiting.go.cancelled() and waiting.go.exception() is None:
            self._leave(waiting.context, waiting.caller)

    def _leave(self, context: str, caller: str) -> None:
        _give_back(self._running, context)
        _give_back(self._callers, caller)
        _give_back(self._shares, (context, caller))
        while (found := self._next()) is not None:
            self._enter(found.context, found.caller)
            found.go.set_result(None)

    def _next(self) -> _Waiting | None:
        """The first call that may go, callers in turn: who was served goes to the end of the row."""
        for caller in tuple(self._queues):
            queue = self._queues[caller]
            while queue and queue[0].go.done():
                queue.popleft()
            found = next((one for one in queue if self._free(one.context, caller)), None)
            if found is not None:
                queue.remove(found)
                del self._queues[caller]
                if queue:
                    self._queues[caller] = queue
                return found
            if not queue:
                del self._queues[caller]
        return None


def _share(of: int) -> int:
    """What one of several callers may have: not all, unless there is one only."""
    return max(1, of * 3 // 4)


def _give_back(counter: Counter[_Name], name: _Name) -> None:
    counter[name] -= 1
    if not counter[name]:
        del counter[name]
