"""The pipes of one job: which descriptor each stage gets, and which ends are ours."""

import contextlib
import os
import subprocess

import attrs

from ...application.ports import Job


@attrs.frozen
class Ends:
    """What one stage gets as stdin, stdout and stderr."""

    stdin: int
    stdout: int
    stderr: int


@attrs.frozen
class Plumbing:
    """All pipes of a job.

    *stages* are the children's ends. Ours: *feed* writes stdin of the first stage; where there is
    a sieve between stages, *raw* reads the first and *strained* writes the second one; *output*
    reads the last, *errors* read every stderr.
    """

    stages: tuple[Ends, ...]
    feed: int | None
    raw: int | None
    strained: int | None
    output: int
    errors: tuple[int, ...]

    def close_theirs(self) -> None:
        """Close our copies of the children's ends: a pipe ends when its last writer has gone."""
        _close({fd for ends in self.stages for fd in attrs.astuple(ends)})

    def close_ours(self) -> None:
        """Close what nobody reads or writes, because the job was never started."""
        ours = (self.feed, self.raw, self.strained, self.output, *self.errors)
        _close({fd for fd in ours if fd is not None})


def lay_pipes(job: Job) -> Plumbing:
    """Make the pipes of *job*; none is left open when one cannot be made (OSError)."""
    with contextlib.ExitStack() as undo:
        feed, stdin = _pipe(undo)[::-1] if job.stdin is not None else (None, subprocess.DEVNULL)
        inputs, outputs = [stdin], list[int]()
        raw = strained = None
        for number in range(len(job.stages) - 1):
            reading, writing = _pipe(undo)
            outputs.append(writing)
            if number == 0 and job.sieve:
                raw, (reading, strained) = reading, _pipe(undo)
            inputs.append(reading)
        output, last = _pipe(undo)
        errors = [_pipe(undo) for _ in job.stages]
        stages = map(Ends, inputs, [*outputs, last], [writing for _, writing in errors])
        undo.pop_all()
        ours = tuple(reading for reading, _ in errors)
        return Plumbing(tuple(stages), feed, raw, strained, output, ours)


def _pipe(undo: contextlib.ExitStack) -> tuple[int, int]:
    reading, writing = os.pipe()
    undo.callback(_close, {reading, writing})
    return reading, writing


def _close(descriptors: set[int]) -> None:
    for fd in descriptors - {subprocess.DEVNULL}:
        os.close(fd)
