"""What a cluster does by itself: workloads get their pods, and everything gets its status.

There is no time between a change and its effect: pods run as soon as they are made. A new pod is
as well or as ill as the ones made of the same template before it.
"""

import attrs

from .ages import stamp
from .data import Obj, clone, compact, dig, labels_of, name_of, namespace_of, owner_of
from .making import Maker, code, finish
from .objects import Store
from .pods import ready

_REVISION = "deployment.kubernetes.io/revision"


@attrs.frozen
class Controllers:
    """Acts on changed objects of *store* at the time *now*; *silent* ones write no events."""

    store: Store
    now: float
    silent: bool = False

    @property
    def maker(self) -> Maker:
        """What makes the pods."""
        return Maker(self.store, self.now, self.silent)

    def settle(self, obj: Obj) -> None:
        """Do everything that follows from the present state of *obj*."""
        work = {
            "Deployment": self._deployment,
            "ReplicaSet": self._replica_set,
            "StatefulSet": self._stateful_set,
            "DaemonSet": self._daemon_set,
            "Job": self._job,
            "Pod": self.maker.settle_pod,
            "Service": self._service,
            "Namespace": self._namespace,
            "Node": self._node,
            "PersistentVolumeClaim": self._claim,
        }.get(obj["kind"])
        if work is not None:
            work(obj)

    def remove(self, obj: Obj) -> None:
        """Delete *obj*; its controller replaces a pod or a replica set at once."""
        owner = self._owner(obj)
        model = clone(obj)
        self.store.remove(obj)
        if owner is not None and owner["kind"] == "ReplicaSet":
            self._replica_set(owner, model)
        elif owner is not None:
            self.settle(owner)

    def _owner(self, obj: Obj) -> Obj | None:
        reference = owner_of(obj)
        kind = self.store.kind(reference["kind"]) if reference else None
        return (
            None
            if kind is None or reference is None
            else self.store.find(kind, namespace_of(obj), reference["name"])
        )

    def _deployment(self, obj: Obj) -> None:
        obj["spec"].setdefault("replicas", 1)
        sets = [owned for owned in self.store.owned(obj) if owned["kind"] == "ReplicaSet"]
        current = next((rs for rs in sets if _template(rs) == _template(obj)), None)
        if current is not None and dig(obj, "spec", "paused"):
            sets = [current]
        if current is None and dig(obj, "spec", "paused"):
            self._summed(obj, sets)
            return
        current = current or self._new_set(obj)
        self._number(obj, current, sets)
        for other in sets:
            if other is not current and other["spec"].get("replicas"):
                self._scale(obj, other, 0)
        if current["spec"].get("replicas") != obj["spec"]["replicas"]:
            self._scale(obj, current, obj["spec"]["replicas"])
        self._replica_set(current)
        self._summed(obj, [current])

    def _new_set(self, obj: Obj) -> Obj:
        name, template = set_name(obj), clone(obj["spec"]["template"])
        labels = {**labels_of(template), "pod-template-hash": name.rpartition("-")[2]}
        template.setdefault("metadata", {})["labels"] = labels
        return self.store.add(
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "metadata": self.maker.meta(obj, name, labels),
                "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
            }
        )

    def _number(self, obj: Obj, current: Obj, others: list[Obj]) -> None:
        """Give the current replica set the highest revision, as a rollback does too."""
        taken = [
            int(dig(rs, "metadata", "annotations", _REVISION, default=0))
            for rs in others
            if rs is not current
        ]
        own = int(dig(current, "metadata", "annotations", _REVISION, default=0))
        number = str(own if own > max(taken, default=0) else max(taken, default=0) + 1)
        for each in (current, obj):
            each["metadata"].setdefault("annotations", {})[_REVISION] = number

    def _scale(self, obj: Obj, replica_set: Obj, replicas: int) -> None:
        before = replica_set["spec"].get("replicas", 0)
        replica_set["spec"]["replicas"] = replicas
        word = "up" if replicas > before else "down"
        was = f" from {before}" if before else " from 0" if word == "down" else ""
        self.maker.note(
            obj,
            "ScalingReplicaSet",
            f"Scaled {word} replica set {name_of(replica_set)}{was} to {replicas}",
            "deployment-controller",
        )
        self._replica_set(replica_set)

    def _replica_set(self, obj: Obj, model: Obj | None = None) -> None:
        wanted = obj["spec"].setdefault("replicas", 1)
        pods = sorted(self._pods(obj), key=lambda pod: (ready(pod), name_of(pod)))
        for pod in pods[: max(0, len(pods) - wanted)]:
            self.store.remove(pod)
        for _ in range(wanted - len(pods)):
            self.maker.make_pod(
                obj,
                self._fresh_name(obj),
                model or (pods[0] if pods else None),
                "replicaset-controller",
            )
        self._count(obj)
        owner = self._owner(obj)
        if owner is not None and owner["kind"] == "Deployment" and model is not None:
            self._summed(owner, [obj])

    def _pods(self, owner: Obj) -> list[Obj]:
        return [pod for pod in self.store.owned(owner) if pod["kind"] == "Pod"]

    def _fresh_name(self, owner: Obj) -> str:
        return f"{name_of(owner)}-{code(f'{name_of(owner)} {self.store.version}', 5)}"

    def _count(self, obj: Obj) -> None:
        pods = self._pods(obj)
        up = sum(1 for pod in pods if ready(pod))
        counts = {"replicas": len(pods), "readyReplicas": up, "availableReplicas": up}
        obj["status"] = {key: number for key, number in counts.items() if number or key == "replicas"}
        self.store.touch(obj)

    def _summed(self, obj: Obj, sets: list[Obj]) -> None:
        """The status of a Deployment, from its pods."""
        pods = [pod for rs in sets for pod in self._pods(rs)]
        up, wanted = sum(1 for pod in pods if ready(pod)), int(obj["spec"]["replicas"])
        counts = {
            "replicas": len(pods),
            "updatedReplicas": len(pods),
            "readyReplicas": up,
            "availableReplicas": up,
            "unavailableReplicas": wanted - up,
        }
        well = up >= wanted - wanted // 4
        obj["status"] = {key: number for key, number in counts.items() if number > 0} | {
            "observedGeneration": 1,
            "conditions": [
                self._condition(
                    "Available",
                    well,
                    "MinimumReplicasAvailable" if well else "MinimumReplicasUnavailable",
                ),
                self._condition(
                    "Progressing",
                    well,
                    "NewReplicaSetAvailable" if well else "ProgressDeadlineExceeded",
                ),
            ],
        }
        self.store.touch(obj)

    def _condition(self, kind: str, well: bool, reason: str) -> Obj:
        return {
            "type": kind,
            "status": "True" if well else "False",
            "reason": reason,
            "lastTransitionTime": stamp(self.now),
            "lastUpdateTime": stamp(self.now),
        }

    def _stateful_set(self, obj: Obj) -> None:
        wanted = obj["spec"].setdefault("replicas", 1)
        names = [f"{name_of(obj)}-{place}" for place in range(wanted)]
        self._match_pods(obj, names, "statefulset-controller")
        self._count(obj)
        obj["status"].update(currentReplicas=wanted, updatedReplicas=wanted)

    def _daemon_set(self, obj: Obj) -> None:
        nodes = [name_of(node) for node in self.store.named("nodes")]
        names = {node: f"{name_of(obj)}-{code(f'{name_of(obj)} {node}', 5)}" for node in nodes}
        self._match_pods(obj, list(names.values()), "daemonset-controller")
        for node, name in names.items():
            for pod in self._pods(obj):
                if name_of(pod) == name:
                    pod["spec"]["nodeName"] = node
        obj["status"] = {
            key: len(nodes)
            for key in (
                "desiredNumberScheduled",
                "currentNumberScheduled",
                "numberReady",
                "updatedNumberScheduled",
                "numberAvailable",
            )
        } | {"numberMisscheduled": 0}
        self.store.touch(obj)

    def _match_pods(self, obj: Obj, names: list[str], source: str) -> None:
        """Make and remove pods so that *obj* has those with *names*, of its present template."""
        there = {name_of(pod): pod for pod in self._pods(obj)}
        mark = code(compact(obj["spec"]["template"]), 10)
        for name, pod in there.items():
            if name not in names or labels_of(pod).get("controller-revision-hash", mark) != mark:
                self.store.remove(pod)
        left = {name_of(pod) for pod in self._pods(obj)}
        for name in names:
            if name not in left:
                pod = self.maker.make_pod(obj, name, None, source)
                pod["metadata"].setdefault("labels", {})["controller-revision-hash"] = mark

    def _job(self, obj: Obj) -> None:
        if dig(obj, "status"):
            return
        pod = self.maker.make_pod(obj, self._fresh_name(obj), None, "job-controller")
        pod["metadata"].setdefault("labels", {}).update(
            {
                "batch.kubernetes.io/job-name": name_of(obj),
                "job-name": name_of(obj),
            }
        )
        finish(pod, stamp(self.now))
        obj["status"] = {
            "startTime": stamp(self.now),
            "completionTime": stamp(self.now),
            "succeeded": 1,
            "conditions": [self._condition("Complete", True, "CompletionsReached")],
        }

    def _service(self, obj: Obj) -> None:
        spec = obj["spec"]
        self.store.touch(obj)
        if spec.get("type", "ClusterIP") != "ExternalName" and "clusterIP" not in spec:
            spec["clusterIP"] = f"10.96.{self.store.version // 250 % 250}.{self.store.version % 250 + 2}"
        spec.setdefault("type", "ClusterIP")

    def _namespace(self, obj: Obj) -> None:
        obj.setdefault("status", {"phase": "Active"})

    def _claim(self, obj: Obj) -> None:
        obj.setdefault("status", {"phase": "Pending"})

    def _node(self, obj: Obj) -> None:
        room = {"cpu": "4", "memory": "16Gi", "pods": "110"}
        obj.setdefault(
            "status",
            {
                "capacity": room,
                "allocatable": dict(room),
                "conditions": [self._condition("Ready", True, "KubeletReady")],
                "addresses": [{"type": "Hostname", "address": name_of(obj)}],
            },
        )


def set_name(deployment: Obj) -> str:
    """The name of the replica set that *deployment* makes of its present template."""
    return f"{name_of(deployment)}-{code(compact(_template(deployment)), 10)}"


def _template(workload: Obj) -> Obj:
    """The pod template without the label that names it."""
    template = clone(workload["spec"]["template"])
    dig(template, "metadata", "labels", default={}).pop("pod-template-hash", None)
    return template
