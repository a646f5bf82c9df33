"""What changes the cluster in memory: the answer is kubectl's, and the next read shows the change."""

import pytest
from tests.adapters.fake_cluster_lines import complete, deployment, failure, named, output

from kubeport.adapters.fake_cluster import Chart, FakeCluster, Release

MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: '1'\n"


@pytest.fixture
def cluster() -> FakeCluster:
    """A Deployment with two pods, its Service, two nodes and a ConfigMap."""
    service = named("Service", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 80}]})
    nodes = [named("Node", name) for name in ("node-1", "node-2")]
    return FakeCluster(
        [*nodes, deployment("web", 2), service, named("ConfigMap", "settings", data={"A": "1"})]
    )


CHANGES = [
    ("scale deploy/web --replicas=3", "deployment.apps/web scaled", "get deploy/web", ".spec.replicas", "3"),
    (
        "scale deploy/web --replicas=3",
        "deployment.apps/web scaled",
        "get deploy/web",
        ".status.readyReplicas",
        "3",
    ),
    (
        "set image deploy/web web=nginx:2",
        "deployment.apps/web image updated",
        "get pods",
        ".items[*].spec.containers[0].image",
        "nginx:2 nginx:2",
    ),
    (
        "set env deploy/web A=1",
        "deployment.apps/web env updated",
        "get deploy/web",
        ".spec.template.spec.containers[0].env[0].value",
        "1",
    ),
    ("label cm/settings a=b", "configmap/settings labeled", "get cm/settings", ".metadata.labels.a", "b"),
    ("label cm/settings a-", "configmap/settings not labeled", "get cm/settings", ".metadata.labels", ""),
    (
        "annotate cm/settings a=b",
        "configmap/settings annotated",
        "get cm/settings",
        ".metadata.annotations.a",
        "b",
    ),
    ("cordon node-1", "node/node-1 cordoned", "get node/node-1", ".spec.unschedulable", "true"),
    (
        "taint node node-1 a=b:NoSchedule",
        "node/node-1 tainted",
        "get node/node-1",
        ".spec.taints[0].effect",
        "NoSchedule",
    ),
    (
        "rollout restart deploy/web",
        "deployment.apps/web restarted",
        "get rs",
        ".items[*].spec.replicas",
        None,
    ),
    ("rollout pause deploy/web", "deployment.apps/web paused", "get deploy/web", ".spec.paused", "true"),
    (
        "delete cm settings",
        'configmap "settings" deleted from default namespace',
        "get cm",
        ".items[*].metadata.name",
        "",
    ),
    ("create namespace shop", "namespace/shop created", "get ns/shop", ".status.phase", "Active"),
    (
        "create deployment d --image=x:1 --replicas=2",
        "deployment.apps/d created",
        "get deploy/d",
        ".status.readyReplicas",
        "2",
    ),
    ("create configmap c --from-literal=k=v", "configmap/c created", "get cm/c", ".data.k", "v"),
    ("create secret generic s --from-literal=k=v", "secret/s created", "get secret/s", ".data.k", "dg=="),
    ("create job j --image=busybox", "job.batch/j created", "get job/j", ".status.succeeded", "1"),
    ("run p --image=busybox", "pod/p created", "get pod/p", ".status.phase", "Running"),
    ("expose deploy/web --port=80 --name=w", "service/w exposed", "get svc/w", ".spec.selector.app", "web"),
    (
        'patch deploy/web --type=merge \'--patch={"spec":{"replicas":1}}\'',
        "deployment.apps/web patched",
        "get deploy/web",
        ".status.replicas",
        "1",
    ),
    (
        "patch deploy/web "
        '\'--patch={"spec":{"template":{"spec":{"containers":[{"name":"web","image":"x"}]}}}}\'',
        "deployment.apps/web patched",
        "get deploy/web",
        ".spec.template.spec.containers[*].image",
        "x",
    ),
    (
        'patch deploy/web --type=json \'--patch=[{"op":"remove","path":"/metadata/labels/app"}]\'',
        "deployment.apps/web patched",
        "get deploy/web",
        ".metadata.labels",
        "",
    ),
    (
        "scale deploy/web --replicas=9 --dry-run=server",
        "deployment.apps/web scaled (server dry run)",
        "get deploy/web",
        ".spec.replicas",
        "2",
    ),
    (
        "delete deploy/web --dry-run=client",
        'deployment.apps "web" deleted from default namespace (dry run)',
        "get deploy",
        ".items[*].metadata.name",
        "web",
    ),
]


@pytest.mark.parametrize(("line", "said", "read", "path", "value"), CHANGES, ids=lambda each: str(each)[:40])
def test_a_change_is_told_and_seen(
    cluster: FakeCluster, line: str, said: str, read: str, path: str, value: str | None
) -> None:
    """The answer's last line says what was done, and reading it back shows it (or the dry run)."""
    assert output(cluster, f"kubectl {line}").splitlines()[-1] == said
    found = output(cluster, f"kubectl {read} '--output=jsonpath={{{path}}}'")
    assert found == value if value is not None else sorted(found.split()) == ["0", "2"]


