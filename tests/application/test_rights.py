"""What a caller may do: its credential's scope, its own contexts, its own name in Kubernetes."""

import attrs
import pytest

from kubeport.adapters.manifest import YamlManifest
from kubeport.application.caller_settings import IdentitySettings
from kubeport.application.describe_command import DescribeCommand
from kubeport.application.documentation import Documentation
from kubeport.application.explain_command import ExplainCommand
from kubeport.application.identity import Identities
from kubeport.application.ports import WatchPlace
from kubeport.application.request import Access, Request
from kubeport.application.settings import ServerSettings, Settings, ToolSettings
from kubeport.domain.context import ContextRef, Kubeconfig
from kubeport.domain.effect import Level
from kubeport.domain.errors import PolicyDenied
from kubeport.domain.policy import BUILT_IN, Caller, Policy, Rule
from kubeport.domain.result import Result

from .scripted import TWO, Bench

pytestmark = pytest.mark.anyio
ANN = Caller("ann", ("blue", "staff"))
BOB = Caller("bob", ("red",))
IMPERSONATING = IdentitySettings(
    "impersonate", user="oidc:{name}", group="team:{group}", allowed_groups=("team:blue", "team:red")
)
KEPT = IdentitySettings("kubeconfig", kubeconfigs="/etc/kubeport/callers")
TEAMS = Policy(
    "teams",
    Level.NONE,
    rules=(
        Rule("blue", "blue works in dev", Level.WRITE, contexts=("dev",), callers=("group:blue",)),
        Rule("red", "red reads prod", Level.READ_ONLY, contexts=("prod",), callers=("group:red",)),
    ),
)


def bench(
    identity: IdentitySettings = IdentitySettings(),
    policy: Policy = BUILT_IN["admin"],
    tools: ToolSettings = ToolSettings(),
    known: Kubeconfig = TWO,
) -> Bench:
    """A bench where clusters are asked as *identity* wants."""
    return Bench(known=known, settings=Settings(identity=identity, tools=tools), policy=policy)


def reason(result: Result) -> str:
    """The rule that refused *result*."""
    assert result.error is not None
    return result.error.rule


# -- scope ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("granted", "command", "scope"),
    [
        (Level.NONE, "kubectl get --help", "kubeport:read"),
        (Level.NONE, "helm search repo nginx", "kubeport:read"),
        (Level.READ_ONLY, "kubectl scale deploy/web --replicas=2", "kubeport:write"),
        (Level.WRITE, "kubectl delete namespace shop", "kubeport:admin"),
        (Level.WRITE, "helm uninstall web", "kubeport:admin"),
    ],
)
async def test_no_policy_gives_more_than_the_credential(granted: Level, command: str, scope: str) -> None:
    """The refusal names the scope, not the policy, and explaining it says the same."""
    site, caller = bench(), Caller("ann", granted=granted)
    result = await site.run(Request(command, context="dev", caller=caller))
    assert reason(result) == "scope" and result.error is not None
    assert scope in result.error.message and scope in result.error.hint
    assert "policy would allow" in result.error.hint
    assert site.executor.jobs == []
    record = site.audit.records[-1]
    assert record["caller"] == "ann" and record["allowed"] is False and record["rule"] == "scope"


async def test_a_refusal_of_the_policy_is_the_policys() -> None:
    """A higher scope would not help, so none is named."""
    caller = Caller("ann", granted=Level.READ_ONLY)
    result = await bench(policy=BUILT_IN["read-only"]).run(
        Request("kubectl scale deploy/web --replicas=2", context="dev", caller=caller)
    )
    assert reason(result) == "read-only" and result.error is not None
    assert "scope" not in result.error.message + result.error.hint


async def test_what_is_never_allowed_stays_so() -> None:
    """For an admin's token as well."""
    result = await bench().run(Request("kubectl get pods --as=root", context="dev", caller=ANN))
    assert reason(result) == "never"


# -- contexts ------------------------------------------------------------------------------------


def test_contexts_are_those_that_the_policy_gives_anything_in() -> None:
    """Each team has its own; a stranger, and a token without a scope, have none."""
    contexts = bench(policy=TEAMS).contexts
    assert contexts(ANN) == Kubeconfig((ContextRef("dev", "shop"),), "dev")
    assert contexts(BOB) == Kubeconfig((ContextRef("prod"),), "")
    assert contexts(Caller("eve")).names == contexts().names == ()
    assert contexts(attrs.evolve(ANN, granted=Level.NONE)).names == ()


