"""The tools that are offered: a table that follows from the settings and the policy in force."""

import attrs
from mcp import types as T

from ...application.kubeport import Kubeport
from ...application.request import Access
from ...domain.policy import Caller
from . import schemas


@attrs.frozen
class Offer:
    """One tool as it is listed; *cli* and *access* are set for those that run commands."""

    name: str
    title: str
    description: str
    input_schema: schemas.Schema
    output_schema: schemas.Schema | None = None
    cli: str = ""
    access: Access = Access.READ

    def listed(self) -> T.Tool:
        """The tool in the protocol's words; what only reads says so."""
        reads = self.access is Access.READ
        return T.Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=self.input_schema,
            output_schema=self.output_schema,
            annotations=T.ToolAnnotations(
                read_only_hint=reads, destructive_hint=not reads, open_world_hint=True
            )
            if self.cli
            else T.ToolAnnotations(read_only_hint=True),
        )


_READS = {
    "kubectl": "Read the cluster with kubectl: get, describe, logs, events, top, … e.g. "
    "`get pods -A | grep -v Running`. Pipes: grep head tail sort uniq wc cut tr column jq yq sed awk. "
    "No shell.",
    "helm": "Read with helm, e.g. `list -A`, `history web`, `get values web`. Pipes as in kubectl.",
    "istioctl": "Read with istioctl, e.g. `proxy-status`, `analyze -A`. Pipes as in kubectl.",
    "argocd": "Read with argocd, e.g. `app list`, `app get web`. Pipes as in kubectl.",
}
_CHANGES = {
    "kubectl": "Change the cluster with kubectl, e.g. `scale deploy/web --replicas=3`, or `apply -f -` "
    "with `manifest`.",
    "helm": "Change releases with helm, e.g. `upgrade web bitnami/nginx --set a=b`.",
    "istioctl": "Change the mesh with istioctl, e.g. `waypoint apply -n web`.",
    "argocd": "Change applications with argocd, e.g. `app sync web`.",
}


def offers(kubeport: Kubeport, caller: Caller = Caller()) -> tuple[Offer, ...]:
    """The tools for *caller*, in a fixed order. Listing enforces nothing: the use case does, at each call."""
    tools = kubeport.settings.tools.enabled
    reading = tuple(_runs(cli, Access.READ) for cli in tools)
    may_change = kubeport.rules.may_change(caller)
    changing = tuple(_runs(cli, Access.CHANGE) for cli in tools) if may_change else ()
    return (*reading, *changing, *_about(tools))


def _runs(cli: str, access: Access) -> Offer:
    changes = access is Access.CHANGE
    return Offer(
        f"{cli}_change" if changes else cli,
        f"{cli}, {'changing' if changes else 'reading'}",
        (_CHANGES if changes else _READS)[cli],
        schemas.run_input(reads=not changes),
        schemas.RESULT,
        cli,
        access,
    )


def _about(tools: tuple[str, ...]) -> tuple[Offer, ...]:
    return (
        Offer(
            "help",
            "Tool documentation",
            "Documentation of a command, e.g. `rollout status`, or for kubectl of a field: `explain "
            "deployment.spec`.",
            schemas.help_input(tools),
        ),
        Offer("contexts", "Contexts", "The contexts (clusters) that calls can name.", schemas.NO_INPUT),
        Offer(
            "more",
            "More output",
            "The next part of a long output, by its handle.",
            schemas.MORE,
            schemas.RESULT,
        ),
        Offer(
            "policy",
            "Policy",
            "Whether a command would be allowed, and why; runs nothing.",
            schemas.policy_input(tools),
        ),
    )
