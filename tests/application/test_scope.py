"""A resource URI as the place of a call, instead of context and namespace."""

import pytest

from kubeport.application.request import Request
from kubeport.application.settings import SecuritySettings, Settings
from kubeport.domain.context import ContextRef, Kubeconfig, Target
from kubeport.domain.effect import Level

from .scripted import TWO, Bench, ScriptedExecutor

pytestmark = pytest.mark.anyio
CLOUD = Kubeconfig((ContextRef("arn:aws:eks:eu/a"), ContextRef("dev")), "dev")


@pytest.mark.parametrize(
    ("command", "scope", "target"),
    [
        ("get pods", "k8s-namespace://prod/web", Target("prod", "web")),
        ("get pods", "k8s-context://prod", Target("prod", "default")),
        ("get pods", "k8s-pod://prod/web/web-0", Target("prod", "web")),
        ("get pods", "helm-release://prod/web/api", Target("prod", "web")),
        ("get nodes", "k8s-node://prod/n1", Target("prod", "default")),
        ("get nodes", "k8s-resource://prod/-/clusterroles/view", Target("prod", "default")),
        ("get pods -A", "k8s-context://prod", Target("prod", all_namespaces=True)),
        ("get pods -n web", "k8s-namespace://prod/web", Target("prod", "web")),
        ("get pods --context=prod -n web", "k8s-context://prod", Target("prod", "web")),
        ("cluster-info", "k8s-namespace://prod/web", Target("prod")),
    ],
)
async def test_a_scope_leads_where_it_says(command: str, scope: str, target: Target) -> None:
    """Contexts, namespaces and objects; what the command says itself may only agree."""
    result = await Bench(known=TWO).run(Request(command, "kubectl", scope=scope))
    assert result.error is None, result.error
    assert result.target == target
    assert not result.warnings


async def test_a_scope_and_arguments_may_agree() -> None:
    """Both name the same place, or one names what the other leaves open."""
    for context, namespace, scope in (
        ("prod", "web", "k8s-namespace://prod/web"),
        ("prod", "", "k8s-pod://prod/web/a"),
        ("", "web", "k8s-context://prod"),
    ):
        result = await Bench(known=TWO).run(
            Request("get pods", "kubectl", context, namespace, scope=scope)
        )
        assert result.target == Target("prod", "web")


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (
            Request("get pods", "kubectl", "dev", scope="k8s-context://prod"),
            "The argument context=dev contradicts the scope k8s-context://prod.",
        ),
        (
            Request("get pods", "kubectl", "", "shop", scope="k8s-pod://prod/web/a"),
            "The argument namespace=shop contradicts the scope k8s-pod://prod/web/a.",
        ),
        (
            Request("get pods -n shop", "kubectl", scope="k8s-namespace://prod/web"),
            "--namespace=shop contradicts the scope k8s-namespace://prod/web.",
        ),
        (
            Request("get pods --context=dev", "kubectl", scope="k8s-context://prod"),
            "--context=dev contradicts the scope k8s-context://prod.",
        ),
        (
            Request("get pods -A", "kubectl", scope="k8s-namespace://prod/web"),
            "The scope k8s-namespace://prod/web contradicts --all-namespaces.",
        ),
        (
            Request("get pods -A", "kubectl", namespace="web"),
            "The argument namespace=web contradicts --all-namespaces.",
        ),
        (Request("get pods -A -n web", "kubectl"), "The namespace web contradicts --all-namespaces."),
        (Request("get pods", "kubectl", scope="prod/web"), "The argument `scope`: This is not"),
        (
            Request("get pods", "kubectl", scope="k8s-pod://prod/web"),
            "The argument `scope`: k8s-pod has 3 parts, not 2.",
        ),
        (
            Request("get pods", "kubectl", scope="k8s-pod://prod/web/a?format=yaml"),
            "The argument `scope`: Nothing may follow the name here.",
        ),
    ],
)
async def test_a_contradiction_says_which(request_: Request, told: str) -> None:
    """Nothing runs, and the message names both sides."""
    bench = Bench(known=TWO)
    result = await bench.run(request_)
    assert result.error is not None and result.error.code == "VALIDATION_ERROR"
    assert result.error.message.startswith(told)
    assert not bench.executor.jobs


async def test_a_scope_of_a_context_that_is_not_there() -> None:
    """The usual error, with the contexts that are."""
    result = await Bench(known=TWO).run(Request("get pods", "kubectl", scope="k8s-context://staging"))
    assert result.error is not None and result.error.code == "CONTEXT_NOT_FOUND"


async def test_what_a_result_says_leads_back_to_the_same_place() -> None:
    """The URI of a result, given as the scope of the next call, is the same target; cloud names, too."""
    for command, scope in (
        ("get pods -n web", "k8s-context://arn%3Aaws%3Aeks%3Aeu%2Fa"),
        ("cluster-info", "k8s-context://dev"),
    ):
        bench = Bench(known=CLOUD)
        first = await bench.run(Request(command, "kubectl", scope=scope))
        uri = first.as_dict()["target"]["uri"]
        second = await bench.run(Request(command, "kubectl", scope=uri))
        assert second.target == first.target and first.target is not None


ADMIN = Settings(security=SecuritySettings(level=Level.ADMIN))


async def test_touched_is_bounded() -> None:
    """A hundred URIs, and how many there were."""
    printed = "".join(f'pod "p{number}" deleted from shop namespace\n' for number in range(150))
    result = await Bench(ScriptedExecutor(printed), settings=ADMIN).run(
        Request("delete pods -l a=b", "kubectl")
    )
    told = result.as_dict()
    assert len(told["touched"]) == 100 and told["touched_count"] == 150
    assert told["touched"][0] == "k8s-pod://dev/shop/p0"


@pytest.mark.parametrize(
    ("executor", "uris"),
    [
        (ScriptedExecutor('pod "a" deleted\n'), ("k8s-pod://dev/shop/a",)),
        (ScriptedExecutor('pod "a" deleted\n', (1,), ('pods "b" not found',)), ("k8s-pod://dev/shop/a",)),
        (ScriptedExecutor('pod "a" deleted\n', timed_out=True), ("k8s-pod://dev/shop/a",)),
        (ScriptedExecutor("", (1,)), ()),
        (
            ScriptedExecutor('pod "a" deleted\n', truncated=True),
            ("k8s-pod://dev/shop/a", "k8s-pod://dev/shop/b"),
        ),
    ],
)
async def test_a_result_tells_what_was_touched(executor: ScriptedExecutor, uris: tuple[str, ...]) -> None:
    """All of a success; of a failure or a timeout what the tool said; behind our limits the call counts."""
    result = await Bench(executor, settings=ADMIN).run(Request("delete pod a b", "kubectl"))
    assert result.touched == uris


async def test_behind_a_pipe_the_call_counts() -> None:
    """What grep lets through is not what kubectl said; that grep found nothing changes nothing."""
    bench = Bench(ScriptedExecutor("", (0, 1)), settings=ADMIN)
    result = await bench.run(Request("delete pod a | grep x", "kubectl"))
    assert result.touched == ("k8s-pod://dev/shop/a",)


async def test_a_refused_call_touches_nothing() -> None:
    """Nothing ran."""
    result = await Bench().run(Request("delete pod a", "kubectl"))
    assert result.error is not None and result.touched == () and "touched" not in result.as_dict()
