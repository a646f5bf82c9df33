"""Readers of the cells of kubectl's tables: each takes an object and the time."""

from collections.abc import Callable
from typing import Any

from .ages import age, duration, instant
from .data import Obj, dig, items, labels_of
from .paths import find, text_of
from .selectors import written

NONE, UNSET = "<none>", "<unset>"
Cell = Callable[[Obj, float], str]


def at(path: str, otherwise: str = "") -> Cell:
    """Whatever *path* leads to, with commas; *otherwise* where that is nothing."""
    return lambda obj, now: ",".join(text_of(found) for found in find(path, obj)) or otherwise


def date(path: str) -> Cell:
    """How long ago the time was that *path* leads to."""
    return lambda obj, now: age(at(path)(obj, now) or None, now)


def number(path: str) -> Cell:
    """As ``at``, with 0 for nothing."""
    return at(path, "0")


def own_age(obj: Obj, now: float) -> str:
    """The AGE of the object."""
    return age(dig(obj, "metadata", "creationTimestamp"), now)


def of(*cells: Cell, sign: str = "/") -> Cell:
    """Several cells with *sign* between them."""
    return lambda obj, now: sign.join(cell(obj, now) for cell in cells)


def selector(*keys: str) -> Cell:
    """A selector object in one text."""
    return lambda obj, now: written(dig(obj, *keys, default={}))


def keys(*fields: str) -> Cell:
    """How many entries the maps in *fields* have."""
    return lambda obj, now: str(sum(len(dig(obj, field, default={})) for field in fields))


def mapped(*keys: str) -> Cell:
    """A map in one text."""
    return lambda obj, now: (
        ",".join(f"{k}={v}" for k, v in sorted(dig(obj, *keys, default={}).items())) or NONE
    )


def external(obj: Obj, now: float) -> str:
    """The EXTERNAL-IP of a Service."""
    spec = dig(obj, "spec", default={})
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName", NONE))
    addresses = list(spec.get("externalIPs", ())) + ingress_addresses(obj)
    return ",".join(addresses) or ("<pending>" if spec.get("type") == "LoadBalancer" else NONE)


def ingress_addresses(obj: Obj) -> list[str]:
    """The addresses of a load balancer."""
    found = items(obj, "status", "loadBalancer", "ingress")
    return [str(entry.get("ip") or entry.get("hostname")) for entry in found]


def ports(obj: Obj, now: float) -> str:
    """The PORT(S) of a Service."""
    return ",".join(_port(port) for port in items(obj, "spec", "ports")) or NONE


def _port(port: Obj) -> str:
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{node}/{port.get('protocol', 'TCP')}"


def hosts(obj: Obj, now: float) -> str:
    """The HOSTS of an Ingress."""
    return ",".join(rule.get("host") or "*" for rule in items(obj, "spec", "rules")) or "*"


def node_status(obj: Obj, now: float) -> str:
    """A node's STATUS: ready or not, and whether it takes new pods."""
    ready = find(".status.conditions[?(@.type=='Ready')].status", obj)
    words = ["Ready" if ready == ["True"] else "NotReady" if ready else "Unknown"]
    return ",".join(words + ["SchedulingDisabled"] * bool(dig(obj, "spec", "unschedulable")))


def roles(obj: Obj, now: float = 0) -> str:
    """A node's ROLES, as its labels tell them."""
    prefix = "node-role.kubernetes.io/"
    return ",".join(sorted(key[len(prefix) :] for key in labels_of(obj) if key.startswith(prefix))) or NONE


def node_address(kind: str) -> Cell:
    """The address of a node of that *kind*."""
    return at(f".status.addresses[?(@.type=='{kind}')].address", NONE)


def job_status(obj: Obj, now: float) -> str:
    """The STATUS of a Job."""
    for condition in ("Failed", "Complete", "Suspended"):
        if find(f".status.conditions[?(@.type=='{condition}')].status", obj) == ["True"]:
            return condition
    return "Running"


def job_duration(obj: Obj, now: float) -> str:
    """How long a Job took, or takes so far."""
    start, end = dig(obj, "status", "startTime"), dig(obj, "status", "completionTime")
    return "" if not start else duration((instant(end) if end else now) - instant(start))


def last_seen(obj: Obj, now: float) -> str:
    """How long ago an event was last seen."""
    return age(seen(obj), now)


def seen(obj: Obj) -> str | None:
    """When an event was last seen."""
    made = dig(obj, "metadata", "creationTimestamp")
    seen_at: str | None = obj.get("lastTimestamp") or obj.get("eventTime") or made
    return seen_at


def event_object(obj: Obj, now: float) -> str:
    """What an event is about."""
    involved = dig(obj, "involvedObject", default={})
    return f"{str(involved.get('kind', '')).lower()}/{involved.get('name', '')}"


def modes(*keys: str) -> Cell:
    """Access modes in their short forms."""
    short = {
        "ReadWriteOnce": "RWO",
        "ReadOnlyMany": "ROX",
        "ReadWriteMany": "RWX",
        "ReadWriteOncePod": "RWOP",
    }
    return lambda obj, now: ",".join(short.get(str(mode), str(mode)) for mode in dig(obj, *keys, default=[]))


def claim(obj: Obj, now: float) -> str:
    """The claim that a volume is bound to."""
    claim = dig(obj, "spec", "claimRef", default={})
    return f"{claim.get('namespace')}/{claim.get('name')}" if claim else ""


def endpoints(obj: Obj, now: float) -> str:
    """The first three addresses and how many more there are."""
    pairs = [
        f"{address['ip']}:{port['port']}"
        for subset in items(obj, "subsets")
        for address in items(subset, "addresses")
        for port in items(subset, "ports")
    ]
    return ",".join(pairs[:3]) + (f" + {len(pairs) - 3} more..." if len(pairs) > 3 else "") or NONE


def subjects(kind: str) -> Cell:
    """The names of the subjects of one *kind*."""

    def cell(obj: Obj, now: float) -> str:
        found = [s for s in items(obj, "subjects") if s.get("kind") == kind]
        return ", ".join(f"{s['namespace']}/{s['name']}" if "namespace" in s else s["name"] for s in found)

    return cell


def yes(path: str) -> Cell:
    """Whether *path* leads to true."""
    return lambda obj, now: str(find(path, obj) == [True]).lower()


def metric(obj: Obj, now: float) -> str:
    """The TARGETS of an autoscaler."""
    current = {str(dig(m, "resource", "name")): m for m in items(obj, "status", "currentMetrics")}
    return ", ".join(_target(metric, current) for metric in items(obj, "spec", "metrics")) or NONE


def _target(metric: Obj, current: dict[str, Obj]) -> str:
    resource: Any = dig(metric, "resource", default={})
    wanted = dig(resource, "target", "averageUtilization")
    there = dig(current.get(str(resource.get("name")), {}), "resource", "current", "averageUtilization")
    is_text = "<unknown>" if there is None else f"{there}%"
    return f"{resource.get('name')}: {is_text}/{'<unknown>' if wanted is None else f'{wanted}%'}"