async def test_a_context_of_others_is_as_one_that_does_not_exist() -> None:
    """The two answers differ in nothing, and name only the caller's own."""
    site = bench(policy=TEAMS)
    told = [
        await site.run(Request("kubectl get pods", context=name, caller=ANN)) for name in ("prod", "nowhere")
    ]
    errors = [result.error for result in told]
    assert errors[0] == errors[1] and errors[0] is not None
    assert errors[0].message.endswith("Available contexts: [dev].")
    assert (await site.run(Request("kubectl get pods", caller=ANN))).error is None
    assert site.executor.jobs[-1].stages[0].argv[2] == "--context=dev"


async def test_the_current_context_of_others_is_not_used() -> None:
    """Nor is it named."""
    result = await bench(policy=TEAMS).run(Request("kubectl get pods", caller=BOB))
    assert result.error is not None and "[prod]" in result.error.message
    assert "dev" not in str(result.as_dict())


@pytest.mark.parametrize("command", ["get-contexts", "view", "current-context", "get-clusters", "get-users"])
async def test_the_kubeconfig_is_not_shown_to_who_may_not_use_all_of_it(command: str) -> None:
    """kubectl config would tell of the contexts of others."""
    policy = attrs.evolve(
        TEAMS, access=Level.READ_ONLY, rules=(Rule("no", "hidden", Level.NONE, contexts=("prod",)),)
    )
    site = bench(policy=policy)
    refused = await site.run(Request(f"kubectl config {command}", context="dev", caller=ANN))
    assert reason(refused) == "contexts" and site.executor.jobs == []
    allowed = bench(policy=BUILT_IN["read-only"])
    result = await allowed.run(Request(f"kubectl config {command}", context="dev", caller=ANN))
    assert result.error is None, result.error


@pytest.mark.parametrize(
    ("rules", "most"),
    [
        ((), Level.NONE),
        ((Rule("a", "r", Level.WRITE, kinds=("pods",)),), Level.WRITE),
        ((Rule("a", "r", Level.READ_ONLY), Rule("b", "r", Level.ADMIN)), Level.READ_ONLY),
        ((Rule("a", "r", Level.NONE, contexts=("dev",)), Rule("b", "r", Level.ADMIN)), Level.NONE),
        ((Rule("a", "r", Level.NONE, contexts=("prod",)), Rule("b", "r", Level.ADMIN)), Level.ADMIN),
        ((Rule("a", "r", Level.NONE, callers=("group:blue",)), Rule("b", "r", Level.ADMIN)), Level.NONE),
        ((Rule("a", "r", sensitive=()), Rule("b", "r", Level.WRITE)), Level.WRITE),
    ],
)
def test_the_most_that_a_caller_can_have(rules: tuple[Rule, ...], most: Level) -> None:
    """In one context: the highest of the rules that can cover something, up to one that covers all."""
    assert Policy("p", Level.NONE, rules=rules).most(ANN, "dev") is most


# -- identity ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        (
            "kubectl get pods",
            ("kubectl", "get", "--context=dev", "--namespace=shop", "--as=oidc:ann", "--as-group=team:blue",
             "pods"),
        ),
        (
            "kubectl exec web -- ls",
            ("kubectl", "exec", "--context=dev", "--namespace=shop", "--as=oidc:ann",
             "--as-group=team:blue", "web", "--", "ls"),
        ),
        (
            "helm list",
            ("helm", "list", "--kube-context=dev", "--namespace=shop", "--kube-as-user=oidc:ann",
             "--kube-as-group=team:blue"),
        ),
        (
            "istioctl ps",
            ("istioctl", "proxy-status", "--context=dev", "--as=oidc:ann", "--as-group=team:blue"),
        ),
        ("helm template web bitnami/nginx", ("helm", "template", "web", "bitnami/nginx")),
        ("kubectl get --help", ("kubectl", "get", "--help")),
    ],
)  # fmt: skip
async def test_the_caller_is_impersonated_as_each_tool_spells_it(
    command: str, argv: tuple[str, ...]
) -> None:
    """The group that is not allowed is left out; what reaches no cluster needs nobody's name."""
    site = bench(IMPERSONATING)
    result = await site.run(Request(command, context="dev", caller=ANN))
    assert result.error is None, result.error
    assert site.argv == [argv]
    assert site.audit.records[-1]["argv"] == [list(argv)]


@pytest.mark.parametrize(
    ("caller", "told"),
    [
        (Caller(), "has none"),
        (Caller("  "), "not impersonated"),
        (Caller("ann\n"), "cannot be seen"),
        (Caller("ann", ("system:masters",)), "reserved"),
        (Caller("system:admin"), "reserved"),
        (Caller("SYSTEM:admin"), "reserved"),
        (Caller("-v"), "dash"),
        (Caller("ann", ("",)), "empty"),
    ],
)
async def test_nobody_gets_the_servers_rights(caller: Caller, told: str) -> None:
    """A caller without a name that can be impersonated is refused, before anything runs."""
    site = bench(IdentitySettings("impersonate", allowed_groups=("*",)))
    result = await site.run(Request("kubectl get pods", context="dev", caller=caller))
    assert reason(result) == "identity" and result.error is not None and told in result.error.message
    assert site.executor.jobs == []


