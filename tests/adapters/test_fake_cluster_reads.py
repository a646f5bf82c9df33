"""What the cluster in memory shows, word for word as kubectl 1.37 shows it."""

import json
import shlex

import pytest
from tests.adapters.fake_cluster_lines import complete, deployment, failure, named, output

from kubeport.adapters.fake_cluster import FakeCluster, Log, Usage
from kubeport.domain.context import ContextRef

POD: dict[str, object] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web-0",
        "labels": {"app": "web"},
        "creationTimestamp": "2026-01-15T11:00:00Z",
    },
    "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}], "nodeName": "node-1"},
    "status": {
        "phase": "Running",
        "podIP": "10.244.0.5",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [
            {
                "name": "web",
                "ready": True,
                "restartCount": 2,
                "state": {"running": {}},
                "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-01-15T11:50:00Z"}},
            }
        ],
    },
}
SERVICE = named(
    "Service", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 80}], "clusterIP": "10.96.0.9"}
)
SETTINGS = named("ConfigMap", "settings", data={"A": "1", "B": "two"})


@pytest.fixture
def cluster() -> FakeCluster:
    """One pod, its Service and a ConfigMap in the namespace default."""
    return FakeCluster(
        [POD, SERVICE, SETTINGS, named("Node", "node-1")],
        logs={"default/web-0": Log("one\ntwo\nthree\n", "before\n")},
        usage={"default/web-0": Usage("20m", "64Mi"), "node-1": Usage("1", "4Gi")},
    )


TABLES = {
    "get pods": """\
NAME    READY   STATUS    RESTARTS      AGE
web-0   1/1     Running   2 (10m ago)   60m
""",
    "get pods --output=wide": """\
NAME    READY   STATUS    RESTARTS      AGE   IP           NODE     NOMINATED NODE   READINESS GATES
web-0   1/1     Running   2 (10m ago)   60m   10.244.0.5   node-1   <none>           <none>
""",
    "get --all-namespaces=true --no-headers=true pods": """\
default   web-0   1/1   Running   2 (10m ago)   60m
""",
    "get pods --show-labels=true": """\
NAME    READY   STATUS    RESTARTS      AGE   LABELS
web-0   1/1     Running   2 (10m ago)   60m   app=web
""",
    "get pods --label-columns=app,tier": """\
NAME    READY   STATUS    RESTARTS      AGE   APP   TIER
web-0   1/1     Running   2 (10m ago)   60m   web   \n""",
    "get svc,cm": """\
NAME          TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
service/web   ClusterIP   10.96.0.9    <none>        80/TCP    0s

NAME                 DATA   AGE
configmap/settings   2      0s
""",
    "get endpoints": """\
NAME   ENDPOINTS       AGE
web    10.244.0.5:80   0s
""",
    "get nodes": """\
NAME     STATUS   ROLES    AGE   VERSION
node-1   Ready    <none>   0s    \n""",
    "get pod/web-0 svc/web --output=name": "pod/web-0\nservice/web\n",
    "get cm settings --output=jsonpath={.data.B}": "two",
    "get pods --output=custom-columns=N:.metadata.name,I:.spec.containers[*].image,Z:.nope": """\
N       I            Z
web-0   nginx:1.27   <none>
""",
    "get cm settings --output=yaml": """\
apiVersion: v1
data:
  A: "1"
  B: two
kind: ConfigMap
metadata:
  creationTimestamp: "2026-01-15T12:00:00Z"
  name: settings
  namespace: default
  resourceVersion: "103"
  uid: 9a8c2b6f-3f0d-5e47-8f6e-9b1b0c6a7d11
""",
    "top pods": "NAME    CPU(cores)   MEMORY(bytes)\nweb-0   20m          64Mi\n",
    "top nodes": """\
NAME     CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)
node-1   1            25%      4Gi             25%
""",
    "version": "Client Version: v1.37.1\nKustomize Version: v5.8.1\nServer Version: v1.37.1\n",
    "auth can-i delete pods": "yes\n",
    "config current-context": "demo\n",
    "config get-contexts": """\
CURRENT   NAME   CLUSTER   AUTHINFO   NAMESPACE
*         demo   demo      demo       \n""",
    "describe cm settings": """\
Name:         settings
Namespace:    default
Labels:       <none>
Annotations:  <none>

Data
====
A:
----
1

B:
----
two


BinaryData
====

Events:  <none>
""",
    "logs web-0": "one\ntwo\nthree\n",
    "logs svc/web --tail=1": "three\n",
    "logs web-0 --previous=true": "before\n",
    "logs web-0 --since=1s": "two\nthree\n",
    "logs --selector=app=web --prefix=true --tail=1 --timestamps=true": """\
[pod/web-0/web] 2026-01-15T12:00:00Z three
""",
}


