"""The test cluster itself works: node, workloads, logs, rights, both helms; and leaves nothing."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cluster import processes
from tests.cluster.conftest import Kubectl


def test_the_node_is_ready(admin: Kubectl) -> None:
    """The stand-in node has registered itself."""
    assert admin.output("get", "nodes", "--no-headers").split()[:2] == ["node-1", "Ready"]


def test_the_server_is_a_real_one(admin: Kubectl) -> None:
    """The version that was compiled answers."""
    answer = json.loads(admin.output("version", "--output=json"))
    assert answer["serverVersion"]["gitVersion"] == "v1.20.2"


def test_pods_run(admin: Kubectl, namespace: str) -> None:
    """The controllers made the pods of the workloads and the node took them up."""
    rows = admin.output("get", "pods", "-n", namespace, "--no-headers").splitlines()
    assert sorted(row[:3] for row in rows) == ["db-", "web", "web"]
    assert {tuple(row.split()[1:3]) for row in rows} == {("1/1", "Running")}


def test_pods_are_seen_across_namespaces(admin: Kubectl, namespace: str) -> None:
    """``get pods -A`` lists them with their namespace."""
    rows = admin.output("get", "pods", "-A", "--no-headers").splitlines()
    assert len([row for row in rows if row.split()[0] == namespace]) == 3


def test_logs_answer(admin: Kubectl, namespace: str) -> None:
    """Log lines come from the stand-in node, and ``--tail`` counts."""
    tail = admin.output("logs", "-n", namespace, "db-0", "--tail=2").splitlines()
    assert tail == [f"line {n} of /containerLogs/{namespace}/db-0/db" for n in (3, 4)]


def test_the_viewer_may_nothing_until_bound(admin: Kubectl, scratch_namespace: str) -> None:
    """RBAC is real: the second context is forbidden, and a binding helps at once."""
    ask = ("--context=viewer", "get", "pods", "-n", scratch_namespace)
    refused = admin(*ask)
    assert (refused.returncode, "Forbidden" in refused.stderr) == (1, True)
    bind = ("create", "rolebinding", "v", "--clusterrole=view", "--group=devs")
    admin.output(*bind, "-n", scratch_namespace)
    time.sleep(0.5)
    assert admin(*ask).returncode == 0


def test_a_deleted_pod_comes_back(admin: Kubectl, scratch_namespace: str) -> None:
    """Deployments are scaled, pods deleted and replaced through the real controllers."""
    where = ("-n", scratch_namespace)
    admin.output("create", "deployment", "a", "--image=a", "--replicas=1", *where)
    ready = ("get", "deploy", "a", "-o=jsonpath={.status.readyReplicas}", *where)
    admin.wait_for("1", *ready)
    admin.output("scale", "deployment", "a", "--replicas=3", *where)
    admin.wait_for("3", *ready)
    admin.output("delete", "pods", "-l", "app=a", *where)
    admin.output("rollout", "status", "deployment", "a", "--timeout=30s", *where)


@pytest.mark.parametrize("fixture", ["helm3", "helm4"])
def test_helm_installs_and_removes(
    fixture: str, request: pytest.FixtureRequest, admin: Kubectl, scratch_namespace: str,
    tmp_path: Path,
) -> None:
    """Both helms write releases into the real API server."""
    helm: str = request.getfixturevalue(fixture)
    chart = tmp_path / "tiny"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: tiny\nversion: 1.0.0\n")
    (chart / "templates" / "map.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tiny}\n"
    )
    for args in (["install", "t", str(chart)], ["status", "t"], ["uninstall", "t"]):
        subprocess.run(
            [helm, *args, "-n", scratch_namespace], env=admin.environ, check=True,
            capture_output=True, timeout=60,
        )
    assert admin("get", "configmap", "tiny", "-n", scratch_namespace).returncode == 1


@pytest.mark.usefixtures("api_server")
def test_an_interrupted_sessions_cluster_is_swept() -> None:
    """A cluster whose owner was killed is ended and removed by the next start; others are not."""
    owner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    name = f"orphan-{os.getpid()}"
    up = [sys.executable, processes.__file__, "up", name, str(owner.pid)]
    subprocess.run(up, check=True, capture_output=True)
    cluster = processes.Cluster(name)
    pids = cluster.living()
    processes.sweep()
    assert cluster.living() == pids
    owner.kill()
    owner.wait()
    processes.sweep()
    assert (len(pids), cluster.living(), cluster.folder.exists()) == (4, [], False)
    assert not [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
