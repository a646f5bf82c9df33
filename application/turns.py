"""Who runs when: a bounded number of calls at once (server, context, caller), in fair turns.

Callers take turns: each waits behind its own earlier calls, not behind those of others, so that one
who sends many does not hold up one who sends few. A full queue answers at once.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs

from ..domain.errors import ExecutionFailed


@attrs.frozen
class _Waiting:
    """A call in the queue, and the future that lets it go."""

    context: str
    caller: str
    go: asyncio.Future[None]


@attrs.define(eq=False)
class Turns:
    """At most *total* calls at once, *per_context* to one context, *queue* waiting for a turn.

    *per_caller* is how many of them one caller may have; None is no limit of its own.
    """

    total: int
    per_context: int
    queue: int
    per_caller: int | None = None
    _running: Counter[str] = attrs.field(factory=Counter[str], init=False)
    _callers: Counter[str] = attrs.field(factory=Counter[str], init=False)
    _queues: dict[str, deque[_Waiting]] = attrs.field(factory=dict[str, deque[_Waiting]], init=False)

    @asynccontextmanager
    async def turn(self, context: str, caller: str = "", patience: float = 60) -> AsyncGenerator[None]:
        """Wait for a turn, at most *patience* seconds, hold it, give it back.

        Raises:
            ExecutionFailed: too many calls wait already, or the turn did not come in time.
        """
        # those who wait could not go: whoever can goes at once when a turn is given back
        if self._free(context, caller):
            self._enter(context, caller)
        else:
            await self._wait(context, caller, patience)
        try:
            yield
        finally:
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
        return self.per_caller is None or self._callers[caller] < self.per_caller

    def _enter(self, context: str, caller: str) -> None:
        self._running[context] += 1
        self._callers[caller] += 1

    async def _wait(self, context: str, caller: str, patience: float) -> None:
        if self.waiting >= self.queue:
            raise self._busy()
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

    def _busy(self) -> ExecutionFailed:
        return ExecutionFailed(
            f"The server is busy: {self.running} calls run and {self.waiting} wait.",
            hint="Try again in a few seconds, or ask for less at once.",
            reason="busy",
        )

    def _forget(self, waiting: _Waiting) -> None:
        """A call that is cancelled: out of the queue, or its turn goes to the next."""
        queue = self._queues.get(waiting.caller, deque[_Waiting]())
        if waiting in queue:
            queue.remove(waiting)
        elif waiting.go.done() and not waiting.go.cancelled():
            self._leave(waiting.context, waiting.caller)

    def _leave(self, context: str, caller: str) -> None:
        for counter, name in ((self._running, context), (self._callers, caller)):
            counter[name] -= 1
            if not counter[name]:
                del counter[name]
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
