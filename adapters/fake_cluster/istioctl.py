"""istioctl over the same objects: what is true of a cluster without a running control plane."""

from .answer import Answer
from .data import Obj, items, labels_of, name_of, namespace_of
from .grammar import Tool, Verb
from .pods import ready
from .tabs import table
from .world import Call

_VERSION = "1.29.1"


def _control_plane(call: Call) -> list[Obj]:
    pods = call.store.named("pods", call.value("istioNamespace", "istio-system"))
    return [pod for pod in pods if labels_of(pod).get("app") == "istiod" and ready(pod)]


def _proxies(call: Call, namespace: str | None) -> list[Obj]:
    pods = call.store.named("pods", namespace)
    return [
        pod
        for pod in pods
        if any(
            c["name"] == "istio-proxy"
            for c in items(pod, "spec", "containers") + items(pod, "spec", "initContainers")
        )
    ]


def version(call: Call) -> Answer:
    """``istioctl version``."""
    client = f"client version: {_VERSION}\n"
    if not call.true("remote") and "remote" in call.flags:
        return Answer(client)
    plane = _control_plane(call)
    if not plane:
        return Answer(
            "Istio is not present in the cluster: no running Istio pods in namespace "
            f'"istio-system"\n{client}'
        )
    images = sorted(
        {str(c["image"]).rpartition(":")[2] for pod in plane for c in items(pod, "spec", "containers")}
    )
    data = len(_proxies(call, None))
    text = f"data plane version: {images[0]} ({data} proxies)\n" if data else "data plane version: none\n"
    return Answer(f"{client}control plane version: {', '.join(images)}\n{text}")


def proxy_status(call: Call) -> Answer:
    """``istioctl proxy-status``: every proxy is in step with the control plane."""
    plane = _control_plane(call)
    if not plane:
        return Answer(stderr='Error: no running Istio pods in "istio-system"\n', exit_code=1)
    rows = [["NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"]]
    for pod in _proxies(call, call.value("namespace") or None):
        rows.append(
            [
                f"{name_of(pod)}.{namespace_of(pod)}",
                "Kubernetes",
                name_of(plane[0]),
                _VERSION,
                "4 (CDS,LDS,EDS,RDS)",
            ]
        )
    return Answer(table(rows))


def analyze(call: Call) -> Answer:
    """``istioctl analyze``: whether namespaces are meant for injection, and nothing else."""
    spaces = call.store.named("namespaces")
    if not call.true("all-namespaces"):
        spaces = [space for space in spaces if name_of(space) == call.namespace]
    notes = [
        _note(name_of(space))
        for space in spaces
        if "istio-injection" not in labels_of(space) and not _own(name_of(space))
    ]
    where = "" if call.true("all-namespaces") else f" when analyzing namespace: {call.namespace}"
    return Answer("".join(notes) or f"\n✔ No validation issues found{where}.\n")


def _own(name: str) -> bool:
    return name.startswith("kube-") or name == "istio-system"


def _note(name: str) -> str:
    command = f"kubectl label namespace {name} istio-injection"
    return (
        f"Info [IST0102] (Namespace {name}) The namespace is not enabled for Istio "
        f"injection. Run '{command}=enabled' "
        f"to enable it, or '{command}=disabled' to explicitly mark it as not needing injection.\n"
    )


ISTIOCTL = Tool(
    "istioctl",
    (
        Verb.of("version", version, "remote? short?"),
        *(Verb.of(word, proxy_status, "all-namespaces?") for word in ("proxy-status", "ps")),
        Verb.of("analyze", analyze, "all-namespaces? color? timeout failure-threshold output-threshold"),
    ),
    frozenset(["context", "namespace", "istioNamespace", "vklog", "as", "as-group"]),
)
