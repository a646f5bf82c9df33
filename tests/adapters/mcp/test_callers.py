"""Two callers of one server, in both protocol eras: each has its own tools, contexts, handles and rates."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from mcp import Client
from mcp import types as T

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.fake_cluster import Failure, FakeCluster
from kubeport.adapters.mcp import completion, resources, subscriptions, tools
from kubeport.adapters.mcp.server import build_server
from kubeport.application.caller_settings import IdentitySettings
from kubeport.application.settings import LimitSettings, Settings
from kubeport.containers import in_memory
from kubeport.domain.context import ContextRef
from kubeport.domain.effect import Level
from kubeport.domain.policy import Caller, Policy, Rule

from .conftest import ERAS
from .test_tools import ABOUT, CHANGES, READS, structure, text

pytestmark = pytest.mark.anyio
ANN, OLE = Caller("ann", ("blue",)), Caller("ole", ("ops",))
SPEAKER: ContextVar[Caller] = ContextVar("SPEAKER")
TEAMS = Policy(
    "teams",
    Level.NONE,
    rules=(
        Rule("ops", "ops does what it must", Level.ADMIN, callers=("group:ops",)),
        Rule("blue", "blue reads its own", Level.READ_ONLY, contexts=("blue-*",), callers=("group:blue",)),
    ),
)
IMPERSONATING = IdentitySettings("impersonate", allowed_groups=("blue", "ops"))
Connect = Callable[[Caller], AbstractAsyncContextManager[Client]]


@pytest.fixture(autouse=True)
def speaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who calls is who was speaking when the client connected, as with a token's."""

    def speaker(_: object) -> Caller:
        """Whoever speaks."""
        return SPEAKER.get()

    for module in (tools, resources, completion, subscriptions):
        monkeypatch.setattr(module, "caller_of", speaker)


@pytest.fixture
def cluster() -> FakeCluster:
    """Two contexts, one of the team blue; there are many pods."""
    pods = [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"web-{n:04}", "namespace": "default"}}
        for n in range(400)
    ]
    contexts = (ContextRef("blue-dev"), ContextRef("prod"))
    denied = Failure.forbidden("kubectl get --as=ann services", "services", "ann")
    return FakeCluster(pods, contexts=contexts, failures=[denied])


@pytest.fixture
def audit() -> MemoryAudit:
    """What is put on record."""
    return MemoryAudit()


@pytest.fixture(params=ERAS)
async def connect(request: pytest.FixtureRequest, cluster: FakeCluster, audit: MemoryAudit) -> Connect:
    """Connects a caller to the one server."""
    limits = LimitSettings(output_tokens=200, rate=1, burst=6)
    settings = Settings(identity=IMPERSONATING, limits=limits)
    site = in_memory(cluster, settings, policy=TEAMS, audit=audit, clock=StoppedClock())

    @asynccontextmanager
    async def connected(caller: Caller) -> AsyncGenerator[Client]:
        spoken = SPEAKER.set(caller)
        try:
            async with Client(build_server(site, "0"), mode=request.param, cache=None) as client:
                yield client
        finally:
            SPEAKER.reset(spoken)

    return connected


async def call(client: Client, tool: str, command: str, context: str = "blue-dev") -> T.CallToolResult:
    """One call in *context*."""
    return await client.call_tool(tool, {"command": command, "context": context})


def error(answer: T.CallToolResult) -> dict[str, Any]:
    """The error of an answer that is one."""
    assert answer.is_error
    found: dict[str, Any] = structure(answer)["error"]
    return found


async def test_each_has_its_own_tools(connect: Connect) -> None:
    """Who may only read is not offered what changes, and there is no such tool for them."""
    async with connect(ANN) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == READS + ABOUT
        with pytest.raises(Exception, match="Unknown tool"):
            await call(client, "kubectl_change", "delete pod web-0000")
    async with connect(OLE) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == READS + CHANGES + ABOUT
    async with connect(Caller("ole", ("ops",), Level.READ_ONLY)) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == READS + ABOUT


