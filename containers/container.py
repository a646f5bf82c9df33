"""Every choice of an adapter, in one place."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from dependency_injector import containers, providers

from ..adapters.audit import CopiedAudit, FileAudit, Seal, StreamAudit
from ..adapters.audit.copies import ProcessChain
from ..adapters.clock import MonotonicClock
from ..adapters.config import PolicyFile
from ..adapters.helm_repositories import HelmRepositories
from ..adapters.kubeconfig import KeptKubeconfigs, YamlKubeconfig
from ..adapters.manifest import YamlManifest
from ..adapters.once import MemoryOnce
from ..adapters.output_store import MemoryOutputStore
from ..adapters.rate_limits import MemoryRateLimits
from ..adapters.secret_file import secret_text
from ..adapters.shared_state import RedisOnce, RedisOutputStore, RedisRateLimits, SharedState
from ..adapters.subprocess_executor import SubprocessExecutor
from ..adapters.subprocess_executor.environment import tool_environment
from ..adapters.watching import KubernetesWatcher
from ..application.approving import Approvals
from ..application.continue_output import ContinueOutput, Shaper
from ..application.describe_command import DescribeCommand
from ..application.documentation import Documentation
from ..application.explain_command import ExplainCommand
from ..application.identity import Identities
from ..application.kubeport import Kubeport
from ..application.list_contexts import ListContexts
from ..application.ports import (
    Approver,
    AuditSink,
    ChartRepositories,
    Clock,
    Executor,
    KubeconfigReader,
    ManifestReader,
    OutputStore,
    RateLimits,
    Telemetry,
    Watcher,
)
from ..application.prompts.catalogue import Catalogue, OwnPrompts
from ..application.prompts.completion import CompletePrompt
from ..application.prompts.filling import FillPrompt
from ..application.prompts.prompts import Prompts
from ..application.rates import Rates
from ..application.resources.completion import CompleteResource
from ..application.resources.listing import ListResources
from ..application.resources.names import Names
from ..application.resources.reading import ReadResource
from ..application.resources.resources import Resources
from ..application.rules import Rules
from ..application.run_command import RunCommand
from ..application.settings import (
    AuditSettings,
    LimitSettings,
    PromptSettings,
    SecuritySettings,
    ServerSettings,
    Settings,
    StateSettings,
)
from ..application.subscriptions.admission import Admission
from ..application.subscriptions.lists import Lists
from ..application.subscriptions.subscriptions import Subscriptions
from ..application.subscriptions.watches import SharedWatches
from ..application.telemetry import NoTelemetry
from ..application.turns import Turns
from ..domain.errors import CommandError
from ..domain.policy import BUILT_IN, Policy


def choose_policy(security: SecuritySettings) -> Callable[[], Policy]:
    """The policy file where one is set, else the built-in policy of the level."""
    if security.policy_file:
        return PolicyFile(Path(security.policy_file))
    policy = BUILT_IN[security.level.value]
    return lambda: policy


def choose_audit(audit: AuditSettings, server: ServerSettings, clock: Clock) -> AuditSink | None:
    """The file, stdout and collector that are set; None where none is.

    Raises:
        CommandError: stdout is the protocol's, or the key cannot be read.
        ExecutionFailed: the file cannot be written.
    """
    seal = Seal(secret_text(audit.key_file, 32).encode() if audit.key_file else b"")
    copies = tuple(_copies(audit, server))
    if not audit.file:
        return CopiedAudit(ProcessChain(seal), copies) if copies else None
    file = FileAudit(audit.file, seal, audit.rotate_bytes, audit.keep, audit.fsync, clock.now)
    return CopiedAudit(file, copies) if copies else file


def _copies(audit: AuditSettings, server: ServerSettings) -> Iterator[AuditSink]:
    if audit.stdout:
        if server.transport == "stdio":
            raise CommandError(
                "audit.stdout needs server.transport = http: over stdio stdout is the protocol's.",
                hint="Set audit.file instead.",
            )
        yield StreamAudit(sys.stdout)
    if audit.otlp_endpoint:
        from importlib import metadata

        from ..adapters.audit.otlp import OtlpAudit

        yield OtlpAudit(audit.otlp_endpoint, metadata.version("kubeport"))


def choose_prompts(prompts: PromptSettings, rules: Rules) -> OwnPrompts:
    """The operator's own prompts, where a folder is set.

    Raises:
        CommandError: the folder, or a file in it, cannot be used.
    """
    if not prompts.folder:
        return tuple
    from ..adapters.config.prompt_files import PromptFolder

    return PromptFolder(Path(prompts.folder), rules.safeguards())


def choose_watcher(environment: Iterable[str], shared: SharedState | None, server: ServerSettings) -> Watcher:
    """A watcher that sees of our environment what kubectl sees, and so do its credential plugins.

    Servers over http that share state watch for one another.
    """
    named = tuple(environment)

    def of_tools() -> Mapping[str, str]:
        return tool_environment(os.environ, named)

    watcher = KubernetesWatcher(of_tools)
    if shared is None or server.transport != "http":
        return watcher
    from ..adapters.shared_state.shared_watcher import SharedWatcher

    return SharedWatcher(watcher, shared)


def choose_state(state: StateSettings) -> SharedState | None:
    """The state that replicas share, where one is set.

    Raises:
        CommandError: a file cannot be read, or the secret is too short.
    """
    if not state.url_file:
        return None
    return SharedState(secret_text(state.url_file), secret_text(state.secret_file, 32), state.prefix)


def choose_store(shared: SharedState | None, clock: Clock, limits: LimitSettings) -> OutputStore:
    """The store of all replicas, else one in memory."""
    if shared is not None:
        return RedisOutputStore(shared, limits.store_bytes, limits.store_seconds)
    return MemoryOutputStore(clock, limits.store_bytes, limits.store_seconds)


def choose_rate_limits(shared: SharedState | None, clock: Clock) -> RateLimits:
    """The buckets of all replicas, else those of this process."""
    return MemoryRateLimits(clock) if shared is None else RedisRateLimits(shared)


def choose_approvals(
    approver: Approver | None, shared: SharedState | None, clock: Clock, limits: LimitSettings
) -> Approvals:
    """Approvals that every replica knows of, else those of this process, under a key of its own."""
    once = MemoryOnce(clock) if shared is None else RedisOnce(shared)
    key = os.urandom(32) if shared is None else shared.seal.key(f"approvals {shared.prefix}")
    return Approvals(approver, once, clock, key, limits.approval_seconds, limits.approvals)


def choose_telemetry(
    server: ServerSettings, turns: Turns, watches: SharedWatches, executor: Executor
) -> Telemetry:
    """Metrics and traces where the settings want them.

    Raises:
        CommandError: the extra that they need is not installed.
    """
    if not (server.metrics or server.traces):
        return NoTelemetry()
    from ..adapters.telemetry import MeasuringTelemetry, Metrics, Tracing

    gauges: dict[str, Callable[[], float]] = {
        "calls_running": lambda: turns.running,
        "calls_waiting": lambda: turns.waiting,
        "watches": lambda: len(watches),
    }
    if isinstance(executor, SubprocessExecutor):
        gauges["children"] = lambda: executor.children
    try:
        return MeasuringTelemetry(
            Metrics(gauges) if server.metrics else None,
            Tracing(server.traces, metadata.version("kubeport")) if server.traces else None,
        )
    except ImportError as error:
        hint = "pip install 'kubeport[metrics,otlp]', or leave server.metrics and server.traces out."
        raise CommandError(f"Telemetry needs a package that is missing: {error.name}.", hint=hint) from error


class Container(containers.DeclarativeContainer):
    """Real adapters; a fake takes a place through the constructor, never through a subclass."""

    settings = providers.Dependency(instance_of=Settings)

    clock: providers.Provider[Clock] = providers.ThreadSafeSingleton(MonotonicClock)
    kubeconfig: providers.Provider[KubeconfigReader] = providers.ThreadSafeSingleton(YamlKubeconfig)
    repositories: providers.Provider[ChartRepositories] = providers.ThreadSafeSingleton(HelmRepositories)
    manifests: providers.Provider[ManifestReader] = providers.ThreadSafeSingleton(YamlManifest)
    audit: providers.Provider[AuditSink | None] = providers.ThreadSafeSingleton(
        choose_audit, settings.provided.audit, settings.provided.server, clock
    )
    executor: providers.Provider[Executor] = providers.ThreadSafeSingleton(
        SubprocessExecutor,
        paths=settings.provided.tools.paths,
        environment=settings.provided.tools.environment,
    )
    state: providers.Provider[SharedState | None] = providers.ThreadSafeSingleton(
        choose_state, settings.provided.state
    )
    watcher: providers.Provider[Watcher] = providers.ThreadSafeSingleton(
        choose_watcher, settings.provided.tools.environment, state, settings.provided.server
    )
    policy: providers.Provider[Callable[[], Policy]] = providers.ThreadSafeSingleton(
        choose_policy, settings.provided.security
    )

    rules: providers.Provider[Rules] = providers.ThreadSafeSingleton(
        Rules, policy=policy, repositories=repositories, settings=settings
    )
    identities: providers.Provider[Identities] = providers.ThreadSafeSingleton(Identities, settings=settings)
    contexts: providers.Provider[ListContexts] = providers.ThreadSafeSingleton(
        ListContexts,
        kubeconfig=kubeconfig,
        kept=providers.ThreadSafeSingleton(KeptKubeconfigs),
        identities=identities,
        rules=rules,
    )
    store: providers.Provider[OutputStore] = providers.ThreadSafeSingleton(
        choose_store, shared=state, clock=clock, limits=settings.provided.limits
    )
    shaper: providers.Provider[Shaper] = providers.ThreadSafeSingleton(Shaper, store=store, settings=settings)
    turns: providers.Provider[Turns] = providers.ThreadSafeSingleton(
        Turns,
        total=settings.provided.limits.concurrency,
        per_context=settings.provided.limits.context_concurrency,
        queue=settings.provided.limits.queue,
        per_caller=settings.provided.limits.caller_concurrency,
    )
    rate_limits: providers.Provider[RateLimits] = providers.ThreadSafeSingleton(
        choose_rate_limits, shared=state, clock=clock
    )
    rates: providers.Provider[Rates] = providers.ThreadSafeSingleton(
        Rates, limits=rate_limits, settings=settings.provided.limits
    )
    approver: providers.Provider[Approver | None] = providers.Object(None)
    approvals: providers.Provider[Approvals] = providers.ThreadSafeSingleton(
        choose_approvals, approver=approver, shared=state, clock=clock, limits=settings.provided.limits
    )
    lists: providers.Provider[Lists] = providers.ThreadSafeSingleton(
        Lists, contexts=contexts, rules=rules
    )
    watches: providers.Provider[SharedWatches] = providers.ThreadSafeSingleton(
        SharedWatches,
        watcher=watcher,
        most=settings.provided.limits.watches,
        per_caller=settings.provided.limits.caller_watches,
        also=lists.provided.heard,
    )
    telemetry: providers.Provider[Telemetry] = providers.ThreadSafeSingleton(
        choose_telemetry, settings.provided.server, turns=turns, watches=watches, executor=executor
    )
    run_command: providers.Provider[RunCommand] = providers.ThreadSafeSingleton(
        RunCommand,
        executor=executor,
        contexts=contexts,
        manifests=manifests,
        clock=clock,
        audit=audit,
        rules=rules,
        settings=settings,
        turns=turns,
        rates=rates,
        shaper=shaper,
        approvals=approvals,
        telemetry=telemetry,
    )
    documentation: providers.Provider[Documentation] = providers.ThreadSafeSingleton(
        Documentation, executor=executor, clock=clock
    )
    describe: providers.Provider[DescribeCommand] = providers.ThreadSafeSingleton(
        DescribeCommand, run=run_command, documentation=documentation
    )
    explain: providers.Provider[ExplainCommand] = providers.ThreadSafeSingleton(
        ExplainCommand, contexts=contexts, manifests=manifests, rules=rules, settings=settings
    )
    more: providers.Provider[ContinueOutput] = providers.ThreadSafeSingleton(ContinueOutput, shaper=shaper)
    admission: providers.Provider[Admission] = providers.ThreadSafeSingleton(
        Admission, explain=explain, rates=rates, clock=clock, audit=audit
    )
    subscriptions: providers.Provider[Subscriptions] = providers.ThreadSafeSingleton(
        Subscriptions,
        admission=admission,
        watches=watches,
        lists=lists,
        limits=settings.provided.limits,
    )
    names: providers.Provider[Names] = providers.ThreadSafeSingleton(Names, run=run_command, clock=clock)
    resources: providers.Provider[Resources] = providers.ThreadSafeSingleton(
        Resources,
        read=providers.Factory(ReadResource, run=run_command, clock=clock, contexts=contexts),
        list=providers.Factory(ListResources, contexts=contexts, names=names),
        complete=providers.Factory(CompleteResource, contexts=contexts, names=names),
    )
    own_prompts: providers.Provider[OwnPrompts] = providers.ThreadSafeSingleton(
        choose_prompts, settings.provided.prompts, rules
    )
    prompt_catalogue: providers.Provider[Catalogue] = providers.ThreadSafeSingleton(
        Catalogue, own=own_prompts, rules=rules, settings=settings
    )
    prompts: providers.Provider[Prompts] = providers.ThreadSafeSingleton(
        Prompts,
        list=prompt_catalogue,
        fill=providers.Factory(
            FillPrompt,
            catalogue=prompt_catalogue,
            run=run_command,
            read=providers.Factory(ReadResource, run=run_command, clock=clock, contexts=contexts),
            contexts=contexts,
        ),
        complete=providers.Factory(
            CompletePrompt,
            catalogue=prompt_catalogue,
            resources=resources.provided.complete,
            contexts=contexts,
        ),
    )
    kubeport: providers.Provider[Kubeport] = providers.ThreadSafeSingleton(
        Kubeport,
        run=run_command,
        describe=describe,
        explain=explain,
        contexts=contexts,
        more=more,
        rules=rules,
        settings=settings,
        subscriptions=subscriptions,
        resources=resources,
        prompts=prompts,
    )