@pytest.mark.parametrize("line", TABLES)
def test_output_is_kubectls(cluster: FakeCluster, line: str) -> None:
    """Each command prints exactly the expected text; identities are made up, so they are masked."""
    found = output(cluster, f"kubectl {line}")
    expected = TABLES[line]
    if "uid" in expected:
        found, expected = (text.partition("  uid: ")[0] for text in (found, expected))
    assert found == expected


PROBLEMS = {
    "get pods web-9": 'Error from server (NotFound): pods "web-9" not found\n',
    "get things": 'error: the server doesn\'t have a resource type "things"\n',
    "get pods --output=nope": 'error: unable to match a printer suitable for the output format "nope"',
    "get pods --output=go-template={{.}}": "error: the in-memory cluster cannot print go-template",
    "get pods --field-selector=nope=1": "field label not supported: nope",
    "get pods --watch=true": "error: the in-memory cluster cannot take --watch for kubectl get\n",
    "get pods --context=other": "context was not found for specified context: other\n",
    "get pod/web-0 pods": "error: there is no need to specify a resource type as a separate argument",
    "get --filename=/etc/passwd": "error: the in-memory cluster cannot read the file /etc/passwd\n",
    "logs web-9": 'error: error from server (NotFound): pods "web-9" not found in namespace "default"\n',
    "logs web-0 --container=x": "error: container x is not valid for pod web-0 out of: web\n",
    "logs web-0 --follow=true": "error: the in-memory cluster cannot follow a log",
    "exec web-0 -- ls": "error: the in-memory cluster cannot run a program in a container",
    "port-forward web-0 80": "error: the in-memory cluster cannot run kubectl port-forward web-0\n",
    "explain pods.spec": "error: the in-memory cluster cannot explain the fields of Pod",
}


@pytest.mark.parametrize("line", PROBLEMS)
def test_problems_are_told(cluster: FakeCluster, line: str) -> None:
    """What is not there, and what the cluster cannot do, fails and says so on stderr."""
    assert PROBLEMS[line] in failure(cluster, f"kubectl {line}")
    assert complete(cluster, f"kubectl {line}").stdout == ""


def test_an_empty_list_is_no_error(cluster: FakeCluster) -> None:
    """Nothing found: no output, exit code 0 and kubectl's remark on stderr."""
    done = complete(cluster, "kubectl get pods --namespace=kube-system")
    remark = "No resources found in kube-system namespace.\n"
    assert (done.stdout, done.stages[0].exit_code, done.stages[0].stderr) == ("", 0, remark)


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("app=web", True),
        ("app!=web", False),
        ("app in (web, cart)", True),
        ("app notin (web)", False),
        ("app,!tier", True),
        ("tier", False),
    ],
)
def test_label_selectors(cluster: FakeCluster, selector: str, found: bool) -> None:
    """Every form of requirement selects as the API server's."""
    assert bool(output(cluster, f"kubectl get pods -o name '--selector={selector}'")) is found


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{.items[*].metadata.name}", "a b c"),
        ('{range .items[*]}{.metadata.name}{"\\t"}{end}', "a\tb\tc\t"),
        ("{.items[-1:].metadata.name}", "c"),
        ("{.items[0,2].metadata.name}", "a c"),
        ('{.items[?(@.data.x=="2")].metadata.name}', "b"),
        ("{..x}", "1 2 3"),
        ("{.items[0].data}", '{"x":"1"}'),
        ("{.items[0].metadata['name']}: {.nope}", "a: "),
    ],
)
def test_jsonpath(template: str, text: str) -> None:
    """Templates with ranges, slices, unions, filters and descents are rendered as kubectl's."""
    objects = [named("ConfigMap", name, data={"x": value}) for name, value in zip("abc", "123", strict=True)]
    assert (
        output(FakeCluster(objects), "kubectl get cm " + shlex.quote(f"--output=jsonpath={template}")) == text
    )


