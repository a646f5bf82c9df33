"""The choke point: what is judged is what runs, and every answer has the promised shape."""

import asyncio

import pytest

from kubeport import FakeCluster, in_memory
from kubeport.application.ports import Completed, Job
from kubeport.application.request import Access, Request
from kubeport.application.settings import (
    LimitSettings,
    SecuritySettings,
    Settings,
    TargetSettings,
    ToolSettings,
)
from kubeport.domain.context import ContextRef, Kubeconfig
from kubeport.domain.effect import Level

from .scripted import TWO, Bench, ScriptedExecutor

pytestmark = pytest.mark.anyio
ADMIN = Settings(security=SecuritySettings(level=Level.ADMIN))


async def test_success_has_the_documented_shape() -> None:
    """status, output, exit_code and execution_time, and the additions beside them."""
    bench = Bench(ScriptedExecutor("NAME READY\n"))
    result = await bench.run(Request("kubectl get pods"))
    assert result.as_dict() == {
        "status": "success",
        "output": "NAME READY\n",
        "exit_code": 0,
        "execution_time": 0.0,
        "target": {"context": "dev", "namespace": "shop", "uri": "k8s-namespace://dev/shop"},
        "effect": "read",
        "request_id": result.request_id,
    }


@pytest.mark.parametrize(
    ("tool", "command", "argv"),
    [
        ("", "kubectl get pods", ("kubectl", "get", "--context=dev", "--namespace=shop", "pods")),
        ("kubectl", "get pods", ("kubectl", "get", "--context=dev", "--namespace=shop", "pods")),
        (
            "kubectl",
            "kubectl get po -n web -owide",
            ("kubectl", "get", "--context=dev", "--namespace=web", "--output=wide", "po"),
        ),
        (
            "kubectl",
            "get pods -A",
            ("kubectl", "get", "--context=dev", "--all-namespaces=true", "pods"),
        ),
        ("kubectl", "version", ("kubectl", "version", "--context=dev")),
        ("kubectl", "config get-contexts", ("kubectl", "config", "get-contexts")),
        ("helm", "list", ("helm", "list", "--kube-context=dev", "--namespace=shop")),
        (
            "helm",
            "template web bitnami/nginx -n web",
            ("helm", "template", "--namespace=web", "web", "bitnami/nginx"),
        ),
        ("istioctl", "ps", ("istioctl", "proxy-status", "--context=dev")),
        ("istioctl", "ps -n web", ("istioctl", "proxy-status", "--context=dev", "--namespace=web")),
        ("istioctl", "analyze", ("istioctl", "analyze", "--context=dev", "--namespace=shop")),
        ("argocd", "app list", ("argocd", "app", "list", "--core=true", "--kube-context=dev")),
        ("kubectl", "get --help", ("kubectl", "get", "--help")),
    ],
)
async def test_the_target_is_placed_as_each_tool_spells_it(
    tool: str, command: str, argv: tuple[str, ...]
) -> None:
    """Context and namespace become flags only where the subcommand takes them."""
    bench = Bench()
    result = await bench.run(Request(command, tool))
    assert result.error is None
    assert bench.argv == [argv]


async def test_argocd_with_a_server_of_its_own() -> None:
    """The setting replaces --core, and no context is looked up."""
    bench = Bench(known=Kubeconfig(), settings=Settings(tools=ToolSettings(argocd_server="cd:443")))
    await bench.run(Request("argocd app list"))
    assert bench.argv == [("argocd", "app", "list", "--server=cd:443")]


async def test_argument_beats_setting_beats_kubeconfig() -> None:
    """Each of the three sources is used when the ones before it are silent."""
    settings = Settings(target=TargetSettings(context="prod", namespace="set"))
    bench = Bench(known=TWO, settings=settings)
    await bench.run(Request("kubectl get pods", context="dev", namespace="arg"))
    assert bench.argv[0][2:4] == ("--context=dev", "--namespace=arg")
    await bench.run(Request("kubectl get pods"))
    assert bench.argv[0][2:4] == ("--context=prod", "--namespace=set")
    bench.settings = Settings()
    await bench.run(Request("kubectl get pods"))
    assert bench.argv[0][2:4] == ("--context=dev", "--namespace=shop")
    await bench.run(Request("kubectl get pods", context="prod"))
    assert bench.argv[0][2:4] == ("--context=prod", "--namespace=default")


