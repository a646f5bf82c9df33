"""Each request of a client leaves a record, in both eras: answers that run nothing, and refusals anywhere."""

import hashlib
import re
from typing import Any

import anyio
import attrs
import pytest
from mcp import Client, MCPError

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.mcp.server import build_server
from kubeport.adapters.telemetry import MeasuringTelemetry, Metrics
from kubeport.application.auditing import MISSING
from kubeport.application.rates import Rates
from kubeport.application.settings import AuditSettings, LimitSettings, Settings
from kubeport.containers import in_memory
from kubeport.domain.errors import ExecutionFailed

from .conftest import ERAS
from .older_era import subscribe

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("era", ERAS)]


def _client(era: str, audit: MemoryAudit, settings: Settings = Settings()) -> Client:
    return Client(build_server(in_memory(shop(), settings, audit=audit), "0"), mode=era, cache=None)


async def test_contexts_are_on_record(era: str) -> None:
    """Who asked, by what client, and the digest of what was told."""
    audit = MemoryAudit()
    async with _client(era, audit) as client:
        told = await client.call_tool("contexts", {})
    (kept,) = audit.records
    text = str(told.content[0].model_dump()["text"])
    assert (kept["event"], kept["method"], kept["tool"]) == ("answer", "tools/call", "contexts")
    assert kept["allowed"] and kept["status"] == "success" and kept["argv"] == []
    assert kept["output_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert kept["client"].startswith("mcp ") and kept["request_id"] and kept["effect"] == "read"


async def test_a_question_to_the_policy_is_on_record(era: str) -> None:
    """With the command that it is about, without secrets; it is answered, whatever the policy says of it."""
    audit = MemoryAudit()
    command = "create secret generic a --from-literal=password=hunter2hunter2"
    async with _client(era, audit) as client:
        await client.call_tool("policy", {"tool": "kubectl", "command": command, "context": "demo"})
    (kept,) = audit.records
    assert kept["tool"] == "policy" and kept["command"].startswith("create secret generic a")
    assert "hunter2" not in str(kept) and kept["context"] == "demo" and kept["allowed"]


async def test_the_rest_of_an_output_is_on_record(era: str) -> None:
    """Under an id that stands in the answer, beside the record of the command that printed it."""
    audit = MemoryAudit()
    settings = Settings(limits=LimitSettings(output_tokens=200))
    async with _client(era, audit, settings) as client:
        cut = await client.call_tool("kubectl", {"command": "get pods -A -o yaml"})
        handle: str = (cut.structured_content or dict[str, Any]())["continuation"]
        rest = await client.call_tool("more", {"handle": handle})
        gone = await client.call_tool("more", {"handle": "no-such-handle"})
    run, more, refused = audit.records
    assert [one["event"] for one in audit.records] == ["outcome", "answer", "answer"]
    assert more["request_id"] == (rest.structured_content or {})["request_id"] != run["request_id"]
    assert refused["request_id"] == (gone.structured_content or {})["request_id"]
    assert not refused["allowed"] and refused["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("kubectl", {"command": "get pods", "shell": True}, "VALIDATION_ERROR"),
        ("kubectl", {}, "VALIDATION_ERROR"),
        ("help", {"tool": "kubectl", "command": "get | sh"}, "VALIDATION_ERROR"),
        ("bash", {"command": "cat /etc/shadow"}, "-32602"),
    ],
)
async def test_refusals_before_anything_is_read(
    era: str, tool: str, arguments: dict[str, Any], code: str
) -> None:
    """Bad arguments and tools that do not exist: not allowed, with what was asked for."""
    audit = MemoryAudit()
    async with _client(era, audit) as client:
        try:
            assert (await client.call_tool(tool, arguments)).is_error
        except MCPError as error:
            assert str(error.code) == code
    (kept,) = audit.records
    assert (kept["event"], kept["tool"], kept["code"]) == ("answer", tool, code)
    assert not kept["allowed"] and kept["command"] == arguments.get("command", "")


async def test_uris_and_prompts_that_do_not_exist(era: str) -> None:
    """One record each, with the URI or the name."""
    audit = MemoryAudit()
    async with _client(era, audit) as client:
        with pytest.raises(MCPError):
            await client.read_resource("file:///etc/passwd")
        with pytest.raises(MCPError):
            await client.get_prompt("no-such-prompt", {})
        with pytest.raises(MCPError):
            await client.list_resources(cursor="not-ours")
        if era == "legacy":
            with pytest.raises(MCPError):
                await subscribe(client, "file:///etc/passwd")
    told = [(one["method"], one["uri"] or one["tool"], one["allowed"]) for one in audit.records]
    wanted = [
        ("resources/read", "file:///etc/passwd", False),
        ("prompts/get", "no-such-prompt", False),
        ("resources/list", "", False),
        ("resources/subscribe", "file:///etc/passwd", False),
    ]
    assert told == wanted[: len(told)] and len(told) == (4 if era == "legacy" else 3)


