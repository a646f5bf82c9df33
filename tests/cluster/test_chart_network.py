"""The Helm chart: who may connect to the Pods, whereto they may, and what an ingress and Prometheus see."""

from typing import Any

import pytest
from tests.cluster.chart import CONFIG, EVERYTHING, KUBECONFIG, objects, pod, refused, rendered, the, told

OWN: dict[str, Any] = {"podSelector": {}}


def _namespace(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _policy(helm: str, values: dict[str, Any]) -> dict[str, Any]:
    return dict(the("NetworkPolicy", rendered(helm, values))["spec"])


def _tcp(*ports: int | str) -> list[dict[str, Any]]:
    return [{"port": port, "protocol": "TCP"} for port in ports]


DNS = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}


def test_without_further_ado(helm: str) -> None:
    """In from the own namespace, out to names and to API servers; both directions are restricted."""
    policy = _policy(helm, KUBECONFIG)
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["ingress"] == [
        {"ports": _tcp("mcp"), "from": [OWN]}, {"ports": _tcp("operations"), "from": [OWN]}
    ]  # fmt: skip
    assert policy["egress"] == [DNS, {"ports": _tcp(443, 6443)}]


def test_with_everything(helm: str) -> None:
    """Controller and Prometheus come in; Redis, collector and Argo CD are reached; `to` keeps the ports."""
    policy = _policy(helm, EVERYTHING)
    wanted = EVERYTHING["networkPolicy"]
    assert policy["ingress"] == [
        {"ports": _tcp("mcp"), "from": [*wanted["from"], _namespace("ingress-nginx")]},
        {"ports": _tcp("operations"), "from": [_namespace("monitoring")]},
        *wanted["extraIngress"],
    ]
    assert policy["egress"] == [
        DNS,
        {"ports": _tcp(6443, 4318, 8443), "to": wanted["to"]},
        {"ports": _tcp(6380), "to": wanted["redis"]["to"]},
        *wanted["extraEgress"],
    ]


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ('otlp_endpoint = "http://collector/v1/logs"', 80),
        ('otlp_endpoint = "http://collector:4318/v1/logs"', 4318),
        ("jwks_url = 'https://idp.example.com:9443/keys'", 9443),
        ('# traces = "http://collector:4318/v1/traces"', None),
        ('resource = "https://mcp.example.com:7443/mcp"', None),
    ],
)
def test_ports_of_addresses_in_the_settings(helm4: str, line: str, port: int | None) -> None:
    """Those that the server itself asks are let through."""
    egress = _policy(helm4, {**KUBECONFIG, "config": f"{CONFIG}{line}\n"})["egress"]
    assert egress == [DNS, {"ports": _tcp(443, 6443, *([port] if port else []))}]


def test_redis_is_reached_where_there_is_state(helm4: str) -> None:
    """On its usual port, wherever it is."""
    assert _policy(helm4, {**KUBECONFIG, "stateSecret": "s"})["egress"][2:] == [{"ports": _tcp(6379)}]


def test_the_network_policy_shuts_nobody_out_unsaid(helm: str) -> None:
    """An ingress or a monitor without the namespace of who comes by it is refused."""
    ingress = {"enabled": True, "host": "mcp.example.com"}
    assert "ingress.controllerNamespace: name" in refused(helm, {**KUBECONFIG, "ingress": ingress})
    monitor = {"serviceMonitor": True}
    assert "metrics.namespace: name" in refused(helm, {**KUBECONFIG, "metrics": monitor})
    without = {"networkPolicy": {"enabled": False}, "ingress": ingress, "metrics": monitor}
    kinds = {one["kind"] for one in objects(rendered(helm, {**KUBECONFIG, **without}))}
    assert {"Ingress", "ServiceMonitor"} <= kinds and "NetworkPolicy" not in kinds


@pytest.mark.parametrize("legacy", [False, True])
def test_an_ingress_leads_to_mcp_alone(helm4: str, legacy: bool) -> None:
    """Neither to probes nor to metrics, even if they were there; HTTP+SSE where the settings have it."""
    more = "[server]\nlegacy_sse = true\n" if legacy else ""
    values = {**EVERYTHING, "config": EVERYTHING["config"].replace("[server]\n", more or "[server]\n")}
    (rule,) = the("Ingress", rendered(helm4, values))["spec"]["rules"]
    paths = [one["path"] for one in rule["http"]["paths"]]
    known = ["/mcp", "/ws", "/.well-known/oauth-protected-resource"]
    assert paths == ([*known, "/sse", "/messages"] if legacy else known)
    backends = [one["backend"]["service"] for one in rule["http"]["paths"]]
    assert backends == [{"name": "mcp-kubeport", "port": {"name": "mcp"}}] * len(paths)


def test_operations_are_behind_no_service_but_the_monitors(helm4: str) -> None:
    """A port of their own, which Prometheus scrapes on each Pod and a LoadBalancer does not have."""
    text = rendered(helm4, {**EVERYTHING, "service": {"type": "LoadBalancer"}})
    services = {one["metadata"]["name"]: one for one in objects(text) if one["kind"] == "Service"}
    assert [one["name"] for one in services["mcp-kubeport"]["spec"]["ports"]] == ["mcp"]
    scraped = services["mcp-kubeport-metrics"]
    assert scraped["spec"]["clusterIP"] == "None"
    monitor = the("ServiceMonitor", text)
    selected = monitor["spec"]["selector"]["matchLabels"]
    assert selected.items() <= scraped["metadata"]["labels"].items()
    assert not selected.items() <= services["mcp-kubeport"]["metadata"]["labels"].items()
    assert monitor["spec"]["endpoints"] == [{"port": "operations", "path": "/metrics", "interval": "30s"}]
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    ports = {one["name"]: str(one["containerPort"]) for one in pod(text)["containers"][0]["ports"]}
    found = told(text)
    assert ports["mcp"] == found["KUBEPORT_SERVER_PORT"]
    assert ports["operations"] == found["KUBEPORT_SERVER_OPERATIONS_PORT"]
    assert found["KUBEPORT_SERVER_METRICS"] == "true"


def test_without_metrics_nobody_is_let_in_for_them(helm4: str) -> None:
    """And a monitor of none is refused."""
    values = {**KUBECONFIG, "metrics": {"enabled": False}}
    assert [rule["ports"] for rule in _policy(helm4, values)["ingress"]] == [_tcp("mcp")]
    assert told(rendered(helm4, values))["KUBEPORT_SERVER_METRICS"] == "false"
    broken = {**KUBECONFIG, "metrics": {"enabled": False, "serviceMonitor": True, "namespace": "x"}}
    assert "there are no metrics" in refused(helm4, broken)
