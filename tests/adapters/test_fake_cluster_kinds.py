"""Every kind with columns of its own, workloads of every kind, and their descriptions."""

import pytest
from tests.adapters.fake_cluster_lines import complete, failure, named, output

from kubeport.adapters.fake_cluster import FakeCluster
from kubeport.adapters.fake_cluster.kinds import KINDS

APPS, NET, RBAC = "apps/v1", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1"
LABELS = {"app": "db"}
CONTAINER = {
    "name": "db",
    "image": "postgres:18",
    "command": ["run"],
    "ports": [{"containerPort": 5432, "name": "sql"}],
    "env": [
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
    ],
    "readinessProbe": {"tcpSocket": {"port": 5432}},
    "livenessProbe": {"httpGet": {"path": "/up", "port": 8080}},
    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
}
TEMPLATE = {
    "metadata": {"labels": LABELS},
    "spec": {
        "containers": [CONTAINER],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "c"}}],
    },
}
WORK = {"selector": {"matchLabels": LABELS}, "template": TEMPLATE}
BACKEND = {"service": {"name": "db", "port": {"name": "sql"}}}
PORTS = [{"port": 5432, "targetPort": "sql", "name": "sql", "nodePort": 30001}]
OBJECTS = [
    named("Node", "n1"),
    named("StatefulSet", "db", APPS, spec={**WORK, "replicas": 2}),
    named("DaemonSet", "agent", APPS, spec=WORK),
    named("CronJob", "nightly", "batch/v1", spec={"schedule": "0 3 * * *", "jobTemplate": {"spec": WORK}}),
    named(
        "Service",
        "db",
        spec={"selector": LABELS, "ports": PORTS, "type": "NodePort", "clusterIP": "10.96.0.2"},
    ),
    named(
        "Ingress",
        "db",
        NET,
        spec={
            "tls": [{"secretName": "t"}],
            "rules": [{"host": "a.example", "http": {"paths": [{"path": "/", "backend": BACKEND}]}}],
        },
    ),
    named("PersistentVolumeClaim", "c", spec={"storageClassName": "fast", "volumeName": "v"}),
    named(
        "PersistentVolume",
        "v",
        spec={
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": "default", "name": "c"},
            "storageClassName": "fast",
        },
        status={"phase": "Bound"},
    ),
    named("StorageClass", "fast", "storage.k8s.io/v1", provisioner="x.example", allowVolumeExpansion=True),
    named("Secret", "s", stringData={"k": "value"}),
    named(
        "NetworkPolicy",
        "deny",
        NET,
        spec={"podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["db"]}]}},
    ),
    named(
        "HorizontalPodAutoscaler",
        "db",
        "autoscaling/v2",
        spec={
            "scaleTargetRef": {"kind": "StatefulSet", "name": "db"},
            "maxReplicas": 5,
            "metrics": [{"resource": {"name": "cpu", "target": {"averageUtilization": 80}}}],
        },
    ),
    named("PodDisruptionBudget", "db", "policy/v1", spec={"minAvailable": 1}),
    named(
        "RoleBinding",
        "dev",
        RBAC,
        roleRef={"kind": "Role", "name": "r"},
        subjects=[{"kind": "User", "name": "u"}],
    ),
]


@pytest.fixture
def cluster() -> FakeCluster:
    """A database with everything around it."""
    return FakeCluster(OBJECTS)


ROWS = {
    "get sts": ["db", "2/2", "0s"],
    "get ds": ["agent", "1", "1", "1", "1", "1", "<none>", "0s"],
    "get cj": ["nightly", "0", "3", "*", "*", "*", "<none>", "False", "0", "<none>", "0s"],
    "get svc": ["db", "NodePort", "10.96.0.2", "<none>", "5432:30001/TCP", "0s"],
    "get ing": ["db", "<none>", "a.example", "80,", "443", "0s"],
    "get pvc": ["c", "Pending", "v", "fast", "<unset>", "0s"],
    "get pv": ["v", "1Gi", "RWO", "Retain", "Bound", "default/c", "fast", "<unset>", "0s"],
    "get sc": ["fast", "x.example", "Delete", "Immediate", "true", "0s"],
    "get secrets": ["s", "Opaque", "1", "0s"],
    "get netpol": ["deny", "app", "in", "(db)", "0s"],
    "get hpa": ["db", "StatefulSet/db", "cpu:", "<unknown>/80%", "1", "5", "0", "0s"],
    "get pdb": ["db", "1", "N/A", "0", "0s"],
    "get rolebindings -o wide": ["dev", "Role/r", "0s", "u"],
}


@pytest.mark.parametrize("line", ROWS)
def test_each_kind_has_its_columns(cluster: FakeCluster, line: str) -> None:
    """The cells of the one row, in order."""
    assert output(cluster, f"kubectl {line} --no-headers").split() == ROWS[line]


@pytest.mark.parametrize("kind", [kind.resource for kind in KINDS])
def test_every_kind_can_be_listed_and_described(cluster: FakeCluster, kind: str) -> None:
    """No kind fails, and each is printed as a table, as YAML and as a description or not at all."""
    listed = output(cluster, f"kubectl get {kind} --all-namespaces -o name").splitlines()
    for line in (f"kubectl get {kind} -A -o wide", f"kubectl describe {kind} -A"):
        text = output(cluster, line)
        assert all(name.rpartition("/")[2] in text for name in listed)
        assert bool(text) is bool(listed)


DESCRIBED = {
    "describe sts db": [
        "Replicas:           2 desired | 2 total",
        "Pods Status:        2 Running / 0 Waiting",
    ],
    "describe ds agent": ["Number of Nodes Scheduled with Available Pods: 1"],
    "describe svc db": ["NodePort:                 sql  30001/TCP", "Endpoints:                10.244."],
    "describe ing db": ["a.example  \n", "/   db:sql (10.244."],
    "describe pod db-0": [
        "Controlled By:  StatefulSet/db",
        "Command:\n      run",
        "KEY:     <set to the key 'k' in secret 's'>  Optional: false",
        "NODE:     (v1:spec.nodeName)",
        "Liveness:       http-get http://:8080/up delay=0s timeout=1s period=10s #success=1 #failure=3",
        "Readiness:      tcp-socket :5432",
        "/data from data (rw)",
        "ClaimName:  c",
    ],
    "describe pvc c": ["API Version:  v1", "Storage Class Name:  fast"],
    "describe node n1": ["Non-terminated Pods:", "default    agent-"],
    "describe secret s": ["k:  5 bytes"],
}


@pytest.mark.parametrize("line", DESCRIBED)
def test_descriptions_hold_what_matters(cluster: FakeCluster, line: str) -> None:
    """The facts one looks for, in kubectl's words."""
    text = output(cluster, f"kubectl {line}")
    words = " ".join(text.split())
    assert [fact for fact in DESCRIBED[line] if " ".join(fact.split()) not in words] == []


def test_stateful_sets_keep_their_names(cluster: FakeCluster) -> None:
    """A deleted pod comes back under its name; scaling takes the last ones; a restart renews all."""
    output(cluster, "kubectl delete pod db-0")
    names = "kubectl get pods -l app=db -o custom-columns=N:.metadata.name --no-headers"
    assert {"db-0", "db-1"} <= set(output(cluster, names).split())
    output(cluster, "kubectl scale sts/db --replicas=1")
    assert "db-1" not in output(cluster, names)
    before = cluster.objects("pods")
    output(cluster, "kubectl rollout restart sts/db ds/agent")
    assert [p["status"]["podIP"] for p in cluster.objects("pods")] != [p["status"]["podIP"] for p in before]
    assert "rolling update complete 1 pods" in output(cluster, "kubectl rollout status sts/db")
    assert 'daemon set "agent" successfully rolled out' in output(cluster, "kubectl rollout status ds/agent")
    assert "cannot keep the revisions" in failure(cluster, "kubectl rollout history sts/db")


def test_jobs_are_done_at_once(cluster: FakeCluster) -> None:
    """A Job made from a CronJob is complete, and so is its pod."""
    assert output(cluster, "kubectl create job now --from=cronjob/nightly") == "job.batch/now created\n"
    assert output(cluster, "kubectl get jobs --no-headers").split() == ["now", "Complete", "1/1", "0s", "0s"]
    assert "Completed" in output(cluster, "kubectl get pods -l job-name=now")
    assert output(cluster, "kubectl wait job/now --for=condition=complete") == "job.batch/now condition met\n"
    assert "Pods Statuses:  0 Active / 1 Succeeded / 0 Failed" in output(cluster, "kubectl describe job now")


def test_pods_wait_where_no_node_is_free(cluster: FakeCluster) -> None:
    """With every node cordoned a new pod is Pending; daemon sets stand in the way of a drain."""
    output(cluster, "kubectl cordon n1")
    output(cluster, "kubectl run p --image=busybox")
    assert output(cluster, "kubectl get pod p --no-headers").split()[2] == "Pending"
    assert "DaemonSet-managed Pods" in failure(cluster, "kubectl drain n1")
    assert "node/n1 drained" in output(cluster, "kubectl drain n1 --ignore-daemonsets --force")


def test_istio_is_there_with_its_pods() -> None:
    """A ready istiod makes versions and proxies visible."""
    istiod = named("Pod", "istiod-1", spec={"containers": [{"name": "discovery", "image": "pilot:1.29.1"}]})
    istiod["metadata"] = {"name": "istiod-1", "namespace": "istio-system", "labels": {"app": "istiod"}}
    proxied = named("Pod", "web", spec={"containers": [{"name": "istio-proxy", "image": "proxyv2:1.29.1"}]})
    cluster = FakeCluster([istiod, proxied])
    assert "control plane version: 1.29.1\ndata plane version: 1.29.1 (1 proxies)" in output(
        cluster, "istioctl version"
    )
    assert "web.default" in output(cluster, "istioctl proxy-status")


@pytest.mark.parametrize(
    "line", ["kubectl --help", "kubectl rollout --help", "kubectl get --help", "helm list --help"]
)
def test_help_names_what_is_there(cluster: FakeCluster, line: str) -> None:
    """Documentation is short, and about this cluster."""
    assert "as the in-memory cluster answers it" in output(cluster, line)


def test_unknown_help_fails(cluster: FakeCluster) -> None:
    """There is no documentation of what is not there."""
    assert complete(cluster, "kubectl frobnicate --help").stages[0].exit_code == 1
