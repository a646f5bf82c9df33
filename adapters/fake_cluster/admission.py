"""What an object must look like so that everything here can read it; what is missing may be."""

import base64
from collections.abc import Callable
from typing import Any

import attrs

from .ages import instant
from .data import Obj, mapping, sequence


class Malformed(ValueError):
    """An object has something of the wrong type; the text says where and what is expected."""


Check = Callable[[Any, str], None]


def _kind(expected: str, *types: type) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise Malformed(f"{path}: expected {expected}")

    return check


@attrs.frozen
class _Map:
    """An object whose known *fields* have checks; all *others* have one."""

    fields: dict[str, Check] = attrs.field(factory=dict[str, Check])
    others: Check = lambda value, path: None
    needed: tuple[str, ...] = ()

    def __call__(self, value: Any, path: str) -> None:
        tree = mapping(value)
        if tree is None:
            raise Malformed(f"{path or 'object'}: expected an object")
        for key in self.needed:
            if tree.get(key) is None:
                raise Malformed(f"{path}.{key}".lstrip(".") + ": required")
        for key, part in tree.items():
            if part is not None:
                self.fields.get(key, self.others)(part, f"{path}.{key}".lstrip("."))


def _each(check: Check) -> Check:
    def every(value: Any, path: str) -> None:
        items = sequence(value)
        if items is None:
            raise Malformed(f"{path}: expected an array")
        for place, item in enumerate(items):
            check(item, f"{path}[{place}]")

    return every


_TEXT, _COUNT = _kind("a string", str), _kind("an integer", int)


def _time(value: Any, path: str) -> None:
    _TEXT(value, path)
    try:
        instant(value)
    except ValueError:
        raise Malformed(f"{path}: expected a time such as 2026-01-02T15:04:05Z") from None


def _encoded(value: Any, path: str) -> None:
    _TEXT(value, path)
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        raise Malformed(f"{path}: expected base64") from None


