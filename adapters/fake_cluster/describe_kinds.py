"""Descriptions of every other kind that has one of its own."""

import base64
from collections.abc import Callable

from . import describe_pods, pods
from .ages import age, long_date
from .cells import roles
from .data import Obj, dig, items, labels_of, name_of, namespace_of, owner_of
from .derived import addresses
from .describe_text import conditions, created, heading, marks, pairs
from .paths import find
from .selectors import written
from .world import Call

Describer = Callable[[Obj, Call], str]


def _deployment(obj: Obj, call: Call) -> str:
    spec, status = obj["spec"], dig(obj, "status", default={})
    made = _replica_sets(obj, call)
    counts = " | ".join(
        (
            f"{spec.get('replicas', 1)} desired",
            f"{status.get('updatedReplicas', 0)} updated",
            f"{status.get('replicas', 0)} total",
            f"{status.get('availableReplicas', 0)} available",
            f"{status.get('unavailableReplicas', 0)} unavailable",
        )
    )
    head = f"Name:\t{name_of(obj)}\nNamespace:\t{namespace_of(obj)}\n{created(obj)}{marks(obj)}"
    text = f"Selector:\t{written(spec.get('selector', {}))}\nReplicas:\t{counts}\n"
    kind = dig(spec, "strategy", "type", default="RollingUpdate")
    text += f"StrategyType:\t{kind}\nMinReadySeconds:\t{spec.get('minReadySeconds', 0)}\n"
    if kind == "RollingUpdate":
        rolling = dig(spec, "strategy", "rollingUpdate", default={})
        text += (
            f"RollingUpdateStrategy:\t{rolling.get('maxUnavailable', '25%')} max unavailable, "
            f"{rolling.get('maxSurge', '25%')} max surge\n"
        )
    return head + text + describe_pods.template(spec) + conditions(obj, "reason") + made


def _replica_sets(obj: Obj, call: Call) -> str:
    sets = sorted(
        call.store.owned(obj),
        key=lambda rs: (
            int(find(".metadata.annotations['deployment.kubernetes.io/revision']", rs)[0])
            if labels_of(rs)
            else 0
        ),
    )
    texts = [
        f"{name_of(rs)} ({dig(rs, 'status', 'replicas', default=0)}/"
        f"{dig(rs, 'spec', 'replicas', default=0)} replicas created)"
        for rs in sets
    ]
    return (
        f"OldReplicaSets:\t{', '.join(texts[:-1]) or '<none>'}\nNewReplicaSet:\t{(texts or ['<none>'])[-1]}\n"
    )


def _replica_set(obj: Obj, call: Call) -> str:
    spec, owner = obj["spec"], owner_of(obj)
    text = (
        f"Name:\t{name_of(obj)}\nNamespace:\t{namespace_of(obj)}\n"
        f"Selector:\t{written(spec.get('selector', {}))}\n"
    )
    text += marks(obj) + (f"Controlled By:\t{owner['kind']}/{owner['name']}\n" if owner else "")
    text += (
        f"Replicas:\t{dig(obj, 'status', 'replicas', default=0)} current / "
        f"{spec.get('replicas', 1)} desired\n"
    )
    return (
        text
        + _pod_states("Pods Status", obj, call)
        + describe_pods.template(spec)
        + conditions(obj, "reason")
    )


def _pod_states(title: str, obj: Obj, call: Call) -> str:
    phases = [dig(pod, "status", "phase") for pod in call.store.owned(obj) if pod["kind"] == "Pod"]
    counts = " / ".join(
        f"{phases.count(phase)} {word}"
        for phase, word in (
            ("Running", "Running"),
            ("Pending", "Waiting"),
            ("Succeeded", "Succeeded"),
            ("Failed", "Failed"),
        )
    )
    return f"{title}:\t{counts}\n"


def _stateful_set(obj: Obj, call: Call) -> str:
    spec = obj["spec"]
    head = f"Name:\t{name_of(obj)}\nNamespace:\t{namespace_of(obj)}\n{created(obj)}"
    text = f"Selector:\t{written(spec.get('selector', {}))}\n{marks(obj)}"
    text += (
        f"Replicas:\t{spec.get('replicas', 1)} desired | {dig(obj, 'status', 'replicas', default=0)} total\n"
    )
    text += f"Update Strategy:\t{dig(spec, 'updateStrategy', 'type', default='RollingUpdate')}\n"
    return head + text + _pod_states("Pods Status", obj, call) + describe_pods.template(spec)


