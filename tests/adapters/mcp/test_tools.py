"""The tools through a real client, in memory, in both protocol eras."""

from collections.abc import Callable
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import Client, MCPError
from mcp import types as T

from kubeport.adapters.fake_cluster import Failure, FakeCluster
from kubeport.adapters.mcp.server import build_server
from kubeport.application.ports import Completed, Job, Progress
from kubeport.containers import in_memory

from .conftest import ERAS

pytestmark = pytest.mark.anyio

READS = ["kubectl", "helm", "istioctl", "argocd"]
CHANGES = [f"{name}_change" for name in READS]
ABOUT = ["help", "contexts", "more", "policy"]


def text(answer: T.CallToolResult) -> str:
    """All text of an answer."""
    return "\n".join(part.text for part in answer.content if isinstance(part, T.TextContent))


def structure(answer: T.CallToolResult) -> dict[str, Any]:
    """The structured content, which must be there."""
    content: dict[str, Any] | None = answer.structured_content
    assert content is not None
    return content


async def test_read_only_offers_reading_tools_only(reader: Client) -> None:
    """Each says that it only reads, so that a host may approve it by itself."""
    listed = (await reader.list_tools()).tools
    assert [tool.name for tool in listed] == READS + ABOUT
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in listed)


async def test_admin_offers_the_changing_siblings_too(admin: Client) -> None:
    """They are marked destructive; the reading tools stay marked as reading."""
    listed = {tool.name: tool for tool in (await admin.list_tools()).tools}
    assert list(listed) == READS + CHANGES + ABOUT
    for name in CHANGES:
        annotations = listed[name].annotations
        assert annotations and annotations.destructive_hint and not annotations.read_only_hint


async def test_get_pods_with_and_without_the_tools_name(reader: Client) -> None:
    """Both spellings are the same command; structured content validates against the schema."""
    schemas = {tool.name: tool.output_schema for tool in (await reader.list_tools()).tools}
    answers = [
        await reader.call_tool("kubectl", {"command": command})
        for command in ("get pods", "kubectl get pods")
    ]
    for answer in answers:
        assert not answer.is_error
        assert schemas["kubectl"] is not None
        jsonschema.validate(structure(answer), schemas["kubectl"])
        assert structure(answer)["target"] == {
            "context": "demo",
            "namespace": "shop",
            "uri": "k8s-namespace://demo/shop",
        }
    assert structure(answers[0])["output"] == structure(answers[1])["output"]
    assert "CrashLoopBackOff" in text(answers[0])


async def test_a_pipe(reader: Client) -> None:
    """The main job: a count behind a pipe; the text is the output and nothing else before it."""
    answer = await reader.call_tool("kubectl", {"command": "get pods -A | grep -c CrashLoopBackOff"})
    assert not answer.is_error
    first = answer.content[0]
    assert isinstance(first, T.TextContent) and first.text == "1\n"


async def test_a_refusal_is_an_error_result_with_the_shape(reader: Client) -> None:
    """isError, POLICY_DENIED, the literal message, and an output schema that still holds."""
    answer = await reader.call_tool("kubectl", {"command": "delete deployment checkout"})
    assert answer.is_error
    error = structure(answer)["error"]
    assert error["code"] == "POLICY_DENIED"
    assert error["message"].startswith("Command is restricted for security reasons.")
    assert structure(answer)["status"] == "error" and structure(answer)["output"] == ""
    assert "POLICY_DENIED" in text(answer)


async def test_a_change_through_its_tool(admin: Client) -> None:
    """Scaling works through kubectl_change and shows in the next read."""
    refused = await admin.call_tool("kubectl", {"command": "scale deploy/web --replicas=3"})
    assert refused.is_error and "kubectl_change" in text(refused)
    done = await admin.call_tool("kubectl_change", {"command": "scale deploy/web --replicas=3"})
    assert not done.is_error, text(done)
    assert structure(done)["effect"] == "write"
    after = await admin.call_tool("kubectl", {"command": "get deploy web -o jsonpath='{.spec.replicas}'"})
    assert structure(after)["output"].strip() == "3"


async def test_apply_with_a_manifest(admin: Client) -> None:
    """The manifest comes as an argument and is what ``-f -`` reads."""
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fresh\ndata:\n  a: b\n"
    done = await admin.call_tool("kubectl_change", {"command": "apply -f -", "manifest": manifest})
    assert not done.is_error, text(done)
    found = await admin.call_tool("kubectl", {"command": "get configmap fresh -o name"})
    assert structure(found)["output"].strip() == "configmap/fresh"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "command"),
        ({"command": ""}, "command"),
        ({"command": 1}, "command"),
        ({"command": "get pods", "timeout": "5"}, "timeout"),
        ({"command": "get pods", "timeout": 0}, "timeout"),
        ({"command": "get pods", "nonsense": 1}, "nonsense"),
    ],
)
async def test_arguments_are_validated(reader: Client, arguments: dict[str, Any], told: str) -> None:
    """A wrong argument is an error result that the model can repair, in the same shape."""
    answer = await reader.call_tool("kubectl", arguments)
    assert answer.is_error
    assert structure(answer)["error"]["code"] == "VALIDATION_ERROR"
    assert told in structure(answer)["error"]["message"]


