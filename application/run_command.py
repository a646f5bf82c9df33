"""The one choke point: read → judge → place → execute → diagnose → redact → cap → audit.

Nothing reaches a process except through here, and what is executed is the argument list of the
very invocation that the policy judged.
"""

import enum
import logging
from collections.abc import Callable
from typing import Any

import attrs

from ..domain.context import Target
from ..domain.diagnosis import diagnose
from ..domain.effect import Effect
from ..domain.errors import (
    AuthenticationFailed,
    CommandError,
    ExecutionFailed,
    InternalFault,
    KubeportError,
    PolicyDenied,
    TimedOut,
)
from ..domain.judging import Decision, judge
from ..domain.manifest import ManifestObject
from ..domain.policy import Caller
from ..domain.redaction import Redactor, redact
from ..domain.result import ErrorDetails, Result
from ..domain.shaping import fold
from ..domain.tools.grammar import Meaning, Sensitivity
from ..domain.tools.invocation import Invocation
from ..domain.understanding import Understood, understand
from .continue_output import Shaper
from .ports import (
    AuditSink,
    Clock,
    Completed,
    Executor,
    Job,
    KubeconfigReader,
    Limits,
    ManifestReader,
    Progress,
    Stage,
)
from .rules import Rules
from .settings import Settings
from .target import placed_flags, resolve
from .turns import Turns

_log = logging.getLogger("kubeport.run")


class Access(enum.Enum):
    """Which calls an entry takes: those that only read, those that change, or both."""

    READ = "read"
    CHANGE = "change"
    ANY = "any"


@attrs.frozen
class Request:
    """One call as it comes from outside.

    *tool* may be empty where the command names it. *timeout* is in seconds; None is the default.
    *manifest* is the text handed to ``-f -``. *fold* writes runs of alike lines once. *whole* asks
    for all of the output that is kept, not for the first part of it.
    """

    command: str
    tool: str = ""
    context: str = ""
    namespace: str = ""
    timeout: float | None = None
    manifest: str | None = None
    access: Access = Access.ANY
    caller: Caller = Caller()
    fold: bool = False
    whole: bool = False


@attrs.frozen
class RunCommand:
    """Run one command line under the policy; never raises but for cancellation."""

    executor: Executor
    kubeconfig: KubeconfigReader
    manifests: ManifestReader
    clock: Clock
    audit: AuditSink
    rules: Rules
    settings: Settings
    turns: Turns
    shaper: Shaper

    async def __call__(self, request: Request, progress: Callable[[Progress], None] | None = None) -> Result:
        """The result of *request*; errors, refusals included, are part of it."""
        run = _Run(self, request, self.clock.monotonic())
        try:
            result = await run.through(progress)
        except KubeportError as error:
            result = run.failed(error)
        except Exception:
            _log.exception("unexpected failure of %s", request.tool or "a command")
            result = run.failed(InternalFault("Internal error.", hint="The server's log says more."))
        return self._audited(run, result)

    def _audited(self, run: "_Run", result: Result) -> Result:
        """Keep the record; a sink that fails is told to the log and to the caller, loudly."""
        try:
            self.audit.record(run.record(result))
        except KubeportError as error:
            _log.error("the call was not audited: %s", error)
            warning = f"This call is missing from the audit: {error.message}"
            return attrs.evolve(result, warnings=(*result.warnings, warning))
        return result


