"""The main job, whole: an MCP client calls the real kubectl against a real API server."""

import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp import types as T
from tests.cluster.conftest import Kubectl

from kubeport.adapters.mcp.server import build_server
from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.application.settings import SecuritySettings, Settings, ToolSettings
from kubeport.containers import live
from kubeport.domain.effect import Level

pytestmark = pytest.mark.anyio
SRC = Path(__file__).parents[2] / "src"


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> str:
    """Both protocol eras: 2026-07-28 and 2025-11-25."""
    found: str = request.param
    return found


@pytest.fixture(params=["memory", "stdio"])
async def client(
    request: pytest.FixtureRequest, era: str, admin: Kubectl, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """A client connected to a live Kubeport at the level admin, in memory or over stdio."""
    monkeypatch.setenv("KUBECONFIG", admin.environ["KUBECONFIG"])
    if request.param == "memory":
        settings = Settings(
            security=SecuritySettings(level=Level.ADMIN), tools=ToolSettings(paths={"kubectl": admin.program})
        )
        target: object = build_server(live(settings), "0")
    else:
        options = ["--level", "admin", "--set", f"tools.paths_kubectl={admin.program}"]
        target = StdioServerParameters(
            command=sys.executable,
            args=["-m", "kubeport", "serve", *options],
            env={**os.environ, "PYTHONPATH": str(SRC)},
        )
    async with Client(target, mode=era, cache=None) as connected:  # type: ignore[arg-type]
        yield connected


async def call(client: Client, tool: str, command: str, **more: object) -> T.CallToolResult:
    """One tool call, in the context admin."""
    return await client.call_tool(tool, {"command": command, "context": "admin", **more})


async def test_get_pods_through_a_pipe(client: Client, namespace: str) -> None:
    """Tools are listed, and the pods that run are counted behind a pipe."""
    assert "kubectl" in [tool.name for tool in (await client.list_tools()).tools]
    answer = await call(client, "kubectl", "get pods -A | grep -c Running")
    assert not answer.is_error and answer.structured_content is not None
    assert int(answer.structured_content["output"]) >= 2
    target = {"context": "admin", "all_namespaces": True, "uri": "k8s-context://admin"}
    assert answer.structured_content["target"] == target


async def test_the_target_is_where_it_says(client: Client, namespace: str) -> None:
    """The namespace argument leads to the workloads; a read without context says which it used."""
    answer = await call(client, "kubectl", "get deploy web -o name", namespace=namespace)
    assert answer.structured_content is not None
    assert answer.structured_content["output"] == "deployment.apps/web\n"
    assumed = await client.call_tool("kubectl", {"command": "get ns default -o name"})
    assert assumed.structured_content is not None
    assert "current one" in str(assumed.structured_content["warnings"])


async def test_apply_a_manifest_and_read_it_back(client: Client, namespace: str) -> None:
    """``apply -f -`` reads the argument; the object is there afterwards."""
    manifest = json.dumps(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "from-mcp"}, "data": {"a": "b"}}
    )
    done = await call(client, "kubectl_change", "apply -f -", namespace=namespace, manifest=manifest)
    assert not done.is_error, done.content
    found = await call(client, "kubectl", "get cm from-mcp -o jsonpath='{.data.a}'", namespace=namespace)
    assert found.structured_content is not None and found.structured_content["output"] == "b"
    gone = await call(client, "kubectl_change", "delete cm from-mcp", namespace=namespace)
    assert not gone.is_error, gone.content


async def test_failures_carry_reason_and_stderr(client: Client, namespace: str) -> None:
    """Not found, RBAC of the viewer, and an unknown kind are told apart."""
    for context, command, reason in (
        ("admin", "get pod nope", "not_found"),
        ("viewer", "get nodes", "forbidden"),
        ("admin", "get nonsense", "unknown_kind"),
    ):
        answer = await client.call_tool("kubectl", {"command": command, "context": context})
        assert answer.is_error and answer.structured_content is not None
        error = answer.structured_content["error"]
        assert (error["code"], error["reason"]) == ("EXECUTION_ERROR", reason)
        assert error["details"]["exit_code"] == 1 and error["details"]["stderr"]


async def test_secrets_are_listed_and_described_never_printed(client: Client, namespace: str) -> None:
    """The value of a Secret is in no answer."""
    create = "create secret generic pw --from-literal=password=s3cr3t-v4lue"
    made = await call(client, "kubectl_change", create, namespace=namespace)
    assert not made.is_error, made.content
    for command in ("get secret pw", "describe secret pw"):
        answer = await call(client, "kubectl", command, namespace=namespace)
        assert not answer.is_error, answer.content
        assert "s3cr3t" not in str(answer.structured_content)
    for command in ("get secret pw -o yaml", "get secret pw -o jsonpath='{.data}'"):
        assert (await call(client, "kubectl", command, namespace=namespace)).is_error
    await call(client, "kubectl_change", "delete secret pw", namespace=namespace)


async def test_the_executor_is_the_real_one() -> None:
    """The live composition runs processes."""
    assert isinstance(live().run.executor, SubprocessExecutor)
