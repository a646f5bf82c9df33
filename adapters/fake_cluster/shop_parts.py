"""What the objects of the shop have in common."""

from typing import Any

from .ages import stamp
from .cluster import NOW
from .data import Obj

SPACE, DAY = "shop", 86400


def meta(name: str, days: float, **more: Any) -> Obj:
    """The metadata of an object of the shop that is *days* old."""
    labels = {"app.kubernetes.io/part-of": "shop", **more.pop("labels", {})}
    return {
        "name": name,
        "namespace": SPACE,
        "creationTimestamp": stamp(NOW - days * DAY),
        "labels": labels,
        **more,
    }


def deployment(name: str, version: str, port: int, replicas: int) -> Obj:
    """One of the shop's programs, without a status."""
    container = {
        "name": name,
        "image": f"registry.invalid/shop/{name}:{version}",
        "ports": [{"containerPort": port, "protocol": "TCP"}],
        "envFrom": [{"configMapRef": {"name": "shop-settings"}}],
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"memory": "256Mi"},
        },
    }
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta(name, 12, labels=labels),
        "spec": spec,
    }
