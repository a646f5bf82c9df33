"""The Helm chart: what it renders is accepted by the real API server, and gives no more than it must."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cluster.chart import (
    CALLERS,
    CHART,
    CONFIG,
    EVERYTHING,
    KUBECONFIG,
    VALUES,
    objects,
    pod,
    rendered,
    run,
    settings,
    told,
)
from tests.cluster.conftest import Kubectl
from tests.cluster.service_monitor import DEFINITION

from kubeport.adapters.mcp.http import check_reach


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_it_is_linted(helm: str, values: dict[str, Any]) -> None:
    """helm lint --strict has nothing to say but that there is no icon."""
    done = run(helm, values, "lint", "--strict", str(CHART))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def monitors(admin: Kubectl) -> Iterator[None]:
    """The API server knows ServiceMonitors."""
    admin.output("apply", "-f", "-", stdin=json.dumps(DEFINITION))
    name = f"crd/{DEFINITION['metadata']['name']}"
    admin.output("wait", "--for=condition=established", name, "--timeout=20s")
    yield
    admin.output("delete", name)


def test_a_wrong_monitor_would_be_refused(admin: Kubectl, scratch_namespace: str, monitors: None) -> None:
    """So that what the API server says of the chart's means something."""
    wrong: dict[str, Any] = {
        "apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": {"name": "x"},
        "spec": {"selector": {}, "endpoints": [{"port": 9090, "interval": "soon"}]},
    }
    done = admin("apply", "--dry-run=server", "-n", scratch_namespace, "-f", "-", stdin=json.dumps(wrong))
    assert done.returncode != 0 and "spec.endpoints" in done.stderr


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_the_api_server_takes_what_it_renders(
    helm: str, values: dict[str, Any], admin: Kubectl, scratch_namespace: str, monitors: None
) -> None:
    """Every object passes the server's own validation in a dry run, a ServiceMonitor that of its definition.

    This server is too old for newer APIs: they are held against their schemas (test_chart_schemas).
    """
    served = ("--kube-version", "1.20.2")
    text = rendered(helm, values, *served).replace("namespace: tools", f"namespace: {scratch_namespace}")
    done = admin("apply", "--dry-run=server", "-n", scratch_namespace, "-f", "-", stdin=text)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("(server dry run)") == len(objects(text))


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_the_pod_has_no_rights_on_its_node(helm4: str, values: dict[str, Any]) -> None:
    """Non-root, read-only, no capabilities, no escalation, seccomp; what is mounted is read-only."""
    found = pod(rendered(helm4, values))
    container = found["containers"][0]
    assert found["securityContext"]["runAsNonRoot"] is True
    assert found["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }
    writable = {one["name"] for one in container["volumeMounts"] if not one.get("readOnly")}
    assert writable <= {"tmp", "home", "audit"}
    assert {"hostNetwork", "hostPID", "hostIPC"}.isdisjoint(found)


def test_rbac_names_whom_it_impersonates_and_nothing_else(helm4: str) -> None:
    """No wildcard, no Secrets, no unnamed impersonation, and no right to read by itself."""
    made = objects(rendered(helm4, EVERYTHING))
    rules = [rule for one in made if one["kind"] == "ClusterRole" for rule in one["rules"]]
    assert rules == [
        {"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"], "resourceNames": ["bot"]},
        {
            "apiGroups": [""], "resources": ["groups"], "verbs": ["impersonate"],
            "resourceNames": ["team-a", "team-b"],
        },
        {"apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"]},
    ]
    assert _bound(rendered(helm4, EVERYTHING)) == {"tools-mcp-kubeport"}


def _bound(text: str) -> set[str]:
    return {one["roleRef"]["name"] for one in objects(text) if one["kind"] == "ClusterRoleBinding"}


IMPERSONATING = CONFIG + '[identity]\nmode = "impersonate"\n'