def test_a_prefix_makes_any_name_harmless_and_groups_are_an_allow_list() -> None:
    """TokenReview names every ServiceAccount and its groups system:…: they go on only with a prefix."""
    account = Caller("system:serviceaccount:a:b", ("system:authenticated", "blue"))
    found = Identities(Settings(identity=IMPERSONATING)).of(account)
    assert (found.user, found.groups) == ("oidc:system:serviceaccount:a:b", ("team:blue",))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"user": "{group}"}, "user"),
        ({"user": "everybody"}, "user"),
        ({"user": "{name}{name}"}, "user"),
        ({"user": "system:{name}"}, "reserved"),
        ({"user": " {name}"}, "spaces"),
        ({"group": "System:{group}"}, "reserved"),
        ({"allowed_groups": ("system:masters",)}, "reserved"),
        ({"allowed_groups": ("",)}, "empty"),
        ({"mode": "kubeconfig"}, "kubeconfigs"),
        ({"mode": "impersonate", "kubeconfigs": "/x"}, "kubeconfigs"),
        ({"mode": "proxy"}, "mode"),
    ],
)
def test_settings_that_cannot_be_meant(values: dict[str, object], told: str) -> None:
    """They do not start."""
    with pytest.raises(ValueError, match=told):
        IdentitySettings(**values)  # type: ignore[arg-type]


async def test_the_local_user_has_a_name_over_stdio_only_and_only_if_a_setting_says_so() -> None:
    """Over HTTP an unnamed caller may be anybody."""
    local = attrs.evolve(IMPERSONATING, local_user="me", local_groups=("blue",))
    site = bench(local)
    assert (await site.run(Request("kubectl get pods", context="dev"))).error is None
    assert site.argv[0][4:6] == ("--as=oidc:me", "--as-group=team:blue")
    over_http = Settings(ServerSettings(transport="http"), identity=local)
    with pytest.raises(PolicyDenied, match="in the caller's own name"):
        Identities(over_http).of(Caller())


@pytest.mark.parametrize("identity", [IMPERSONATING, KEPT])
async def test_argocd_does_not_act_with_the_servers_rights(identity: IdentitySettings) -> None:
    """With an Argo CD server, and without one where it would have to impersonate."""
    site = bench(identity, tools=ToolSettings(argocd_server="argo:443"))
    known = Request("argocd app list", caller=ANN)
    result = await site.run(known)
    assert reason(result) == "identity" and result.error is not None
    assert "kubectl get applications.argoproj.io" in result.error.hint and site.executor.jobs == []
    refused = (await bench(IMPERSONATING).run(attrs.evolve(known, context="dev"))).error
    assert refused is not None and refused.rule == "identity"


@pytest.mark.parametrize("identity", [IMPERSONATING, KEPT])
@pytest.mark.parametrize(
    "command", ["kubectl version --client", "helm search repo x", "helm template a bitnami/b"]
)
async def test_what_reaches_no_cluster_needs_nobodys_name(identity: IdentitySettings, command: str) -> None:
    """And finds no kubeconfig that could lead it to one."""
    site = bench(identity)
    for caller in (Caller(), ANN):
        assert (await site.run(Request(command, caller=caller))).error is None
        assert site.executor.jobs[-1].kubeconfig == "/dev/null"
        assert not any(word.startswith("--as") or "kube-as" in word for word in site.argv[0])


async def test_istioctl_gets_no_group_that_it_might_take_for_two() -> None:
    """kubectl and helm take a comma as it is."""
    site = bench(IdentitySettings("impersonate", allowed_groups=("cn=*",)))
    caller = Caller("ann", ("cn=a,system:masters",))
    assert reason(await site.run(Request("istioctl ps", context="dev", caller=caller))) == "identity"
    assert (await site.run(Request("kubectl get pods", context="dev", caller=caller))).error is None
    assert "--as-group=cn=a,system:masters" in site.argv[0]


