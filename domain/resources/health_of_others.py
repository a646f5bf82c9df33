"""The health of nodes, storage, networking, and of what Istio and Argo CD keep."""

from .health import (
    DEGRADED,
    FAILED,
    HEALTHY,
    PROGRESSING,
    SUSPENDED,
    UNKNOWN,
    Health,
    condition,
    is_false,
    is_true,
    told,
)
from .tree import Tree


def node(obj: Tree) -> Health:
    """Ready, without pressure, and open for pods."""
    if not is_true(obj, "Ready"):
        return Health(FAILED, told(condition(obj, "Ready")) or "Not ready.")
    for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"):
        if is_true(obj, kind):
            return Health(DEGRADED, f"{kind}: {condition(obj, kind).at('message').text()}")
    if obj.at("spec", "unschedulable").value is True:
        return Health(SUSPENDED, "It is cordoned: no pod is placed on it.")
    return Health(HEALTHY)


def claim(obj: Tree) -> Health:
    """Bound or not."""
    phase = obj.at("status", "phase").text(40)
    word = {"Bound": HEALTHY, "Pending": PROGRESSING, "Lost": FAILED}.get(phase, UNKNOWN)
    return Health(word, phase)


def service(obj: Tree) -> Health:
    """An outside address where one is asked for; whether pods answer is told by the pods."""
    if obj.at("spec", "type").value == "LoadBalancer" and not obj.at("status", "loadBalancer", "ingress"):
        return Health(PROGRESSING, "It has no outside address yet.")
    return Health(HEALTHY)


def ingress(obj: Tree) -> Health:
    """With an address or not."""
    if obj.at("status", "loadBalancer", "ingress"):
        return Health(HEALTHY)
    return Health(PROGRESSING, "No controller has given it an address yet.")


def autoscaler(obj: Tree) -> Health:
    """Able to read its metrics and to scale."""
    for kind in ("AbleToScale", "ScalingActive"):
        if is_false(obj, kind):
            return Health(DEGRADED, told(condition(obj, kind)))
    if is_true(obj, "ScalingLimited"):
        return Health(HEALTHY, told(condition(obj, "ScalingLimited")))
    return Health(HEALTHY) if obj.at("status") else Health(UNKNOWN, "It has no status yet.")


def namespace(obj: Tree) -> Health:
    """Active, or on its way out."""
    if obj.at("status", "phase").value != "Terminating":
        return Health(HEALTHY)
    stuck = [told(one) for one in obj.at("status", "conditions").items() if one.at("status").value == "True"]
    return Health(PROGRESSING, "; ".join(["It is being deleted", *stuck])[:400])


def virtual_service(obj: Tree) -> Health:
    """What Istio's own analysis wrote into the status, where it does that."""
    found = obj.at("status", "validationMessages").items()
    errors = [one for one in found if one.at("level").value == "ERROR"]
    if errors:
        return Health(DEGRADED, errors[0].at("type", "name").text() or "Istio reports errors.")
    if is_true(obj, "Reconciled"):
        return Health(HEALTHY)
    return Health(UNKNOWN, "Istio writes no status here: istioctl analyze tells.")


def application(obj: Tree) -> Health:
    """Argo CD's health, with its sync state and the end of the last operation."""
    status = obj.at("status")
    health, sync = status.at("health", "status").text(40), status.at("sync", "status").text(40)
    operation, word = status.at("operationState"), _ARGO.get(health, UNKNOWN)
    why = [f"sync: {sync}" if sync else "", status.at("health", "message").text()]
    if operation.at("phase").value in ("Failed", "Error"):
        why.append(f"last operation failed: {operation.at('message').text()}")
        word = DEGRADED if word == HEALTHY else word
    return Health(word, "; ".join(part for part in why if part))


_ARGO = {
    "Healthy": HEALTHY,
    "Progressing": PROGRESSING,
    "Degraded": DEGRADED,
    "Missing": DEGRADED,
    "Suspended": SUSPENDED,
}


def release(status: str, description: str = "") -> Health:
    """The health that helm's word for the *status* of a release means."""
    word = _HELM.get(status, PROGRESSING if status.startswith("pending-") else UNKNOWN)
    return Health(word, description if word != HEALTHY else "")


_HELM = {"deployed": HEALTHY, "failed": FAILED, "uninstalling": PROGRESSING, "uninstalled": SUSPENDED}
