"""The shop of the demonstration: consistent in itself, ill in one place, and curable."""

import re

import pytest
from tests.adapters.fake_cluster_lines import complete, failure, output

from kubeport.adapters.fake_cluster import FakeCluster, shop


@pytest.fixture
def cluster() -> FakeCluster:
    """A shop of its own for each test."""
    return shop()


def test_one_deployment_crashes(cluster: FakeCluster) -> None:
    """checkout restarts again and again; web and cart are ready."""
    rows = [line.split() for line in output(cluster, "kubectl get pods --no-headers").splitlines()]
    assert sorted((re.split("-", row[0])[0], row[1], row[2], row[3]) for row in rows) == [
        ("cart", "1/1", "Running", "0"),
        ("cart", "1/1", "Running", "0"),
        ("checkout", "0/1", "CrashLoopBackOff", "7"),
        ("web", "1/1", "Running", "0"),
        ("web", "1/1", "Running", "0"),
    ]
    ready = output(
        cluster, "kubectl get deploy -o custom-columns=N:.metadata.name,R:.status.readyReplicas --no-headers"
    )
    assert [line.split() for line in ready.splitlines()] == [
        ["cart", "2"],
        ["checkout", "<none>"],
        ["web", "2"],
    ]


def test_the_cause_can_be_found(cluster: FakeCluster) -> None:
    """Logs, description, events and rollout status each tell a part of it."""
    assert "FATAL: DATABASE_URL is not set" in output(cluster, "kubectl logs deploy/checkout --previous")
    described = output(cluster, "kubectl describe pod -l app=checkout")
    for fact in ("Last State:     Terminated", "Exit Code:    1", "Restart Count:  7", "BackOff"):
        assert fact in described
    assert "Back-off restarting failed container" in output(
        cluster, "kubectl get events --field-selector=type=Warning"
    )
    assert "exceeded its progress deadline" in failure(cluster, "kubectl rollout status deploy/checkout")


@pytest.mark.parametrize(
    "cure",
    [
        "kubectl rollout undo deploy/checkout",
        "kubectl set env deploy/checkout DATABASE_URL=postgres://db/shop",
        "helm rollback shop 1",
    ],
)
def test_the_shop_can_be_cured(cluster: FakeCluster, cure: str) -> None:
    """Each of the usual ways back makes the pod run; without one it only crashes anew."""
    output(cluster, "kubectl rollout undo deploy/web --to-revision=1")
    output(cluster, "kubectl delete pods -l app=checkout")
    assert "CrashLoopBackOff" in output(cluster, "kubectl get pods -l app=checkout")
    output(cluster, cure)
    assert "successfully rolled out" in output(cluster, "kubectl rollout status deploy/checkout")
    assert "Running" in output(cluster, "kubectl get pods -l app=checkout")


def test_the_objects_fit_together(cluster: FakeCluster) -> None:
    """Owners exist, labels match selectors, images match templates, nodes and counts are right."""
    uids = {o["metadata"]["uid"]: o for k in ("deployments", "replicasets") for o in cluster.objects(k)}
    nodes = {node["metadata"]["name"] for node in cluster.objects("nodes")}
    for pod in cluster.objects("pods"):
        owner = uids[pod["metadata"]["ownerReferences"][0]["uid"]]
        assert owner["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        assert [c["image"] for c in owner["spec"]["template"]["spec"]["containers"]] == [
            c["image"] for c in pod["status"]["containerStatuses"]
        ]
        assert pod["spec"]["nodeName"] in nodes
    for owner in cluster.objects("replicasets"):
        pods = [
            p
            for p in cluster.objects("pods")
            if p["metadata"]["ownerReferences"][0]["uid"] == owner["metadata"]["uid"]
        ]
        assert len(pods) == owner["spec"]["replicas"] == owner["status"]["replicas"]
        assert owner["metadata"]["ownerReferences"][0]["uid"] in uids


def test_endpoints_leave_the_crashing_pod_out(cluster: FakeCluster) -> None:
    """Two addresses for web, none for checkout."""
    rows = dict(
        line.split()[:2] for line in output(cluster, "kubectl get endpoints --no-headers").splitlines()
    )
    assert (len(rows["web"].split(",")), rows["checkout"]) == (2, "<none>")


def test_the_secret_is_not_in_tables_or_descriptions(cluster: FakeCluster) -> None:
    """Listing and describing it show sizes alone."""
    text = output(cluster, "kubectl get secrets") + output(cluster, "kubectl describe secret shop-db")
    assert "password:  12 bytes" in text
    assert "example-only" not in text
    assert "ZXhhbXBsZS1vbmx5" not in text


def test_the_release_is_listed(cluster: FakeCluster) -> None:
    """One release in its second revision, whose objects are those of the namespace."""
    assert "shop-0.3.1" in output(cluster, "helm list")
    assert [line.split("\t")[0].strip() for line in output(cluster, "helm history shop").splitlines()] == [
        "REVISION",
        "1",
        "2",
    ]
    assert complete(cluster, "helm get manifest shop | grep -c -- '^kind: Deployment'").stdout == "3\n"
