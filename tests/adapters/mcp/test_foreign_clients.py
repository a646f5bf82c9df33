"""Clients that are not ours and not the SDK's: curl and the MCP Inspector, with tokens and without."""

import json
import shutil
import subprocess
from typing import Any

import pytest
from tests.enabling import enabled_or_skip

from .processes import INITIALIZE
from .test_authentication import Guarded, guarded

__all__ = ["guarded"]  # the fixture
Inspector = tuple[str, ...]


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a client to its end."""
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    """The words that run the Inspector, of the newest version that is content with Node 20."""
    words = ("npx", "--yes", "-p", "@modelcontextprotocol/inspector@0.17.2", "mcp-inspector")
    if shutil.which("npx") is None or subprocess.run([*words, "--help"], capture_output=True).returncode:
        enabled_or_skip("npx cannot fetch the MCP Inspector here.", "Install Node.js 20, and reach npm.")
    return words


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


def inspected(program: Inspector, guarded: Guarded, token: str, *words: str) -> Any:
    """What the Inspector prints; it has to succeed."""
    url = f"http://127.0.0.1:{guarded.port}/mcp"
    header = f"Authorization: Bearer {token}"
    done = run(*program, "--cli", url, "--transport", "http", "--header", header, "--method", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_inspector(guarded: Guarded, inspector: Inspector) -> None:
    """It lists and calls as the bearer of its token: a reader and an administrator see different tools."""
    reader, admin = guarded.token(), guarded.token(sub="bob", scope="kubeport:admin")
    few = {tool["name"] for tool in inspected(inspector, guarded, reader, "tools/list")["tools"]}
    many = {tool["name"] for tool in inspected(inspector, guarded, admin, "tools/list")["tools"]}
    assert "kubectl" in few and "kubectl_change" in many - few
    call = ("tools/call", "--tool-name", "kubectl", "--tool-arg", "command=get pods | grep -c Running")
    assert inspected(inspector, guarded, reader, *call)["structuredContent"]["status"] == "success"
    assert [(one["caller"], one["tool"]) for one in guarded.records()] == [("ann", "kubectl")]


def test_the_inspector_without_a_good_token(guarded: Guarded, inspector: Inspector) -> None:
    """It is told 401 and shows nothing of the server."""
    url = f"http://127.0.0.1:{guarded.port}/mcp"
    header = f"Authorization: Bearer {guarded.token(aud='https://other.example/mcp')}"
    done = run(
        *inspector, "--cli", url, "--transport", "http", "--header", header, "--method", "tools/list"
    )
    assert done.returncode != 0 and "kubectl" not in done.stdout
    assert "invalid_token" in done.stdout + done.stderr, done.stderr