@pytest.mark.parametrize(
    ("command", "context", "namespace"),
    [
        ("kubectl get pods --context=prod", "dev", ""),
        ("kubectl get pods -n a", "", "b"),
        ("kubectl get pods -A", "", "b"),
    ],
)
async def test_a_flag_that_contradicts_the_argument_is_refused(
    command: str, context: str, namespace: str
) -> None:
    """Neither wins silently; one that agrees is fine."""
    bench = Bench(known=TWO)
    result = await bench.run(Request(command, context=context, namespace=namespace))
    assert result.error is not None and result.error.code == "VALIDATION_ERROR"
    assert "contradicts" in result.error.message
    assert not bench.executor.jobs


async def test_agreeing_flag_and_argument() -> None:
    """The same context twice is one context."""
    bench = Bench(known=TWO)
    result = await bench.run(Request("kubectl get pods --context=prod -n a", context="prod", namespace="a"))
    assert result.error is None


async def test_unknown_context_has_the_literal_message() -> None:
    """The available contexts are named."""
    result = await Bench(known=TWO).run(Request("kubectl get pods", context="nope"))
    assert result.error is not None and result.error.code == "CONTEXT_NOT_FOUND"
    assert result.error.message == "Context not found in kubeconfig. Available contexts: [dev, prod]."


async def test_what_the_tool_answers_by_itself_needs_no_context() -> None:
    """The version of the client, help and helm's local index work without any kubeconfig."""
    bench = Bench(known=Kubeconfig())
    alone = ("kubectl version --client", "istioctl version --remote=false")
    for command in (*alone, "kubectl get --help", "helm search repo nginx"):
        assert (await bench.run(Request(command))).error is None, command


async def test_no_kubeconfig_at_all() -> None:
    """The message is the literal one with an empty list, and the hint says what to do."""
    result = await Bench(known=Kubeconfig()).run(Request("kubectl get pods"))
    assert result.error is not None and result.error.code == "CONTEXT_NOT_FOUND"
    assert result.error.message == "Context not found in kubeconfig. Available contexts: []."
    assert "KUBECONFIG" in result.error.hint


async def test_with_several_contexts_a_read_says_which_it_used() -> None:
    """A read takes the current context and warns."""
    result = await Bench(known=TWO).run(Request("kubectl get pods"))
    assert result.error is None
    assert any("dev" in warning for warning in result.warnings)


async def test_with_several_contexts_a_change_must_name_one() -> None:
    """A change is refused until the context is named; with one context it is not."""
    bench = Bench(known=TWO, settings=ADMIN)
    refused = await bench.run(Request("kubectl scale deploy/web --replicas=1"))
    assert refused.error is not None and refused.error.code == "VALIDATION_ERROR"
    assert not bench.executor.jobs
    assert (await bench.run(Request("kubectl scale deploy/web --replicas=1", context="dev"))).error is None
    alone = Bench(settings=ADMIN)
    assert (await alone.run(Request("kubectl scale deploy/web --replicas=1"))).error is None


async def test_in_cluster_account_is_placed_nowhere() -> None:
    """The service account has no context to name; its namespace still is placed."""
    known = Kubeconfig((ContextRef("in-cluster", "agents", in_cluster=True),), "in-cluster")
    bench = Bench(known=known)
    await bench.run(Request("kubectl get pods"))
    assert bench.argv == [("kubectl", "get", "--namespace=agents", "pods")]


async def test_a_restricted_command_has_the_literal_message_first() -> None:
    """Then the reason, the caret, the rule and the level that would allow it."""
    bench = Bench()
    result = await bench.run(Request("kubectl delete pod web"))
    assert result.error is not None
    assert result.error.code == "POLICY_DENIED"
    assert result.error.message.startswith("Command is restricted for security reasons.")
    assert "^" in result.error.message
    assert result.error.rule == "read-only"
    assert "admin" in result.error.hint
    assert not bench.executor.jobs


async def test_unknown_tool_has_the_literal_message() -> None:
    """A line that names none of the four tools."""
    result = await Bench().run(Request("kubectx prod"))
    assert result.error is not None and result.error.code == "TOOL_NOT_FOUND"
    assert result.error.message.startswith(
        "Tool not found. Available tools: kubectl, helm, istioctl, argocd."
    )


@pytest.mark.parametrize(
    ("access", "command", "told"),
    [
        (Access.READ, "scale deploy/web --replicas=1", "kubectl_change"),
        (Access.CHANGE, "get pods", "Call the tool kubectl."),
    ],
)
async def test_a_command_of_the_sibling_says_which_tool_to_call(
    access: Access, command: str, told: str
) -> None:
    """Reads and changes have tools of their own, whatever the level."""
    result = await Bench(settings=ADMIN).run(Request(command, "kubectl", access=access))
    assert result.error is not None and result.error.code == "POLICY_DENIED"
    assert told in result.error.hint