async def test_an_unknown_tool_is_a_protocol_error(reader: Client) -> None:
    """−32602, also for a changing tool that the level does not offer."""
    for name in ("nonsense", "kubectl_change"):
        with pytest.raises(MCPError) as caught:
            await reader.call_tool(name, {"command": "get pods"})
        assert caught.value.error.code == T.INVALID_PARAMS


async def test_help_is_the_tools_own(reader: Client) -> None:
    """A known command path is documented; anything else is refused."""
    answer = await reader.call_tool("help", {"tool": "kubectl", "command": "rollout status"})
    assert not answer.is_error and "rollout" in text(answer)
    for command in ("delete pod web --", "get pods -o yaml", "nonsense", "get | grep"):
        refused = await reader.call_tool("help", {"tool": "kubectl", "command": command})
        assert refused.is_error, command


async def test_contexts(reader: Client) -> None:
    """Names, namespaces and which is current; no server, no user."""
    answer = await reader.call_tool("contexts", {})
    assert structure(answer) == {"contexts": [{"name": "demo", "namespace": "shop", "current": True}]}


async def test_policy_explains_without_running(reader: Client) -> None:
    """What would become of a command, and the level that would allow it."""
    answer = await reader.call_tool("policy", {"tool": "kubectl", "command": "delete pod web"})
    told = structure(answer)
    assert told["allowed"] is False and told["level"] == "admin" and told["effect"] == "admin"
    assert told["stages"][0]["subjects"] == ["pods/web"]


@pytest.mark.parametrize("era", ERAS)
async def test_failures_keep_reason_and_stderr(era: str) -> None:
    """RBAC denials are execution errors with a reason, not authentication errors."""
    denied = 'Error from server (Forbidden): pods is forbidden: User "x" cannot list resource "pods"'
    cluster = FakeCluster(failures=(Failure("kubectl get", 1, denied),))
    async with Client(build_server(in_memory(cluster), "0"), mode=era) as client:
        answer = await client.call_tool("kubectl", {"command": "get pods"})
    error = structure(answer)["error"]
    assert (error["code"], error["reason"]) == ("EXECUTION_ERROR", "forbidden")
    assert error["details"]["stderr"] == denied and error["details"]["exit_code"] == 1


class Broken(FakeCluster):
    """An executor with a defect whose message is a secret."""

    async def run(self, job: Job, progress: object = None) -> Any:
        """Fail in a way that nobody foresaw."""
        raise RuntimeError("secret-token=abc")


@pytest.mark.parametrize("era", ERAS)
async def test_a_defect_does_not_leak(era: str) -> None:
    """The client learns that it was an internal error, and not one word of the exception."""
    async with Client(build_server(in_memory(Broken()), "0"), mode=era) as client:
        answer = await client.call_tool("kubectl", {"command": "get pods"})
    assert answer.is_error
    assert structure(answer)["error"]["code"] == "INTERNAL_ERROR"
    assert "abc" not in text(answer)


class Slow(FakeCluster):
    """A cluster whose commands take two steps."""

    async def run(self, job: Job, progress: Callable[[Progress], None] | None = None) -> Completed:
        """Tell each step, as a long command does."""
        for step in (1, 2):
            if progress is not None:
                progress(Progress(step, step * 100, "waiting for rollout"))
            await anyio.sleep(0.02)
        return await super().run(job)


@pytest.mark.parametrize("era", ERAS)
async def test_progress_is_told(era: str) -> None:
    """A client that asks for it learns seconds, bytes and the last line of stderr."""
    told = list[tuple[float, str | None]]()

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    async with Client(build_server(in_memory(Slow()), "0"), mode=era) as client:
        answer = await client.call_tool("kubectl", {"command": "get pods"}, progress_callback=note)
    assert not answer.is_error
    assert told == [
        (1, "1 s, 100 bytes: waiting for rollout"),
        (2, "2 s, 200 bytes: waiting for rollout"),
    ]


async def test_a_long_output_is_given_in_parts() -> None:
    """The first answer names a handle, and the tool more gives what is behind it."""
    lines = "".join(f"line {number:05d}\n" for number in range(5000))
    cluster = FakeCluster(replies={"kubectl get events": lines})
    async with Client(build_server(in_memory(cluster), "0")) as client:
        first = structure(await client.call_tool("kubectl", {"command": "get events"}))
        assert first["truncated"] and first["continuation"] in first["output"]
        second = structure(await client.call_tool("more", {"handle": first["continuation"]}))
        assert second["output"].startswith("line 0")
        gone = await client.call_tool("more", {"handle": "nonsense"})
    assert gone.is_error


async def test_alike_lines_are_folded_on_request() -> None:
    """``fold`` is an argument of the reading tools."""
    cluster = FakeCluster(replies={"kubectl get events": "retry 1\nretry 2\nretry 3\nretry 4\n"})
    async with Client(build_server(in_memory(cluster), "0")) as client:
        folded = await client.call_tool("kubectl", {"command": "get events", "fold": True})
    assert structure(folded)["output"] == "retry 1\n[2 more like it]\nretry 4\n"
