"""The composition root: every provider resolves, fakes take their places, nothing is shared."""

from pathlib import Path

import pytest

from kubeport import FakeCluster, Settings, in_memory, live
from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.shared_state import SharedState
from kubeport.adapters.shared_state.shared_watcher import SharedWatcher
from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.adapters.watching import KubernetesWatcher
from kubeport.application.ports import Executor
from kubeport.application.settings import SecuritySettings, ServerSettings
from kubeport.containers.choices import choose_watcher
from kubeport.containers.container import Container
from kubeport.domain.effect import Level


def test_every_provider_resolves() -> None:
    """A misspelled keyword would show only here: the container's arguments are not type-checked."""
    container = Container(settings=Settings())
    for name, provider in container.providers.items():
        assert provider() is not None or name in ("audit", "state", "approver"), name


def test_live_uses_the_real_tools() -> None:
    """The executor runs processes, and the policy is the level's."""
    kubeport = live(Settings(security=SecuritySettings(level=Level.WRITE)))
    assert isinstance(kubeport.run.executor, SubprocessExecutor)
    assert kubeport.rules.policy().access is Level.WRITE


def test_in_memory_replaces_every_outside() -> None:
    """Executor, kubeconfig and repositories are the cluster itself."""
    cluster = FakeCluster(contexts=("a", "b"))
    kubeport = in_memory(cluster)
    executor: Executor = cluster
    assert kubeport.run.executor is executor
    assert kubeport.contexts().names == ("a", "b")


def test_two_instances_share_nothing() -> None:
    """Not the adapters, not the audit, not the policy."""
    one, two = in_memory(FakeCluster()), in_memory(FakeCluster())
    assert one.run is not two.run
    assert one.run.audit is not two.run.audit
    assert one.run.clock is not two.run.clock
    first, second = live(), live()
    assert first.run.executor is not second.run.executor


@pytest.mark.anyio
async def test_what_one_runs_the_other_does_not_see() -> None:
    """State of a fake cluster and of its audit stays with its Kubeport."""
    audits = MemoryAudit(), MemoryAudit()
    admin = Settings(security=SecuritySettings(level=Level.ADMIN))
    one = in_memory(FakeCluster(), admin, audit=audits[0])
    two = in_memory(FakeCluster(), admin, audit=audits[1])
    assert (await one.command("kubectl create configmap a --from-literal=k=v")).error is None
    assert "configmap/a" in (await one.command("kubectl get cm -o name")).output
    assert (await two.command("kubectl get cm -o name")).output == ""
    assert (len(audits[0].records), len(audits[1].records)) == (3, 1)


def test_a_policy_file_is_used(tmp_path: Path) -> None:
    """The setting replaces the level's built-in policy."""
    file = tmp_path / "p.toml"
    file.write_text("access = 'none'")
    kubeport = live(Settings(security=SecuritySettings(policy_file=str(file))))
    assert not kubeport.check("kubectl explain pods").allowed


def test_only_servers_over_http_that_share_state_share_watches() -> None:
    """A process of one user, or one without Redis, watches by itself."""
    shared, http = SharedState("unix:///nowhere", "s" * 32), ServerSettings(transport="http")
    assert isinstance(choose_watcher((), shared, http), SharedWatcher)
    assert isinstance(choose_watcher((), None, http), KubernetesWatcher)
    assert isinstance(choose_watcher((), shared, ServerSettings()), KubernetesWatcher)