async def test_what_runs_a_command_has_no_second_record(era: str) -> None:
    """RunCommand makes it, for tools, resources and prompts."""
    audit = MemoryAudit()
    async with _client(era, audit) as client:
        await client.call_tool("kubectl", {"command": "get pods"})
        await client.call_tool("help", {"tool": "kubectl", "command": "get"})
        await client.read_resource("k8s-namespace://demo/shop")
        await client.list_tools()
        await client.list_prompts()
    assert {one["event"] for one in audit.records} == {"outcome"}


async def test_a_rate_that_is_used_up_is_on_record(era: str) -> None:
    """As a refusal with its code."""
    audit = MemoryAudit()
    settings = Settings(limits=LimitSettings(rate=1.0, burst=1))
    async with _client(era, audit, settings) as client:
        await client.call_tool("contexts", {})
        assert (await client.call_tool("contexts", {})).is_error
    assert [(one["allowed"], one["code"]) for one in audit.records] == [(True, ""), (False, "RATE_LIMITED")]


@attrs.define(eq=False)
class Broken(MemoryAudit):
    """A sink that keeps nothing."""

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Fail."""
        raise ExecutionFailed("/var/audit.jsonl: No space left on device.", reason="audit")


async def test_without_an_audit_reads_are_answered_loudly(era: str) -> None:
    """The answer says that its record is missing, and so does the log; unless records are required of all."""
    async with _client(era, Broken()) as client:
        told = await client.call_tool("contexts", {})
        assert not told.is_error and told.content[-1].text == MISSING  # type: ignore[union-attr]
    async with _client(era, Broken(), Settings(audit=AuditSettings(required="all"))) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("contexts", {})
    assert caught.value.error.data["reason"] == "audit_unavailable"
    assert "Nothing was run or told" in str(caught.value) and "/var" not in str(caught.value)


async def test_what_is_asked_fills_no_disk(era: str) -> None:
    """Of a name, URI or command that nobody could mean the first part is kept."""
    audit = MemoryAudit()
    async with _client(era, audit) as client:
        with pytest.raises(MCPError):
            await client.call_tool("x" * 100_000, {"command": "y" * 100_000, "context": "z" * 100_000})
    assert len(str(audit.records)) < 20_000


async def test_requests_are_counted_by_what_came_of_them(era: str) -> None:
    """Those that run a command and those that do not; a name that a client makes up is no label."""
    metrics = Metrics({})
    kubeport = in_memory(shop(), telemetry=MeasuringTelemetry(metrics))
    async with Client(build_server(kubeport, "0"), mode=era, cache=None) as client:
        await client.call_tool("kubectl", {"command": "get pods"})
        await client.call_tool("kubectl", {"command": "delete pod web"})
        await client.call_tool("contexts", {})
        with pytest.raises(MCPError):
            await client.call_tool("hunter2", {})
        with pytest.raises(MCPError):
            await client.read_resource("k8s-hunter2://demo")
        await client.list_resources()
    told = metrics.text()
    counted = dict(re.findall(r"^kubeport_requests_total\{(.*)\} (\S+)$", told, re.MULTILINE))
    assert counted == {
        'code="",method="tools/call",tool="kubectl"': "1.0",
        'code="POLICY_DENIED",method="tools/call",tool="kubectl"': "1.0",
        'code="",method="tools/call",tool="contexts"': "1.0",
        'code="-32602",method="tools/call",tool=""': "1.0",
        'code="VALIDATION_ERROR",method="resources/read",tool=""': "1.0",
        'code="",method="resources/list",tool=""': "1.0",
    }
    assert "hunter2" not in told


async def test_what_is_cancelled_is_on_record(era: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what would have run no command."""
    audit = MemoryAudit()
    started = anyio.Event()

    async def hang(*_: object) -> None:
        started.set()
        await anyio.sleep_forever()

    monkeypatch.setattr(Rates, "admit", hang)
    async with _client(era, audit) as client, anyio.create_task_group() as group:
        group.start_soon(client.call_tool, "contexts")
        await started.wait()
        group.cancel_scope.cancel()
    with anyio.fail_after(5):
        while not audit.records:
            await anyio.sleep(0.01)
    (kept,) = audit.records
    assert (kept["tool"], kept["allowed"], kept["reason"]) == ("contexts", False, "cancelled")