def test_json_is_a_list_or_one_object(cluster: FakeCluster) -> None:
    """One name gives the object, a kind gives a List, also an empty one."""
    assert json.loads(output(cluster, "kubectl get pods web-0 -o json"))["kind"] == "Pod"
    assert json.loads(output(cluster, "kubectl get pods -o json"))["kind"] == "List"
    assert json.loads(output(cluster, "kubectl get pods -n kube-system -o json"))["items"] == []


def test_each_context_is_a_cluster_of_its_own() -> None:
    """Objects are looked up in the context that the flags name, else in the current one."""
    cluster = FakeCluster(
        {"dev": [named("ConfigMap", "d")], "prod": [named("ConfigMap", "p")]},
        contexts=("dev", ContextRef("prod", "shop")),
        current="dev",
    )
    assert output(cluster, "kubectl get cm -o name") == "configmap/d\n"
    assert output(cluster, "kubectl get cm -o name --context=prod") == "configmap/p\n"
    assert cluster.read().current == "dev"
    assert [ref.namespace for ref in cluster.read().contexts] == ["", "shop"]


def test_unknown_kinds_are_listed_once_they_are_there() -> None:
    """A custom object can be read by its plural; with a definition by its columns and short names."""
    columns = [{"name": "Gateways", "jsonPath": ".spec.gateways[0]"}]
    crd = named(
        "CustomResourceDefinition",
        "virtualservices.networking.istio.io",
        "apiextensions.k8s.io/v1",
        spec={
            "group": "networking.istio.io",
            "names": {"kind": "VirtualService", "plural": "virtualservices", "shortNames": ["vs"]},
            "versions": [{"name": "v1", "additionalPrinterColumns": columns}],
        },
    )
    route = named("VirtualService", "web", "networking.istio.io/v1", spec={"gateways": ["edge"]})
    assert output(FakeCluster([crd, route]), "kubectl get vs") == "NAME   GATEWAYS\nweb    edge\n"
    assert output(FakeCluster([route]), "kubectl get virtualservices -o name") == (
        "virtualservice.networking.istio.io/web\n"
    )


def test_workloads_get_their_pods() -> None:
    """A Deployment without a status is as if it had just been applied; one with a status is kept."""
    cluster = FakeCluster([deployment("web", 2), deployment("idle") | {"status": {"replicas": 1}}])
    assert output(cluster, "kubectl get deploy") == (
        "NAME   READY   UP-TO-DATE   AVAILABLE   AGE\n"
        "idle   0/1     0            0           0s\n"
        "web    2/2     2            2           0s\n"
    )
    assert len(cluster.objects("pods")) == 2


def test_events_are_in_order_and_can_be_asked_for_one_object() -> None:
    """``kubectl events`` sorts by time and counts; ``--for`` leaves the rest out."""
    events = [
        named(
            "Event",
            name,
            type="Warning",
            reason="BackOff",
            message=name,
            count=count,
            involvedObject={"kind": "Pod", "name": pod},
            firstTimestamp="2026-01-15T11:50:00Z",
            lastTimestamp=f"2026-01-15T11:5{minute}:00Z",
        )
        for name, count, pod, minute in (("late", 3, "a", 9), ("early", 1, "b", 5))
    ]
    cluster = FakeCluster(events)
    assert output(cluster, "kubectl events --no-headers") == (
        "5m                  Warning   BackOff   Pod/b   early\n"
        "60s (x3 over 10m)   Warning   BackOff   Pod/a   late\n"
    )
    assert "early" not in output(cluster, "kubectl events --for=pod/a")
