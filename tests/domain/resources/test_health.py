"""The health of each kind, out of what controllers write."""

import json
from typing import Any

import pytest

from kubeport.domain.resources.health import Health
from kubeport.domain.resources.health_of_others import release
from kubeport.domain.resources.summary import health_of

from .trees import condition, conditions, tree

READY = condition("Ready")
WAITING = {"name": "c", "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {}}
ENDED = {**WAITING, "lastState": {"terminated": {"exitCode": 137}}}
STARTING = {"name": "c", "state": {"waiting": {"reason": "ContainerCreating"}}}
FULL = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "readyReplicas": 2}


@pytest.mark.parametrize(
    ("kind", "spec", "status", "word", "why"),
    [
        ("deployments.apps", {"replicas": 2}, FULL, "healthy", "2 of 2 ready."),
        ("deployments.apps", {"replicas": 0}, {}, "healthy", "scaled to 0"),
        ("deployments.apps", {"replicas": 2}, {**FULL, "updatedReplicas": 1}, "progressing", "1 of 2"),
        ("deployments.apps", {"replicas": 2}, {**FULL, "availableReplicas": 1}, "degraded", "1 of 2 ready"),
        ("deployments.apps", {"replicas": 2, "paused": True}, FULL, "suspended", "paused"),
        ("deployments.apps", {}, {}, "progressing", "0 of 1 updated"),
        (
            "deployments.apps", {},
            conditions(condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out")),
            "failed", "timed out",
        ),
        (
            "deployments.apps", {}, conditions(condition("ReplicaFailure", "True", "FailedCreate", "quota")),
            "degraded", "quota",
        ),
        ("deployments.apps", {}, {**FULL, "observedGeneration": 1}, "progressing", "not seen"),
        ("statefulsets.apps", {"replicas": 2}, FULL, "healthy", "2 of 2"),
        (
            "statefulsets.apps", {"replicas": 2},
            {**FULL, "currentRevision": "a", "updateRevision": "b", "updatedReplicas": 0},
            "progressing", "0 of 2",
        ),
        ("daemonsets.apps", {}, {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3,
                                 "numberAvailable": 2}, "degraded", "2 of 3"),
        ("replicasets.apps", {"replicas": 1}, {"replicas": 1, "readyReplicas": 1}, "healthy", ""),
        ("replicasets.apps", {}, conditions(condition("ReplicaFailure", message="no")), "degraded", "no"),
        ("jobs.batch", {}, conditions(condition("Complete")), "healthy", "complete"),
        ("jobs.batch", {}, conditions(condition("Failed", message="backoff")), "failed", "backoff"),
        ("jobs.batch", {"suspend": True}, {}, "suspended", ""),
        ("jobs.batch", {}, {"active": 1, "failed": 2}, "degraded", "2 failed"),
        ("jobs.batch", {}, {"active": 1}, "progressing", "1 active"),
        ("cronjobs.batch", {"suspend": True}, {}, "suspended", ""),
        ("cronjobs.batch", {}, {"lastScheduleTime": "2026-01-01T00:00:00Z"}, "healthy", "2026-01-01"),
        ("cronjobs.batch", {}, {}, "healthy", "not run yet"),
        ("pods", {}, {"phase": "Running", **conditions(READY)}, "healthy", ""),
        ("pods", {}, {"phase": "Running", **conditions(condition("Ready", "False"))}, "degraded", "ready"),
        ("pods", {}, {"phase": "Running", "containerStatuses": [WAITING]}, "degraded", "c: CrashLoopBackOff"),
        ("pods", {}, {"phase": "Running", "containerStatuses": [ENDED]}, "degraded", "last exit code 137"),
        ("pods", {}, {"phase": "Pending", "containerStatuses": [STARTING]}, "progressing", "It starts"),
        (
            "pods", {},
            {"phase": "Pending", **conditions(condition("PodScheduled", "False", "", "no nodes"))},
            "degraded", "no nodes",
        ),
        ("pods", {}, {"phase": "Failed", "reason": "Evicted", "message": "disk"}, "failed", "Evicted: disk"),
        ("pods", {}, {"phase": "Succeeded"}, "healthy", "completed"),
        ("pods", {}, {}, "unknown", ""),
        ("nodes", {}, conditions(READY), "healthy", ""),
        ("nodes", {}, conditions(condition("Ready", "Unknown", "NodeStatusUnknown")), "failed", "NodeStatus"),
        ("nodes", {}, conditions(READY, condition("DiskPressure", message="full")), "degraded", "full"),
        ("nodes", {"unschedulable": True}, conditions(READY), "suspended", "cordoned"),
        ("persistentvolumeclaims", {}, {"phase": "Bound"}, "healthy", ""),
        ("persistentvolumeclaims", {}, {"phase": "Pending"}, "progressing", ""),
        ("persistentvolumeclaims", {}, {"phase": "Lost"}, "failed", ""),
        ("services", {"type": "LoadBalancer"}, {}, "progressing", "no outside address"),
        ("services", {}, {}, "healthy", ""),
        ("ingresses.networking.k8s.io", {}, {}, "progressing", "controller"),
        ("ingresses.networking.k8s.io", {}, {"loadBalancer": {"ingress": [{"ip": "a"}]}}, "healthy", ""),
        (
            "horizontalpodautoscalers.autoscaling", {},
            conditions(condition("ScalingActive", "False", "FailedGetResourceMetric")), "degraded", "Metric",
        ),
        ("horizontalpodautoscalers.autoscaling", {}, conditions(condition("ScalingLimited", message="max")),
         "healthy", "max"),
        ("horizontalpodautoscalers.autoscaling", {}, {}, "unknown", ""),
        ("namespaces", {}, {"phase": "Active"}, "healthy", ""),
        (
            "namespaces", {},
            {"phase": "Terminating", **conditions(condition("NamespaceContentRemaining", message="2 pods"))},
            "progressing", "2 pods",
        ),
        ("virtualservices.networking.istio.io", {}, {}, "unknown", "istioctl analyze"),
        ("virtualservices.networking.istio.io", {}, conditions(condition("Reconciled")), "healthy", ""),
        (
            "virtualservices.networking.istio.io", {},
            {"validationMessages": [{"level": "ERROR", "type": {"name": "ReferencedResourceNotFound"}}]},
            "degraded", "NotFound",
        ),
        ("applications.argoproj.io", {}, {"health": {"status": "Healthy"}, "sync": {"status": "Synced"}},
         "healthy", "Synced"),
        (
            "applications.argoproj.io", {},
            {"health": {"status": "Healthy"}, "operationState": {"phase": "Failed", "message": "hook"}},
            "degraded", "hook",
        ),
        ("applications.argoproj.io", {}, {}, "unknown", ""),
        ("widgets.example.com", {}, conditions(condition("Ready", "False", "why")), "degraded", "why"),
        ("widgets.example.com", {}, conditions(condition("Failed", message="x")), "failed", "x"),
        ("widgets.example.com", {}, conditions(condition("Stalled", message="x")), "degraded", "x"),
        ("widgets.example.com", {}, conditions(condition("Reconciling")), "progressing", ""),
        ("widgets.example.com", {}, conditions(READY), "healthy", "Ready"),
        ("widgets.example.com", {}, conditions(condition("Other")), "unknown", ""),
    ],
)  # fmt: skip
def test_health(kind: str, spec: dict[str, Any], status: dict[str, Any], word: str, why: str) -> None:
    """One word, and what makes it so."""
    found = health_of(kind, tree(metadata={"generation": 2}, spec=spec, status=status))
    assert found is not None and found.word == word and why in found.why


def test_what_has_no_health() -> None:
    """Neither well nor ill."""
    assert health_of("configmaps", tree(data={"a": "b"})) is None
    assert health_of("widgets.example.com", tree(spec={})) is None


def test_what_is_being_deleted() -> None:
    """Whatever it is, with what holds it."""
    going = tree(metadata={"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a/b"]})
    assert health_of("pods", going) == Health("progressing", "It is being deleted. Finalizers: a/b.")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("deployed", "healthy"),
        ("failed", "failed"),
        ("pending-upgrade", "progressing"),
        ("uninstalled", "suspended"),
        ("", "unknown"),
    ],
)
def test_releases(status: str, word: str) -> None:
    """helm's words in ours."""
    assert release(status, "said").word == word


@pytest.mark.parametrize("kind", ["deployments.apps", "pods", "nodes", "jobs.batch", "services", "x.y.com"])
@pytest.mark.parametrize(
    "status",
    [json.loads(text) for text in (
        "null", "3", '"x"', "[]", "[1]", '{"conditions": 3}', '{"conditions": [3, null, {}]}',
        '{"replicas": "many"}', '{"replicas": 1e400, "readyReplicas": -5}',
    )],
)
def test_no_status_makes_it_fail(kind: str, status: Any) -> None:
    """Objects are written by others."""
    found = health_of(kind, tree(metadata=status, spec=status, status=status))
    assert found is None or found.word
