"""An object as a model gets to see it: compact JSON of at most 16 KiB."""

from typing import Any

import attrs

from . import health_of_others, health_of_workloads
from .bounds import fitted
from .children import counted, listed, own
from .essentials import essentials
from .health import DEGRADED, HEALTHY, PROGRESSING, Health, Judge, by_conditions
from .related import related
from .rows import Row, worst_first
from .telling import conditions, identity, owned_by, warnings
from .tree import Tree
from .uri import ResourceUri


@attrs.frozen
class Seen:
    """What was read about an object: the object, events around it, rows of what may be its children.

    *children* is None where they were not asked for, *unread* says what could not be read, and why.
    *now* is in seconds since the epoch.
    """

    uri: ResourceUri
    obj: Tree
    now: float
    events: tuple[Tree, ...] = ()
    children: tuple[Row, ...] | None = None
    unread: dict[str, str] = attrs.field(factory=dict[str, str])


def summary(seen: Seen) -> str:
    """The summary as JSON; empty parts are left out."""
    uri, obj = seen.uri, seen.obj
    children = own(uri.kind, uri.name, seen.children or ())
    health = health_of(uri.kind, obj)
    if health is not None:
        health = _with_children(health, seen, children)
    about = frozenset({uri.name, *(row.name for row in children)})
    told = warnings(seen.events, about)
    found = {
        **identity(uri, obj, seen.now),
        "health": health.as_dict() if health else {},
        "spec": essentials(uri.kind, obj),
        "conditions": conditions(obj),
        "events": told if told["total"] else {},
        "children": listed(uri.context, children),
        "children_counts": counted(children),
        "links": {**owned_by(uri, obj), **({"related": more} if (more := related(uri, obj)) else {})},
        "not_read": seen.unread,
    }
    return fitted(present(found))


def present(found: dict[str, Any]) -> dict[str, Any]:
    """*found* without what is empty."""
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def health_of(kind: str, obj: Tree) -> Health | None:
    """How *obj* is; None for what is neither well nor ill, such as a ConfigMap."""
    if obj.at("metadata", "deletionTimestamp"):
        held = ", ".join(obj.at("metadata", "finalizers").texts(5))
        return Health(PROGRESSING, "It is being deleted." + (f" Finalizers: {held}." if held else ""))
    judge = _JUDGES.get(kind)
    return judge(obj) if judge else by_conditions(obj)


def _with_children(health: Health, seen: Seen, children: list[Row]) -> Health:
    """*health* with what the pods say: why a workload is not well, whether a Service has any."""
    if seen.uri.kind == "services" and seen.children is not None:
        return _served(health, children)
    if health.word == HEALTHY:
        return health
    worst = next(((row, row.health) for row in worst_first(children) if row.health), None)
    if worst is None or worst[1].word == HEALTHY:
        return health
    row, state = worst
    return attrs.evolve(health, why=f"{health.why} {row.kind} {row.name}: {state.why}".strip())


def _served(health: Health, pods: list[Row]) -> Health:
    ready = [pod for pod in pods if pod.health is not None and pod.health.word == HEALTHY]
    if ready:
        return health
    return Health(DEGRADED, "No pod behind it is ready." if pods else "No pod matches its selector.")


_JUDGES: dict[str, Judge] = {
    "deployments.apps": health_of_workloads.deployment,
    "statefulsets.apps": health_of_workloads.stateful_set,
    "daemonsets.apps": health_of_workloads.daemon_set,
    "replicasets.apps": health_of_workloads.replica_set,
    "jobs.batch": health_of_workloads.job,
    "cronjobs.batch": health_of_workloads.cron_job,
    "pods": health_of_workloads.pod,
    "nodes": health_of_others.node,
    "persistentvolumeclaims": health_of_others.claim,
    "services": health_of_others.service,
    "ingresses.networking.k8s.io": health_of_others.ingress,
    "horizontalpodautoscalers.autoscaling": health_of_others.autoscaler,
    "namespaces": health_of_others.namespace,
    "virtualservices.networking.istio.io": health_of_others.virtual_service,
    "applications.argoproj.io": health_of_others.application,
}
