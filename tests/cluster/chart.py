"""The Helm chart, rendered by a real helm, and the values that its tests render it with."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from kubeport.adapters.config import configure
from kubeport.application.settings import Settings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "kubeport"
CONFIG = """\
[auth]
mode = "jwt"
issuer = "https://idp.example.com"
resource = "https://mcp.example.com/mcp"
"""
TOKENS = """\
[auth]
mode = "tokens"
resource = "https://mcp.example.com/mcp"
[identity]
mode = "impersonate"
[server]
traces = "http://collector.tracing:4318/v1/traces"
[tools]
argocd_server = "argocd.example.com:8443"
"""
KUBECONFIG: dict[str, Any] = {"config": CONFIG, "kubeconfigSecret": "clusters"}
EVERYTHING: dict[str, Any] = {
    "config": TOKENS,
    "policy": 'name = "ours"\n',
    "inCluster": True,
    "tlsSecret": "tls",
    "tokensSecret": "tokens",
    "stateSecret": "state",
    "auditKeySecret": "audit-key",
    "auditVolume": {"persistentVolumeClaim": {"claimName": "audit"}},
    "promptsConfigMap": "prompts",
    "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
    "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/ca", "readOnly": True}],
    "image": {"digest": "sha256:" + "a" * 64, "pullSecrets": [{"name": "registry"}]},
    "envFrom": [{"secretRef": {"name": "keys"}}],
    "rbac": {"tokenReview": True, "impersonate": {"users": ["bot"], "groups": ["team-a", "team-b"]}},
    "ingress": {
        "enabled": True, "className": "nginx", "host": "mcp.example.com", "tlsSecret": "web",
        "controllerNamespace": "ingress-nginx", "annotations": {"note": "x"},
    },
    "networkPolicy": {
        "from": [{"podSelector": {"matchLabels": {"mcp": "client"}}}],
        "to": [{"ipBlock": {"cidr": "10.0.0.1/32"}}],
        "ports": [6443],
        "redis": {"port": 6380, "to": [{"podSelector": {"matchLabels": {"app": "redis"}}}]},
        "extraIngress": [{"ports": [{"port": 8080}], "from": [{"ipBlock": {"cidr": "10.9.0.0/16"}}]}],
        "extraEgress": [{"ports": [{"port": 3128}]}],
    },
    "autoscaling": {"enabled": True},
    "metrics": {"serviceMonitor": True, "namespace": "monitoring", "labels": {"release": "prometheus"}},
    "priorityClassName": "system-cluster-critical",
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"operator": "Exists"}],
    "podLabels": {"team": "platform"},
    "podAnnotations": {"note": "x"},
}
CALLERS: dict[str, Any] = {"config": CONFIG, "callerKubeconfigsSecret": "callers"}
VALUES = {"kubeconfig": KUBECONFIG, "everything": EVERYTHING, "callers": CALLERS}


def run(helm: str, values: dict[str, Any], *words: str) -> "subprocess.CompletedProcess[str]":
    """Run *helm* with *values*, whatever its exit code."""
    return subprocess.run(
        [helm, *words, "--values", "-"], input=json.dumps(values), capture_output=True, text=True,
        timeout=60, check=False,
    )


def rendered(helm: str, values: dict[str, Any], *words: str) -> str:
    """The manifests that the chart gives for *values*."""
    done = run(helm, values, "template", "mcp", str(CHART), "--namespace", "tools", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(helm: str, values: dict[str, Any]) -> str:
    """What is said of *values*, which must be refused."""
    done = run(helm, values, "template", "mcp", str(CHART))
    assert done.returncode != 0, done.stdout
    return done.stderr


def objects(text: str) -> list[dict[str, Any]]:
    """The objects of *text*."""
    return [one for one in yaml.safe_load_all(text) if one]


def the(kind: str, text: str) -> dict[str, Any]:
    """The only object of *kind* in *text*."""
    (found,) = (one for one in objects(text) if one["kind"] == kind)
    return found


def pod(text: str) -> dict[str, Any]:
    """The specification of the Deployment's Pods in *text*."""
    return dict(the("Deployment", text)["spec"]["template"]["spec"])


def told(text: str) -> dict[str, str]:
    """The container's environment as the kubelet makes it, the Pod being called mcp-0."""
    made: dict[str, str] = {}
    for one in pod(text)["containers"][0]["env"]:
        value = one.get("value", "mcp-0" if one["name"] == "POD_NAME" else "")
        for name, known in made.items():
            value = value.replace(f"$({name})", known)
        made[one["name"]] = value
    return made


def settings(text: str, folder: Path) -> Settings:
    """What a server in that container has for its settings; *folder* is for its file."""
    file = folder / "config.toml"
    file.write_text(the("ConfigMap", text)["data"]["config.toml"])
    environ: Mapping[str, str] = {**told(text), "KUBEPORT_CONFIG": str(file)}
    return configure(str(file), {}, environ).settings
