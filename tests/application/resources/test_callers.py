"""Each caller lists, completes and reads what the policy gives it, and learns of nothing else."""

import json

import attrs
import pytest

from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.fake_cluster import Failure
from kubeport.application.resources.names import Names, Wanted
from kubeport.domain.context import ContextRef
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
    context = json.loads((await kubeport.read("k8s-context://dev")).text)
    assert "k8s-namespace://dev/web" in str(context) and "k8s-namespace://dev/default" not in str(context)
    assert set(context["not_read"]) == {"version", "nodes", "namespaces"}


async def test_namespaces_that_a_policy_names_are_listed() -> None:
    """Though all of them may not be asked for: in lists, in completion, never those that are hidden."""
    hidden = Rule("dark", "nobody", Level.NONE, namespaces=("dark*",), commands=("kubectl *", "helm *"))
    own = Rule("own", "own ones", Level.READ_ONLY, namespaces=("web", "dark-1", "shop", "team-*"))
    kubeport = port(cluster(), policy=Policy("own", Level.NONE, rules=(hidden, own)))
    uris = [one.uri for one in (await kubeport.resources.list()).resources]
    assert [uri for uri in uris if uri.startswith("k8s-namespace://dev/")] == [
        "k8s-namespace://dev/shop", "k8s-namespace://dev/web",
    ]  # fmt: skip
    found = await kubeport.resources.complete(POD, "namespace", "", {"context": "dev"})
    assert found.values == ("shop", "web")


async def test_a_policy_without_any_named_namespace_leads_nowhere() -> None:
    """Then the context cannot be read."""
    nothing = Rule("logs", "a pattern names nothing", Level.READ_ONLY, namespaces=("team-*",))
    kubeport = port(cluster(), policy=Policy("p", Level.NONE, rules=(nothing,)))
    with pytest.raises(PolicyDenied):
        await kubeport.read("k8s-context://dev")


@pytest.mark.parametrize(("access", "wanted"), [(Level.READ_ONLY, True), (Level.NONE, False)])
async def test_the_namespace_of_the_context_is_known_without_the_cluster(access: Level, wanted: bool) -> None:
    """RBAC of one namespace is common: who may not list them has the one that the kubeconfig selects."""
    denied = Failure.forbidden("kubectl get --context=dev namespaces", "namespaces")
    fake = cluster(denied, contexts=(ContextRef("dev", "web"),))
    other = Rule("shop", "one more", Level.READ_ONLY, namespaces=("shop",))
    web = Rule("web", "as the case may be", access, namespaces=("web",))
    kubeport = port(fake, policy=Policy("p", Level.READ_ONLY, rules=(web, other)))
    uris = [one.uri for one in (await kubeport.resources.list()).resources]
    assert ("k8s-namespace://dev/web" in uris) is wanted and "k8s-namespace://dev/shop" in uris


async def test_a_new_policy_counts_for_names_at_once() -> None:
    """Names that were kept under another one are not offered any more."""
    kubeport = port(cluster())
    policies = [Policy("all", Level.READ_ONLY)]
    rules = attrs.evolve(kubeport.rules, policy=lambda: policies[-1])
    names = Names(attrs.evolve(kubeport.run, rules=rules), StoppedClock())
    pods = Wanted("dev", "web", "pods")
    assert "lone" in await names(pods)
    policies.append(Policy("none", Level.NONE))
    assert await names(pods) == ()
    policies.pop()
    assert "lone" in await names(pods)
