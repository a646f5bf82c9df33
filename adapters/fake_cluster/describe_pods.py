"""Descriptions of pods and of pod templates."""

from typing import Any

from . import pods
from .ages import long_date
from .data import Obj, dig, items, labels_of, name_of, namespace_of, owner_of
from .describe_text import marks, pairs
from .world import Call


def pod(obj: Obj, call: Call) -> str:
    """A pod: where it runs, its containers with their states, and its volumes."""
    node, host = dig(obj, "spec", "nodeName"), dig(obj, "status", "hostIP")
    start, owner = dig(obj, "status", "startTime"), owner_of(obj)
    lines = [
        f"Name:\t{name_of(obj)}",
        f"Namespace:\t{namespace_of(obj)}",
        f"Priority:\t{dig(obj, 'spec', 'priority', default=0)}",
        f"Service Account:\t{dig(obj, 'spec', 'serviceAccountName', default='default')}",
        f"Node:\t{'/'.join(filter(None, (node, host))) or '<none>'}",
        *([f"Start Time:\t{long_date(start)}"] if start else []),
    ]
    text = "\n".join(lines) + "\n" + marks(obj) + f"Status:\t{_phase(obj)}\n" + _addresses(obj)
    if owner:
        text += f"Controlled By:\t{owner['kind']}/{owner['name']}\n"
    return text + _containers(obj) + _conditions(obj) + volumes(obj["spec"]) + _placing(obj)


def _conditions(obj: Obj) -> str:
    found = items(obj, "status", "conditions")
    rows = "".join(f"  {each['type']}\t{each['status']} \n" for each in found)
    return f"Conditions:\n  Type\tStatus\n{rows}" if rows else ""


def _phase(obj: Obj) -> str:
    return (
        "Terminating"
        if dig(obj, "metadata", "deletionTimestamp")
        else str(dig(obj, "status", "phase", default=""))
    )


def _addresses(obj: Obj) -> str:
    address = dig(obj, "status", "podIP", default="")
    return f"IP:\t{address}\nIPs:" + (f"\n  IP:\t{address}\n" if address else "\t<none>\n")


def _placing(obj: Obj) -> str:
    return f"QoS Class:\t{dig(obj, 'status', 'qosClass') or pods.quality(obj)}\n" + placing(obj["spec"])


def placing(spec: Obj, indent: str = "") -> str:
    """Node selectors and tolerations."""
    tolerations = [_toleration(entry) for entry in items(spec, "tolerations")]
    chosen = dict(dig(spec, "nodeSelector", default={}))
    listed = f"\n{indent}\t".join(tolerations or ["<none>"])
    return pairs("Node-Selectors", chosen, indent=indent) + f"{indent}Tolerations:\t{listed}\n"


def _toleration(entry: Obj) -> str:
    text = str(entry.get("key", "")) + (f"={entry['value']}" if entry.get("value") else "")
    text += f":{entry['effect']}" if entry.get("effect") else ""
    text += " op=Exists" if entry.get("operator") == "Exists" else ""
    return text + (f" for {entry['tolerationSeconds']}s" if "tolerationSeconds" in entry else "")


def _containers(obj: Obj) -> str:
    text = ""
    for title, key, statuses in (
        ("Init Containers", "initContainers", "initContainerStatuses"),
        ("Containers", "containers", "containerStatuses"),
    ):
        there = {status["name"]: status for status in items(obj, "status", statuses)}
        listed = items(obj, "spec", key)
        if listed:
            text += f"{title}:\n" + "".join(
                f"  {c['name']}:\n{_container(c, there.get(c['name'], {}))}" for c in listed
            )
    return text


def _container(spec: Obj, status: Obj) -> str:
    text = f"    Container ID:\t{status.get('containerID', '')}\n    Image:\t{spec.get('image', '')}\n"
    text += (
        f"    Image ID:\t{status.get('imageID', '')}\n"
        + _basics(spec)
        + _state("State", dig(status, "state", default={}))
    )
    if last := dig(status, "lastState"):
        text += _state("Last State", last)
    text += f"    Ready:\t{bool(status.get('ready'))}\n    Restart Count:\t{status.get('restartCount', 0)}\n"
    return text + _details(spec)


def template(spec: Obj) -> str:
    """The pod template of a workload."""
    inner: Obj = spec["template"]
    text = "Pod Template:\n" + pairs("Labels", labels_of(inner), indent="  ")
    if account := dig(inner, "spec", "serviceAccountName"):
        text += f"  Service Account:\t{account}\n"
    text += "  Containers:\n"
    for container in items(inner, "spec", "containers"):
        text += (
            f"   {container['name']}:\n    Image:\t{container.get('image', '')}\n"
            f"{_basics(container)}{_details(container)}"
        )
    return text + volumes(inner["spec"], "  ") + placing(inner["spec"], "  ")


def _basics(spec: Obj) -> str:
    ports = items(spec, "ports")
    inside = ", ".join(_port(port, "containerPort") for port in ports) or "<none>"
    outside = ", ".join(_port(port, "hostPort") for port in ports) or "<none>"
    title = "Ports" if len(ports) > 1 else "Port"
    text = f"    {title}:\t{inside}\n    Host {title}:\t{outside}\n"
    for name in ("command", "args"):
        if spec.get(name):
            text += f"    {name.capitalize()}:\n" + "".join(f"      {word}\n" for word in spec[name])
    return text