_TEXTS = _Map(others=_TEXT)
_NAMED = _each(_Map({"name": _TEXT}, needed=("name",)))
_META = _Map(
    {
        "name": _TEXT,
        "namespace": _TEXT,
        "labels": _TEXTS,
        "annotations": _TEXTS,
        "creationTimestamp": _time,
        "ownerReferences": _each(_Map({"kind": _TEXT, "name": _TEXT}, needed=("kind", "name"))),
    },
    needed=("name",),
)
_TEMPLATE_META = attrs.evolve(_META, needed=())
_PROBE = _Map(
    {
        "httpGet": _Map(needed=("port",)),
        "tcpSocket": _Map(needed=("port",)),
        "exec": _Map({"command": _each(_TEXT)}),
    }
)
_CONTAINER = _Map(
    {
        "name": _TEXT,
        "image": _TEXT,
        "env": _NAMED,
        "envFrom": _each(_Map()),
        "ports": _each(_Map({"containerPort": _COUNT}, needed=("containerPort",))),
        "volumeMounts": _each(_Map({"mountPath": _TEXT}, needed=("mountPath", "name"))),
        "resources": _Map(others=_TEXTS),
        **dict.fromkeys(("livenessProbe", "readinessProbe", "startupProbe"), _PROBE),
        "command": _each(_TEXT),
        "args": _each(_TEXT),
    },
    needed=("name",),
)
_POD = _Map(
    {
        "containers": _each(_CONTAINER),
        "initContainers": _each(_CONTAINER),
        "volumes": _NAMED,
        "nodeSelector": _TEXTS,
        "tolerations": _each(_Map()),
    }
)
_WORKLOAD = _Map(
    {
        "replicas": _COUNT,
        "selector": _Map({"matchLabels": _TEXTS, "matchExpressions": _each(_Map())}),
        "template": _Map({"metadata": _TEMPLATE_META, "spec": _POD}),
    }
)
_STATE = _Map(others=_Map({"exitCode": _COUNT, "startedAt": _time, "finishedAt": _time}))
_RUNNING = _each(
    _Map({"name": _TEXT, "restartCount": _COUNT, "state": _STATE, "lastState": _STATE}, needed=("name",))
)
_STATUS = _Map(
    {
        "conditions": _each(_Map({"type": _TEXT, "status": _TEXT}, needed=("type", "status"))),
        "containerStatuses": _RUNNING,
        "initContainerStatuses": _RUNNING,
        "addresses": _each(_Map({"type": _TEXT, "address": _TEXT}, needed=("type", "address"))),
        "capacity": _TEXTS,
        "allocatable": _TEXTS,
        "loadBalancer": _Map({"ingress": _each(_Map())}),
        "startTime": _time,
        "completionTime": _time,
        "lastScheduleTime": _time,
        "phase": _TEXT,
        "podIP": _TEXT,
    }
)
_PATH = _Map({"backend": _Map({"service": _Map({"name": _TEXT, "port": _Map()})})})
_INGRESS = _Map(
    {"rules": _each(_Map({"host": _TEXT, "http": _Map({"paths": _each(_PATH)})})), "tls": _each(_Map())}
)
_NODE = _Map({"taints": _each(_Map({"key": _TEXT, "effect": _TEXT}, needed=("key", "effect")))})
_NAMES = _Map({"kind": _TEXT, "plural": _TEXT, "shortNames": _each(_TEXT)}, needed=("kind", "plural"))
_DEFINITION = _Map(
    {
        "group": _TEXT,
        "scope": _TEXT,
        "names": _NAMES,
        "versions": _each(
            _Map(
                {
                    "name": _TEXT,
                    "additionalPrinterColumns": _each(
                        _Map({"name": _TEXT, "jsonPath": _TEXT}, needed=("name", "jsonPath"))
                    ),
                },
                needed=("name",),
            )
        ),
    },
    needed=("group", "names", "versions"),
)
_SCALER = _Map({"metrics": _each(_Map({"resource": _Map({"target": _Map()})})), "scaleTargetRef": _Map()})
_FIELDS: dict[str, Check] = {
    "data": _TEXTS,
    "stringData": _TEXTS,
    "binaryData": _TEXTS,
    "involvedObject": _TEXTS,
    "source": _TEXTS,
    "eventTime": _time,
    "firstTimestamp": _time,
    "lastTimestamp": _time,
    "count": _COUNT,
    "subjects": _each(_Map({"name": _TEXT}, needed=("name",))),
    "roleRef": _Map(),
    "secrets": _each(_Map()),
    "subsets": _each(_Map({"addresses": _each(_Map()), "ports": _each(_Map())})),
}
_SERVICE = _Map({"ports": _each(_Map({"port": _COUNT}, needed=("port",))), "selector": _TEXTS, "type": _TEXT})
_SPECS: dict[str, Check] = {
    "Pod": _POD,
    "Service": _SERVICE,
    "Ingress": _INGRESS,
    "Node": _NODE,
    "CustomResourceDefinition": _DEFINITION,
    "HorizontalPodAutoscaler": _SCALER,
    **dict.fromkeys(("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"), _WORKLOAD),
}


def admit(obj: Obj) -> None:
    """Check *obj* and complete it.

    Raises:
        Malformed: something in it has the wrong type, or no name.
    """
    group = str(obj.get("apiVersion", "v1")).rpartition("/")[0]
    built_in = "." not in group or group.endswith(".k8s.io")
    fields: dict[str, Check] = {"kind": _TEXT, "apiVersion": _TEXT, "metadata": _META}
    if built_in:
        fields |= {"spec": _SPECS.get(str(obj.get("kind")), _Map()), "status": _STATUS}
        fields |= _FIELDS
        if obj.get("kind") == "Secret":
            fields["data"] = _Map(others=_encoded)
    spec = ("spec",) if obj.get("kind") == "CustomResourceDefinition" else ()
    _Map(fields, needed=("apiVersion", "kind", "metadata", *spec))(obj, "")
    for key in ("labels", "annotations"):
        if not obj["metadata"].get(key, True):
            del obj["metadata"][key]
    if built_in:
        _complete(obj)


def _complete(obj: Obj) -> None:
    """Add the empty parts that every object of the kind has, and encode a Secret's texts."""
    if obj["kind"] == "Secret":
        texts: dict[str, str] = obj.pop("stringData", None) or {}
        encoded = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
        if encoded:
            obj["data"] = {**(obj.get("data") or {}), **encoded}
    if obj["kind"] not in _SPECS:
        return
    spec: Obj = obj.get("spec") or {}
    obj["spec"] = spec
    if _SPECS[obj["kind"]] is _WORKLOAD:
        template: Obj = spec.get("template") or {}
        spec["template"] = template
        for key in ("metadata", "spec"):
            template[key] = template.get(key) or {}
