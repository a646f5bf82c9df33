"""Which adapter the settings choose, where there is more than one."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from ..adapters.audit import CopiedAudit, FileAudit, Seal, StreamAudit
from ..adapters.audit.copies import ProcessChain
from ..adapters.config import PolicyFile
from ..adapters.once import MemoryOnce
from ..adapters.output_store import MemoryOutputStore
from ..adapters.rate_limits import MemoryRateLimits
from ..adapters.secret_file import secret_text
from ..adapters.shared_state import RedisOnce, RedisOutputStore, RedisRateLimits, SharedState
from ..adapters.subprocess_executor import SubprocessExecutor
from ..adapters.subprocess_executor.environment import tool_environment
from ..adapters.watching import KubernetesWatcher
from ..application.approving import Approvals
from ..application.ports import (
    Approver,
    AuditSink,
    Clock,
    Executor,
    OutputStore,
    RateLimits,
    Telemetry,
    Watcher,
)
from ..application.prompts.catalogue import OwnPrompts
from ..application.rules import Rules
from ..application.settings import (
    AuditSettings,
    LimitSettings,
    PromptSettings,
    SecuritySettings,
    ServerSettings,
    StateSettings,
)
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


def check_stdout(audit: AuditSettings, server: ServerSettings) -> None:
    """Refuse to keep an audit where the protocol is spoken.

    Raises:
        CommandError: stdout is the protocol's.
    """
    if audit.stdout and server.transport == "stdio":
        raise CommandError(
            "audit.stdout needs server.transport = http: over stdio stdout is the protocol's.",
            hint="Set audit.file instead.",
        )


def _copies(audit: AuditSettings, server: ServerSettings) -> Iterator[AuditSink]:
    check_stdout(audit, server)
    if audit.stdout:
        yield StreamAudit(sys.stdout)
    if audit.otlp_endpoint:
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
        from ..adapters.installation import extra

        hint = f"{extra('metrics', 'otlp')}, or leave server.metrics and server.traces out."
        raise CommandError(f"Telemetry needs a package that is missing: {error.name}.", hint=hint) from error