REFUSALS = [
    ("scale deploy/nope --replicas=1", 'Error from server (NotFound): deployments.apps "nope" not found'),
    ("scale cm/settings --replicas=1", "the server could not find the requested resource"),
    ("scale deploy/web --replicas=1 --current-replicas=5", "error: Expected replicas to be 5, was 2"),
    ("set image deploy/web nope=x", 'error: unable to find container named "nope"'),
    ("label deploy/web app=other", "error: 'app' already has a value (web), and --overwrite is false"),
    ("create namespace default", 'Error from server (AlreadyExists): namespaces "default" already exists'),
    ("create configmap settings", 'error: failed to create configmap: configmaps "settings" already exists'),
    ("create role r --verb=get", "error: the in-memory cluster cannot take --verb for kubectl create"),
    ("rollout resume deploy/web", 'error: deployments.apps "web" is not paused'),
    ("rollout undo deploy/web", "error: no rollout history found"),
    ("delete pods", "error: resource(s) were provided, but no name was specified"),
    ("delete deploy web --cascade=orphan", "error: the in-memory cluster cannot delete an object and keep"),
    ('patch deploy/web --patch={"spec":5}', "Error from server (BadRequest): spec: expected an object"),
    ("wait deploy/web --for=delete", "error: timed out waiting for the condition on deployments/web"),
    ("drain node-1 --namespace=x nope", 'Error from server (NotFound): nodes "nope" not found'),
]


@pytest.mark.parametrize(("line", "said"), REFUSALS, ids=[line for line, _ in REFUSALS])
def test_a_refused_change_changes_nothing(cluster: FakeCluster, line: str, said: str) -> None:
    """The reason is on stderr and every object is as before."""
    before = [cluster.objects(kind) for kind in ("deployments", "pods", "configmaps", "nodes")]
    assert said in failure(cluster, "kubectl " + line.replace('{"spec":5}', "'{\"spec\":5}'"))
    assert [cluster.objects(kind) for kind in ("deployments", "pods", "configmaps", "nodes")] == before


def test_apply_creates_changes_and_prunes_fields(cluster: FakeCluster) -> None:
    """created, unchanged, configured; a field that left the manifest leaves the object."""
    changed = MANIFEST.replace("x: '1'", "y: '2'")
    said = [output(cluster, "kubectl apply -f -", text) for text in (MANIFEST, MANIFEST, changed)]
    assert said == ["configmap/a created\n", "configmap/a unchanged\n", "configmap/a configured\n"]
    assert output(cluster, "kubectl get cm a -o jsonpath={.data}") == '{"y":"2"}'


def test_manifests_can_be_created_replaced_and_deleted_once(cluster: FakeCluster) -> None:
    """Each verb works where it should and says what is in its way where it should not."""
    assert output(cluster, "kubectl create -f -", MANIFEST) == "configmap/a created\n"
    assert '"a" already exists' in failure(cluster, "kubectl create -f -", MANIFEST)
    assert output(cluster, "kubectl replace -f -", MANIFEST) == "configmap/a replaced\n"
    assert (
        output(cluster, "kubectl delete -f -", MANIFEST) == 'configmap "a" deleted from default namespace\n'
    )
    assert 'error when deleting "STDIN": configmaps "a" not found' in failure(
        cluster, "kubectl delete -f -", MANIFEST
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "error: error parsing STDIN: error converting YAML to JSON: yaml: line 1"),
        ('{"kind": ', "error: error parsing STDIN"),
        ("hello", "kind not set"),
        ("", "error: no objects passed to apply"),
        (MANIFEST.replace("ConfigMap", "Gadget"), 'no matches for kind "Gadget" in version "v1"'),
        (MANIFEST.replace("x: '1'", "x: 1"), "data.x: expected a string"),
        (
            MANIFEST + "---\n" + MANIFEST.replace("metadata:", "metadata:\n  namespace: nowhere"),
            'namespaces "nowhere" not found',
        ),
    ],
)
def test_bad_manifests_are_refused(cluster: FakeCluster, text: str, said: str) -> None:
    """What cannot be read or kept is an error that says where."""
    assert said in failure(cluster, "kubectl apply -f -", text)


def test_a_rollout_can_be_followed_and_undone(cluster: FakeCluster) -> None:
    """A new image makes a revision, undo makes the old template the newest revision."""
    output(cluster, "kubectl set image deploy/web web=nginx:2")
    assert output(cluster, "kubectl rollout history deploy/web") == (
        "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n"
    )
    assert "successfully rolled out" in output(cluster, "kubectl rollout status deploy/web")
    output(cluster, "kubectl rollout undo deploy/web")
    assert output(cluster, "kubectl get deploy web -o jsonpath={..image}") == "nginx:1.27"
    assert "2         <none>\n3" in output(cluster, "kubectl rollout history deploy/web")