def _daemon_set(obj: Obj, call: Call) -> str:
    spec, status = obj["spec"], dig(obj, "status", default={})
    text = (
        f"Name:\t{name_of(obj)}\nNamespace:\t{namespace_of(obj)}\n"
        f"Selector:\t{written(spec.get('selector', {}))}\n"
    )
    text += pairs("Node-Selector", dict(dig(spec, "template", "spec", "nodeSelector", default={}))) + marks(
        obj
    )
    for title, key in (
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ):
        text += f"{title}: {status.get(key, 0)}\n"
    return text + _pod_states("Pods Status", obj, call) + describe_pods.template(spec)


def _job(obj: Obj, call: Call) -> str:
    spec, status = obj["spec"], dig(obj, "status", default={})
    text = (
        f"Name:\t{name_of(obj)}\nNamespace:\t{namespace_of(obj)}\n"
        f"Selector:\t{written(spec.get('selector', {}))}\n{marks(obj)}"
    )
    text += f"Parallelism:\t{spec.get('parallelism', 1)}\nCompletions:\t{spec.get('completions', 1)}\n"
    text += f"Backoff Limit:\t{spec.get('backoffLimit', 6)}\n"
    for title, key in (("Start Time", "startTime"), ("Completed At", "completionTime")):
        text += f"{title}:\t{long_date(status[key])}\n" if status.get(key) else ""
    counts = " / ".join(
        f"{status.get(key, 0)} {key.capitalize()}" for key in ("active", "succeeded", "failed")
    )
    return text + f"Pods Statuses:\t{counts}\n" + describe_pods.template(spec)


def _service(obj: Obj, call: Call) -> str:
    spec = obj["spec"]
    address = spec.get("clusterIP", "")
    text = (
        heading(obj)
        + f"Selector:\t{written(spec.get('selector') or {})}\nType:\t{spec.get('type', 'ClusterIP')}\n"
    )
    text += "IP Family Policy:\tSingleStack\nIP Families:\tIPv4\n" + f"IP:\t{address}\nIPs:\t{address}\n"
    for port in items(obj, "spec", "ports"):
        protocol, target = port.get("protocol", "TCP"), port.get("targetPort", port["port"])
        text += (
            f"Port:\t{port.get('name') or '<unset>'}\t{port['port']}/{protocol}\n"
            f"TargetPort:\t{target}/{protocol}\n"
        )
        if port.get("nodePort"):
            text += f"NodePort:\t{port.get('name') or '<unset>'}\t{port['nodePort']}/{protocol}\n"
        text += f"Endpoints:\t{','.join(addresses(call.store, obj, port)) or '<none>'}\n"
    return (
        text
        + f"Session Affinity:\t{spec.get('sessionAffinity', 'None')}\nInternal Traffic Policy:\tCluster\n"
    )


def _ingress(obj: Obj, call: Call) -> str:
    address = ",".join(str(x) for x in find(".status.loadBalancer.ingress[*].ip", obj))
    text = f"Name:\t{name_of(obj)}\n" + pairs("Labels", labels_of(obj))
    text += f"Namespace:\t{namespace_of(obj)}\nAddress:\t{address}\n"
    text += (
        f"Ingress Class:\t{dig(obj, 'spec', 'ingressClassName', default='<none>')}\n"
        "Default backend:\t<default>\n"
    )
    text += "Rules:\n  Host\tPath\tBackends\n  ----\t----\t--------\n"
    for rule in items(obj, "spec", "rules"):
        text += f"  {rule.get('host', '*')}\t\n"
        text += "".join(
            f"    \t{path.get('path', '/')} \t{_backend(path, obj, call)}\n"
            for path in items(rule, "http", "paths")
        )
    marks_text = pairs("Annotations", dict(dig(obj, "metadata", "annotations", default={})), ": ")
    return text + marks_text


