"""One job while it runs: watched until its end, a limit or its cancellation."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import anyio
import attrs

from ...application.ports import Completed, Job, Progress
from ...domain.errors import ExecutionFailed
from .children import Child
from .flow import Events, Flow
from .outcome import Ending, outcomes
from .plumbing import Plumbing
from .text import Strainer


@attrs.frozen
class Pace:
    """Seconds: *grace* between SIGTERM and SIGKILL, *interval* between two progress reports."""

    grace: float = 1.0
    interval: float = 0.5


class Run:
    """A job whose stages are started; ``complete`` sees it to its end."""

    def __init__(
        self,
        job: Job,
        strainers: tuple[Strainer, ...],
        children: tuple[Child, ...],
        pipes: Plumbing,
        pace: Pace,
    ) -> None:
        self._job, self._children, self._pace = job, children, pace
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._done = self._loop.create_future()
        self._timers = dict[str, asyncio.TimerHandle]()
        self._order = list[Child]()
        self._ending = self._timed_out = self._overflow = False
        self._fault: Exception | None = None
        events = Events(self._settle, self._overflowed, self._failed)
        self._flow = Flow(job, pipes, strainers, events)
        for child in children:
            child.watch(self._loop, partial(self._ended, child))

    @property
    def living(self) -> int:
        """How many of its stages have not ended."""
        return len(self._children) - len(self._order)

    async def complete(self, progress: Callable[[Progress], None] | None) -> Completed:
        """Wait for the end; on cancellation, wait until everything is ended and reaped as well."""
        self._after("limit", self._job.limits.timeout, self._expire)
        if progress:
            self._report(progress)
        try:
            await asyncio.wait((self._done,))
        except asyncio.CancelledError:
            await self.end()
            raise
        if self._fault:
            raise self._fault
        return self._completed()

    async def end(self) -> None:
        """End all stages and wait until they are reaped, whatever cancels the waiting.

        The shield keeps out anyio's cancellation, which repeats at every turn of the loop; the
        loop is for asyncio's, which comes once for each call of ``Task.cancel``.
        """
        self._terminate()
        with anyio.CancelScope(shield=True):
            while not self._done.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait((self._done,))

    async def abort(self) -> None:
        """End all stages because the executor is closed; ``complete`` then raises."""
        self._fault = ExecutionFailed("The server is shutting down.", reason="closed")
        await self.end()

    def destroy(self) -> None:
        """Kill and reap at once, without the event loop."""
        for child in self._children:
            child.destroy()

    def _after(self, name: str, seconds: float, call: Callable[..., None], *values: Any) -> None:
        self._timers[name] = self._loop.call_later(seconds, call, *values)

    def _report(self, progress: Callable[[Progress], None], due: bool = False) -> None:
        self._after("report", self._pace.interval, self._report, progress, True)
        if due:
            elapsed = self._loop.time() - self._began
            progress(Progress(elapsed, self._flow.printed, self._flow.last_line))

    def _expire(self) -> None:
        self._timed_out = not self._ending
        self._terminate()

    def _overflowed(self) -> None:
        self._overflow = True
        self._flow.close()
        self._terminate()

    def _failed(self, fault: Exception) -> None:
        self._fault = self._fault or fault
        self._flow.close()
        self._terminate()

    def _terminate(self) -> None:
        if not self._ending:
            self._ending = True
            self._signal(signal.SIGTERM)
            self._after("kill", self._pace.grace, self._signal, signal.SIGKILL)

    def _signal(self, number: int) -> None:
        for child in self._children:
            child.signal(number)

    def _ended(self, child: Child) -> None:
        child.reap()
        self._order.append(child)
        if len(self._order) == len(self._children):
            # a process that left its group may still hold a pipe open
            self._after("close", self._pace.grace, self._flow.close)
        self._settle()

    def _settle(self) -> None:
        over = self._flow.ended and len(self._order) == len(self._children)
        if over and not self._done.done():
            self._done.set_result(None)
            for timer in self._timers.values():
                timer.cancel()

    def _completed(self) -> Completed:
        flow = self._flow
        endings = [
            Ending(child.exit_code or 0, kept.text, self._order.index(child))
            for child, kept in zip(self._children, flow.errors, strict=True)
        ]
        return Completed(
            outcomes(self._job, endings, self._ending),
            flow.output.text,
            flow.printed,
            flow.output.truncated,
            self._timed_out,
            self._overflow,
        )
