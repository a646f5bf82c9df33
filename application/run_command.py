"""The one choke point: read → judge → place → execute → diagnose → redact → cap → audit.

Nothing reaches a process except through here, and what is executed is the argument list of the
very invocation that the policy judged.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import attrs

from ..domain.context import Target
from ..domain.errors import CommandError, ExecutionFailed, InternalFault, KubeportError
from ..domain.judging import Decision, judge
from ..domain.manifest import ManifestObject
from ..domain.redaction import Redactor
from ..domain.result import ErrorDetails, Result
from ..domain.shaping import fold
from ..domain.tools.grammar import Meaning, Sensitivity
from ..domain.tools.invocation import Invocation
from ..domain.understanding import Understood, understand
from .continue_output import Shaper
from .outcome import exit_code, failure, remarks
from .ports import (
    AuditSink,
    CallFacts,
    Clock,
    Completed,
    Executor,
    Job,
    KubeconfigReader,
    Limits,
    ManifestReader,
    Progress,
    Stage,
    Telemetry,
)
from .rates import Rates
from .record import audit_record, clean, shown_command
from .request import Request, check_access
from .rules import Rules
from .settings import Settings
from .target import placed_flags, resolve
from .telemetry import NoTelemetry
from .turns import Turns

_log = logging.getLogger("kubeport.run")


@attrs.frozen
class RunCommand:
    """Run one command line under the policy; never raises but for cancellation."""

    executor: Executor
    kubeconfig: KubeconfigReader
    manifests: ManifestReader
    clock: Clock
    audit: AuditSink | None
    rules: Rules
    settings: Settings
    turns: Turns
    rates: Rates
    shaper: Shaper
    telemetry: Telemetry = NoTelemetry()

    async def __call__(
        self, request: Request, progress: Callable[[Progress], None] | None = None
    ) -> Result:
        """The result of *request*; errors, refusals included, are part of it."""
        run = _Run(self, request, self.clock.monotonic())
        try:
            with self.telemetry.span("kubeport.run", tool=request.tool):
                result = await run.through(progress)
        except KubeportError as error:
            result = run.failed(error)
        except asyncio.CancelledError:
            self._audited(run, run.failed(ExecutionFailed("The call was cancelled.", reason="cancelled")))
            raise
        except Exception:
            _log.exception("unexpected failure of %s", request.tool or "a command")
            result = run.failed(InternalFault("Internal error.", hint="The server's log says more."))
        self.telemetry.called(run.facts(result))
        return self._audited(run, result)

    def _audited(self, run: "_Run", result: Result) -> Result:
        """Keep the record; a sink that fails is told to the log and to the caller, loudly."""
        if self.audit is None:
            return result
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
    call: Invocation | None = None
    target: Target | None = None
    decision: Decision | None = None
    argv: tuple[tuple[str, ...], ...] = ()
    began: float | None = None
    redactions: int = 0
    warnings: list[str] = attrs.field(factory=list[str])

    async def through(self, progress: Callable[[Progress], None] | None) -> Result:
        await self.use.rates.admit(self.request.caller, self.request.tool or "run")
        limits = self._limits()
        understood = understand(self.request.command, self.request.tool, self.use.rules.safeguards())
        self.call = call = understood.call
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
        # a tool's documentation holds nothing of a cluster, and examples that look like secrets
        sieve = None if call.help else lambda: _noted(redactors)
        job = Job(stages, limits, self.request.manifest, sieve)
        caller = self.request.caller.name
        async with self.use.turns.turn(self.target.context, caller, limits.timeout):
            self.began = self.use.clock.monotonic()
            with self.use.telemetry.span("kubeport.execute", command=call.command):
                completed = await self.use.executor.run(job, progress)
        self.redactions = sum(redactor.count for redactor in redactors)
        return await self._result(completed, limits, call)

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
        check_access(self.request.access, self.decision.effect, understood)
        if target.assumed:
            self.warnings.append(f"No context was named: used the current one, {target.context}.")

    async def _result(self, completed: Completed, limits: Limits, call: Invocation) -> Result:
        if completed.truncated:
            self.warnings.append(
                f"Only the first {len(completed.stdout.encode())} of {completed.stdout_bytes} bytes "
                "were kept: narrow the command (namespace, selector, --tail, a pipe into grep)."
            )
        self.warnings.extend(remarks(completed))
        error = failure(completed, limits)
        output, continuation = await self._shaped(completed, call)
        return Result(
            output,
            exit_code=None if completed.timed_out else exit_code(completed),
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

    async def _shaped(self, completed: Completed, call: Invocation) -> tuple[str, str]:
        """The output as it is shown, and the handle for what is not."""
        text = fold(completed.stdout) if self.request.fold else completed.stdout
        if self.request.whole:
            return text, ""
        logs = call.verb.sensitivity is Sensitivity.LOGS and len(completed.stages) == 1
        return await self.use.shaper(text, self.request.caller, logs=logs)

    def _queued(self) -> float | None:
        """Seconds that the call waited for its turn, where it is worth telling."""
        waited = 0.0 if self.began is None else round(self.began - self.started, 3)
        return waited if waited >= _WORTH_TELLING else None

    def _detailed(self, error: KubeportError, completed: Completed) -> ErrorDetails:
        failing = next((s for s in completed.stages if s.exit_code), completed.stages[-1])
        return attrs.evolve(
            ErrorDetails.of(error),
            command=" ".join(clean((failing.argv,), self.call)[0]),
            exit_code=None if completed.timed_out else failing.exit_code,
            stderr=failing.stderr.strip(),
        )

    def failed(self, error: KubeportError) -> Result:
        """The result of a call that was refused or could not be started."""
        details = ErrorDetails.of(error)
        shown = attrs.evolve(details, command=shown_command(self.request, self.call))
        return Result(
            execution_time=self._elapsed(),
            error=shown,
            target=self.target,
            effect=self.decision.effect.word if self.decision else "",
            warnings=tuple(self.warnings),
        )

    def facts(self, result: Result) -> CallFacts:
        """What is counted of this call."""
        code = result.error.code if result.error else ""
        return CallFacts(
            self.call.tool if self.call else self.request.tool,
            self.call.verb.words if self.call else "",
            self.decision.effect.word if self.decision else "",
            self.decision is not None and self.decision.allowed,
            code,
            self._elapsed(),
            0.0 if self.began is None else self.began - self.started,
            len(result.output.encode()),
            self.redactions,
        )

    def record(self, result: Result) -> dict[str, Any]:
        """What the audit keeps of this call."""
        now = self.use.clock.now()
        return audit_record(
            self.request, result, self.call, self.argv, self.target, self.decision, now
        )

    def _elapsed(self) -> float:
        began = self.started if self.began is None else self.began
        return round(self.use.clock.monotonic() - began, 3)

_WORTH_TELLING = 0.05  # seconds; less is the time of judging the call


def _noted(redactors: list[Redactor]) -> Redactor:
    redactors.append(Redactor())
    return redactors[-1]


