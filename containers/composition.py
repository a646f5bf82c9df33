"""Kubeport, wired: over the real tools, or in memory."""

from typing import TYPE_CHECKING, Any

from ..adapters.audit import MemoryAudit
from ..adapters.clock import StoppedClock
from ..application.kubeport import Kubeport
from ..application.ports import Approver, AuditSink, Clock, Telemetry
from ..application.settings import Settings
from ..domain.policy import Policy
from .container import Container

if TYPE_CHECKING:
    from ..adapters.fake_cluster import FakeCluster  # a live server does without its memory


def live(
    settings: Settings | None = None, *, policy: Policy | None = None, approver: Approver | None = None
) -> Kubeport:
    """Kubeport over the real command-line tools and the user's own kubeconfig.

    *policy* stands in place of the one that the settings choose. *approver* asks a person about the calls
    that the policy wants approved; without one they are refused.
    """
    chosen = _chosen(policy, approver=approver)
    return Container(settings=settings or Settings(), **chosen).kubeport()


def _chosen(policy: Policy | None, **adapters: object) -> dict[str, Any]:
    """The providers that are given, for the container to take."""
    given: dict[str, Any] = {name: adapter for name, adapter in adapters.items() if adapter is not None}
    return given if policy is None else {**given, "policy": lambda: policy}


def in_memory(
    cluster: "FakeCluster",
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    audit: AuditSink | None = None,
    telemetry: Telemetry | None = None,
    policy: Policy | None = None,
    approver: Approver | None = None,
) -> Kubeport:
    """Kubeport over *cluster*: no process, no file, no clock, no socket."""
    chosen = _chosen(policy, telemetry=telemetry, approver=approver)
    container = Container(
        settings=settings or Settings(),
        executor=cluster,
        kubeconfig=cluster,
        repositories=cluster,
        watcher=cluster,
        clock=clock or StoppedClock(),
        audit=audit or MemoryAudit(),
        **chosen,
    )
    return container.kubeport()
