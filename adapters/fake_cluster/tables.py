"""The columns of ``kubectl get`` for each kind; a pure table over small readers of objects."""

import attrs

from . import cells, pods
from .data import Obj, dig, items, name_of
from .kinds import Kind
from .objects import Store


@attrs.frozen
class Column:
    """One column: its heading, how a cell is read, and whether only ``-o wide`` shows it."""

    heading: str
    cell: cells.Cell
    wide: bool = False


def columns_for(store: Store, kind: Kind) -> tuple[Column, ...]:
    """The columns of *kind*: built in, those of its definition, or name and age alone."""
    if kind.resource in _TABLES:
        return _TABLES[kind.resource]
    for crd in store.named("customresourcedefinitions"):
        if name_of(crd) == kind.resource:
            return _defined(crd)
    return (_NAME, _AGE)


def _defined(crd: Obj) -> tuple[Column, ...]:
    stated = items(items(crd, "spec", "versions")[0], "additionalPrinterColumns")
    columns = tuple(
        Column(
            c["name"].upper(),
            cells.date(c["jsonPath"]) if c.get("type") == "date" else cells.at(c["jsonPath"]),
            bool(c.get("priority")),
        )
        for c in stated
    )
    return (_NAME, *columns) if columns else (_NAME, _AGE)


_NAME, _AGE = Column("NAME", lambda obj, now: name_of(obj)), Column("AGE", cells.own_age)
_MADE = Column("CREATED AT", cells.at(".metadata.creationTimestamp"))
_TEMPLATE = ".spec.template.spec.containers[*]"
_WORKLOAD = (
    Column("CONTAINERS", cells.at(f"{_TEMPLATE}.name"), True),
    Column("IMAGES", cells.at(f"{_TEMPLATE}.image"), True),
)
_MATCH = Column("SELECTOR", cells.selector("spec", "selector"), True)


def _c(heading: str, path: str, otherwise: str = "", wide: bool = False) -> Column:
    return Column(heading, cells.at(path, otherwise), wide)


def _n(heading: str, path: str) -> Column:
    return Column(heading, cells.number(path))


_REPLICAS = (
    _NAME,
    _n("DESIRED", ".spec.replicas"),
    _n("CURRENT", ".status.replicas"),
    _n("READY", ".status.readyReplicas"),
    _AGE,
    *_WORKLOAD,
    _MATCH,
)

