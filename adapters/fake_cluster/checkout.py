"""The Deployment of the shop that crashes: its last upgrade lost a variable that it needs."""

import uuid

from .ages import stamp
from .cluster import NOW
from .controllers import set_name
from .data import Obj, clone, labels_of, name_of, reference_to
from .shop_parts import DAY, SPACE, deployment

AGE = 16 * 60
LOG = """\
INFO  checkout 1.4.2 starting
INFO  reading configuration from the environment
FATAL: DATABASE_URL is not set
"""
_RESTARTS = 7
_LAST_START, _LAST_END = stamp(NOW - 49), stamp(NOW - 48)
_BACK_OFF = "back-off 5m0s restarting failed container=checkout pod={pod}_shop({uid})"


def before() -> Obj:
    """The Deployment as it was while it worked."""
    obj = deployment("checkout", "1.4.1", 8082, 1)
    obj["spec"]["strategy"] = {"type": "Recreate"}
    source = {"secretKeyRef": {"name": "shop-db", "key": "url"}}
    obj["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "DATABASE_URL", "valueFrom": source}]
    return obj


def after() -> Obj:
    """The Deployment since its upgrade."""
    obj = deployment("checkout", "1.4.2", 8082, 1)
    obj["spec"]["strategy"] = {"type": "Recreate"}
    return obj


def objects() -> list[Obj]:
    """The Deployment, its two replica sets, its pod, and what happened to them."""
    owner = after()
    owner["metadata"] |= {
        "uid": _uid("checkout"),
        "annotations": {"deployment.kubernetes.io/revision": "2"},
    }
    owner["status"] = {
        "observedGeneration": 2,
        "replicas": 1,
        "updatedReplicas": 1,
        "unavailableReplicas": 1,
        "conditions": [
            _condition(
                "Available",
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.",
            ),
            _condition(
                "Progressing",
                "ProgressDeadlineExceeded",
                f'ReplicaSet "{set_name(owner)}" has timed out progressing.',
            ),
        ],
    }
    sets = [_replica_set(owner, before(), 1, 12 * DAY, 0), _replica_set(owner, after(), 2, AGE, 1)]
    pod = _pod(sets[1])
    return [owner, *sets, pod, *_events(owner, sets[1], pod)]


def _uid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"shop/{name}"))


def _condition(kind: str, reason: str, message: str) -> Obj:
    when = stamp(NOW - AGE)
    return {
        "type": kind,
        "status": "False",
        "reason": reason,
        "message": message,
        "lastTransitionTime": when,
        "lastUpdateTime": when,
    }


def _made(owner: Obj, name: str, age: float, labels: dict[str, str]) -> Obj:
    return {
        "name": name,
        "namespace": SPACE,
        "uid": _uid(name),
        "creationTimestamp": stamp(NOW - age),
        "labels": labels,
        "ownerReferences": [reference_to(owner)],
    }


def _replica_set(owner: Obj, of: Obj, revision: int, age: float, replicas: int) -> Obj:
    name, template = set_name(of), clone(of["spec"]["template"])
    labels = {**labels_of(template), "pod-template-hash": name.rpartition("-")[2]}
    template["metadata"]["labels"] = labels
    made = _made(owner, name, age, labels)
    made["annotations"] = {"deployment.kubernetes.io/revision": str(revision)}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": made,
        "spec": spec,
        "status": {"replicas": replicas},
    }


def _pod(owner: Obj) -> Obj:
    name = f"{name_of(owner)}-x7k2m"
    template = owner["spec"]["template"]
    ended = {"exitCode": 1, "reason": "Error", "startedAt": _LAST_START, "finishedAt": _LAST_END}
    waiting = {"reason": "CrashLoopBackOff", "message": _BACK_OFF.format(pod=name, uid=_uid(name))}
    container: Obj = {
        "name": "checkout",
        "image": template["spec"]["containers"][0]["image"],
        "ready": False,
        "started": False,
        "restartCount": _RESTARTS,
        "state": {"waiting": waiting},
        "lastState": {"terminated": ended},
    }
    not_ready = "containers with unready status: [checkout]"
    since = stamp(NOW - AGE)
    conditions = [
        {"type": kind, "status": "True", "lastTransitionTime": since}
        for kind in ("PodReadyToStartContainers", "Initialized")
    ] + [_condition(kind, "ContainersNotReady", not_ready) for kind in ("Ready", "ContainersReady")]
    conditions.append({"type": "PodScheduled", "status": "True", "lastTransitionTime": since})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _made(owner, name, AGE, dict(owner["spec"]["selector"]["matchLabels"])),
        "spec": {**clone(template["spec"]), "nodeName": "node-2"},
        "status": {
            "phase": "Running",
            "podIP": "10.244.1.23",
            "hostIP": "10.0.0.12",
            "startTime": since,
            "qosClass": "Burstable",
            "conditions": conditions,
            "containerStatuses": [container],
        },
    }


def _events(owner: Obj, replica_set: Obj, pod: Obj) -> list[Obj]:
    image = pod["spec"]["containers"][0]["image"]
    scaled = f"Scaled up replica set {name_of(replica_set)} from 0 to 1"
    back_off = (
        f"Back-off restarting failed container checkout in pod {name_of(pod)}_shop({pod['metadata']['uid']})"
    )
    created, placed = f"Created pod: {name_of(pod)}", f"Successfully assigned shop/{name_of(pod)} to node-2"
    again = (  # told anew at each start
        ("Pulled", f'Container image "{image}" already present on machine'),
        ("Created", "Created container: checkout"),
        ("Started", "Started container checkout"),
    )
    return [
        _event(owner, 1, "Normal", "ScalingReplicaSet", scaled, "deployment-controller", AGE, AGE, 1),
        _event(replica_set, 2, "Normal", "SuccessfulCreate", created, "replicaset-controller", AGE, AGE, 1),
        _event(pod, 3, "Normal", "Scheduled", placed, "default-scheduler", AGE, AGE, 1),
        *(
            _event(pod, number, "Normal", reason, message, "kubelet", AGE, 49, _RESTARTS + 1)
            for number, (reason, message) in enumerate(again, 4)
        ),
        _event(pod, 7, "Warning", "BackOff", back_off, "kubelet", AGE - 20, 12, 66),
    ]


def _event(
    about: Obj,
    number: int,
    kind: str,
    reason: str,
    message: str,
    source: str,
    first: float,
    last: float,
    count: int,
) -> Obj:
    involved = {key: about["metadata"][key] for key in ("name", "namespace", "uid")}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "type": kind,
        "reason": reason,
        "message": message,
        "count": count,
        "metadata": {
            "name": f"{name_of(about)}.18a{number:013x}",
            "namespace": SPACE,
            "creationTimestamp": stamp(NOW - first),
        },
        "involvedObject": {"apiVersion": about["apiVersion"], "kind": about["kind"], **involved},
        "firstTimestamp": stamp(NOW - first),
        "lastTimestamp": stamp(NOW - last),
        "source": {"component": source},
    }
