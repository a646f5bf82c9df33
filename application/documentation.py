"""Documentation that is asked for again and again: kept for a while, and ours where a tool has none."""

from collections import OrderedDict
from collections.abc import Callable

import attrs

from ..domain.errors import ToolNotFound
from ..domain.tools import grammar_of
from ..domain.tools.documenting import described, find
from .ports import Clock, Completed, Executor, Job, Limits, Progress, StageOutcome

EXPLAINED_FOR = 600.0
"""Seconds for which what a cluster says of its kinds is kept; a tool's own help stays as it is."""
MOST_CHARACTERS = 1_000_000


@attrs.frozen
class _Kept:
    completed: Completed
    until: float


@attrs.define
class Documentation:
    """An ``Executor`` for jobs that print documentation, in front of the real one.

    A program's ``--help`` is asked for once in the life of this object, the rest once in
    ``EXPLAINED_FOR`` seconds; only good answers are kept, and the oldest go where there are too many.
    For a tool that is not installed our tables answer, and say so.
    """

    executor: Executor
    clock: Clock
    _kept: OrderedDict[Job, _Kept] = attrs.field(factory=OrderedDict[Job, _Kept], init=False)

    async def run(self, job: Job, progress: Callable[[Progress], None] | None = None) -> Completed:
        """As ``Executor.run``, or the kept answer."""
        key = attrs.evolve(job, limits=Limits(), sieve=None)
        kept = self._kept.get(key)
        if kept is not None and kept.until > self.clock.monotonic():
            return kept.completed
        try:
            completed = await self.executor.run(job, progress)
        except ToolNotFound:
            if not _asks_a_program(job):
                raise
            return _from_tables(job)
        self._keep(key, completed)
        return completed

    async def aclose(self) -> None:
        """Forget everything; the executor behind belongs to others, who close it."""
        self._kept.clear()

    def _keep(self, key: Job, completed: Completed) -> None:
        good = not (completed.truncated or completed.timed_out or completed.overflow)
        self._kept.pop(key, None)
        if good and not any(stage.exit_code for stage in completed.stages):
            until = float("inf") if _asks_a_program(key) else self.clock.monotonic() + EXPLAINED_FOR
            self._kept[key] = _Kept(completed, until)
        while sum(len(kept.completed.stdout) for kept in self._kept.values()) > MOST_CHARACTERS:
            self._kept.popitem(last=False)


def _asks_a_program(job: Job) -> bool:
    return job.stages[0].argv[-1] == "--help"


def _from_tables(job: Job) -> Completed:
    """What our tables say of the command that *job* asks the help of."""
    argv = job.stages[0].argv
    tool, *words = argv[:-1]
    grammar = grammar_of(tool)
    text = described(grammar, find(grammar, tuple(words)).verb)
    told = f"{tool} is not installed on the server: this is what Kubeport's own tables say of it."
    return Completed((StageOutcome(argv, 0, told),), text, len(text.encode()))
