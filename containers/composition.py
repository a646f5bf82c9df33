"""Kubeport, wired: over the real tools, or in memory."""

from typing import TYPE_CHECKING, Any

from ..adapters.audit import MemoryAudit
from ..adapters.clock import StoppedClock
from ..application.kubeport import Kubeport
from ..application.ports import Approver, AuditSink, Clock, Telemetry
from ..application.settings import Settings
from .container import Container

if TYPE_CHECKING:
    from ..adapters.fake_cluster import FakeCluster  # a live server does without its memory


def live(settings: Settings | None = None, *, approver: Approver | None = None) -> Kubeport:
    """Kubeport over the real command-line tools and the user's own kubeconfig.

    *approver* asks a person about the calls that the policy wants approved; without one they are refused.
    """
    chosen: dict[str, Any] = {} if approver is None else {"approver": approver}
    return Container(settings=settings or Settings(), **chosen).kubeport()


def in_memory(
    cluster: "FakeCluster",
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    audit: AuditSink | None = None,
    telemetry: Telemetry | None = None,
    approver: Approver | None = None,
) -> Kubeport:
    """Kubeport over *cluster*: no process, no file, no clock, no socket."""
    given = {"telemetry": telemetry, "approver": approver}
    chosen: dict[str, Any] = {name: adapter for name, adapter in given.items() if adapter is not None}
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
