"""What kubectl sums up about a pod."""

from typing import Any

from .ages import age
from .data import Obj, dig, items, name_of, namespace_of, owner_of


def containers(pod: Obj) -> list[Obj]:
    """The statuses of the pod's containers."""
    return items(pod, "status", "containerStatuses")


def ready(pod: Obj) -> bool:
    """Whether the pod takes traffic."""
    return any(
        c.get("type") == "Ready" and c.get("status") == "True" for c in items(pod, "status", "conditions")
    )


def ready_count(pod: Obj) -> str:
    """``1/2``: ready containers of all."""
    done = sum(1 for status in containers(pod) if status.get("ready"))
    return f"{done}/{len(items(pod, 'spec', 'containers'))}"


def reason(pod: Obj) -> str:
    """The STATUS column: what most keeps the pod from running, or its phase."""
    if dig(pod, "metadata", "deletionTimestamp"):
        return "Terminating"
    result = str(dig(pod, "status", "reason") or dig(pod, "status", "phase", default="Unknown"))
    if waiting := _initializing(pod):
        return waiting
    running = False
    for status in reversed(containers(pod)):
        state = dig(status, "state", default={})
        running = running or ("running" in state and bool(status.get("ready")))
        result = _of_state(state) or result
    return ("Running" if ready(pod) else "NotReady") if result == "Completed" and running else result


def _of_state(state: Obj) -> str:
    """The reason of a container that waits or has ended; empty for one that runs."""
    ended: Any = state.get("terminated")
    if ended is not None:
        cause = f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended.get('exitCode', 0)}"
        return str(ended.get("reason") or cause)
    return str(dig(state, "waiting", "reason", default=""))


def _initializing(pod: Obj) -> str:
    statuses = items(pod, "status", "initContainerStatuses")
    total = len(items(pod, "spec", "initContainers"))
    for place, status in enumerate(statuses):
        state = dig(status, "state", default={})
        if dig(state, "terminated", "exitCode") == 0 or status.get("started"):
            continue
        cause = _of_state(state)
        return f"Init:{cause}" if cause and cause != "PodInitializing" else f"Init:{place}/{total}"
    return ""


def restarts(pod: Obj, now: float) -> str:
    """The RESTARTS column, with the time since the last one."""
    statuses = containers(pod)
    count = sum(int(status.get("restartCount", 0)) for status in statuses)
    ends = [end for status in statuses if (end := dig(status, "lastState", "terminated", "finishedAt"))]
    return f"{count} ({age(max(ends), now)} ago)" if count and ends else str(count)


def quality(pod: Obj) -> str:
    """The QoS class that the containers' requests and limits give the pod."""
    wanted = [dig(c, "resources", default={}) for c in items(pod, "spec", "containers")]
    if not any(r.get("requests") or r.get("limits") for r in wanted):
        return "BestEffort"
    whole = all(
        dig(r, "limits", key) and dig(r, "requests", key, default=r["limits"][key]) == r["limits"][key]
        for r in wanted
        for key in ("cpu", "memory")
    )
    return "Guaranteed" if whole else "Burstable"


def keys(pod: Obj) -> list[str]:
    """What a pod's log and usage may be kept under: its own name, or that of its controller."""
    owner, space = owner_of(pod), namespace_of(pod)
    return [f"{space}/{name_of(pod)}", *([f"{space}/{owner['name']}"] if owner else [])]
