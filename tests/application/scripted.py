"""An executor that answers what a test tells it to, and keeps the jobs it got."""

from collections.abc import Callable

import attrs

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.manifest import YamlManifest
from kubeport.adapters.once import MemoryOnce
from kubeport.adapters.output_store import MemoryOutputStore
from kubeport.adapters.rate_limits import MemoryRateLimits
from kubeport.application.approving import Approvals
from kubeport.application.continue_output import Shaper
from kubeport.application.identity import Identities
from kubeport.application.list_contexts import ListContexts
from kubeport.application.ports import Approver, Completed, Job, Progress, StageOutcome
from kubeport.application.rates import Rates
from kubeport.application.rules import Rules
from kubeport.application.run_command import RunCommand
from kubeport.application.settings import Settings
from kubeport.application.turns import Turns
from kubeport.domain.context import ContextRef, Kubeconfig
from kubeport.domain.policy import BUILT_IN, Policy

ONE = Kubeconfig((ContextRef("dev", "shop"),), "dev")
TWO = Kubeconfig((ContextRef("dev", "shop"), ContextRef("prod")), "dev")


@attrs.define
class ScriptedExecutor:
    """Completes every job with *stdout* and the given exit codes and stderrs."""

    stdout: str = ""
    exit_codes: tuple[int, ...] = ()
    stderrs: tuple[str, ...] = ()
    timed_out: bool = False
    truncated: bool = False
    overflow: bool = False
    jobs: list[Job] = attrs.field(factory=list[Job])

    async def run(self, job: Job, progress: Callable[[Progress], None] | None = None) -> Completed:
        """Note the job and complete it as told."""
        self.jobs.append(job)
        stages = tuple(
            StageOutcome(
                stage.argv,
                self.exit_codes[place] if place < len(self.exit_codes) else 0,
                self.stderrs[place] if place < len(self.stderrs) else "",
            )
            for place, stage in enumerate(job.stages)
        )
        size = len(self.stdout.encode())
        return Completed(stages, self.stdout, size, self.truncated, self.timed_out, self.overflow)

    async def aclose(self) -> None:
        """Nothing to end."""


@attrs.frozen
class Contexts:
    """A kubeconfig reader that knows what it is told."""

    known: Kubeconfig

    def read(self) -> Kubeconfig:
        """The contexts."""
        return self.known


def contexts_of(known: Kubeconfig, rules: Rules, settings: Settings) -> ListContexts:
    """The contexts in *known*; the file of each caller has the context ``own-`` and the file's name."""

    def kept(path: str) -> Contexts:
        name = f"own-{path.rpartition('/')[2].removesuffix('.yaml')}"
        return Contexts(Kubeconfig((ContextRef(name),), name))

    return ListContexts(Contexts(known), kept, Identities(settings), rules)


@attrs.frozen
class Repositories:
    """Chart repositories that it is told."""

    known: tuple[str, ...] = ("bitnami",)

    def names(self) -> tuple[str, ...]:
        """The repositories."""
        return self.known


@attrs.define
class Bench:
    """A RunCommand with everything around it scripted."""

    executor: ScriptedExecutor = attrs.field(factory=ScriptedExecutor)
    known: Kubeconfig = ONE
    settings: Settings = attrs.field(factory=Settings)
    audit: MemoryAudit = attrs.field(factory=MemoryAudit)
    clock: StoppedClock = attrs.field(factory=StoppedClock)
    policy: Policy | None = None
    approver: Approver | None = None
    approval_seconds: float = 300.0
    store: MemoryOutputStore = attrs.field(init=False)
    approvals: Approvals = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        limits = self.settings.limits
        self.store = MemoryOutputStore(self.clock, limits.store_bytes, limits.store_seconds)
        once = MemoryOnce(self.clock)
        self.approvals = Approvals(self.approver, once, self.clock, bytes(32), self.approval_seconds, 2)

    def rules(self) -> Policy:
        """The policy in force."""
        return self.policy or BUILT_IN[self.settings.security.level.value]

    @property
    def contexts(self) -> ListContexts:
        """What callers may name, and who they are to Kubernetes."""
        rules = Rules(self.rules, Repositories(), self.settings)
        return contexts_of(self.known, rules, self.settings)

    @property
    def run(self) -> RunCommand:
        """The use case under test."""
        limits = self.settings.limits
        return RunCommand(
            executor=self.executor,
            contexts=self.contexts,
            manifests=YamlManifest(),
            clock=self.clock,
            audit=self.audit,
            rules=self.contexts.rules,
            settings=self.settings,
            rates=Rates(MemoryRateLimits(self.clock), limits),
            turns=Turns(limits.concurrency, limits.context_concurrency, limits.queue),
            shaper=Shaper(self.store, self.settings),
            approvals=self.approvals,
        )

    @property
    def argv(self) -> list[tuple[str, ...]]:
        """The argument lists of the last job."""
        return [stage.argv for stage in self.executor.jobs[-1].stages]