@attrs.define
class _Run:
    """One request on its way; what is known so far ends up in the result and the audit record."""

    use: RunCommand
    request: Request
    started: float
    target: Target | None = None
    decision: Decision | None = None
    argv: tuple[tuple[str, ...], ...] = ()
    began: float | None = None
    redactions: int = 0
    warnings: list[str] = attrs.field(factory=list[str])

    async def through(self, progress: Callable[[Progress], None] | None) -> Result:
        limits = self._limits()
        understood = understand(self.request.command, self.request.tool, self.use.rules.safeguards())
        call = understood.call
        manifest = self._manifest(understood)
        self.target = resolve(
            call,
            self.use.kubeconfig,
            self.use.settings,
            self.request.context,
            self.request.namespace,
        )
        self._judge(understood, manifest)
        placed = placed_flags(call, self.target, self.use.settings)
        self.argv = (call.argv(*placed), *(used.argv for used in understood.filters))
        stages = tuple(Stage(argv, filter=place > 0) for place, argv in enumerate(self.argv))
        redactors = list[Redactor]()
        job = Job(stages, limits, self.request.manifest, lambda: _noted(redactors))
        caller = self.request.caller.name
        async with self.use.turns.turn(self.target.context, caller, limits.timeout):
            self.began = self.use.clock.monotonic()
            completed = await self.use.executor.run(job, progress)
        self.redactions = sum(redactor.count for redactor in redactors)
        return self._result(completed, limits, call)

    def _limits(self) -> Limits:
        bounds = self.use.settings.limits
        timeout = bounds.timeout if self.request.timeout is None else self.request.timeout
        if not bounds.min_timeout <= timeout <= bounds.max_timeout:
            raise CommandError(
                f"The timeout must be between {bounds.min_timeout:g} and {bounds.max_timeout:g} "
                f"seconds, not {timeout:g}."
            )
        return Limits(timeout, bounds.output_bytes)

    def _manifest(self, understood: Understood) -> tuple[ManifestObject, ...]:
        call, text = understood.call, self.request.manifest
        wanted = call.with_meaning(Meaning.MANIFEST)
        if wanted is not None and text is None:
            raise call.error(
                "-f - needs a manifest.",
                wanted.span,
                "Hand its text over in the argument `manifest`.",
            )
        if text is None:
            return ()
        if wanted is None:
            raise call.error(
                "A manifest is given, and the command does not take it.", hint="Write: apply -f -"
            )
        return self.use.manifests.read(text)

    def _judge(self, understood: Understood, manifest: tuple[ManifestObject, ...]) -> None:
        rules, target = self.use.rules, self.target or Target()
        self.decision = judge(
            understood,
            rules.policy(),
            target,
            self.request.caller,
            rules.safeguards(charts=understood.charts),
            manifest,
        )
        if not self.decision.allowed:
            raise self.decision.error(understood.source)
        _check_access(self.request.access, self.decision.effect, understood)
        if target.assumed:
            self.warnings.append(f"No context was named: used the current one, {target.context}.")

    def _result(self, completed: Completed, limits: Limits, call: Invocation) -> Result:
        if completed.truncated:
            self.warnings.append(
                f"Only the first {len(completed.stdout.encode())} of {completed.stdout_bytes} bytes "
                "were kept: narrow the command (namespace, selector, --tail, a pipe into grep)."
            )
        self.warnings.extend(_stage_warnings(completed))
        error = _error(completed, limits)
        output, continuation = self._shaped(completed, call)
        return Result(
            output,
            exit_code=None if completed.timed_out else _exit_code(completed),
            execution_time=self._elapsed(),
            error=None if error is None else self._detailed(error, completed),
            target=self.target,
            effect=self.decision.effect.word if self.decision else "",
            truncated=completed.truncated or bool(continuation),
            continuation=continuation,
            queue_time=self._queued(),
            redactions=self.redactions,
            warnings=tuple(self.warnings),
        )

    def _shaped(self, completed: Completed, call: Invocation) -> tuple[str, str]:
        """The output as it is shown, and the handle for what is not."""
        text = fold(completed.stdout) if self.request.fold else completed.stdout
        if self.request.whole:
            return text, ""
        logs = call.verb.sensitivity is Sensitivity.LOGS and len(completed.stages) == 1
        return self.use.shaper(text, self.request.caller, logs=logs)

    def _queued(self) -> float | None:
        """Seconds that the call waited for its turn, where it is worth telling."""
        waited = 0.0 if self.began is None else round(self.began - self.started, 3)
        return waited if waited >= _WORTH_TELLING else None

    def _detailed(self, error: KubeportError, completed: Completed) -> ErrorDetails:
        failing = next((s for s in completed.stages if s.exit_code), completed.stages[-1])
        return attrs.evolve(
            ErrorDetails.of(error),
            command=redact(" ".join(failing.argv))[0],
            exit_code=None if completed.timed_out else failing.exit_code,
            stderr=failing.stderr.strip(),
        )

    def failed(self, error: KubeportError) -> Result:
        """The result of a call that was refused or could not be started."""
        details = ErrorDetails.of(error)
        shown = attrs.evolve(details, command=redact(self.request.command)[0])
        return Result(
            execution_time=self._elapsed(),
            error=shown,
            target=self.target,
            effect=self.decision.effect.word if self.decision else "",
            warnings=tuple(self.warnings),
        )

    def _elapsed(self) -> float:
        began = self.started if self.began is None else self.began
        return round(self.use.clock.monotonic() - began, 3)

    def record(self, result: Result) -> dict[str, Any]:
        """What the audit keeps of this call."""
        target, decision = self.target or Target(), self.decision
        return {
            "time": self.use.clock.now(),
            "caller": self.request.caller.name,
            "tool": self.request.tool,
            "command": redact(self.request.command)[0],
            "argv": [[redact(word)[0] for word in argv] for argv in self.argv],
            "context": target.context,
            "namespace": "*" if target.all_namespaces else target.namespace,
            "effect": decision.effect.word if decision else "",
            "allowed": decision.allowed if decision else False,
            "rule": decision.rule if decision else "",
            "status": result.status,
            "code": result.error.code if result.error else "",
            "exit_code": result.exit_code,
            "duration": result.execution_time,
            "output_bytes": len(result.output.encode()),
            "redactions": result.redactions,
        }


