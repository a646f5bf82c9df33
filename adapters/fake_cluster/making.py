"""How pods come into being, and what controllers write about it."""

import hashlib

import attrs

from .ages import stamp
from .data import Obj, clone, dig, items, labels_of, name_of, namespace_of, reference_to
from .objects import Store
from .pods import quality

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def code(text: str, length: int) -> str:
    """A short name made of *text*, in the letters that Kubernetes uses for them."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:12], "big")
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(length))


@attrs.frozen
class Maker:
    """Makes pods in *store* at the time *now*; a *silent* one writes no events."""

    store: Store
    now: float
    silent: bool = False

    def make_pod(self, owner: Obj, name: str, model: Obj | None, source: str) -> Obj:
        """Add a pod made of the template of *owner*, as well or as ill as *model*."""
        template = clone(owner["spec"]["template"])
        pod: Obj = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": self.meta(owner, name, labels_of(template)),
            "spec": template["spec"],
        }
        if notes := dig(template, "metadata", "annotations"):
            pod["metadata"]["annotations"] = notes
        pod = self.store.add(pod)
        self.settle_pod(pod)
        if model is not None and dig(model, "status"):
            _fall_ill(pod, clone(model["status"]), stamp(self.now))
        self.note(owner, "SuccessfulCreate", f"Created pod: {name}", source)
        return pod

    def settle_pod(self, pod: Obj) -> None:
        """Let a new pod run, on the emptiest node, or wait where all are cordoned."""
        if dig(pod, "status"):
            return
        spec = pod["spec"]
        node = spec.get("nodeName") or self._place()
        if node is None:
            waiting = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
            pod["status"] = {"phase": "Pending", "conditions": [waiting], "qosClass": quality(pod)}
            return
        if node:
            spec["nodeName"] = node
        pod["status"] = self._running(pod, node)

    def _place(self) -> str | None:
        """The node with the fewest pods; empty where there are no nodes, None if all are cordoned."""
        nodes = self.store.named("nodes")
        free = [name_of(node) for node in nodes if not dig(node, "spec", "unschedulable")]
        if not nodes or not free:
            return None if nodes else ""
        taken = [dig(pod, "spec", "nodeName") for pod in self.store.named("pods")]
        return min(free, key=lambda name: (taken.count(name), name))

    def _running(self, pod: Obj, node: str) -> Obj:
        started, number = stamp(self.now), self.store.version
        host = self._address(node)
        return {
            "phase": "Running",
            "startTime": started,
            "podIP": f"10.244.{number // 250 % 250}.{number % 250 + 2}",
            **({"hostIP": host} if host else {}),
            "qosClass": quality(pod),
            "conditions": [
                {"type": kind, "status": "True", "lastTransitionTime": started}
                for kind in (
                    "PodReadyToStartContainers",
                    "Initialized",
                    "Ready",
                    "ContainersReady",
                    "PodScheduled",
                )
            ],
            "containerStatuses": [
                {
                    "name": c["name"],
                    "image": c.get("image", ""),
                    "ready": True,
                    "restartCount": 0,
                    "started": True,
                    "state": {"running": {"startedAt": started}},
                }
                for c in items(pod, "spec", "containers")
            ],
        }

    def _address(self, node: str) -> str:
        kind = self.store.kind("nodes")
        obj = self.store.find(kind, "", node) if kind else None
        found = [a["address"] for a in items(obj or {}, "status", "addresses") if a["type"] == "InternalIP"]
        return str(found[0]) if found else ""

    def meta(self, owner: Obj, name: str, labels: dict[str, str]) -> Obj:
        """The metadata of what *owner* makes."""
        return {
            "name": name,
            "namespace": namespace_of(owner),
            "labels": labels,
            "ownerReferences": [reference_to(owner)],
            "creationTimestamp": stamp(self.now),
        }

    def note(self, obj: Obj, reason: str, message: str, source: str) -> None:
        """Write an event about *obj*."""
        if self.silent:
            return
        when = stamp(self.now)
        self.store.add(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "type": "Normal",
                "reason": reason,
                "message": message,
                "count": 1,
                "metadata": {
                    "name": f"{name_of(obj)}.{self.store.version:x}",
                    "namespace": namespace_of(obj),
                    "creationTimestamp": when,
                },
                "involvedObject": {
                    "kind": obj["kind"],
                    "name": name_of(obj),
                    "namespace": namespace_of(obj),
                },
                "firstTimestamp": when,
                "lastTimestamp": when,
                "source": {"component": source},
            }
        )


def _fall_ill(pod: Obj, status: Obj, now: str) -> None:
    """Give *pod* the states of an earlier one's containers, as far as a new pod can have them."""
    for container in items(status, "containerStatuses"):
        container["restartCount"] = min(1, int(container.get("restartCount", 0)))
        for ended in filter(None, (dig(container, key, "terminated") for key in ("state", "lastState"))):
            ended |= {"startedAt": now, "finishedAt": now}
    for condition in items(status, "conditions"):
        condition["lastTransitionTime"] = now
    kept = (
        "phase",
        "reason",
        "message",
        "conditions",
        "containerStatuses",
        "initContainerStatuses",
    )
    pod["status"] |= {key: status[key] for key in kept if key in status}


def finish(pod: Obj, when: str) -> None:
    """Let the containers of *pod* end well."""
    pod["status"]["phase"] = "Succeeded"
    for status in pod["status"]["containerStatuses"]:
        status |= {
            "ready": False,
            "state": {"terminated": {"exitCode": 0, "reason": "Completed", "finishedAt": when}},
        }
    for condition in pod["status"]["conditions"]:
        if condition["type"] in ("Ready", "ContainersReady"):
            condition |= {"status": "False", "reason": "PodCompleted"}
