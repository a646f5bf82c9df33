"""Clients that are not ours and not the SDK's: curl and the MCP Inspector, with tokens and without."""

import json
import os
import shutil
import subprocess
from typing import Any

import pytest
from tests.enabling import enabled_or_skip

from .processes import INITIALIZE
from .test_authentication import Guarded, guarded

__all__ = ["guarded"]  # the fixture


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a client to its end."""
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def inspector() -> str:
    """The Inspector's program, of a version that has --header (it runs on Node 20)."""
    found = os.environ.get("KUBEPORT_TEST_INSPECTOR") or shutil.which("mcp-inspector")
    if not found:
        how = "npm install @modelcontextprotocol/inspector@0.17.2, and name its program mcp-inspector by"
        enabled_or_skip("There is no MCP Inspector.", f"{how} KUBEPORT_TEST_INSPECTOR.")
    return found


@pytest.fixture(scope="module")
def curl() -> str:
    """The program curl."""
    return shutil.which("curl") or enabled_or_skip("There is no curl.", "Install it.")


def test_curl(guarded: Guarded, curl: str) -> None:
    """The recipe that people try first: a challenge without a token, an answer with one."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE})
    asking = (
        curl, "-sS", "-i", "-m", "10", f"http://127.0.0.1:{guarded.port}/mcp", "-d", body,
        "-H", "Content-Type: application/json", "-H", "Accept: application/json, text/event-stream",
    )  # fmt: skip
    stranger = run(*asking)
    assert "401" in stranger.stdout.splitlines()[0]
    assert 'www-authenticate: bearer scope="kubeport:read"' in stranger.stdout.lower()
    known = run(*asking, "-H", f"Authorization: Bearer {guarded.token()}")
    assert "200" in known.stdout.splitlines()[0] and '"name":"kubeport"' in known.stdout


def inspected(program: str, guarded: Guarded, token: str, *words: str) -> Any:
    """What the Inspector prints; it has to succeed."""
    url = f"http://127.0.0.1:{guarded.port}/mcp"
    header = f"Authorization: Bearer {token}"
    done = run(program, "--cli", url, "--transport", "http", "--header", header, "--method", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_inspector(guarded: Guarded, inspector: str) -> None:
    """It lists and calls as the bearer of its token: a reader and an administrator see different tools."""
    reader, admin = guarded.token(), guarded.token(sub="bob", scope="kubeport:admin")
    few = {tool["name"] for tool in inspected(inspector, guarded, reader, "tools/list")["tools"]}
    many = {tool["name"] for tool in inspected(inspector, guarded, admin, "tools/list")["tools"]}
    assert "kubectl" in few and "kubectl_change" in many - few
    call = ("tools/call", "--tool-name", "kubectl", "--tool-arg", "command=get pods | grep -c Running")
    assert inspected(inspector, guarded, reader, *call)["structuredContent"]["status"] == "success"
    assert [(one["caller"], one["tool"]) for one in guarded.records()] == [("ann", "kubectl")]


def test_the_inspector_without_a_good_token(guarded: Guarded, inspector: str) -> None:
    """It is told 401 and shows nothing of the server."""
    url = f"http://127.0.0.1:{guarded.port}/mcp"
    header = f"Authorization: Bearer {guarded.token(aud='https://other.example/mcp')}"
    done = run(
        inspector, "--cli", url, "--transport", "http", "--header", header, "--method", "tools/list"
    )
    assert done.returncode != 0 and "kubectl" not in done.stdout
    assert "invalid_token" in done.stdout + done.stderr, done.stderr