async def test_a_command_of_another_tool_says_which_tool_to_call() -> None:
    """helm's commands belong to the tool helm."""
    result = await Bench().run(Request("helm list", "kubectl"))
    assert result.error is not None and result.error.code == "VALIDATION_ERROR"
    assert "tool helm" in result.error.hint


@pytest.mark.parametrize(
    ("stderr", "code", "reason"),
    [
        (
            "error: You must be logged in to the server (Unauthorized)",
            "AUTHENTICATION_ERROR",
            "unauthenticated",
        ),
        (
            "Unable to connect to the server: getting credentials: exec: executable aws not found",
            "AUTHENTICATION_ERROR",
            "credential_plugin",
        ),
        ("error: token has expired", "AUTHENTICATION_ERROR", "token_expired"),
        (
            'Error from server (Forbidden): pods is forbidden: User "x" cannot list resource',
            "EXECUTION_ERROR",
            "forbidden",
        ),
        (
            'Error from server (NotFound): pods "forbidden-x" not found',
            "EXECUTION_ERROR",
            "not_found",
        ),
        (
            "Unable to connect to the server: dial tcp: lookup x: no such host",
            "EXECUTION_ERROR",
            "unreachable",
        ),
        ("something odd", "EXECUTION_ERROR", "failed"),
    ],
)
async def test_failures_are_told_apart(stderr: str, code: str, reason: str) -> None:
    """Only what says that the cluster does not know us is an authentication error."""
    bench = Bench(ScriptedExecutor("", (1,), (stderr,)))
    result = await bench.run(Request("kubectl get pods"))
    told = result.as_dict()["error"]
    assert (told["code"], told["reason"]) == (code, reason)
    assert told["details"] == {
        "command": "kubectl get --context=dev --namespace=shop pods",
        "exit_code": 1,
        "stderr": stderr,
    }
    assert result.exit_code == 1


async def test_timeout_has_the_literal_message_and_keeps_what_came() -> None:
    """The output until then is not lost."""
    bench = Bench(ScriptedExecutor("half", (-15,), timed_out=True))
    result = await bench.run(Request("kubectl get pods", timeout=5))
    assert result.error is not None and result.error.code == "TIMEOUT_ERROR"
    assert result.error.message == "Command timed out after 5 seconds."
    assert result.output == "half"
    assert bench.executor.jobs[0].limits.timeout == 5


@pytest.mark.parametrize("timeout", [0.0, -1.0, 0.5, 301.0, float("nan"), float("inf")])
async def test_the_timeout_has_bounds(timeout: float) -> None:
    """Outside minimum and maximum the call is refused, and the bounds are named."""
    bench = Bench(settings=Settings(limits=LimitSettings(30, 1, 300)))
    result = await bench.run(Request("kubectl get pods", timeout=timeout))
    assert result.error is not None and result.error.code == "VALIDATION_ERROR"
    assert "between 1 and 300 seconds" in result.error.message
    assert not bench.executor.jobs


async def test_a_manifest_goes_to_stdin_only_where_it_is_asked_for() -> None:
    """``-f -`` and the argument need each other."""
    bench = Bench(settings=ADMIN)
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    assert (await bench.run(Request("kubectl apply -f -", manifest=text))).error is None
    assert bench.executor.jobs[0].stdin == text
    missing = await bench.run(Request("kubectl apply -f -"))
    assert missing.error is not None and "argument `manifest`" in missing.error.hint
    unasked = await bench.run(Request("kubectl get pods", manifest=text))
    assert unasked.error is not None and unasked.error.code == "VALIDATION_ERROR"


async def test_a_manifest_is_judged_by_what_is_in_it() -> None:
    """RBAC inside a manifest needs the level that RBAC by verb needs."""
    write = Settings(security=SecuritySettings(level=Level.WRITE))
    text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: own}\n"
    result = await Bench(settings=write).run(Request("kubectl apply -f -", manifest=text))
    assert result.error is not None and result.error.code == "POLICY_DENIED"
    assert "ClusterRoleBinding" in result.error.message
    assert (await Bench(settings=ADMIN).run(Request("kubectl apply -f -", manifest=text))).error is None


