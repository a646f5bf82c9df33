"""The URIs of what a change has changed: from what was understood, and from what kubectl says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.context import Target
from kubeport.domain.manifest import ManifestObject
from kubeport.domain.resources.touched import touched
from kubeport.domain.resources.uri import parse
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.understanding import understand

HERE = Target("prod", "web")
SCOPE = "k8s-namespace://prod/web"
OBJECTS = (
    ManifestObject("Deployment", "api", api_version="apps/v1"),
    ManifestObject("Namespace", "fresh", api_version="v1"),
    ManifestObject("ClusterRole", "view:pods", api_version="rbac.authorization.k8s.io/v1"),
    ManifestObject("VirtualService", "api", "mesh", "networking.istio.io/v1"),
    ManifestObject("Issuer", "ca", api_version="cert-manager.io/v1"),
    ManifestObject("Service", "api", api_version="serving.knative.dev/v1"),
)
NAMED = (
    "k8s-deployment://prod/web/api",
    "k8s-namespace://prod/fresh",
    "k8s-resource://prod/-/clusterroles.rbac.authorization.k8s.io/view%3Apods",
    "istio-virtualservice://prod/mesh/api",
    "k8s-resource://prod/web/issuer.cert-manager.io/ca",
    "k8s-resource://prod/web/service.serving.knative.dev/api",
)


def call(line: str) -> Invocation:
    """The parsed call of *line*."""
    return understand(line).call


@pytest.mark.parametrize(
    ("line", "uris"),
    [
        ("kubectl scale deploy/web --replicas=3", ("k8s-deployment://prod/web/web",)),
        ("kubectl label pods a b x=y", ("k8s-pod://prod/web/a", "k8s-pod://prod/web/b")),
        ("kubectl label pods -l app=web x=y", (SCOPE,)),
        ("kubectl delete all -l app=web", (SCOPE,)),
        ("kubectl cordon n1", ("k8s-node://prod/n1",)),
        ("kubectl create namespace shop", ("k8s-namespace://prod/shop",)),
        ("kubectl create deployment a --image=nginx", ("k8s-deployment://prod/web/a",)),
        ("kubectl expose deploy/web --port=80", ("k8s-service://prod/web/web",)),
        ("kubectl expose deploy/web --port=80 --name=front", ("k8s-service://prod/web/front",)),
        (
            "kubectl autoscale deploy/web --max=3",
            ("k8s-resource://prod/web/horizontalpodautoscalers.autoscaling/web",),
        ),
        ("kubectl exec web-0 -- ls", ("k8s-pod://prod/web/web-0",)),
        ("helm upgrade web bitnami/nginx", ("helm-release://prod/web/web",)),
        ("helm uninstall web api", ("helm-release://prod/web/web", "helm-release://prod/web/api")),
        ("helm rollback web 2 --dry-run=none", ("helm-release://prod/web/web",)),
        ("helm install bitnami/nginx --generate-name", (SCOPE,)),
        ("argocd app sync argocd/web", ("argocd-application://prod/argocd/web",)),
        ("argocd app sync web -N team", ("argocd-application://prod/team/web",)),
        ("argocd app sync web", (SCOPE,)),
        ("argocd repo rm https://example.org/a", (SCOPE,)),
        ("istioctl waypoint delete way", (f"k8s-resource://prod/web/{'gateways.gateway.networking.k8s.io'}/way",)),
        ("istioctl install -y", (SCOPE,)),
    ],
)  # fmt: skip
def test_what_was_understood(line: str, uris: tuple[str, ...]) -> None:
    """Objects, releases and applications that the call names; the scope for what it does not."""
    assert touched(call(line), HERE) == uris


@pytest.mark.parametrize(
    "line",
    [
        "kubectl get pods",
        "kubectl scale deploy/web --replicas=3 --dry-run=server",
        "kubectl delete pod a --dry-run",
        "kubectl delete pod a --help",
        "kubectl label pods a --list",
        "kubectl cluster-info dump",
        "helm upgrade web bitnami/nginx --dry-run",
        "helm uninstall web --dry-run=true",
        "argocd app sync argocd/web --dry-run",
        "istioctl proxy-config secret web-0",
    ],
)
def test_what_touches_nothing(line: str) -> None:
    """Reads, dry runs, help, and what needs a high level only for what it shows."""
    assert touched(call(line), HERE) == ()


def test_a_call_without_a_context_names_nothing() -> None:
    """argocd with a server of its own: there is no context that a URI could name."""
    assert touched(call("argocd app sync argocd/web"), Target()) == ()


def test_a_manifest_names_its_objects() -> None:
    """Each object, in its own namespace where it has one."""
    assert touched(call("kubectl apply -f -"), HERE, OBJECTS) == NAMED


SAID = """\
deployment.apps/api configured
namespace/fresh unchanged
clusterrole.rbac.authorization.k8s.io/view:pods created
virtualservice.networking.istio.io/api created
issuer.cert-manager.io/ca created
service.serving.knative.dev/api unchanged
"""


def test_what_kubectl_says_is_better() -> None:
    """Only what it says it changed, by its own lines, counts."""
    found = touched(call("kubectl apply -f -"), HERE, OBJECTS, SAID)
    assert found == (NAMED[0], *NAMED[2:5])


@pytest.mark.parametrize(
    ("line", "printed", "uris"),
    [
        ("delete pods -l a=b", 'pod "a" deleted from web namespace\npod "b" deleted\n', "pod/a pod/b"),
        ("delete pods -l a=b", "No resources found\n", ""),
        ("delete pod a --force", 'pod "a" force deleted from web namespace\n', "pod/a"),
        ("set image deploy/web a=b", "deployment.apps/web image updated\n", "deployment/web"),
        ("rollout undo deploy/web", "deployment.apps/web rolled back\n", "deployment/web"),
        ("rollout undo deploy/web", "deployment.apps/web skipped rollback (current template)\n", ""),
        ("label pod a x=y", "pod/a not labeled\n", ""),
        ("label pod a x-", 'label "x" not found.\npod/a not labeled\n', ""),
        ("patch pod a -p '{}'", "pod/a patched (no change)\n", ""),
        ("scale deploy/web --replicas=1", "", ""),
        ("run a --image=b --expose --port=1", "service/a created\npod/a created\n", "service/a pod/a"),
    ],
)
def test_lines_of_kubectl(line: str, printed: str, uris: str) -> None:
    """Each verb's own words, and those that say that nothing was changed."""
    expected = tuple(
        f"k8s-{kind}://prod/web/{name}" for kind, name in (one.split("/") for one in uris.split())
    )
    assert touched(call(f"kubectl {line}"), HERE, (), printed) == expected


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("scale deploy/web --replicas=1", "deployment.apps/other deleted\n"),
        ("scale deploy/web --replicas=1", "<redacted:token>\n"),
        ("scale deploy/web --replicas=1 -o name", "deployment.apps/other\n"),
        ("exec deploy/web -- echo", "pod/other scaled\n"),
    ],
)
def test_what_is_not_understood_says_nothing(line: str, printed: str) -> None:
    """Another verb's word, another format, a program's own words: the call itself counts."""
    assert touched(call(f"kubectl {line}"), HERE, (), printed) == ("k8s-deployment://prod/web/web",)


