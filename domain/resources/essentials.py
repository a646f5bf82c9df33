"""What of an object's spec matters, for each kind: typed tables of fields."""

from collections.abc import Callable
from typing import Any

from .pod_parts import containers
from .tree import Tree

Pick = Callable[[Tree], Any]
Table = dict[str, Pick]


def essentials(kind: str, obj: Tree) -> dict[str, Any]:
    """The fields of *obj* that the table of its *kind* names; without a table, its bounded spec."""
    table = _TABLES.get(kind, _OTHER)
    found = {name: pick(obj) for name, pick in table.items()}
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def _at(*path: str | int) -> Pick:
    return lambda obj: obj.at(*path).plain(4)


def _spec(*path: str | int) -> Pick:
    return _at("spec", *path)


def _status(*path: str | int) -> Pick:
    return _at("status", *path)


def _count(field: str) -> Pick:
    """A number that controllers leave out where it is 0."""
    return lambda obj: obj.at("status", field).count()


def _template(*path: str) -> Pick:
    return lambda obj: containers(obj.at("spec", *path, "template", "spec"))


def _ports(obj: Tree) -> list[str]:
    return [_port(port) for port in obj.at("spec", "ports").items()]


def _port(port: Tree) -> str:
    name, target = port.at("name").text(63), port.at("targetPort").text(63)
    shown = f"{port.at('port').text(10)}/{port.at('protocol').text(10) or 'TCP'}"
    return shown + (f" to {target}" if target else "") + (f" ({name})" if name else "")


def _addresses(obj: Tree) -> list[str]:
    found = obj.at("status", "loadBalancer", "ingress").items()
    return [one.at("ip").text(63) or one.at("hostname").text() for one in found]


def _rules(obj: Tree) -> list[str]:
    return [
        f"{rule.at('host').text() or '*'}{path.at('path').text() or '/'} to {_backend(path.at('backend'))}"
        for rule in obj.at("spec", "rules").items()
        for path in rule.at("http", "paths").items()
    ]


def _backend(backend: Tree) -> str:
    service = backend.at("service")
    port = service.at("port", "number").text(10) or service.at("port", "name").text(63)
    return f"{service.at('name').text(63)}:{port}" if service else backend.at("resource", "name").text()


def _tls_hosts(obj: Tree) -> list[str]:
    return [host for tls in obj.at("spec", "tls").items() for host in tls.at("hosts").texts()]


def _taints(obj: Tree) -> list[str]:
    return [f"{t.at('key').text()}:{t.at('effect').text(40)}" for t in obj.at("spec", "taints").items()]


def _roles(obj: Tree) -> list[str]:
    prefix = "node-role.kubernetes.io/"
    labels = (key for key, _ in obj.at("metadata", "labels").pairs(200))
    return [key.removeprefix(prefix) for key in labels if key.startswith(prefix)]


def _data(obj: Tree) -> list[dict[str, Any]]:
    """Keys, sizes, and how each value begins; what looks like a secret is redacted before."""
    values = [
        {"key": key, "bytes": len(value.value.encode(errors="replace")), "value": value.text()}
        for key, value in obj.at("data").pairs(40)
        if isinstance(value.value, str)
    ]
    binary = [{"key": key, "binary": True} for key, _ in obj.at("binaryData").pairs(40)]
    return values + binary


def _routes(obj: Tree) -> list[str]:
    return [
        f"{route.at('destination', 'host').text()} {route.at('destination', 'subset').text(63)}"
        f" {route.at('weight').text(10)}".strip()
        for protocol in ("http", "tls", "tcp")
        for rule in obj.at("spec", protocol).items()
        for route in rule.at("route").items()
    ]


