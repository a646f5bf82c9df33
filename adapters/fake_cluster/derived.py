"""Objects that no one writes: the endpoints of Services follow from the Pods."""

from .data import Obj, dig, items, labels_of, name_of, namespace_of
from .kinds import Kind
from .objects import Store
from .pods import ready
from .selectors import matches


def every(store: Store, kind: Kind, namespace: str | None) -> list[Obj]:
    """The objects of *kind*: those kept, and those that follow from others."""
    kept = store.every(kind, namespace)
    if kind.kind not in ("Endpoints", "EndpointSlice"):
        return kept
    made = _endpoints if kind.kind == "Endpoints" else _slice
    stated = {name_of(obj) for obj in kept} | {
        labels_of(obj).get("kubernetes.io/service-name", "") for obj in kept
    }
    return kept + [
        made(store, service)
        for service in store.named("services", namespace)
        if name_of(service) not in stated and dig(service, "spec", "selector")
    ]


def backends(store: Store, service: Obj) -> list[Obj]:
    """The pods that *service* sends traffic to once they are ready."""
    selector = dig(service, "spec", "selector", default={})
    pods = store.named("pods", namespace_of(service))
    return [pod for pod in pods if matches(selector, labels_of(pod)) and dig(pod, "status", "podIP")]


def addresses(store: Store, service: Obj, port: Obj) -> list[str]:
    """``IP:PORT`` of each ready pod behind *port* of *service*."""
    return [
        f"{pod['status']['podIP']}:{number}"
        for pod in backends(store, service)
        if ready(pod)
        if (number := target_port(pod, port)) is not None
    ]


def target_port(pod: Obj, port: Obj) -> int | None:
    """The number that *port* of a Service means in *pod*; None where a name is not there."""
    wanted = port.get("targetPort", port["port"])
    if isinstance(wanted, int):
        return wanted
    named = (
        found
        for container in items(pod, "spec", "containers")
        for found in items(container, "ports")
        if found.get("name") == wanted
    )
    return next((int(found["containerPort"]) for found in named), None)


def _endpoints(store: Store, service: Obj) -> Obj:
    up = [_address(pod) for pod in backends(store, service) if ready(pod)]
    down = [_address(pod) for pod in backends(store, service) if not ready(pod)]
    ports = [
        {"port": number, "protocol": port.get("protocol", "TCP")}
        for port in items(service, "spec", "ports")
        if (number := _any_port(store, service, port)) is not None
    ]
    sets = {key: value for key, value in (("addresses", up), ("notReadyAddresses", down)) if value}
    subsets = [{**sets, "ports": ports}] if sets else []
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": _meta(service, name_of(service)),
        "subsets": subsets,
    }


def _slice(store: Store, service: Obj) -> Obj:
    meta = _meta(service, f"{name_of(service)}-{str(service['metadata']['uid'])[:5]}")
    meta["labels"] = {**meta["labels"], "kubernetes.io/service-name": name_of(service)}
    return {
        "addressType": "IPv4",
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": meta,
        "endpoints": [
            {
                "addresses": [pod["status"]["podIP"]],
                "conditions": {"ready": ready(pod)},
                **_target(pod),
            }
            for pod in backends(store, service)
        ],
        "ports": [
            {"name": port.get("name", ""), "port": number, "protocol": port.get("protocol", "TCP")}
            for port in items(service, "spec", "ports")
            if (number := _any_port(store, service, port)) is not None
        ],
    }


def _any_port(store: Store, service: Obj, port: Obj) -> int | None:
    numbers = (target_port(pod, port) for pod in backends(store, service))
    return next((number for number in numbers if number is not None), None)


def _address(pod: Obj) -> Obj:
    return {"ip": pod["status"]["podIP"], **_target(pod)}


def _target(pod: Obj) -> Obj:
    reference = {
        "kind": "Pod",
        "name": name_of(pod),
        "namespace": namespace_of(pod),
        "uid": pod["metadata"]["uid"],
    }
    node = dig(pod, "spec", "nodeName")
    return {"targetRef": reference, **({"nodeName": node} if node else {})}


def _meta(service: Obj, name: str) -> Obj:
    return {
        "name": name,
        "namespace": namespace_of(service),
        "labels": labels_of(service),
        "creationTimestamp": service["metadata"]["creationTimestamp"],
    }
