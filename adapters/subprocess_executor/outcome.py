"""How the stages of a job ended, as the caller should understand it."""

import re
import signal
from collections.abc import Sequence

import attrs

from ...application.ports import Job, Stage, StageOutcome
from .confinement import limit_note

_BY_PIPE = frozenset({-signal.SIGPIPE, 128 + signal.SIGPIPE})


@attrs.frozen
class Ending:
    """How one process ended: *place* is its rank among those of its job, first to end is 0."""

    exit_code: int
    stderr: str
    place: int


def outcomes(job: Job, endings: Sequence[Ending], interrupted: bool) -> tuple[StageOutcome, ...]:
    """The outcome of each stage; *interrupted* tells that the job was ended by us."""
    followers = (*endings[1:], None)
    return tuple(
        StageOutcome(
            stage.argv,
            0 if follower and _had_enough(ending, follower) else ending.exit_code,
            _stderr(stage, ending, interrupted),
        )
        for stage, ending, follower in zip(job.stages, endings, followers, strict=True)
    )


def _stderr(stage: Stage, ending: Ending, interrupted: bool) -> str:
    if not stage.filter:
        return ending.stderr
    # many utilities call themselves by the path that they were started with
    path = rf"^/\S*/{re.escape(stage.argv[0])}(?=: )"
    text = re.sub(path, stage.argv[0], ending.stderr, flags=re.MULTILINE)
    return text if interrupted else text + limit_note(stage.argv[0], ending.exit_code, text)


def _had_enough(ending: Ending, follower: Ending) -> bool:
    """Whether a stage ended because the next one did not want more: no fault of either.

    Some programs ignore SIGPIPE and report the failed write, each with an exit code of its own.
    """
    if ending.exit_code in _BY_PIPE:
        return True
    satisfied = follower.exit_code == 0 and follower.place < ending.place
    return satisfied and "broken pipe" in ending.stderr.lower()