_WORTH_TELLING = 0.05  # seconds; less is the time of judging the call


def _noted(redactors: list[Redactor]) -> Redactor:
    redactors.append(Redactor())
    return redactors[-1]


def _check_access(access: Access, effect: Effect, understood: Understood) -> None:
    """Refuse what belongs to the tool's sibling, and say which that is."""
    call = understood.call
    if access is Access.READ and effect > Effect.READ:
        raise PolicyDenied(
            f"The tool {call.tool} only reads, and {call.command} changes something.",
            understood.source,
            call.verb_span,
            f"Call the tool {call.tool}_change.",
            rule="read-tool",
        )
    if access is Access.CHANGE and effect is Effect.READ:
        raise PolicyDenied(
            f"The tool {call.tool}_change is for changes, and {call.command} only reads here.",
            understood.source,
            call.verb_span,
            f"Call the tool {call.tool}.",
            rule="change-tool",
        )


def _exit_code(completed: Completed) -> int:
    """The first stage's failure, else the last stage's exit code (as ``set -o pipefail``)."""
    return next((stage.exit_code for stage in completed.stages if stage.exit_code), 0)


def _error(completed: Completed, limits: Limits) -> KubeportError | None:
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
    failing = next(
        (stage for stage in completed.stages[1:] if _has_failed(stage.argv, stage.exit_code)), None
    )
    if failing is None:
        return None
    return ExecutionFailed(
        f"{failing.argv[0]} failed behind the pipe.",
        reason="filter_limit" if failing.exit_code < 0 else "filter",
        hint="It was ended at its resource limits: use a simpler expression."
        if failing.exit_code < 0
        else "",
    )


_NO_MATCH = frozenset({"grep"})


def _has_failed(argv: tuple[str, ...], exit_code: int) -> bool:
    """grep's exit code 1 says that no line matched, which is an answer."""
    return exit_code != 0 and not (argv[0] in _NO_MATCH and exit_code == 1)


def _stage_warnings(completed: Completed) -> list[str]:
    """What successful stages said on stderr: kubectl's warnings and "No resources found"."""
    return [
        line
        for stage in completed.stages
        if not stage.exit_code
        for line in stage.stderr.strip().splitlines()[:20]
    ]
