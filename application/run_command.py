"""The one choke point: read → judge → place → ask → execute → diagnose → redact → cap → audit.

No command of a caller reaches a process except through here, and what is executed is the argument list
of the very invocation that the policy judged, and that a person approved where the policy wants it. What
Kubeport asks by itself (``probing.py``, reviews of tokens) are fixed argument lists in the same executor.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import attrs

from ..domain.context import Target
from ..domain.effect import Effect
from ..domain.errors import ExecutionFailed, InternalFault, KubeportError
from ..domain.judging import Decision, judge
from ..domain.manifest import ManifestObject
from ..domain.redaction import Redactor
from ..domain.result import ErrorDetails, Result
from ..domain.shaping import fold
from ..domain.tools.grammar import Sensitivity
from ..domain.tools.invocation import Invocation
from ..domain.understanding import Understood, understand
from .approving import Approvals, Asked, question_of
from .auditing import MISSING, Auditing
from .continue_output import Shaper
from .list_contexts import ListContexts
from .outcome import changed, exit_code, failure, remarks
from .ports import (
    Approver,
    AuditSink,
    CallFacts,
    Clock,
    Completed,
    Executor,
    Job,
    Limits,
    ManifestReader,
    Progress,
    Stage,
    Telemetry,
)
from .rates import Rates
from .record import about, audit_record, clean, decided, ended, new_request_id, shown_command
from .request import Request, check_access, limits_of, manifest_of
from .rules import Rules
from .settings import Settings
from .stopwatch import Stopwatch
from .target import placed_flags, resolve
from .telemetry import NoTelemetry
from .turns import Turns

_log = logging.getLogger("kubeport.run")


@attrs.frozen
class RunCommand:
    """Run one command line under the policy; never raises but for cancellation."""

    executor: Executor
    contexts: ListContexts
    manifests: ManifestReader
    clock: Clock
    audit: AuditSink | None
    rules: Rules
    settings: Settings
    turns: Turns
    rates: Rates
    shaper: Shaper
    approvals: Approvals
    telemetry: Telemetry = NoTelemetry()

    async def __call__(
        self,
        request: Request,
        progress: Callable[[Progress], None] | None = None,
        approver: Approver | None = None,
    ) -> Result:
        """The result of *request*; errors, refusals included, are part of it.

        *approver* asks a person in place of the one that this use case was made with.
        """
        run = _Run(self, request, Stopwatch(self.clock), new_request_id(self.clock.now()), approver)
        with about(run.request_id):
            return await self._completed(run, progress)

    async def _completed(self, run: "_Run", progress: Callable[[Progress], None] | None) -> Result:
        try:
            with self.telemetry.span("kubeport.run", tool=run.request.tool):
                result = await run.through(progress)
        except KubeportError as error:
            result = run.failed(error)
        except asyncio.CancelledError:
            gone = run.failed(ExecutionFailed("The call was cancelled.", reason="cancelled"))
            self.telemetry.called(attrs.evolve(run.facts(gone), code="CANCELLED"))
            await self._audited(run, gone)
            raise
        except Exception:
            _log.exception("unexpected failure of %s", run.request.tool or "a command")
            result = run.failed(InternalFault("Internal error.", hint="The server's log says more."))
        self.telemetry.called(run.facts(result))
        return await self._audited(run, result)

    @property
    def auditing(self) -> Auditing:
        """The audit, and which calls may not run without it."""
        return Auditing(self.audit, self.settings.audit.required)

    async def _audited(self, run: "_Run", result: Result) -> Result:
        """*result* with the id by which the audit knows it; one that it does not have says so."""
        result = attrs.evolve(result, request_id=run.request_id)
        if self.audit is None:
            return result
        durable = run.decision is not None and run.decision.effect > Effect.READ
        if await self.auditing.keep(run.outcome(result), durable=durable) or MISSING in result.warnings:
            return result
        return attrs.evolve(result, warnings=(*result.warnings, MISSING))


@attrs.define
class _Run:
    """One request on its way; what is known so far ends up in the result and the audit record."""

    use: RunCommand
    request: Request
    stopwatch: Stopwatch
    request_id: str
    approver: Approver | None = None
    call: Invocation | None = None
    target: Target | None = None
    decision: Decision | None = None
    asked: Asked | None = None
    argv: tuple[tuple[str, ...], ...] = ()
    manifest: tuple[ManifestObject, ...] = ()
    output: str = ""
    redactions: int = 0
    warnings: list[str] = attrs.field(factory=list[str])

    async def through(self, progress: Callable[[Progress], None] | None) -> Result:
        await self.use.rates.admit(self.request.caller, self.request.tool or "run")
        limits = limits_of(self.request, self.use.settings.limits)
        understood = understand(self.request.command, self.request.tool, self.use.rules.safeguards())
        self.call = call = understood.call
        self.manifest = manifest_of(self.request, understood, self.use.manifests)
        request, contexts = self.request, self.use.contexts
        known = contexts.reader(request.caller)
        self.target = resolve(
            call, known, self.use.settings, request.context, request.namespace, request.scope
        )
        self._judge(understood)
        contexts.check_listing(call, request.caller)
        identity = contexts.identities.for_call(call, request.caller)
        placed = placed_flags(call, self.target, self.use.settings, identity)
        self.argv = (call.argv(*placed), *(used.argv for used in understood.filters))
        stages = tuple(Stage(argv, filter=place > 0) for place, argv in enumerate(self.argv))
        redactors = list[Redactor]()
        # a tool's documentation holds nothing of a cluster, and examples that look like secrets
        sieve = None if call.help else lambda: _noted(redactors)
        alone = self.target.in_cluster and bool(identity.user)
        job = Job(stages, limits, request.manifest, sieve, identity.kubeconfig, alone)
        await self._approved(understood, job)
        async with self.use.turns.turn(self.target.context, request.caller.name, limits.timeout):
            await self._intend()
            self.stopwatch.begin()
            with self.use.telemetry.span("kubeport.execute", command=call.command):
                completed = await self.use.executor.run(job, progress)
        self.redactions = sum(redactor.count for redactor in redactors)
        return await self._result(completed, limits, call)

    def _judge(self, understood: Understood) -> None:
        target = self.target or Target()
        decision = self.decision = self._decide(understood, target)
        check_access(self.request.access, decision.effect, understood)
        if target.assumed:
            self.warnings.append(f"No context was named: used the current one, {target.context}.")

    def _decide(self, understood: Understood, target: Target) -> Decision:
        """The decision as the rules are now; one that refuses is kept and raised."""
        rules, caller = self.use.rules, self.request.caller
        safeguards = rules.safeguards(charts=understood.charts)
        decision = judge(understood, rules.policy(), target, caller, safeguards, self.manifest)
        if decision.refused:
            self.decision = decision
            raise decision.error(understood.source)
        return decision

    async def _approved(self, understood: Understood, job: Job) -> None:
        """Ask where the decision wants it. The rules may have changed meanwhile, so they are asked again."""
        decision, target, call = self.decision, self.target or Target(), understood.call
        if decision is None or not decision.approval:
            return
        approvals, asked = self.use.approvals, Asked(decision.approval)
        self.asked = asked
        seconds = approvals.seconds
        question = question_of(self.request, call, job, target, decision, self.manifest, seconds)
        await approvals.settle(question, asked, self.approver)
        self.stopwatch.thinking = asked.waited
        self.decision = attrs.evolve(self._decide(understood, target), allowed=True)

    async def _result(self, completed: Completed, limits: Limits, call: Invocation) -> Result:
        self.warnings.extend(remarks(completed))
        error = failure(completed, limits)
        output, continuation = await self._shaped(completed, call)
        return Result(
            output,
            exit_code=None if completed.timed_out else exit_code(completed),
            execution_time=self.stopwatch.elapsed,
            error=None if error is None else self._detailed(error, completed),
            target=self.target,
            effect=self.decision.effect.word if self.decision else "",
            truncated=completed.truncated or bool(continuation),
            continuation=continuation,
            queue_time=self.stopwatch.queued,
            redactions=self.redactions,
            warnings=tuple(self.warnings),
            touched=changed(completed, call, self.target or Target(), self.manifest),
        )

    async def _shaped(self, completed: Completed, call: Invocation) -> tuple[str, str]:
        """The output as it is shown, and the handle for what is not."""
        text = self.output = fold(completed.stdout) if self.request.fold else completed.stdout
        if self.request.whole:
            return text, ""
        logs = call.verb.sensitivity is Sensitivity.LOGS and len(completed.stages) == 1
        return await self.use.shaper(text, self.request.caller, logs=logs)

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
            execution_time=self.stopwatch.elapsed,
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
            self.stopwatch.elapsed,
            self.stopwatch.waited,
            len(result.output.encode()),
            self.redactions,
            self.asked.answer if self.asked else "",
            self.stopwatch.ran,
        )

    async def _intend(self) -> None:
        """Put on record that the call is about to run, where the audit wants that."""
        auditing, effect = self.use.auditing, self.decision.effect if self.decision else Effect.NEVER
        if auditing.wants_intent(effect) and not await auditing.intend(self._record("intent")):
            self.warnings.append(MISSING)

    def outcome(self, result: Result) -> dict[str, Any]:
        """What the audit keeps of this call at its end."""
        return self._record("outcome", ended(result, self.output, self.stopwatch.waited))

    def _record(self, event: str, *parts: dict[str, Any]) -> dict[str, Any]:
        asked = attrs.asdict(self.asked) if self.asked else None
        known = decided(
            self.request, self.call, self.argv, self.target, self.decision, self.manifest, asked
        )
        return audit_record(event, self.request_id, self.use.clock.now(), known, *parts)


def _noted(redactors: list[Redactor]) -> Redactor:
    redactors.append(Redactor())
    return redactors[-1]