def _backend(path: Obj, obj: Obj, call: Call) -> str:
    name, port = (
        dig(path, "backend", "service", "name"),
        dig(path, "backend", "service", "port", default={}),
    )
    wanted = port.get("number") or port.get("name")
    kind = call.store.kind("services")
    service = call.store.find(kind, namespace_of(obj), str(name)) if kind else None
    if service is None:
        return f'{name}:{wanted} (<error: services "{name}" not found>)'
    found = next((p for p in items(service, "spec", "ports") if wanted in (p["port"], p.get("name"))), None)
    return f"{name}:{wanted} ({','.join(addresses(call.store, service, found)) if found else ''})"


def _node(obj: Obj, call: Call) -> str:
    status = dig(obj, "status", default={})
    text = f"Name:\t{name_of(obj)}\nRoles:\t{roles(obj)}\n{marks(obj)}{created(obj)}"
    taints = [
        f"{t['key']}{'=' + t['value'] if t.get('value') else ''}:{t['effect']}"
        for t in items(obj, "spec", "taints")
    ]
    text += "Taints:\t" + "\n\t".join(taints or ["<none>"]) + "\n"
    text += f"Unschedulable:\t{str(bool(dig(obj, 'spec', 'unschedulable'))).lower()}\n"
    text += conditions(obj, "lastHeartbeatTime", "lastTransitionTime", "reason", "message")
    text += "Addresses:\n" + "".join(f"  {a['type']}:\t{a['address']}\n" for a in status.get("addresses", ()))
    for key in ("capacity", "allocatable"):
        amounts = status.get(key, {})
        text += f"{key.capitalize()}:\n" + "".join(
            f"  {name}:\t{amounts[name]}\n" for name in sorted(amounts)
        )
    return text + _node_info(status) + _node_pods(obj, call)


def _node_info(status: Obj) -> str:
    info = status.get("nodeInfo", {})
    labels = (
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    )
    return "System Info:\n" + "".join(f"  {label}:\t{info.get(key, '')}\n" for label, key in labels)


def _node_pods(obj: Obj, call: Call) -> str:
    here = [pod for pod in call.store.named("pods") if dig(pod, "spec", "nodeName") == name_of(obj)]
    here = [pod for pod in here if dig(pod, "status", "phase") not in ("Succeeded", "Failed")]
    rows = "".join(
        f"  {namespace_of(pod)}\t{name_of(pod)}\t{pods.ready_count(pod)}\t{pods.reason(pod)}\t"
        f"{age(pod['metadata']['creationTimestamp'], call.now)}\n"
        for pod in here
    )
    head = "  Namespace\tName\tReady\tStatus\tAge\n  ---------\t----\t-----\t------\t---\n"
    return f"Non-terminated Pods:\t({len(here)} in total)\n" + head + rows


def _config_map(obj: Obj, call: Call) -> str:
    text = heading(obj) + "\nData\n====\n"
    for key, value in sorted(dig(obj, "data", default={}).items()):
        text += f"{key}:\n----\n{value}\n\n"
    return (
        text
        + "\nBinaryData\n====\n"
        + "".join(f"{key}\n" for key in sorted(dig(obj, "binaryData", default={})))
        + "\n"
    )


def _secret(obj: Obj, call: Call) -> str:
    sizes = {key: len(base64.b64decode(value)) for key, value in dig(obj, "data", default={}).items()}
    data = "".join(f"{key}:\t{sizes[key]} bytes\n" for key in sorted(sizes))
    return heading(obj) + f"\nType:\t{obj.get('type', 'Opaque')}\n\nData\n====\n{data}"


def _namespace(obj: Obj, call: Call) -> str:
    status = dig(obj, "status", "phase", default="Active")
    return (
        heading(obj, spaced=False) + f"Status:\t{status}\n\nNo resource quota.\n\nNo LimitRange resource.\n"
    )


DESCRIBERS: dict[str, Describer] = {
    "pods": describe_pods.pod,
    "deployments.apps": _deployment,
    "replicasets.apps": _replica_set,
    "statefulsets.apps": _stateful_set,
    "daemonsets.apps": _daemon_set,
    "jobs.batch": _job,
    "services": _service,
    "ingresses.networking.k8s.io": _ingress,
    "nodes": _node,
    "configmaps": _config_map,
    "secrets": _secret,
    "namespaces": _namespace,
}
