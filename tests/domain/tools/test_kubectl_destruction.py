"""No single call destroys a cluster, whatever the level."""

import pytest

from kubeport.domain.effect import Effect
from kubeport.domain.reading import read
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.kubectl import KUBECTL, namespace_demands
from kubeport.domain.tools.parsing import parse


def call_of(line: str) -> Invocation:
    """Parse *line*, which begins behind the word ``kubectl``."""
    return parse(KUBECTL, read(line).stages[0].words, line)


@pytest.mark.parametrize(
    "line",
    [
        "delete all --all -A", "delete pods --all --all-namespaces", "delete pods -A -l '!x'",
        "delete pods -A -l 'a!=b'", "delete pods -A -l 'a notin (b)'", "delete ns kube-system",
        "delete pods -A --field-selector=metadata.name!=x", "delete ns/default",
        "delete ns a default b", "delete namespaces kube-node-lease", "delete pod/a ns/kube-public",
        "delete crd --all", "delete nodes --all", "delete node -l a=b", "delete pv --all",
        "delete clusterroles -l a!=b", "delete ns --all", "delete ns -l env!=prod",
        "delete ns --field-selector=metadata.name=kube-system",
        "delete ns -l kubernetes.io/metadata.name=kube-system", "delete pods --all -n kube-system",
        "-n kube-system delete pods -l a!=b", "drain -l a=b", "taint nodes --all a=b:NoExecute",
        "taint nodes -l a!=b x=y:NoExecute", "label pods --all -A a=b",
        "annotate pods -A -l '!a' x=y",
    ],
)  # fmt: skip
def test_mass_destruction_is_refused(line: str) -> None:
    """Everything everywhere, the namespaces of the system, all nodes: never."""
    assert call_of(line).effect is Effect.NEVER


@pytest.mark.parametrize(
    "line",
    [
        "delete pod web -n kube-system", "delete pods --all -n web",
        "delete crd widgets.example.com", "delete node n1", "delete pods -A -l app=web",
        "delete pods -l 'a=b,c!=d' -A", "delete ns web", "taint nodes --all a-",
        "taint nodes n1 a=b:NoExecute", "drain n1 n2 --force", "delete pods -A -l 'a in (b,c)'",
        "delete pods -A --field-selector=status.phase=Failed",
    ],
)  # fmt: skip
def test_admins_still_work(line: str) -> None:
    """Naming objects, or selecting them by what they are, is an admin's daily work."""
    assert call_of(line).effect is Effect.ADMIN


def test_the_namespace_of_the_target_counts_too() -> None:
    """A context may already stand in kube-system: the judge asks with the target's namespace."""
    call = call_of("delete pods --all")
    assert [d.effect for d in namespace_demands(call, "kube-system")] == [Effect.NEVER]
    assert namespace_demands(call, "web") == ()
    assert namespace_demands(call_of("delete pod web"), "kube-system") == ()
    assert namespace_demands(call_of("get pods"), "kube-system") == ()