def test_deleted_pods_come_back_until_their_owner_goes(cluster: FakeCluster) -> None:
    """The replica set replaces a pod under a new name; deleting the Deployment ends all."""
    first = cluster.objects("pods")
    output(cluster, "kubectl delete pods --all")
    second = cluster.objects("pods")
    assert len(second) == 2
    assert not {p["metadata"]["name"] for p in first} & {p["metadata"]["name"] for p in second}
    output(cluster, "kubectl delete deploy web")
    assert (cluster.objects("pods"), cluster.objects("replicasets")) == ((), ())


def test_drained_pods_move(cluster: FakeCluster) -> None:
    """After a drain every pod runs on the other node, and endpoints follow."""
    output(cluster, "kubectl drain node-1")
    assert {pod["spec"]["nodeName"] for pod in cluster.objects("pods")} == {"node-2"}
    addresses = sorted(pod["status"]["podIP"] for pod in cluster.objects("pods"))
    found = output(cluster, "kubectl get endpoints web -o jsonpath={..ip}")
    assert sorted(found.split()) == addresses


def test_a_namespace_takes_its_objects_along(cluster: FakeCluster) -> None:
    """Deleting a namespace deletes what is in it and nothing else."""
    output(cluster, "kubectl create namespace shop")
    output(cluster, "kubectl create configmap c -n shop")
    output(cluster, "kubectl delete ns shop")
    assert [obj["metadata"]["name"] for obj in cluster.objects("configmaps")] == ["settings"]


def test_releases_change_with_their_objects() -> None:
    """install, upgrade, rollback and uninstall are what list and history say next."""
    old, new = named("ConfigMap", "r", data={"v": "1"}), named("ConfigMap", "r", data={"v": "2"})
    revisions = [
        Release("r", "r-0.1.0", status="superseded", objects=(old,)),
        Release("r", "r-0.2.0", revision=2, objects=(new,)),
    ]
    cluster = FakeCluster(
        [new], releases=revisions, repositories=("stable",), charts=(Chart("stable/n", "1.0.0", "9"),)
    )
    assert output(cluster, "helm rollback r 1") == "Rollback was a success! Happy Helming!\n"
    assert output(cluster, "kubectl get cm r -o jsonpath={.data.v}") == "1"
    assert output(cluster, "helm list --short") == "r\n"
    assert "3       \t" in output(cluster, "helm history r")
    assert "STATUS: deployed" in output(cluster, "helm install n stable/n --set a.b=1")
    assert output(cluster, "helm get values n") == "USER-SUPPLIED VALUES:\na:\n  b: 1\n"
    assert 'Release "n" has been upgraded.' in output(cluster, "helm upgrade n stable/n")
    assert output(cluster, "helm uninstall r n") == 'release "r" uninstalled\nrelease "n" uninstalled\n'
    assert output(cluster, "kubectl get cm -o name") == ""
    assert failure(cluster, "helm status r") == "Error: release: not found\n"
    assert failure(cluster, "helm install x nope/n") == "Error: INSTALLATION FAILED: repo nope not found\n"
    assert cluster.names() == ("stable",)


def test_applications_can_be_synced() -> None:
    """argocd reads Application objects; a sync makes them Synced and adds to their history."""
    app = named(
        "Application",
        "shop",
        "argoproj.io/v1alpha1",
        spec={"project": "default", "source": {"repoURL": "r"}},
        status={"sync": {"status": "OutOfSync", "revision": "0123456789"}, "health": {"status": "Healthy"}},
    )
    cluster = FakeCluster([app])
    assert "OutOfSync" in output(cluster, "argocd app list --core")
    assert "Phase:              Succeeded" in output(cluster, "argocd app sync shop")
    assert "Synced" in output(cluster, "argocd app get shop")
    assert output(cluster, "argocd app history shop").splitlines()[1].split() == [
        "0",
        "2026-01-15T12:00:00Z",
        "0123456",
    ]
    assert complete(cluster, "argocd app get nope").stages[0].exit_code == 20


def test_istio_is_absent_unless_its_pods_are_there() -> None:
    """Without a control plane istioctl says so; analyze knows about injection only."""
    labelled = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "default", "labels": {"istio-injection": "enabled"}},
    }
    assert "Istio is not present" in output(FakeCluster(), "istioctl version")
    assert "IST0102" in output(FakeCluster(), "istioctl analyze")
    assert "✔ No validation issues found" in output(FakeCluster([labelled]), "istioctl analyze")
    assert "no running Istio pods" in failure(FakeCluster(), "istioctl proxy-status")
