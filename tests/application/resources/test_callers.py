"""Each caller lists, completes and reads what the policy gives it, and learns of nothing else."""

import pytest

from kubeport.domain.effect import Level
from kubeport.domain.errors import CommandError, ContextNotFound, PolicyDenied
from kubeport.domain.policy import Caller, Policy, Rule
from kubeport.domain.resources.uri import SCHEMES

from .scene import cluster, port

pytestmark = pytest.mark.anyio
ANN, BOB, EVE = Caller("ann", ("blue",)), Caller("bob", ("red",)), Caller("eve")
TEAMS = Policy(
    "teams",
    Level.NONE,
    rules=(
        Rule("blue", "blue reads dev", Level.READ_ONLY, contexts=("dev",), callers=("group:blue",)),
        Rule("red", "red reads eu", Level.READ_ONLY, contexts=("arn:*",), callers=("group:red",)),
    ),
)
WEB_ONLY = Policy(
    "web-only",
    Level.NONE,
    rules=(Rule("web", "only web", Level.READ_ONLY, namespaces=("web",)),),
)
POD = next(scheme.template for scheme in SCHEMES if scheme.name == "k8s-pod")
EKS = "arn:aws:eks:eu/a"


async def test_lists_have_the_callers_own_contexts() -> None:
    """And namespaces of no other."""
    kubeport = port(cluster(), policy=TEAMS)
    for caller, wanted in ((ANN, "dev"), (BOB, "arn%3Aaws%3Aeks%3Aeu%2Fa"), (EVE, "")):
        uris = [one.uri for one in (await kubeport.resources.list(caller=caller)).resources]
        assert bool(uris) == bool(wanted)
        assert all(uri.partition("://")[2].startswith(wanted) for uri in uris)


async def test_a_cursor_of_another_caller_tells_nothing() -> None:
    """A place in a context that the caller may not use is no place."""
    many = tuple(f"c{n:03}" for n in range(120))
    kubeport = port(cluster(contexts=many), policy=Policy("p", Level.READ_ONLY))
    cursor = (await kubeport.resources.list(caller=ANN)).next_cursor
    assert cursor
    with pytest.raises(CommandError, match="not valid"):
        await port(cluster(), policy=TEAMS).resources.list(cursor, ANN)


async def test_completion_offers_the_callers_own() -> None:
    """Contexts, and names within them only."""
    complete = port(cluster(), policy=TEAMS).resources.complete
    assert (await complete(POD, "context", "", None, ANN)).values == ("dev",)
    assert (await complete(POD, "context", "", None, BOB)).values == (EKS,)
    web = {"context": "dev", "namespace": "web"}
    assert "lone" in (await complete(POD, "name", "", web, ANN)).values
    assert (await complete(POD, "name", "", web, BOB)).values == ()


async def test_reads_of_others_contexts_are_as_if_there_were_none() -> None:
    """The error lists the caller's own."""
    kubeport = port(cluster(), policy=TEAMS)
    assert (await kubeport.read("k8s-pod://dev/web/lone", caller=ANN)).text
    for uri in ("k8s-pod://dev/web/lone", "k8s-context://dev", "k8s-namespace://dev/web"):
        with pytest.raises(ContextNotFound) as refused:
            await kubeport.read(uri, caller=BOB)
        assert refused.value.message.endswith(f"[{EKS}].")


async def test_a_policy_for_one_namespace() -> None:
    """Its objects can be read, the namespace with what may be told of it, and nothing beside it."""
    kubeport = port(cluster(), policy=WEB_ONLY)
    found = await kubeport.read("k8s-deployment://dev/web/api")
    assert '"children"' in found.text and "not_read" not in found.text
    assert '"Deployment"' in (await kubeport.read("k8s-namespace://dev/web")).text
    for uri in ("k8s-namespace://dev/default", "k8s-node://dev/n1", "k8s-pod://dev/kube-system/x"):
        with pytest.raises(PolicyDenied):
            await kubeport.read(uri)
    with pytest.raises(PolicyDenied):
        await kubeport.read("k8s-context://dev")
