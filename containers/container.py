"""Every choice of an adapter, in one place."""

from collections.abc import Callable
from pathlib import Path

from dependency_injector import containers, providers

from ..adapters.audit import JsonLinesAudit
from ..adapters.clock import MonotonicClock
from ..adapters.config import PolicyFile
from ..adapters.helm_repositories import HelmRepositories
from ..adapters.kubeconfig import YamlKubeconfig
from ..adapters.manifest import YamlManifest
from ..adapters.output_store import MemoryOutputStore
from ..adapters.rate_limits import MemoryRateLimits
from ..adapters.subprocess_executor import SubprocessExecutor
from ..application.continue_output import ContinueOutput, Shaper
from ..application.describe_command import DescribeCommand
from ..application.explain_command import ExplainCommand
from ..application.kubeport import Kubeport
from ..application.list_contexts import ListContexts
from ..application.ports import (
    AuditSink,
    ChartRepositories,
    Clock,
    Executor,
    KubeconfigReader,
    ManifestReader,
    OutputStore,
    RateLimits,
)
from ..application.rates import Rates
from ..application.rules import Rules
from ..application.run_command import RunCommand
from ..application.settings import AuditSettings, SecuritySettings, Settings
from ..application.turns import Turns
from ..domain.policy import BUILT_IN, Policy


def choose_policy(security: SecuritySettings) -> Callable[[], Policy]:
    """The policy file where one is set, else the built-in policy of the level."""
    if security.policy_file:
        return PolicyFile(Path(security.policy_file))
    policy = BUILT_IN[security.level.value]
    return lambda: policy


def choose_audit(audit: AuditSettings) -> AuditSink | None:
    """The audit file where one is set, else none."""
    return JsonLinesAudit(audit.file) if audit.file else None


class Container(containers.DeclarativeContainer):
    """Real adapters; a fake takes a place through the constructor, never through a subclass."""

    settings = providers.Dependency(instance_of=Settings)

    clock: providers.Provider[Clock] = providers.ThreadSafeSingleton(MonotonicClock)
    kubeconfig: providers.Provider[KubeconfigReader] = providers.ThreadSafeSingleton(YamlKubeconfig)
    repositories: providers.Provider[ChartRepositories] = providers.ThreadSafeSingleton(HelmRepositories)
    manifests: providers.Provider[ManifestReader] = providers.ThreadSafeSingleton(YamlManifest)
    audit: providers.Provider[AuditSink | None] = providers.ThreadSafeSingleton(
        choose_audit, settings.provided.audit
    )
    executor: providers.Provider[Executor] = providers.ThreadSafeSingleton(
        SubprocessExecutor,
        paths=settings.provided.tools.paths,
        environment=settings.provided.tools.environment,
    )
    policy: providers.Provider[Callable[[], Policy]] = providers.ThreadSafeSingleton(
        choose_policy, settings.provided.security
    )

    rules: providers.Provider[Rules] = providers.ThreadSafeSingleton(
        Rules, policy=policy, repositories=repositories, settings=settings
    )
    store: providers.Provider[OutputStore] = providers.ThreadSafeSingleton(
        MemoryOutputStore,
        clock=clock,
        max_bytes=settings.provided.limits.store_bytes,
        seconds=settings.provided.limits.store_seconds,
    )
    shaper: providers.Provider[Shaper] = providers.ThreadSafeSingleton(Shaper, store=store, settings=settings)
    turns: providers.Provider[Turns] = providers.ThreadSafeSingleton(
        Turns,
        total=settings.provided.limits.concurrency,
        per_context=settings.provided.limits.context_concurrency,
        queue=settings.provided.limits.queue,
        per_caller=settings.provided.limits.caller_concurrency,
    )
    rate_limits: providers.Provider[RateLimits] = providers.ThreadSafeSingleton(MemoryRateLimits, clock=clock)
    rates: providers.Provider[Rates] = providers.ThreadSafeSingleton(
        Rates, limits=rate_limits, settings=settings.provided.limits
    )
    run_command: providers.Provider[RunCommand] = providers.ThreadSafeSingleton(
        RunCommand,
        executor=executor,
        kubeconfig=kubeconfig,
        manifests=manifests,
        clock=clock,
        audit=audit,
        rules=rules,
        settings=settings,
        turns=turns,
        rates=rates,
        shaper=shaper,
    )
    describe: providers.Provider[DescribeCommand] = providers.ThreadSafeSingleton(
        DescribeCommand, run=run_command
    )
    explain: providers.Provider[ExplainCommand] = providers.ThreadSafeSingleton(
        ExplainCommand, kubeconfig=kubeconfig, manifests=manifests, rules=rules, settings=settings
    )
    contexts: providers.Provider[ListContexts] = providers.ThreadSafeSingleton(
        ListContexts, kubeconfig=kubeconfig
    )
    more: providers.Provider[ContinueOutput] = providers.ThreadSafeSingleton(ContinueOutput, shaper=shaper)
    kubeport: providers.Provider[Kubeport] = providers.ThreadSafeSingleton(
        Kubeport,
        run=run_command,
        describe=describe,
        explain=explain,
        contexts=contexts,
        more=more,
        rules=rules,
        settings=settings,
    )