@pytest.mark.parametrize(
    ("more", "bound"),
    [
        (dict[str, Any](), {"view"}),
        ({"config": IMPERSONATING}, set[str]()),
        ({"rbac": {"impersonate": {"groups": ["team-a"]}}}, {"tools-mcp-kubeport"}),
        ({"rbac": {"view": True, "impersonate": {"groups": ["team-a"]}}}, {"tools-mcp-kubeport", "view"}),
        ({"rbac": {"view": False}}, set[str]()),
        ({"rbac": {"create": False}}, set[str]()),
    ],
)
def test_the_pod_reads_by_itself_only_where_it_must(helm: str, more: dict[str, Any], bound: set[str]) -> None:
    """Who acts in the name of callers needs no rights beyond that, unless somebody says so."""
    assert _bound(rendered(helm, {"config": CONFIG, "inCluster": True, **more})) == bound


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_the_server_starts_with_what_it_renders(helm4: str, values: dict[str, Any], tmp_path: Path) -> None:
    """Settings and variables fit together, and let others reach it: by authentication and known names."""
    found = settings(rendered(helm4, values), tmp_path)
    check_reach(found, authenticated=found.auth.mode != "none")
    assert "mcp-kubeport.tools.svc" in found.server.allowed_hosts


@pytest.mark.parametrize("values", [KUBECONFIG, CALLERS])
def test_a_kubeconfig_needs_no_account(helm4: str, values: dict[str, Any]) -> None:
    """With clusters from kubeconfigs the Pod gets no token and no role at all."""
    text = rendered(helm4, values)
    assert pod(text)["automountServiceAccountToken"] is False
    assert not {one["kind"] for one in objects(text)} & {"ClusterRole", "ClusterRoleBinding", "Role"}


def test_kubeconfigs_of_callers_are_where_the_settings_look(helm4: str) -> None:
    """The mode and the folder follow from the Secret."""
    text = rendered(helm4, CALLERS)
    container, found = pod(text)["containers"][0], told(text)
    folder = found["KUBEPORT_IDENTITY_KUBECONFIGS"]
    assert found["KUBEPORT_IDENTITY_MODE"] == "kubeconfig" and "KUBECONFIG" not in found
    assert {"name": "callers", "mountPath": folder, "readOnly": True} in container["volumeMounts"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kubeconfigSecret": "x"}, "needs an [auth] section"),
        ({"config": "# [auth]\n", "kubeconfigSecret": "x"}, "needs an [auth] section"),
        ({"config": "[authentic]\nmode = 'jwt'\n", "kubeconfigSecret": "x"}, "needs an [auth] section"),
        ({"config": "[auth]\n# mode\nmode = 'none'\n", "kubeconfigSecret": "x"}, "needs an [auth] section"),
        ({"config": CONFIG}, "name the Secret"),
        ({"config": CONFIG, "kubeconfigSecret": "x", "inCluster": True}, "exclude each other"),
        ({**KUBECONFIG, "callerKubeconfigsSecret": "y"}, "exclude each other"),
        ({**KUBECONFIG, "rbac": {"impersonate": {"groups": ["system:masters"]}}}, "is reserved"),
        ({**KUBECONFIG, "rbac": {"impersonate": {"users": [" System:admin"]}}}, "is reserved"),
        ({**KUBECONFIG, "rbac": {"impersonate": {"groups": ["kubeadm:cluster-admins"]}}}, "is reserved"),
        ({**KUBECONFIG, "replica": 3}, "replica"),
        ({**KUBECONFIG, "service": {"port": "http"}}, "port"),
        ({**KUBECONFIG, "image": {"digest": "latest"}}, "digest"),
        ({**KUBECONFIG, "ingress": {"enabled": True}}, "name the host"),
        ({**KUBECONFIG, "serviceAccount": {"create": False}}, "name the account"),
        ({**KUBECONFIG, "auditKeySecret": "x"}, "no audit to seal"),
        ({**KUBECONFIG, "auditVolume": {"emptyDir": {}, "hostPath": {"path": "/x"}}}, "auditVolume"),
        ({**KUBECONFIG, "extraVolumeMounts": [{"name": "x", "mountPath": "x"}]}, "mountPath"),
    ],
)
def test_values_that_make_no_sense_are_refused(helm: str, values: dict[str, Any], message: str) -> None:
    """The message names the value and what to write instead."""
    done = run(helm, values, "template", "mcp", str(CHART))
    assert done.returncode != 0
    assert message in done.stderr
