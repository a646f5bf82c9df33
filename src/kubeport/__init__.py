"""Kubernetes' command-line tools behind a policy, for AI assistants and agents.

    from kubeport import live

    result = await live().command("kubectl get pods -n web")

Names are loaded when they are first used, so that ``import kubeport`` costs next to nothing and
imports neither mcp nor the container.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapters.fake_cluster import Failure as Failure
    from .adapters.fake_cluster import FakeCluster as FakeCluster
    from .adapters.fake_cluster import Log as Log
    from .adapters.fake_cluster import Release as Release
    from .adapters.fake_cluster import shop as shop
    from .application.caller_settings import AuthSettings as AuthSettings
    from .application.caller_settings import IdentitySettings as IdentitySettings
    from .application.explain_command import Explanation as Explanation
    from .application.kubeport import Kubeport as Kubeport
    from .application.ports import Approver as Approver
    from .application.ports import Progress as Progress
    from .application.request import Access as Access
    from .application.request import Origin as Origin
    from .application.request import Request as Request
    from .application.resources.reading import ResourceContent as ResourceContent
    from .application.settings import AuditSettings as AuditSettings
    from .application.settings import LimitSettings as LimitSettings
    from .application.settings import PromptSettings as PromptSettings
    from .application.settings import SecuritySettings as SecuritySettings
    from .application.settings import ServerSettings as ServerSettings
    from .application.settings import Settings as Settings
    from .application.settings import StateSettings as StateSettings
    from .application.settings import TargetSettings as TargetSettings
    from .application.settings import ToolSettings as ToolSettings
    from .application.subscriptions.subscription import Subscription as Subscription
    from .containers import in_memory as in_memory
    from .containers import live as live
    from .domain.approval import Answer as Answer
    from .domain.approval import Question as Question
    from .domain.context import Target as Target
    from .domain.effect import Approval as Approval
    from .domain.effect import Effect as Effect
    from .domain.effect import Level as Level
    from .domain.errors import CommandError as CommandError
    from .domain.errors import ExecutionFailed as ExecutionFailed
    from .domain.errors import KubeportError as KubeportError
    from .domain.errors import PolicyDenied as PolicyDenied
    from .domain.errors import ResourceNotFound as ResourceNotFound
    from .domain.policy import Caller as Caller
    from .domain.policy import Policy as Policy
    from .domain.policy import Rule as Rule
    from .domain.result import ErrorDetails as ErrorDetails
    from .domain.result import Result as Result
    from .domain.tools.grammar import Sensitivity as Sensitivity

__version__ = "0.1.0"

_HOMES = {
    "Access": "application.request",
    "Answer": "domain.approval",
    "Approval": "domain.effect",
    "Approver": "application.ports",
    "AuditSettings": "application.settings",
    "AuthSettings": "application.caller_settings",
    "Caller": "domain.policy",
    "CommandError": "domain.errors",
    "Effect": "domain.effect",
    "ErrorDetails": "domain.result",
    "ExecutionFailed": "domain.errors",
    "Explanation": "application.explain_command",
    "Failure": "adapters.fake_cluster",
    "FakeCluster": "adapters.fake_cluster",
    "IdentitySettings": "application.caller_settings",
    "Kubeport": "application.kubeport",
    "KubeportError": "domain.errors",
    "Level": "domain.effect",
    "LimitSettings": "application.settings",
    "Log": "adapters.fake_cluster",
    "Origin": "application.request",
    "Policy": "domain.policy",
    "PolicyDenied": "domain.errors",
    "Progress": "application.ports",
    "PromptSettings": "application.settings",
    "Question": "domain.approval",
    "Release": "adapters.fake_cluster",
    "Request": "application.request",
    "ResourceContent": "application.resources.reading",
    "ResourceNotFound": "domain.errors",
    "Result": "domain.result",
    "Rule": "domain.policy",
    "SecuritySettings": "application.settings",
    "Sensitivity": "domain.tools.grammar",
    "ServerSettings": "application.settings",
    "Settings": "application.settings",
    "StateSettings": "application.settings",
    "Subscription": "application.subscriptions.subscription",
    "Target": "domain.context",
    "TargetSettings": "application.settings",
    "ToolSettings": "application.settings",
    "in_memory": "containers",
    "live": "containers",
    "shop": "adapters.fake_cluster",
}

__all__ = [
    "Access",
    "Answer",
    "Approval",
    "Approver",
    "AuditSettings",
    "AuthSettings",
    "Caller",
    "CommandError",
    "Effect",
    "ErrorDetails",
    "ExecutionFailed",
    "Explanation",
    "Failure",
    "FakeCluster",
    "IdentitySettings",
    "Kubeport",
    "KubeportError",
    "Level",
    "LimitSettings",
    "Log",
    "Origin",
    "Policy",
    "PolicyDenied",
    "Progress",
    "PromptSettings",
    "Question",
    "Release",
    "Request",
    "ResourceContent",
    "ResourceNotFound",
    "Result",
    "Rule",
    "SecuritySettings",
    "Sensitivity",
    "ServerSettings",
    "Settings",
    "StateSettings",
    "Subscription",
    "Target",
    "TargetSettings",
    "ToolSettings",
    "__version__",
    "in_memory",
    "live",
    "shop",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