_STRATEGY = _spec("strategy", "type")
_SELECTOR = _spec("selector")
_OTHER: Table = {"spec": _spec(), "status_phase": _status("phase")}
_TABLES: dict[str, Table] = {
    "deployments.apps": {
        "replicas": _spec("replicas"), "ready": _count("readyReplicas"),
        "updated": _status("updatedReplicas"), "strategy": _STRATEGY, "paused": _spec("paused"),
        "revision": _at("metadata", "annotations", "deployment.kubernetes.io/revision"),
        "selector": _SELECTOR, "containers": _template(),
    },
    "statefulsets.apps": {
        "replicas": _spec("replicas"), "ready": _count("readyReplicas"),
        "updated": _status("updatedReplicas"), "service": _spec("serviceName"),
        "strategy": _spec("updateStrategy", "type"), "selector": _SELECTOR, "containers": _template(),
    },
    "daemonsets.apps": {
        "wanted": _status("desiredNumberScheduled"), "ready": _count("numberReady"),
        "updated": _status("updatedNumberScheduled"),
        "node_selector": _spec("template", "spec", "nodeSelector"),
        "strategy": _spec("updateStrategy", "type"), "selector": _SELECTOR, "containers": _template(),
    },
    "replicasets.apps": {
        "replicas": _spec("replicas"), "ready": _count("readyReplicas"), "selector": _SELECTOR,
        "containers": _template(),
    },
    "jobs.batch": {
        "completions": _spec("completions"), "parallelism": _spec("parallelism"),
        "active": _status("active"), "succeeded": _status("succeeded"), "failed": _status("failed"),
        "started": _status("startTime"), "completed": _status("completionTime"),
        "backoff_limit": _spec("backoffLimit"), "containers": _template(),
    },
    "cronjobs.batch": {
        "schedule": _spec("schedule"), "time_zone": _spec("timeZone"), "suspended": _spec("suspend"),
        "concurrency": _spec("concurrencyPolicy"), "last_scheduled": _status("lastScheduleTime"),
        "last_successful": _status("lastSuccessfulTime"), "containers": _template("jobTemplate", "spec"),
    },
    "pods": {
        "phase": _status("phase"), "node": _spec("nodeName"), "ip": _status("podIP"),
        "service_account": _spec("serviceAccountName"), "started": _status("startTime"),
        "qos": _status("qosClass"),
        "containers": lambda obj: containers(obj.at("spec"), obj.at("status")),
    },
    "services": {
        "type": _spec("type"), "cluster_ip": _spec("clusterIP"), "addresses": _addresses,
        "external_name": _spec("externalName"), "ports": _ports, "selector": _SELECTOR,
    },
    "ingresses.networking.k8s.io": {
        "class": _spec("ingressClassName"), "addresses": _addresses, "rules": _rules,
        "tls_hosts": _tls_hosts,
    },
    "persistentvolumeclaims": {
        "class": _spec("storageClassName"), "requested": _spec("resources", "requests", "storage"),
        "capacity": _status("capacity", "storage"), "modes": _spec("accessModes"),
        "volume": _spec("volumeName"),
    },
    "horizontalpodautoscalers.autoscaling": {
        "target": _spec("scaleTargetRef"), "least": _spec("minReplicas"), "most": _spec("maxReplicas"),
        "current": _status("currentReplicas"), "wanted": _status("desiredReplicas"),
        "metrics": _spec("metrics"),
    },
    "nodes": {
        "roles": _roles, "version": _status("nodeInfo", "kubeletVersion"),
        "os": _status("nodeInfo", "osImage"),
        "runtime": _status("nodeInfo", "containerRuntimeVersion"), "capacity": _status("capacity"),
        "allocatable": _status("allocatable"), "taints": _taints, "addresses": _status("addresses"),
    },
    "configmaps": {"data": _data, "immutable": _at("immutable")},
    "virtualservices.networking.istio.io": {
        "hosts": _spec("hosts"), "gateways": _spec("gateways"), "destinations": _routes,
        "http": _spec("http"),
    },
    "applications.argoproj.io": {
        "project": _spec("project"), "source": _spec("source"), "sources": _spec("sources"),
        "destination": _spec("destination"), "automated": _spec("syncPolicy", "automated"),
        "sync": _status("sync", "status"), "revision": _status("sync", "revision"),
        "health": _status("health", "status"), "operation": _status("operationState", "phase"),
    },
}  # fmt: skip