def _port(port: Obj, key: str) -> str:
    named = f" ({port['name']})" if port.get("name") else ""
    return f"{port.get(key, 0)}/{port.get('protocol', 'TCP')}{named}"


def _state(title: str, state: Obj) -> str:
    name = next(iter(state), "waiting")
    facts: Obj = state.get(name) or {}
    text = f"    {title}:\t{name.capitalize()}\n"
    for key, label in (("reason", "Reason"), ("message", "Message"), ("exitCode", "Exit Code")):
        if facts.get(key) is not None:
            text += f"      {label}:\t{facts[key]}\n"
    for key, label in (("startedAt", "Started"), ("finishedAt", "Finished")):
        if facts.get(key):
            text += f"      {label}:\t{long_date(facts[key])}\n"
    return text


def _details(spec: Obj) -> str:
    text = ""
    for key in ("limits", "requests"):
        if amounts := dig(spec, "resources", key):
            text += f"    {key.capitalize()}:\n" + "".join(
                f"      {name}:\t{amounts[name]}\n" for name in sorted(amounts)
            )
    for key in ("liveness", "readiness", "startup"):
        if probe := dig(spec, f"{key}Probe"):
            text += f"    {key.capitalize()}:\t{_probe(probe)}\n"
    return text + _environment(spec) + _mounts(spec)


def _probe(probe: Obj) -> str:
    if web := dig(probe, "httpGet"):
        scheme = str(web.get("scheme", "http")).lower()
        action = f"http-get {scheme}://{web.get('host', '')}:{web['port']}{web.get('path', '/')}"
    elif socket := dig(probe, "tcpSocket"):
        action = f"tcp-socket :{socket['port']}"
    else:
        action = f"exec [{' '.join(dig(probe, 'exec', 'command', default=[]))}]"
    return (
        f"{action} delay={probe.get('initialDelaySeconds', 0)}s timeout={probe.get('timeoutSeconds', 1)}s "
        f"period={probe.get('periodSeconds', 10)}s #success={probe.get('successThreshold', 1)} "
        f"#failure={probe.get('failureThreshold', 3)}"
    )


def _environment(spec: Obj) -> str:
    text = ""
    for source in items(spec, "envFrom"):
        kind = "Secret" if "secretRef" in source else "ConfigMap"
        reference = source.get("secretRef") or source["configMapRef"]
        text += (
            f"      {reference['name']}\t{kind}\tOptional: {str(reference.get('optional', False)).lower()}\n"
        )
    text = f"    Environment Variables from:\n{text}" if text else ""
    variables = items(spec, "env")
    if not variables:
        return f"{text}    Environment:\t<none>\n"
    return f"{text}    Environment:\n" + "".join(f"      {v['name']}:\t{_variable(v)}\n" for v in variables)


def _variable(variable: Obj) -> str:
    source: Any = dig(variable, "valueFrom", default={})
    for key, word in (("configMapKeyRef", "of config map"), ("secretKeyRef", "in secret")):
        if key in source:
            found = source[key]
            optional = str(found.get("optional", False)).lower()
            value = f"<set to the key '{found['key']}' {word} '{found['name']}'>"
            return f"{value}\tOptional: {optional}"
    if "fieldRef" in source:
        return f" (v1:{source['fieldRef']['fieldPath']})"
    return str(variable.get("value", ""))


def _mounts(spec: Obj) -> str:
    mounts = sorted(items(spec, "volumeMounts"), key=lambda mount: str(mount["mountPath"]))
    if not mounts:
        return "    Mounts:\t<none>\n"
    lines = (
        f"      {m['mountPath']} from {m['name']} ({'ro' if m.get('readOnly') else 'rw'})\n" for m in mounts
    )
    return "    Mounts:\n" + "".join(lines)


def volumes(spec: Obj, indent: str = "") -> str:
    """The volumes of a pod or of a template."""
    listed = items(spec, "volumes")
    if not listed:
        return f"{indent}Volumes:\t<none>\n"
    return f"{indent}Volumes:\n" + "".join(
        f"{indent}  {v['name']}:\n{_volume(v, indent + '    ')}" for v in listed
    )


def _volume(volume: Obj, indent: str) -> str:
    for key, title, name_key, label in _VOLUMES:
        if key in volume:
            found: Obj = volume[key] or {}
            text = f"{indent}Type:\t{title}\n"
            if name_key:
                text += f"{indent}{label}:\t{found.get(name_key, '')}\n"
            return text + (
                f"{indent}Optional:\t{str(found.get('optional', False)).lower()}\n"
                if key in ("configMap", "secret")
                else ""
            )
    return f"{indent}Type:\t{next((key for key in volume if key != 'name'), 'EmptyDir')}\n"


_VOLUMES = (
    ("configMap", "ConfigMap (a volume populated by a ConfigMap)", "name", "Name"),
    ("secret", "Secret (a volume populated by a Secret)", "secretName", "SecretName"),
    ("emptyDir", "EmptyDir (a temporary directory that shares a pod's lifetime)", "", ""),
    ("hostPath", "HostPath (bare host directory volume)", "path", "Path"),
    (
        "persistentVolumeClaim",
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        "claimName",
        "ClaimName",
    ),
)
