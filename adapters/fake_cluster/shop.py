"""The cluster of the demonstration: a small shop in which one Deployment keeps crashing."""

from ...domain.context import ContextRef
from . import checkout
from .ages import stamp
from .cluster import NOW, FakeCluster
from .controllers import set_name
from .data import Obj
from .releases import Chart, Release
from .shop_parts import DAY, SPACE, deployment, meta
from .world import Log, Usage

_NOTES = "The shop answers at http://shop.example/"
_WEB = """\
INFO  web 2.8.0 listens on :8080
INFO  GET / 200 12ms
INFO  GET /cart 200 31ms
WARN  POST /checkout 503 2ms: no endpoint of checkout is ready
INFO  GET / 200 11ms
ERROR POST /checkout 503 1ms: no endpoint of checkout is ready
INFO  GET /healthz 200 1ms
"""
_CART = """\
INFO  cart 1.9.3 listens on :8081
INFO  GET /carts/4711 200 3ms
INFO  PUT /carts/4711/items 200 7ms
"""


def shop() -> FakeCluster:
    """The shop: web and cart run, checkout lacks a variable; every call makes a new one."""
    same = [
        _config(),
        _secret(),
        *_workload("web", "2.8.0", 8080),
        *_workload("cart", "1.9.3", 8081),
        _ingress(),
    ]
    before, after = checkout.before(), checkout.after()
    served = _service("checkout", 8082)
    return FakeCluster(
        [*_nodes(), _namespace(), *same, served, *checkout.objects()],
        contexts=(ContextRef("demo", SPACE),),
        releases=[
            Release(
                "shop",
                "shop-0.3.0",
                SPACE,
                1,
                "2026.1",
                "superseded",
                "Install complete",
                NOW - 12 * DAY,
                {"currency": "EUR"},
                (*same, served, before),
                _NOTES,
            ),
            Release(
                "shop",
                "shop-0.3.1",
                SPACE,
                2,
                "2026.2",
                "deployed",
                "Upgrade complete",
                NOW - checkout.AGE,
                {"currency": "EUR"},
                (*same, served, after),
                _NOTES,
            ),
        ],
        logs=_logs(same, set_name(after)),
        usage=_usage(same),
        repositories=("bitnami",),
        charts=(
            Chart("bitnami/nginx", "22.4.2", "1.29.4", "NGINX as a web server and reverse proxy"),
            Chart(
                "bitnami/postgresql",
                "18.2.0",
                "18.1.0",
                "PostgreSQL, an object-relational database",
            ),
        ),
    )


def _logs(same: list[Obj], crashing: str) -> dict[str, str | Log]:
    web, cart = (set_name(obj) for obj in same if obj["kind"] == "Deployment")
    return {
        f"{SPACE}/{web}": _WEB,
        f"{SPACE}/{cart}": _CART,
        f"{SPACE}/{crashing}": Log(checkout.LOG, checkout.LOG),
    }


def _usage(same: list[Obj]) -> dict[str, Usage]:
    web, cart = (set_name(obj) for obj in same if obj["kind"] == "Deployment")
    return {
        "node-1": Usage("212m", "3120Mi"),
        "node-2": Usage("148m", "2874Mi"),
        f"{SPACE}/{web}": Usage("21m", "96Mi"),
        f"{SPACE}/{cart}": Usage("9m", "71Mi"),
    }


def _namespace() -> Obj:
    named = {"name": SPACE, "creationTimestamp": stamp(NOW - 12 * DAY)}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": named,
        "status": {"phase": "Active"},
    }


def _nodes() -> list[Obj]:
    return [
        _node("node-1", "10.0.0.11", {"node-role.kubernetes.io/control-plane": ""}),
        _node("node-2", "10.0.0.12", {}),
    ]


def _node(name: str, address: str, labels: dict[str, str]) -> Obj:
    room = {"cpu": "4", "memory": "16Gi", "pods": "110"}
    since, seen = stamp(NOW - 40 * DAY), stamp(NOW - 20)
    conditions = [
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "lastHeartbeatTime": seen,
            "lastTransitionTime": since,
        }
        for kind, status, reason, message in (
            (
                "MemoryPressure",
                "False",
                "KubeletHasSufficientMemory",
                "kubelet has sufficient memory available",
            ),
            ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            (
                "PIDPressure",
                "False",
                "KubeletHasSufficientPID",
                "kubelet has sufficient PID available",
            ),
            ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        )
    ]
    info = {
        "kubeletVersion": "v1.37.1",
        "osImage": "Debian GNU/Linux 13 (trixie)",
        "kernelVersion": "6.12.57+deb13-amd64",
        "containerRuntimeVersion": "containerd://2.2.1",
        "operatingSystem": "linux",
        "architecture": "amd64",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "creationTimestamp": since,
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **labels},
        },
        "status": {
            "capacity": room,
            "allocatable": room,
            "conditions": conditions,
            "nodeInfo": info,
            "addresses": [
                {"type": "InternalIP", "address": address},
                {"type": "Hostname", "address": name},
            ],
        },
    }


def _config() -> Obj:
    data = {"CURRENCY": "EUR", "LOG_LEVEL": "info", "CART_URL": "http://cart:8081"}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": meta("shop-settings", 12),
        "data": data,
    }


def _secret() -> Obj:
    data = {"url": "cG9zdGdyZXM6Ly9zaG9wQGRiL3Nob3A=", "password": "ZXhhbXBsZS1vbmx5"}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": meta("shop-db", 12),
        "data": data,
    }


def _ingress() -> Obj:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rule = {
        "host": "shop.example",
        "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]},
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": meta("shop", 12),
        "spec": {"ingressClassName": "nginx", "rules": [rule]},
        "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.10"}]}},
    }


def _service(name: str, port: int) -> Obj:
    spec = {
        "selector": {"app": name},
        "ports": [{"port": 80 if name == "web" else port, "targetPort": port, "protocol": "TCP"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta(name, 12, labels={"app": name}),
        "spec": spec,
    }


def _workload(name: str, version: str, port: int) -> list[Obj]:
    return [deployment(name, version, port, 2), _service(name, port)]
