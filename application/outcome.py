"""What a completed job amounts to: an answer or an error, and what its stages remarked."""

from ..domain.context import Target
from ..domain.diagnosis import diagnose
from ..domain.errors import AuthenticationFailed, ExecutionFailed, KubeportError, TimedOut
from ..domain.manifest import ManifestObject
from ..domain.resources.touched import touched
from ..domain.tools.invocation import Invocation
from .ports import Completed, Limits, StageOutcome


def exit_code(completed: Completed) -> int:
    """The first stage's failure, else the last stage's exit code (as ``set -o pipefail``)."""
    return next((stage.exit_code for stage in completed.stages if stage.exit_code), 0)


def failure(completed: Completed, limits: Limits) -> KubeportError | None:
    """The error that a completed job amounts to; None where it is an answer."""
    if completed.timed_out:
        return TimedOut.after(limits.timeout)
    if completed.overflow:
        return ExecutionFailed(
            f"The command printed more than {limits.read_bytes} bytes and was ended.",
            hint="Narrow it: a namespace, a selector, --tail, -o name.",
            reason="output_limit",
        )
    first = completed.stages[0]
    if first.exit_code:
        found = diagnose(first.stderr)
        kind = AuthenticationFailed if found.authentication else ExecutionFailed
        return kind(found.message, hint=found.hint, reason=found.reason)
    return next((_filter_failure(stage) for stage in completed.stages[1:] if _has_failed(stage)), None)


def _filter_failure(stage: StageOutcome) -> ExecutionFailed:
    program = stage.argv[0]
    if stage.exit_code < 0:
        return ExecutionFailed(
            f"{program} was ended at its resource limits.",
            hint="Use a simpler expression, or ask for less before the pipe.",
            reason="filter_limit",
        )
    return ExecutionFailed(f"{program} failed behind the pipe.", reason="filter")


def _has_failed(stage: StageOutcome) -> bool:
    """grep's exit code 1 says that no line matched, which is an answer."""
    return stage.exit_code != 0 and not (stage.argv[0] == "grep" and stage.exit_code == 1)


def changed(
    completed: Completed, call: Invocation, target: Target, manifest: tuple[ManifestObject, ...]
) -> tuple[str, ...]:
    """The URIs of what a completed job has changed; what a pipe or our limits took away says nothing."""
    told = len(completed.stages) == 1 and not completed.truncated
    succeeded = not (completed.timed_out or completed.overflow or completed.stages[0].exit_code)
    return touched(call, target, manifest, completed.stdout if told else None, succeeded)


def remarks(completed: Completed) -> list[str]:
    """That there was more, and what successful stages said on stderr: kubectl's warnings, for example."""
    more = (
        f"Only the first {len(completed.stdout.encode())} of {completed.stdout_bytes} bytes "
        "were kept: narrow the command (namespace, selector, --tail, a pipe into grep)."
    )
    said = [
        line
        for stage in completed.stages
        if not stage.exit_code
        for line in stage.stderr.strip().splitlines()[:20]
    ]
    return [more, *said] if completed.truncated else said
