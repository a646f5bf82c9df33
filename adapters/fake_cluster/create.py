"""``kubectl create KIND``, ``run`` and ``expose``: objects made from flags."""

import base64
from collections.abc import Callable
from typing import Any

from .answer import Answer, Trouble, beyond
from .change import told
from .data import Obj, clone, dig, items, labels_of
from .kinds import Kind
from .manifest import create_all, create_one, placed
from .resources import known, one
from .world import Call


def create(call: Call) -> Answer:
    """``kubectl create -f -``; any other kind than those that flags can describe is refused."""
    if call.value("filename"):
        return create_all(call)
    if not call.operands:
        raise Trouble("error: must specify one of -f and -k")
    raise beyond(f"create {call.operands[0]} from flags; hand a manifest over with -f -")


def making(make: Callable[[Call, str], Obj]) -> Callable[[Call], Answer]:
    """The verb that adds what *make* makes of the call and its first operand."""

    def run(call: Call) -> Answer:
        if not call.operands:
            raise Trouble("error: exactly one NAME is required, got 0")
        return _added(call, make(call, call.operands[0]))

    return run


def _added(call: Call, obj: Obj) -> Answer:
    kind = known(call, obj)
    if call.value("dry-run") == "client":
        return Answer(told(call, kind, obj, "created"))
    try:
        return Answer(create_one(call, kind, placed(call, kind, obj)))
    except Trouble as trouble:
        raise Trouble(_refusal(trouble.stderr, kind)) from None


def _refusal(text: str, kind: Kind) -> str:
    """The server's *text* as kubectl words it for an object that was made from flags."""
    plain = text.replace('error when creating "STDIN": ', "")
    if kind.kind == "Namespace" or "(AlreadyExists)" not in plain:
        return plain
    colon = "" if kind.kind == "Secret" else ":"
    return plain.replace(
        "Error from server (AlreadyExists):", f"error: failed to create {kind.singular}{colon}"
    )


def _object(kind: str, name: str, version: str = "v1", /, **fields: Any) -> Obj:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}


def deployment(call: Call, name: str) -> Obj:
    """``create deployment NAME --image=…``."""
    images = call.values("image")
    if not images:
        raise Trouble('error: required flag(s) "image" not set')
    labels = {"app": name}
    containers = [_container(call, image) for image in images]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    spec = {
        "replicas": call.number("replicas", 1),
        "selector": {"matchLabels": labels},
        "template": template,
    }
    obj = _object("Deployment", name, "apps/v1", spec=spec)
    obj["metadata"]["labels"] = dict(labels)
    return obj


def _container(call: Call, image: str) -> Obj:
    name = image.rpartition("/")[2].partition(":")[0].partition("@")[0]
    container: Obj = {"image": image, "name": name}
    if call.value("port"):
        container["ports"] = [{"containerPort": call.number("port", 0)}]
    if call.rest:
        container["command"] = list(call.rest)
    return container


def _literals(call: Call) -> dict[str, str]:
    pairs = [text.partition("=") for text in call.flags.get("from-literal", ())]
    if not all(equals for _, equals, _ in pairs):
        raise Trouble("error: invalid literal source, expected key=value")
    return {key: value for key, _, value in pairs}


def config_map(call: Call, name: str) -> Obj:
    """``create configmap NAME --from-literal=…``."""
    data = _literals(call)
    return _object("ConfigMap", name, "v1", **({"data": data} if data else {}))


def secret(call: Call, name: str) -> Obj:
    """``create secret generic NAME --from-literal=…``."""
    data = {key: base64.b64encode(value.encode()).decode() for key, value in _literals(call).items()}
    return _object(
        "Secret", name, "v1", type=call.value("type", "Opaque"), **({"data": data} if data else {})
    )


def namespace(call: Call, name: str) -> Obj:
    """``create namespace NAME``."""
    return _object("Namespace", name)


def service_account(call: Call, name: str) -> Obj:
    """``create serviceaccount NAME``."""
    return _object("ServiceAccount", name)


def job(call: Call, name: str) -> Obj:
    """``create job NAME``, with an image or from a CronJob."""
    if call.value("from"):
        kind, source = one(call, call.value("from"))
        if kind.kind != "CronJob":
            raise Trouble("error: from must be an existing cronjob")
        return _object("Job", name, "batch/v1", spec=clone(source["spec"]["jobTemplate"]["spec"]))
    if not call.value("image"):
        raise Trouble("error: either --image or --from must be specified")
    container = {**_container(call, call.value("image")), "name": name}
    template = {
        "metadata": {"labels": {"job-name": name}},
        "spec": {"containers": [container], "restartPolicy": "Never"},
    }
    return _object("Job", name, "batch/v1", spec={"template": template})


def service(call: Call, name: str) -> Obj:
    """``create service clusterip|nodeport NAME --tcp=…``."""
    kind = {"clusterip": "ClusterIP", "nodeport": "NodePort"}[call.path.split()[-1]]
    ports = [text.partition(":") for text in call.values("tcp")]
    if not ports:
        raise Trouble("error: at least one tcp port specifier must be provided")
    made = [
        {"name": f"{a}-{b or a}", "port": int(a), "protocol": "TCP", "targetPort": int(b or a)}
        for a, _, b in ports
    ]
    return _object("Service", name, spec={"ports": made, "selector": {"app": name}, "type": kind})


def pod(call: Call, name: str) -> Obj:
    """``kubectl run NAME --image=…``."""
    if not call.value("image"):
        raise Trouble('error: required flag(s) "image" not set')
    labels = dict(pair.split("=", 1) for pair in call.values("labels")) or {"run": name}
    container: Obj = {**_container(call, call.value("image")), "name": name}
    if call.rest and not call.true("command"):
        container["args"] = container.pop("command")
    if variables := [text.partition("=") for text in call.flags.get("env", ())]:
        container["env"] = [{"name": key, "value": value} for key, _, value in variables]
    obj = _object(
        "Pod",
        name,
        spec={"containers": [container], "restartPolicy": call.value("restart", "Always")},
    )
    obj["metadata"]["labels"] = labels
    return obj


def expose(call: Call) -> Answer:
    """``kubectl expose``: a Service in front of a workload or a pod."""
    if not call.operands:
        raise Trouble("error: Required resource not specified.")
    kind, obj = one(call, "/".join(call.operands[:2]))
    selector = dig(obj, "spec", "selector", "matchLabels") or (labels_of(obj) if kind.kind == "Pod" else None)
    if not selector:
        raise Trouble(
            "error: couldn't retrieve selectors via --selector flag or introspection: "
            f"cannot expose a {kind.kind}"
        )
    port = call.number("port", _first_port(obj))
    if not port:
        raise Trouble("error: couldn't find port via --port flag or introspection")
    target: int | str = call.value("target-port") or port
    target = int(target) if str(target).isdigit() else target
    ports = [{"port": port, "protocol": call.value("protocol", "TCP"), "targetPort": target}]
    made = _object(
        "Service",
        call.value("name") or obj["metadata"]["name"],
        spec={"ports": ports, "selector": selector, "type": call.value("type", "ClusterIP")},
    )
    made["metadata"]["labels"] = labels_of(obj)
    answer = _added(call, made)
    return Answer(answer.stdout.replace(" created", " exposed"), answer.stderr, answer.exit_code)


def _first_port(obj: Obj) -> int:
    spec = obj["spec"] if obj["kind"] == "Pod" else dig(obj, "spec", "template", "spec", default={})
    ports = [
        port["containerPort"] for container in items(spec, "containers") for port in items(container, "ports")
    ]
    return int(ports[0]) if ports else 0
