"""The Helm chart: how many Pods there are, when one counts as ready, and how one ends."""

from typing import Any

import pytest
from tests.cluster.chart import EVERYTHING, KUBECONFIG, objects, pod, refused, rendered, the

TWO: dict[str, Any] = {**KUBECONFIG, "replicas": 2, "stateSecret": "state"}


def test_a_budget_for_replicas(helm4: str) -> None:
    """It selects the Deployment's Pods and leaves one to be moved; one alone has none."""
    text = rendered(helm4, TWO)
    budget, deployment = the("PodDisruptionBudget", text), the("Deployment", text)
    assert budget["apiVersion"] == "policy/v1"
    assert budget["spec"] == {"minAvailable": 1, "selector": deployment["spec"]["selector"]}
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert budget["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert deployment["spec"]["replicas"] == 2
    assert "PodDisruptionBudget" not in {one["kind"] for one in objects(rendered(helm4, KUBECONFIG))}


def test_a_scaler_of_the_deployment(helm4: str) -> None:
    """By processor, between the bounds; the Deployment then says no number of its own."""
    text = rendered(helm4, EVERYTHING)
    scaler, deployment = the("HorizontalPodAutoscaler", text), the("Deployment", text)
    assert scaler["apiVersion"] == "autoscaling/v2"
    name = deployment["metadata"]["name"]
    assert scaler["spec"] == {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": 2,
        "maxReplicas": 6,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
            }
        ],
    }
    assert "replicas" not in deployment["spec"]
    resources = pod(text)["containers"][0]["resources"]
    assert "cpu" in resources["requests"], "a share of nothing cannot be counted"


def test_probes(helm4: str) -> None:
    """Alive by /livez, ready by /readyz, on the port of operations and so by plain HTTP, TLS or not."""
    for values in (KUBECONFIG, EVERYTHING):
        container = pod(rendered(helm4, values))["containers"][0]
        probes = {name: container[f"{name}Probe"] for name in ("startup", "liveness", "readiness")}
        asked = {name: probe["httpGet"] for name, probe in probes.items()}
        live, ready = ({"path": path, "port": "operations"} for path in ("/livez", "/readyz"))
        assert asked == {"startup": live, "liveness": live, "readiness": ready}
        assert probes["startup"] == {"httpGet": live, "periodSeconds": 1, "failureThreshold": 30}
        assert probes["readiness"]["timeoutSeconds"] > 3, "a check has three seconds"


def test_no_pod_ends_before_every_node_knows(helm4: str) -> None:
    """Kubernetes waits where it can without a program in the image, else the server; there is time."""
    for version, waits in (("1.37.0", True), ("1.30.0", True), ("1.29.9", False)):
        found = pod(rendered(helm4, KUBECONFIG, "--kube-version", version))
        lifecycle = found["containers"][0].get("lifecycle")
        assert lifecycle == ({"preStop": {"sleep": {"seconds": 5}}} if waits else None)
        drains = {"name": "KUBEPORT_SERVER_DRAIN_SECONDS", "value": "5"}
        assert (drains in found["containers"][0]["env"]) is not waits
        assert found["terminationGracePeriodSeconds"] >= 5 + 5
    assert "lifecycle" not in pod(rendered(helm4, {**KUBECONFIG, "drainSeconds": 0}))["containers"][0]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"drainSeconds": 30}, "terminationGracePeriodSeconds: 30 is too short for drainSeconds = 30"),
        ({"drainSeconds": 60, "terminationGracePeriodSeconds": 65}, "at least 70"),
        ({"podDisruptionBudget": {"minAvailable": 2}}, "no node could ever be drained"),
    ],
)
def test_what_could_never_end_well_is_refused(helm: str, more: dict[str, Any], message: str) -> None:
    """Too little time to end in, and a budget that no Pod may leave."""
    assert message in refused(helm, {**TWO, **more})
