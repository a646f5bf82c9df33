"""Kubernetes' command-line tools behind a policy, for AI assistants and agents.

    from kubeport import live

    result = await live().command("kubectl get pods -n web")

Names are loaded when they are first used, so that ``import kubeport`` costs next to nothing and
imports neither mcp nor the container.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapters.fake_cluster import FakeCluster as FakeCluster
    from .application.kubeport import Kubeport as Kubeport
    from .application.ports import Approver as Approver
    from .application.request import Access as Access
    from .application.request import Request as Request
    from .application.settings import Settings as Settings
    from .containers import in_memory as in_memory
    from .containers import live as live
    from .domain.approval import Answer as Answer
    from .domain.approval import Question as Question
    from .domain.effect import Approval as Approval
    from .domain.effect import Effect as Effect
    from .domain.effect import Level as Level
    from .domain.errors import KubeportError as KubeportError
    from .domain.policy import Caller as Caller
    from .domain.policy import Policy as Policy
    from .domain.policy import Rule as Rule
    from .domain.result import ErrorDetails as ErrorDetails
    from .domain.result import Result as Result

__version__ = "0.1.0"

_HOMES = {
    "Access": "application.request",
    "Answer": "domain.approval",
    "Approval": "domain.effect",
    "Approver": "application.ports",
    "Caller": "domain.policy",
    "Effect": "domain.effect",
    "ErrorDetails": "domain.result",
    "FakeCluster": "adapters.fake_cluster",
    "Kubeport": "application.kubeport",
    "KubeportError": "domain.errors",
    "Level": "domain.effect",
    "Policy": "domain.policy",
    "Question": "domain.approval",
    "Request": "application.request",
    "Result": "domain.result",
    "Rule": "domain.policy",
    "Settings": "application.settings",
    "in_memory": "containers",
    "live": "containers",
}

__all__ = [
    "Access",
    "Answer",
    "Approval",
    "Approver",
    "Caller",
    "Effect",
    "ErrorDetails",
    "FakeCluster",
    "Kubeport",
    "KubeportError",
    "Level",
    "Policy",
    "Question",
    "Request",
    "Result",
    "Rule",
    "Settings",
    "__version__",
    "in_memory",
    "live",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
