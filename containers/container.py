"""Every choice of an adapter, in one place."""

from collections.abc import Callable

from dependency_injector import containers, providers

from ..adapters.clock import MonotonicClock
from ..adapters.helm_repositories import HelmRepositories
from ..adapters.kubeconfig import KeptKubeconfigs, YamlKubeconfig
from ..adapters.manifest import YamlManifest
from ..adapters.shared_state import SharedState
from ..adapters.subprocess_executor import SubprocessExecutor
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
from ..application.recording import Recording
from ..application.resources.completion import CompleteResource
from ..application.resources.listing import ListResources
from ..application.resources.names import Names
from ..application.resources.reading import ReadResource
from ..application.resources.resources import Resources
from ..application.rules import Rules
from ..application.run_command import RunCommand
from ..application.settings import Settings
from ..application.subscriptions.admission import Admission
from ..application.subscriptions.lists import Lists
from ..application.subscriptions.subscriptions import Subscriptions
from ..application.subscriptions.watches import SharedWatches
from ..application.turns import Turns
from ..domain.policy import Policy
from .choices import (
    choose_approvals,
    choose_audit,
    choose_policy,
    choose_prompts,
    choose_rate_limits,
    choose_state,
    choose_store,
    choose_telemetry,
    choose_watcher,
)


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
            read=resources.provided.read,
            contexts=contexts,
        ),
        complete=providers.Factory(
            CompletePrompt,
            catalogue=prompt_catalogue,
            resources=resources.provided.complete,
            contexts=contexts,
        ),
    )
    recording: providers.Provider[Recording] = providers.ThreadSafeSingleton(
        Recording,
        clock=clock,
        sink=audit,
        required=settings.provided.audit.required,
        telemetry=telemetry,
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
        recording=recording,
        held=state,
    )
