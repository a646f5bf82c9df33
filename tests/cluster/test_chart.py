"""The Helm chart: what it renders is accepted by the real API server, and gives no more than it must."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cluster.conftest import Kubectl

from kubeport.adapters.config import configure
from kubeport.adapters.mcp.http import check_reach

CHART = Path(__file__).parents[2] / "charts" / "kubeport"
CONFIG = """\
[auth]
mode = "jwt"
issuer = "https://idp.example.com"
resource = "https://mcp.example.com/mcp"
"""
TOKENS = '[auth]\nmode = "tokens"\nresource = "https://mcp.example.com/mcp"\n'
KUBECONFIG = {"config": CONFIG, "kubeconfigSecret": "clusters"}
EVERYTHING: dict[str, Any] = {
    "config": TOKENS,
    "policy": 'name = "ours"\n',
    "inCluster": True,
    "tlsSecret": "tls",
    "tokensSecret": "tokens",
    "image": {"digest": "sha256:" + "a" * 64, "pullSecrets": [{"name": "registry"}]},
    "envFrom": [{"secretRef": {"name": "keys"}}],
    "rbac": {"tokenReview": True, "impersonate": {"users": ["bot"], "groups": ["team-a", "team-b"]}},
    "ingress": {"enabled": True, "className": "nginx", "host": "mcp.example.com", "tlsSecret": "web"},
    "networkPolicy": {
        "from": [{"namespaceSelector": {}}], "to": [{"ipBlock": {"cidr": "10.0.0.1/32"}}],
    },
    "autoscaling": {"enabled": True},
    "priorityClassName": "system-cluster-critical",
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"operator": "Exists"}],
    "podLabels": {"team": "platform"},
    "podAnnotations": {"note": "x"},
}
CALLERS = {"config": CONFIG, "callerKubeconfigsSecret": "callers"}
VALUES = {"kubeconfig": KUBECONFIG, "everything": EVERYTHING, "callers": CALLERS}


@pytest.fixture(params=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest) -> str:
    """Each of the real helms."""
    return str(request.getfixturevalue(request.param))


def _run(helm: str, values: dict[str, Any], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [helm, *words, "--values", "-"], input=json.dumps(values), capture_output=True, text=True,
        timeout=60, check=False,
    )


def _rendered(helm: str, values: dict[str, Any], *words: str) -> str:
    done = _run(helm, values, "template", "mcp", str(CHART), "--namespace", "tools", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_it_is_linted(helm: str, values: dict[str, Any]) -> None:
    """helm lint --strict has nothing to say but that there is no icon."""
    done = _run(helm, values, "lint", "--strict", str(CHART))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_the_api_server_takes_what_it_renders(
    helm: str, values: dict[str, Any], admin: Kubectl, scratch_namespace: str
) -> None:
    """Every object passes the server's own validation in a dry run; this server is too old for newer APIs."""
    served = ("--kube-version", "1.20.2")
    text = _rendered(helm, values, *served).replace("namespace: tools", f"namespace: {scratch_namespace}")
    done = admin("apply", "--dry-run=server", "-n", scratch_namespace, "-f", "-", stdin=text)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("(server dry run)") == len(_objects(text))


def _objects(text: str) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(text) if one]


def _pod(text: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in _objects(text) if one["kind"] == "Deployment")
    return dict(found["spec"]["template"]["spec"])


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_the_pod_has_no_rights_on_its_node(helm4: str, values: dict[str, Any]) -> None:
    """Non-root, read-only, no capabilities, no escalation, seccomp; what is mounted is read-only."""
    pod = _pod(_rendered(helm4, values))
    container = pod["containers"][0]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }
    writable = [one["name"] for one in container["volumeMounts"] if not one.get("readOnly")]
    assert writable == ["tmp", "home"]
    assert {"hostNetwork", "hostPID", "hostIPC"}.isdisjoint(pod)


def test_rbac_names_whom_it_impersonates_and_nothing_else(helm4: str) -> None:
    """No wildcard, no Secrets, no unnamed impersonation; the only other role is Kubernetes' own `view`."""
    objects = _objects(_rendered(helm4, EVERYTHING))
    rules = [rule for one in objects if one["kind"] == "ClusterRole" for rule in one["rules"]]
    assert rules == [
        {"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"], "resourceNames": ["bot"]},
        {
            "apiGroups": [""], "resources": ["groups"], "verbs": ["impersonate"],
            "resourceNames": ["team-a", "team-b"],
        },
        {"apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"]},
    ]
    bound = {one["roleRef"]["name"] for one in objects if one["kind"] == "ClusterRoleBinding"}
    assert bound == {"tools-mcp-kubeport", "view"}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_the_server_starts_with_what_it_renders(helm4: str, values: dict[str, Any], tmp_path: Path) -> None:
    """Settings and variables fit together, and let others reach it: by authentication and known names."""
    text = _rendered(helm4, values)
    (config,) = (one["data"]["config.toml"] for one in _objects(text) if one["kind"] == "ConfigMap")
    file = tmp_path / "config.toml"
    file.write_text(config)
    told = {one["name"]: one["value"] for one in _pod(text)["containers"][0]["env"]}
    settings = configure(str(file), {}, {**told, "KUBEPORT_CONFIG": str(file)}).settings
    check_reach(settings, authenticated=settings.auth.mode != "none")
    assert "mcp-kubeport.tools.svc" in settings.server.allowed_hosts


@pytest.mark.parametrize("values", [KUBECONFIG, CALLERS])
def test_a_kubeconfig_needs_no_account(helm4: str, values: dict[str, Any]) -> None:
    """With clusters from kubeconfigs the Pod gets no token and no role at all."""
    text = _rendered(helm4, values)
    assert _pod(text)["automountServiceAccountToken"] is False
    assert not {one["kind"] for one in _objects(text)} & {"ClusterRole", "ClusterRoleBinding", "Role"}


def test_kubeconfigs_of_callers_are_where_the_settings_look(helm4: str) -> None:
    """The mode and the folder follow from the Secret."""
    container = _pod(_rendered(helm4, CALLERS))["containers"][0]
    told = {one["name"]: one["value"] for one in container["env"]}
    folder = told["KUBEPORT_IDENTITY_KUBECONFIGS"]
    assert told["KUBEPORT_IDENTITY_MODE"] == "kubeconfig" and "KUBECONFIG" not in told
    assert {"name": "callers", "mountPath": folder, "readOnly": True} in container["volumeMounts"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"kubeconfigSecret": "x"}, "needs an [auth] section"),
        ({"config": "# [auth]\n", "kubeconfigSecret": "x"}, "needs an [auth] section"),
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
    ],
)
def test_values_that_make_no_sense_are_refused(helm: str, values: dict[str, Any], told: str) -> None:
    """The message names the value and what to write instead."""
    done = _run(helm, values, "template", "mcp", str(CHART))
    assert done.returncode != 0
    assert told in done.stderr