async def test_each_has_its_own_contexts(connect: Connect) -> None:
    """In the tool, in resources, in completion and in errors."""
    for caller, names in ((ANN, ["blue-dev"]), (OLE, ["blue-dev", "prod"]), (Caller("eve"), [])):
        async with connect(caller) as client:
            listed = structure(await client.call_tool("contexts", {}))["contexts"]
            assert [row["name"] for row in listed] == names
            found = (await client.list_resources()).resources
            assert [one.name for one in found if str(one.uri).startswith("k8s-context:")] == names
            template = T.ResourceTemplateReference(uri="k8s-context://{context}")
            offered = await client.complete(template, {"name": "context", "value": ""})
            assert sorted(offered.completion.values) == names
            told = error(await call(client, "kubectl", "get pods", "nowhere"))
            assert told["message"].endswith(f"[{', '.join(names)}].")
    async with connect(ANN) as client:
        hidden, absent = [error(await call(client, "kubectl", "get pods", one)) for one in ("prod", "none")]
        assert hidden == absent
        with pytest.raises(Exception, match="Context not found"):
            await client.read_resource("k8s-context://prod")


async def test_each_acts_in_its_own_name(connect: Connect, audit: MemoryAudit) -> None:
    """What the cluster refuses to one it gives to the other, and the record knows who it was."""
    async with connect(ANN) as client:
        assert "Username    ann" in text(await call(client, "kubectl", "auth whoami"))
        assert error(await call(client, "kubectl", "get services"))["code"] == "EXECUTION_ERROR"
        assert error(await call(client, "kubectl", "get pods --as=ole"))["rule"] == "never"
    async with connect(OLE) as client:
        assert not (await call(client, "kubectl", "get services")).is_error
        assert not (await call(client, "kubectl_change", "label pod web-0000 a=b")).is_error
    async with connect(Caller(groups=("ops",))) as client:
        assert error(await call(client, "kubectl", "get pods"))["rule"] == "identity"
    told = [(one["caller"], one["groups"], one["rule"]) for one in audit.records if one["event"] == "outcome"]
    assert told[:3] == [("ann", ["blue"], "teams/blue")] * 2 + [("ann", ["blue"], "never")]
    assert told[3:] == [("ole", ["ops"], "teams/ops")] * 2 + [("", ["ops"], "identity")]


async def test_a_scope_that_is_too_low_is_named(connect: Connect) -> None:
    """By the tool that judges, and by the one that runs."""
    async with connect(Caller("ole", ("ops",), Level.WRITE)) as client:
        told = error(await call(client, "kubectl_change", "delete namespace shop"))
        assert told["rule"] == "scope" and "kubeport:admin" in told["hint"]
        asked = {"tool": "kubectl", "command": "delete namespace shop", "context": "prod"}
        explained = structure(await client.call_tool("policy", asked))
        assert explained["error"]["rule"] == "scope" and explained["allowed"] is False


async def test_a_handle_of_another_is_not_found(connect: Connect) -> None:
    """Exactly as one that never was."""
    async with connect(ANN) as client:
        first = structure(await call(client, "kubectl", "get pods"))
        handle = first["continuation"]
        async with connect(OLE) as other:
            stolen = error(await other.call_tool("more", {"handle": handle}))
            made_up = error(await other.call_tool("more", {"handle": "x" * len(handle)}))
        assert stolen == made_up
        rest = structure(await client.call_tool("more", {"handle": handle}))
        assert "web-0" in rest["output"]


async def test_each_has_its_own_rate_and_is_told_when_to_come_again(connect: Connect) -> None:
    """For every tool; one who calls too often takes nothing from another."""
    arguments: dict[str, dict[str, Any]] = {
        "kubectl": {"command": "version --client"},
        "contexts": {},
        "more": {"handle": "none"},
        "policy": {"tool": "kubectl", "command": "get pods", "context": "blue-dev"},
    }
    for tool, given in arguments.items():
        async with connect(ANN) as client:
            answers = [await client.call_tool(tool, given) for _ in range(7)]
            told = error(answers[-1])
            assert told["code"] == "RATE_LIMITED" and 0 < told["retry_after"] <= 60
            assert f"try again in {told['retry_after']:.1f} seconds" in text(answers[-1])
            for earlier in answers[:-1]:
                assert "RATE_LIMITED" not in json.dumps(earlier.structured_content)
        async with connect(OLE) as client:
            theirs = await client.call_tool(tool, given)
            assert "RATE_LIMITED" not in json.dumps(theirs.structured_content)
