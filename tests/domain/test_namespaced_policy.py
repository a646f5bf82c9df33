"""A policy that keeps a team to its namespaces holds against every way out of them."""

import pytest

from kubeport.domain.context import Target
from kubeport.domain.effect import Level
from kubeport.domain.errors import CommandError
from kubeport.domain.judging import judge
from kubeport.domain.manifest import ManifestObject
from kubeport.domain.policy import Policy, Rule
from kubeport.domain.tools.grammar import Meaning
from kubeport.domain.understanding import understand

TEAM = Policy(
    "team",
    access=Level.NONE,
    rules=(
        Rule("own", "the team works in its own namespaces", Level.ADMIN, namespaces=("team-a", "team-a-*")),
    ),
    namespaced_kinds=("virtualservices.networking.istio.io",),
)


def allowed(command: str, manifest: tuple[ManifestObject, ...] = ()) -> bool:
    """The judgement on *command*, whose target is what it names, else the namespace team-a."""
    understood = understand(command)
    call = understood.call
    named = call.with_meaning(Meaning.NAMESPACE)
    everywhere = call.with_meaning(Meaning.ALL_NAMESPACES) is not None
    place = "" if everywhere or not call.verb.namespaced else named.value if named else "team-a"
    target = Target("c", place, everywhere)
    return judge(understood, TEAM, target, manifest=manifest).allowed


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get pods", "kubectl get pods -n team-a-test", "kubectl get pod,svc web",
        "kubectl logs web", "kubectl describe ns team-a", "kubectl get ns team-a-test -o yaml",
        "kubectl scale deploy/web --replicas=2", "kubectl get virtualservices.networking.istio.io",
        "helm list", "helm status web", "kubectl delete pod web", "kubectl get all",
        "kubectl get --raw /apis/metrics.k8s.io/v1beta1/namespaces/team-a/pods",
    ],
)
def test_the_own_namespaces(command: str) -> None:
    """What stays inside is allowed."""
    assert allowed(command)


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get pods -n other", "kubectl get pods -n kube-system", "kubectl get pods -A",
        "kubectl get pods --all-namespaces=true", "kubectl get ns", "kubectl get ns other",
        "kubectl get ns team-a other", "kubectl get nodes", "kubectl get pv", "kubectl get clusterroles",
        "kubectl get pods,nodes", "kubectl get clusterissuers", "kubectl get foos.example.com",
        "kubectl top nodes", "kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes",
        "kubectl get --raw /apis/metrics.k8s.io/v1beta1/namespaces/other/pods",
        "kubectl cluster-info dump --all-namespaces", "kubectl cordon n1", "kubectl create ns team-b",
        "helm list -A", "helm list -n other", "istioctl ps web.other", "kubectl get crd",
    ],
)
def test_every_way_out(command: str) -> None:
    """Other namespaces, all of them, cluster-wide kinds and kinds of unknown scope are refused."""
    try:
        assert not allowed(command)
    except CommandError:
        raise AssertionError(f"{command} should be understood, and refused by the policy") from None


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (ManifestObject("ConfigMap", "a"), True),
        (ManifestObject("ConfigMap", "a", "team-a"), True),
        (ManifestObject("ConfigMap", "a", "other"), False),
        (ManifestObject("ClusterRole", "a", "", "rbac.authorization.k8s.io/v1"), False),
        (ManifestObject("Namespace", "other"), False),
        (ManifestObject("Widget", "a", "", "example.com/v1"), False),
    ],
)
def test_manifests(thing: ManifestObject, expected: bool) -> None:
    """A manifest's objects are judged where they would go."""
    assert allowed("kubectl apply -f -", (thing,)) is expected
