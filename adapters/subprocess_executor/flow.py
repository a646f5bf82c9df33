"""The bytes of one running job: moved by the event loop, strained, counted, and never hoarded."""

import asyncio
from collections.abc import Callable

import attrs

from ...application.ports import Job
from .plumbing import Plumbing
from .streams import Sink, Source
from .text import Beginning, BothEnds, Strainer


@attrs.frozen
class Events:
    """Whom a flow tells: every end is *closed*, a stage *overflowed*, straining *failed*."""

    closed: Callable[[], None]
    overflowed: Callable[[], None]
    failed: Callable[[Exception], None]


@attrs.define(eq=False)
class Intake:
    """One output of a stage on its way through a strainer to *put*; *count* is in bytes."""

    strainer: Strainer
    put: Callable[[str], None]
    limit: int
    events: Events
    count: int = 0

    def take(self, data: bytes) -> None:
        """The next piece."""
        self.count += len(data)
        self._pass_on(lambda: self.strainer.feed(data))
        if self.count > self.limit:
            self.events.overflowed()

    def finish(self) -> None:
        """The end of the stream."""
        self._pass_on(self.strainer.finish)

    def _pass_on(self, strained: Callable[[], str]) -> None:
        # a sieve that fails must end the run: an exception would only be logged by the event loop,
        # and what was not redacted would be asked for again
        try:
            self.put(strained())
        except Exception as fault:
            self.events.failed(fault)


def strainers_for(job: Job) -> tuple[Strainer, ...]:
    """One for stdout of the first stage, then one for each stderr; a sieve is made for each."""
    count = 1 + len(job.stages)
    return tuple(Strainer(job.sieve() if job.sieve else None) for _ in range(count))


class Flow:
    """Our ends of a job's pipes, and what came out of them."""

    def __init__(self, job: Job, pipes: Plumbing, strainers: tuple[Strainer, ...], events: Events) -> None:
        limits = job.limits
        self.output = Beginning(limits.output_bytes)
        self.errors = tuple(BothEnds(limits.stderr_bytes) for _ in job.stages)
        self._job, self._events = job, events
        self._loop = asyncio.get_running_loop()
        self._ends = set[Source | Sink]()
        self._latest = self.errors[0]
        first, *others = strainers
        for fd, strainer, kept in zip(pipes.errors, others, self.errors, strict=True):
            self._read(fd, strainer, self._keeper(kept))
        last = first if len(job.stages) == 1 else Strainer()
        self._last = self._read(pipes.output, last, self.output.add)
        if pipes.raw is not None and pipes.strained is not None:
            self._bridge(pipes.raw, first, pipes.strained)
        if pipes.feed is not None:
            self._feed(pipes.feed, (job.stdin or "").encode(errors="replace"))

    @property
    def printed(self) -> int:
        """How many bytes the last stage has printed."""
        return self._last.count

    @property
    def last_line(self) -> str:
        """The last line on the stderr that was written to last."""
        return self._latest.last_line

    @property
    def ended(self) -> bool:
        """Whether every pipe is closed."""
        return not self._ends

    def close(self) -> None:
        """Close every end now."""
        for end in tuple(self._ends):
            end.close()

    def _keeper(self, kept: BothEnds) -> Callable[[str], None]:
        def keep(text: str) -> None:
            if text:
                kept.add(text)
                self._latest = kept

        return keep

    def _read(self, fd: int, strainer: Strainer, put: Callable[[str], None]) -> Intake:
        intake = Intake(strainer, put, self._job.limits.read_bytes, self._events)
        self._source(fd, intake, intake.finish)
        return intake

    def _source(self, fd: int, intake: Intake, closed: Callable[[], None]) -> Source:
        source = Source(fd, self._loop, intake.take, lambda: self._closed(source, closed))
        self._ends.add(source)
        return source

    def _bridge(self, raw: int, strainer: Strainer, strained: int) -> None:
        """Read one stage and write the next; the first waits while the second does not read."""

        def put(text: str) -> None:
            sink.write(text.encode(errors="replace"))
            if sink.full:
                source.pause()

        def finish() -> None:
            intake.finish()
            sink.finish()

        intake = Intake(strainer, put, self._job.limits.read_bytes, self._events)
        source = self._source(raw, intake, finish)
        sink = self._sink(strained, source.close, source.resume)

    def _feed(self, fd: int, data: bytes) -> None:
        sink = self._sink(fd, lambda: None, lambda: None)
        sink.write(data)
        sink.finish()

    def _sink(self, fd: int, closed: Callable[[], None], drained: Callable[[], None]) -> Sink:
        sink = Sink(fd, self._loop, lambda: self._closed(sink, closed), drained)
        self._ends.add(sink)
        return sink

    def _closed(self, end: Source | Sink, then: Callable[[], None]) -> None:
        self._ends.discard(end)
        then()
        if not self._ends:
            self._events.closed()
