"""A namespace and a context as a model gets to see them: counts, what is in trouble, where to go on."""

from collections.abc import Iterable

import attrs

from ..context import ContextRef
from .bounds import fitted
from .children import counted, listed
from .health import DEGRADED, FAILED, HEALTHY, UNKNOWN, Health
from .links import MOST, row_link, unique
from .naming import link
from .rows import Row
from .summary import health_of, present
from .telling import conditions, identity, warnings
from .tree import Tree
from .uri import ResourceUri

KINDS = (
    "deployments.apps,statefulsets.apps,daemonsets.apps,cronjobs.batch,jobs.batch,services,"
    "ingresses.networking.k8s.io,persistentvolumeclaims,configmaps,pods"
)
"""What a namespace is asked for; pods come last, so that an answer that is cut lacks only some of them."""

_MOST_TROUBLES = 25
_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "CronJob"})


@attrs.frozen
class NamespaceSeen:
    """What was read of a namespace; *rows* of ``KINDS``, *releases* as helm lists them."""

    uri: ResourceUri
    obj: Tree
    now: float
    rows: tuple[Row, ...] = ()
    events: tuple[Tree, ...] = ()
    releases: tuple[Tree, ...] = ()
    unread: dict[str, str] = attrs.field(factory=dict[str, str])


def namespace_summary(seen: NamespaceSeen) -> str:
    """The namespace as JSON: what is not well first, then the names of what there is."""
    uri, ill = seen.uri, [row for row in seen.rows if _is_ill(row)]
    told = warnings(seen.events, None)
    health = health_of(uri.kind, seen.obj) if seen.obj else None
    found = {
        **identity(uri, seen.obj, seen.now),
        "health": _namespace_health(health or Health(UNKNOWN), ill).as_dict(),
        "counts": counted(seen.rows),
        "troubles": listed(uri.context, ill, _MOST_TROUBLES),
        "conditions": conditions(seen.obj),
        "events": told if told["total"] else {},
        "workloads": _uris(seen, _WORKLOADS),
        "services": _uris(seen, {"Service"}),
        "configmaps": _uris(seen, {"ConfigMap"}),
        "releases": [one for release in seen.releases if (one := _release(uri, release))],
        "links": {"parent": str(ResourceUri(uri.context))},
        "not_read": seen.unread,
    }
    return fitted(present(found))


def _is_ill(row: Row) -> bool:
    return row.health is not None and row.health.word in (FAILED, DEGRADED, UNKNOWN)


def _namespace_health(own: Health, ill: list[Row]) -> Health:
    if own.word != HEALTHY or not ill:
        return own
    return Health(DEGRADED, f"{len(ill)} objects in it are not well.")


def _uris(seen: NamespaceSeen, kinds: Iterable[str]) -> list[str]:
    return unique([row_link(seen.uri.context, row) for row in seen.rows if row.kind in kinds])


def _release(uri: ResourceUri, release: Tree) -> dict[str, str]:
    own = link(uri.context, "releases", release.at("name").text(253), uri.namespace)
    if not own:
        return {}
    return {"uri": own, "status": release.at("status").text(40), "chart": release.at("chart").text()}


@attrs.frozen
class ContextSeen:
    """What was read of a context; *rows* are its nodes, *namespaces* the names that may be shown."""

    uri: ResourceUri
    ref: ContextRef
    current: bool
    version: str = ""
    nodes: tuple[Row, ...] = ()
    namespaces: tuple[str, ...] = ()
    unread: dict[str, str] = attrs.field(factory=dict[str, str])


def context_summary(seen: ContextSeen) -> str:
    """The context as JSON; what could not be read is said."""
    context = seen.uri.context
    found = {
        "uri": str(seen.uri),
        "kind": "Context",
        "name": context,
        "context": context,
        "namespace": seen.ref.namespace or "default",
        "current": seen.current,
        "server_version": seen.version,
        "health": _context_health(seen).as_dict(),
        "nodes": listed(context, seen.nodes),
        "counts": {**counted(seen.nodes), "Namespace": {"total": len(seen.namespaces)}},
        "namespaces": unique([link(context, "namespaces", name) for name in seen.namespaces], MOST),
        "not_read": seen.unread,
    }
    return fitted(present(found))


def _context_health(seen: ContextSeen) -> Health:
    ill = [row.name for row in seen.nodes if row.health is not None and row.health.word != HEALTHY]
    if ill:
        return Health(DEGRADED, f"Nodes not ready: {', '.join(ill[:10])}.")
    if seen.nodes:
        return Health(HEALTHY)
    return Health(UNKNOWN, "" if seen.version else "The cluster has not told its version.")
