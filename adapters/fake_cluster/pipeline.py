"""Running the stages of a job one after the other, within its limits."""

import asyncio
from collections.abc import Awaitable, Callable

import attrs

from ...application.ports import Completed, Job, Limits, Progress, Stage, StageOutcome
from .answer import Answer
from .failures import Failure

TERMINATED = -15
Sleep = Callable[[float], Awaitable[object]]


async def at_once(seconds: float) -> None:
    """Let *seconds* pass in no time."""
    await asyncio.sleep(0)


@attrs.define
class Pipeline:
    """One job on its way: *answer* runs a stage, *failures* end stages before they run."""

    job: Job
    answer: Callable[[Stage, str], Answer]
    failures: tuple[Failure, ...]
    sleep: Sleep
    outcomes: list[StageOutcome] = attrs.field(factory=list[StageOutcome])
    text: str = ""
    size: int = 0

    async def run(self, progress: Callable[[Progress], None] | None) -> Completed:
        """Run every stage; a hanging one takes the whole time that there is."""
        self.text = self.job.stdin or ""
        for place, stage in enumerate(self.job.stages):
            canned = next((failure for failure in self.failures if failure.matches(stage.argv)), None)
            if canned is not None and canned.hang:
                await self._hang(canned, progress)
                return self._ended(place, canned, timed_out=True)
            answer = self.answer(stage, self.text) if canned is None else _canned(canned)
            self._take(place, answer)
            if self.size > self.job.limits.read_bytes:
                return self._ended(place, None, overflow=True)
        return self._completed()

    def _take(self, place: int, answer: Answer) -> None:
        self.size = len(answer.stdout.encode())
        self.text = self._sieved(answer.stdout) if place == 0 else answer.stdout
        stderr = both_ends(self._sieved(answer.stderr), self.job.limits.stderr_bytes)
        self.outcomes.append(StageOutcome(self.job.stages[place].argv, answer.exit_code, stderr))

    def _sieved(self, text: str) -> str:
        if self.job.sieve is None:
            return text
        sieve = self.job.sieve()
        return sieve.feed(text) + sieve.finish()

    async def _hang(self, canned: Failure, progress: Callable[[Progress], None] | None) -> None:
        passed, limit = 0.0, self.job.limits.timeout
        while passed < limit:
            step = min(1.0, limit - passed)
            await self.sleep(step)
            passed += step
            if progress is not None:
                last = (canned.stderr.splitlines() or [""])[-1]
                progress(Progress(passed, len(canned.stdout.encode()), self._sieved(last)))

    def _ended(
        self, place: int, canned: Failure | None, timed_out: bool = False, overflow: bool = False
    ) -> Completed:
        """The job was ended at the stage in *place*: it and all later ones by a signal."""
        last = place == len(self.job.stages) - 1
        if canned is not None:
            self._take(place, attrs.evolve(_canned(canned), exit_code=TERMINATED))
        self.outcomes[place] = attrs.evolve(self.outcomes[place], exit_code=TERMINATED)
        self.outcomes += [StageOutcome(stage.argv, TERMINATED) for stage in self.job.stages[place + 1 :]]
        if not last:
            self.text, self.size = "", 0
        return attrs.evolve(self._completed(), timed_out=timed_out, overflow=overflow)

    def _completed(self) -> Completed:
        kept = beginning(self.text, self.job.limits)
        return Completed(tuple(self.outcomes), kept, self.size, truncated=kept != self.text)


def _canned(failure: Failure) -> Answer:
    return Answer(failure.stdout, failure.stderr, failure.exit_code)


def beginning(text: str, limits: Limits) -> str:
    """As much of *text* as may be kept of stdout, cut at a character."""
    return text.encode()[: limits.output_bytes].decode(errors="ignore")


def both_ends(text: str, limit: int) -> str:
    """*text*, or its beginning and its end with a line that tells how much is missing between."""
    data = text.encode()
    if len(data) <= limit:
        return text
    head = data[: limit // 2].decode(errors="ignore")
    tail = data[len(data) - (limit - limit // 2) :].decode(errors="ignore")
    return f"{head}\n[{len(data) - limit} bytes left out]\n{tail}"