async def test_a_kubeconfig_for_each_caller() -> None:
    """Contexts are those of its file, which is the only one that the tool sees; argocd works with it."""
    site = bench(KEPT)
    assert site.contexts(ANN).names == ("own-ann",)
    for command in ("kubectl get pods", "argocd app list", "kubectl config get-contexts"):
        assert (await site.run(Request(command, caller=ANN))).error is None
        assert site.executor.jobs[-1].kubeconfig == "/etc/kubeport/callers/ann.yaml"
    refused = await site.run(Request("kubectl get pods", caller=ANN, context="own-bob"))
    assert refused.error is not None and "[own-ann]" in refused.error.message
    assert reason(await site.run(Request("kubectl get pods"))) == "identity"
    traversing = Identities(site.settings).of(Caller("../bob")).kubeconfig
    assert traversing.startswith("/etc/kubeport/callers/sha256-")


@pytest.mark.parametrize("identity", [IMPERSONATING, KEPT])
async def test_kept_documentation_is_nobody_elses_where_a_cluster_told_it(identity: IdentitySettings) -> None:
    """What explain says is asked in each caller's name; a program's own help is the same for all."""
    site = bench(identity)
    describe = DescribeCommand(site.run, Documentation(site.executor, site.clock))
    site.executor.stdout = "KIND: Pod\n"
    for caller in (ANN, ANN, BOB):
        context = f"own-{caller.name}" if identity is KEPT else "dev"
        assert (await describe("kubectl", "explain pods", caller, context=context)).error is None
    assert len(site.executor.jobs) == 2
    for caller in (ANN, BOB, Caller()):
        assert (await describe("kubectl", "get", caller)).error is None
    assert len(site.executor.jobs) == 3


async def test_inside_a_cluster_impersonation_needs_a_kubeconfig() -> None:
    """With --as the tools do not find the Pod's account by themselves."""
    pod = Kubeconfig((ContextRef("in-cluster", "shop", in_cluster=True),), "in-cluster")
    site = bench(IMPERSONATING, known=pod)
    assert (await site.run(Request("kubectl get pods", caller=ANN))).error is None
    assert site.executor.jobs[-1].in_cluster
    alone = bench(known=pod)
    assert (await alone.run(Request("kubectl get pods", caller=ANN))).error is None
    assert not alone.executor.jobs[-1].in_cluster


def test_watches_are_in_the_callers_name() -> None:
    """As calls are."""
    place = WatchPlace("dev", "shop", "pods")
    found = Identities(Settings(identity=IMPERSONATING)).place(place, ANN)
    assert found == WatchPlace("dev", "shop", "pods", "oidc:ann", ("team:blue",))
    kept = Identities(Settings(identity=KEPT)).place(place, ANN)
    assert kept.kubeconfig == "/etc/kubeport/callers/ann.yaml" and kept.user == ""
    with pytest.raises(PolicyDenied):
        Identities(Settings(identity=KEPT)).place(place, Caller())


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get pods --as=root", "kubectl get pods --as root",
        "kubectl get pods --as-group=system:masters",
        "kubectl get pods --as-uid=1", "kubectl get pods --token=x", "kubectl get pods --kubeconfig=x",
        "kubectl get pods --server=x", "kubectl get pods -s x", "kubectl get pods --user=x",
        "kubectl auth can-i list pods --as=root", "kubectl --as=root get pods",
        "helm list --kube-as-user=root", "helm list --kube-as-group=system:masters",
        "helm list --kube-token=x",
        "helm list --kubeconfig=x", "helm list --kube-apiserver=x",
        "istioctl ps --as=root", "istioctl ps --as-group=x", "istioctl ps --as-uid=x",
        "istioctl ps --kubeconfig=x",
        "argocd app list --server=x", "argocd app list --auth-token=x", "argocd app list --as=x",
    ],
)  # fmt: skip
async def test_a_callers_own_words_choose_no_identity(command: str) -> None:
    """Whatever the mode, for an admin as well."""
    for identity in (IdentitySettings(), IMPERSONATING):
        site = bench(identity)
        result = await site.run(Request(command, context="dev", caller=ANN))
        assert result.error is not None and result.error.code in ("POLICY_DENIED", "VALIDATION_ERROR")
        assert site.executor.jobs == []


async def test_explaining_says_what_running_would() -> None:
    """The placed flags, and who is refused."""
    site = bench(IMPERSONATING)
    explain = ExplainCommand(site.contexts, YamlManifest(), site.contexts.rules, site.settings)
    told = explain(Request("kubectl get pods", context="dev", caller=ANN, access=Access.ANY)).as_dict()
    assert "--as=oidc:ann" in told["stages"][0]["argv"]
    refused = explain(Request("kubectl get pods", context="dev"))
    assert isinstance(refused.error, PolicyDenied) and refused.error.rule == "identity"
    scoped = explain(
        Request("kubectl delete ns shop", context="dev", caller=Caller("ann", granted=Level.READ_ONLY))
    )
    assert scoped.decision is not None and scoped.decision.rule == "scope"