_TABLES: dict[str, tuple[Column, ...]] = {
    "pods": (
        _NAME,
        Column("READY", lambda obj, now: pods.ready_count(obj)),
        Column("STATUS", lambda obj, now: pods.reason(obj)),
        Column("RESTARTS", pods.restarts),
        _AGE,
        _c("IP", ".status.podIP", cells.NONE, True),
        _c("NODE", ".spec.nodeName", cells.NONE, True),
        _c("NOMINATED NODE", ".status.nominatedNodeName", cells.NONE, True),
        _c("READINESS GATES", ".spec.readinessGates[*].conditionType", cells.NONE, True),
    ),
    "deployments.apps": (
        _NAME,
        Column("READY", cells.of(cells.number(".status.readyReplicas"), cells.number(".spec.replicas"))),
        _n("UP-TO-DATE", ".status.updatedReplicas"),
        _n("AVAILABLE", ".status.availableReplicas"),
        _AGE,
        *_WORKLOAD,
        _MATCH,
    ),
    "replicasets.apps": _REPLICAS,
    "replicationcontrollers": _REPLICAS,
    "statefulsets.apps": (
        _NAME,
        Column("READY", cells.of(cells.number(".status.readyReplicas"), cells.number(".spec.replicas"))),
        _AGE,
        *_WORKLOAD,
    ),
    "daemonsets.apps": (
        _NAME,
        _n("DESIRED", ".status.desiredNumberScheduled"),
        _n("CURRENT", ".status.currentNumberScheduled"),
        _n("READY", ".status.numberReady"),
        _n("UP-TO-DATE", ".status.updatedNumberScheduled"),
        _n("AVAILABLE", ".status.numberAvailable"),
        Column("NODE SELECTOR", cells.mapped("spec", "template", "spec", "nodeSelector")),
        _AGE,
        *_WORKLOAD,
        _MATCH,
    ),
    "jobs.batch": (
        _NAME,
        Column("STATUS", cells.job_status),
        Column(
            "COMPLETIONS",
            cells.of(cells.number(".status.succeeded"), cells.at(".spec.completions", "1")),
        ),
        Column("DURATION", cells.job_duration),
        _AGE,
        *_WORKLOAD,
        _MATCH,
    ),
    "cronjobs.batch": (
        _NAME,
        _c("SCHEDULE", ".spec.schedule"),
        _c("TIMEZONE", ".spec.timeZone", cells.NONE),
        Column("SUSPEND", lambda obj, now: str(bool(dig(obj, "spec", "suspend"))).capitalize()),
        Column("ACTIVE", lambda obj, now: str(len(items(obj, "status", "active")))),
        Column(
            "LAST SCHEDULE",
            lambda obj, now: cells.date(".status.lastScheduleTime")(obj, now).replace(
                "<unknown>", cells.NONE
            ),
        ),
        _AGE,
    ),
    "services": (
        _NAME,
        _c("TYPE", ".spec.type", "ClusterIP"),
        _c("CLUSTER-IP", ".spec.clusterIP", cells.NONE),
        Column("EXTERNAL-IP", cells.external),
        Column("PORT(S)", cells.ports),
        _AGE,
        Column("SELECTOR", cells.selector("spec", "selector"), True),
    ),
    "endpoints": (_NAME, Column("ENDPOINTS", cells.endpoints), _AGE),
    "endpointslices.discovery.k8s.io": (
        _NAME,
        _c("ADDRESSTYPE", ".addressType"),
        _c("PORTS", ".ports[*].port", cells.UNSET),
        _c("ENDPOINTS", ".endpoints[*].addresses[*]", cells.UNSET),
        _AGE,
    ),
    "ingresses.networking.k8s.io": (
        _NAME,
        _c("CLASS", ".spec.ingressClassName", cells.NONE),
        Column("HOSTS", cells.hosts),
        Column("ADDRESS", lambda obj, now: ",".join(cells.ingress_addresses(obj))),
        Column("PORTS", lambda obj, now: "80, 443" if items(obj, "spec", "tls") else "80"),
        _AGE,
    ),
    "ingressclasses.networking.k8s.io": (
        _NAME,
        _c("CONTROLLER", ".spec.controller"),
        _c("PARAMETERS", ".spec.parameters.name", cells.NONE),
        _AGE,
    ),
    "networkpolicies.networking.k8s.io": (
        _NAME,
        Column("POD-SELECTOR", cells.selector("spec", "podSelector")),
        _AGE,
    ),
    "configmaps": (_NAME, Column("DATA", cells.keys("data", "binaryData")), _AGE),
    "secrets": (_NAME, _c("TYPE", ".type", "Opaque"), Column("DATA", cells.keys("data")), _AGE),
    "serviceaccounts": (
        _NAME,
        Column("SECRETS", lambda obj, now: str(len(items(obj, "secrets")))),
        _AGE,
    ),
    "namespaces": (_NAME, _c("STATUS", ".status.phase"), _AGE),
    "nodes": (
        _NAME,
        Column("STATUS", cells.node_status),
        Column("ROLES", cells.roles),
        _AGE,
        _c("VERSION", ".status.nodeInfo.kubeletVersion"),
        Column("INTERNAL-IP", cells.node_address("InternalIP"), True),
        Column("EXTERNAL-IP", cells.node_address("ExternalIP"), True),
        _c("OS-IMAGE", ".status.nodeInfo.osImage", "<unknown>", True),
        _c("KERNEL-VERSION", ".status.nodeInfo.kernelVersion", "<unknown>", True),
        _c("CONTAINER-RUNTIME", ".status.nodeInfo.containerRuntimeVersion", "<unknown>", True),
    ),
    "events": (
        Column("LAST SEEN", cells.last_seen),
        _c("TYPE", ".type"),
        _c("REASON", ".reason"),
        Column("OBJECT", cells.event_object),
        _c("SUBOBJECT", ".involvedObject.fieldPath", "", True),
        _c("SOURCE", ".source.component", "", True),
        _c("MESSAGE", ".message"),
        Column("FIRST SEEN", cells.date(".firstTimestamp"), True),
        Column("COUNT", cells.at(".count", "1"), True),
        Column("NAME", lambda obj, now: name_of(obj), True),
    ),
    "persistentvolumeclaims": (
        _NAME,
        _c("STATUS", ".status.phase"),
        _c("VOLUME", ".spec.volumeName"),
        _c("CAPACITY", ".status.capacity.storage"),
        Column("ACCESS MODES", cells.modes("status", "accessModes")),
        _c("STORAGECLASS", ".spec.storageClassName"),
        _c("VOLUMEATTRIBUTESCLASS", ".spec.volumeAttributesClassName", cells.UNSET),
        _AGE,
        _c("VOLUMEMODE", ".spec.volumeMode", "Filesystem", True),
    ),
    "persistentvolumes": (
        _NAME,
        _c("CAPACITY", ".spec.capacity.storage"),
        Column("ACCESS MODES", cells.modes("spec", "accessModes")),
        _c("RECLAIM POLICY", ".spec.persistentVolumeReclaimPolicy"),
        _c("STATUS", ".status.phase"),
        Column("CLAIM", cells.claim),
        _c("STORAGECLASS", ".spec.storageClassName"),
        _c("VOLUMEATTRIBUTESCLASS", ".spec.volumeAttributesClassName", cells.UNSET),
        _c("REASON", ".status.reason"),
        _AGE,
        _c("VOLUMEMODE", ".spec.volumeMode", "Filesystem", True),
    ),
    "storageclasses.storage.k8s.io": (
        _NAME,
        _c("PROVISIONER", ".provisioner"),
        _c("RECLAIMPOLICY", ".reclaimPolicy", "Delete"),
        _c("VOLUMEBINDINGMODE", ".volumeBindingMode", "Immediate"),
        Column("ALLOWVOLUMEEXPANSION", cells.yes(".allowVolumeExpansion")),
        _AGE,
    ),
    "horizontalpodautoscalers.autoscaling": (
        _NAME,
        Column(
            "REFERENCE",
            cells.of(cells.at(".spec.scaleTargetRef.kind"), cells.at(".spec.scaleTargetRef.name")),
        ),
        Column("TARGETS", cells.metric),
        Column("MINPODS", cells.at(".spec.minReplicas", "1")),
        _n("MAXPODS", ".spec.maxReplicas"),
        _n("REPLICAS", ".status.currentReplicas"),
        _AGE,
    ),
    "poddisruptionbudgets.policy": (
        _NAME,
        _c("MIN AVAILABLE", ".spec.minAvailable", "N/A"),
        _c("MAX UNAVAILABLE", ".spec.maxUnavailable", "N/A"),
        _n("ALLOWED DISRUPTIONS", ".status.disruptionsAllowed"),
        _AGE,
    ),
    "roles.rbac.authorization.k8s.io": (_NAME, _MADE),
    "clusterroles.rbac.authorization.k8s.io": (_NAME, _MADE),
    "customresourcedefinitions.apiextensions.k8s.io": (_NAME, _MADE),
    **{
        f"{plural}.rbac.authorization.k8s.io": (
            _NAME,
            Column("ROLE", cells.of(cells.at(".roleRef.kind"), cells.at(".roleRef.name"))),
            _AGE,
            Column("USERS", cells.subjects("User"), True),
            Column("GROUPS", cells.subjects("Group"), True),
            Column("SERVICEACCOUNTS", cells.subjects("ServiceAccount"), True),
        )
        for plural in ("rolebindings", "clusterrolebindings")
    },
}