async def test_filters_run_behind_the_first_stage() -> None:
    """Each stage is an argv of its own; those behind the first are marked as filters."""
    bench = Bench(ScriptedExecutor("3\n"))
    result = await bench.run(Request("kubectl get pods | grep -c Running"))
    assert result.output == "3\n"
    assert [stage.filter for stage in bench.executor.jobs[0].stages] == [False, True]
    assert bench.argv[1][0] == "grep"


async def test_grep_without_a_match_is_an_answer() -> None:
    """Exit code 1 of grep is no failure; 2 is."""
    none = await Bench(ScriptedExecutor("", (0, 1))).run(Request("kubectl get pods | grep x"))
    assert none.status == "success" and none.exit_code == 1
    bad = await Bench(ScriptedExecutor("", (0, 2), ("", "grep: bad"))).run(
        Request("kubectl get pods | grep x")
    )
    assert bad.error is not None and bad.error.reason == "filter"


async def test_warnings_of_a_successful_tool_are_kept() -> None:
    """kubectl says on stderr that nothing was found, and that matters."""
    bench = Bench(ScriptedExecutor("", (0,), ("No resources found in shop namespace.\n",)))
    result = await bench.run(Request("kubectl get pods"))
    assert result.warnings == ("No resources found in shop namespace.",)


async def test_every_call_is_audited_and_without_secrets() -> None:
    """Refused ones, too; a token in the command does not reach the record."""
    bench = Bench(settings=ADMIN)
    await bench.run(Request("kubectl get pods"))
    await bench.run(Request("kubectl nonsense"))
    await bench.run(Request("kubectl create secret generic s --from-literal=password=hunter2hunter2"))
    allowed, refused, *secret = bench.audit.records
    assert allowed["allowed"] and allowed["context"] == "dev" and allowed["rule"] == "admin"
    assert not refused["allowed"] and refused["code"] == "VALIDATION_ERROR"
    assert len(secret) == 2 and "hunter2" not in str(secret)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(tools=ToolSettings(deny=("kubectl get",))),
        Settings(tools=ToolSettings(enabled=("helm",))),
        Settings(security=SecuritySettings(pipes=("head",))),
    ],
)
async def test_operators_can_restrict_further(settings: Settings) -> None:
    """Denied commands, disabled tools and utilities are refused whatever the level."""
    bench = Bench(settings=settings)
    result = await bench.run(Request("kubectl get pods | grep x"))
    assert result.error is not None
    assert not bench.executor.jobs


async def test_values_of_literals_are_not_kept() -> None:
    """Whatever the key is called: the audit and the answer show it, and not the value."""
    bench = Bench(ScriptedExecutor("", (1,), ("no",)), settings=ADMIN)
    result = await bench.run(Request("kubectl create secret generic s --from-literal=colour=mauve"))
    assert result.error is not None and "--from-literal=colour=<redacted>" in result.error.command
    intent, kept = bench.audit.records
    assert "colour=<redacted>" in kept["command"] and "mauve" not in str((intent, kept))


class Hanging(ScriptedExecutor):
    """An executor whose jobs never end."""

    async def run(self, job: Job, progress: object = None) -> Completed:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError("it was waited for nothing")


async def test_a_cancelled_call_is_audited() -> None:
    """It may have changed something, so the record must be there."""
    bench = Bench(Hanging(), settings=ADMIN)
    task = asyncio.create_task(bench.run(Request("kubectl delete pod web")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    intent, kept = bench.audit.records
    assert (intent["event"], kept["event"]) == ("intent", "outcome")
    assert kept["allowed"] and kept["effect"] == "admin" and kept["reason"] == "cancelled"


async def test_words_are_run_as_they_came() -> None:
    """A list instead of a line: what stands in a word is no pipe and no quote; it is judged alike."""
    kubeport = in_memory(FakeCluster([_POD]))
    words = ["kubectl", "get", "pods", "-l", "app in (web, 'x')", "-o", "name"]
    assert kubeport.check(words).as_dict()["error"]["code"] == "VALIDATION_ERROR"
    assert (await kubeport.command([*words[:4], "app in (web, db)", *words[5:]])).output == "pod/web-0\n"
    refused = await kubeport.command(["kubectl", "delete", "pod", "web-0"])
    assert refused.error is not None and refused.error.code == "POLICY_DENIED"
    filtered = await kubeport.command(["kubectl", "get", "pods", "|", "grep", "web"])
    assert filtered.error is not None and "'|'" in filtered.error.message


_POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web-0", "namespace": "default", "labels": {"app": "web"}},
}