def test_drain_tells_where_its_pods_were() -> None:
    """The lines about evictions have the namespaces; of two pods with one name nothing is said."""
    printed = (
        "node/n1 cordoned\nevicting pod web/a\nevicting pod shop/b\nevicting pod shop/c\n"
        "evicting pod web/c\npod/a evicted\npod/b evicted\npod/c evicted\nnode/n1 drained\n"
    )
    found = touched(call("kubectl drain n1"), Target("prod"), (), printed)
    assert found == (
        "k8s-node://prod/n1",
        "k8s-pod://prod/web/a",
        "k8s-pod://prod/shop/b",
        "k8s-context://prod",
    )


def test_every_namespace_names_no_object() -> None:
    """kubectl does not say in which namespace it labelled a pod: the scope is all that is known."""
    everywhere = Target("prod", all_namespaces=True)
    assert touched(call("kubectl label pods -A -l a=b x=y"), everywhere, (), "pod/a labeled\n") == (
        "k8s-context://prod",
    )
    nodes = touched(call("kubectl delete nodes n1 -A"), everywhere, (), 'node "n1" deleted\n')
    assert nodes == ("k8s-node://prod/n1",)


def test_of_a_failed_call_only_what_is_said_counts() -> None:
    """One of two was deleted; a failure that says nothing has touched nothing that is known."""
    two = call("kubectl delete pod a b")
    assert touched(two, HERE, (), 'pod "a" deleted from web namespace\n', succeeded=False) == (
        "k8s-pod://prod/web/a",
    )
    assert touched(two, HERE, (), None, succeeded=False) == ()
    assert touched(call("helm upgrade web bitnami/nginx"), HERE, (), "", succeeded=False) == ()


def test_helm_and_argocd_tell_what_they_chose() -> None:
    """A generated name, and the namespace of an application."""
    generated = call("helm install bitnami/nginx --generate-name")
    assert touched(generated, HERE, (), "NAME: nginx-17\nSTATUS: deployed\n") == (
        "helm-release://prod/web/nginx-17",
    )
    synced = touched(call("argocd app sync web"), Target("prod"), (), "Name:   argocd/web\nProject: x\n")
    assert synced == ("argocd-application://prod/argocd/web",)


LINES = (
    "kubectl delete pods -l a=b", "kubectl apply -f -", "kubectl drain n1",
    "kubectl scale deploy/a --replicas=1",
    "helm install bitnami/nginx --generate-name", "argocd app sync web",
)  # fmt: skip
WORDS = st.sampled_from(
    ["pod", "/", '"', " ", "deleted", "created", "from web namespace", "evicting pod ", ".", "\n",
     "NAME: ", "a", "Name: argocd/web", "%2F", "..", "all", "x" * 300, "\u200b", "cordoned"]
)  # fmt: skip


@given(
    st.sampled_from(LINES),
    st.lists(WORDS, max_size=30).map("".join) | st.text(max_size=200),
    st.booleans(),
    st.sampled_from([HERE, Target("a:b/c", "web"), Target("prod"), Target("prod", all_namespaces=True)]),
)
def test_whatever_is_printed_every_uri_is_one_of_ours(
    line: str, printed: str, succeeded: bool, target: Target
) -> None:
    """No printed text makes a URI that cannot be read back, names another context, or comes twice."""
    found = touched(call(line), target, OBJECTS, printed, succeeded)
    assert len(set(found)) == len(found)
    assert all(str(parse(uri)) == uri and parse(uri).context == target.context for uri in found)


_DNS = st.from_regex(r"[a-z0-9]([-a-z0-9.]{0,20}[a-z0-9])?", fullmatch=True)
NAMES = _DNS.filter(lambda name: ".." not in name)


@given(st.lists(NAMES, unique=True, max_size=8))
def test_every_line_of_kubectl_is_one_uri(names: list[str]) -> None:
    """However objects are called, each that is said to be deleted is told, in its order."""
    printed = "".join(f'configmap "{name}" deleted from web namespace\n' for name in names)
    found = touched(call("kubectl delete cm -l a=b"), HERE, (), printed)
    assert found == tuple(f"k8s-configmap://prod/web/{name}" for name in names)
