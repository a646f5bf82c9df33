"""Clients that are not ours and not the SDK's: curl and the MCP Inspector, with tokens and without."""

import json
import os
import shutil
import subprocess
from typing import Any

import attrs
import pytest
from tests.enabling import enabled_or_skip

from .conftest import ERAS
from .processes import INITIALIZE, MODERN_META
from .test_authentication import Guarded, guarded

__all__ = ["guarded"]  # the fixture
Inspector = tuple[str, ...]


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a client to its end."""
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    """The words that run the Inspector, of the newest version that is content with Node 20."""
    npx = os.environ.get("KUBEPORT_TEST_NPX") or shutil.which("npx") or ""
    words = (npx, "--yes", "-p", "@modelcontextprotocol/inspector@0.17.2", "mcp-inspector")
    if not npx or subprocess.run([*words, "--help"], capture_output=True).returncode:
        enabled_or_skip("npx cannot fetch the MCP Inspector here.", "Install Node.js 20, and reach npm.")
    return words


@pytest.fixture(scope="module")
def curl() -> str:
    """The program curl."""
    return shutil.which("curl") or enabled_or_skip("There is no curl.", "Install it.")


MODERN = "MCP-Protocol-Version: 2026-07-28"


@attrs.frozen
class Curl:
    """curl as somebody with *headers*."""

    program: str
    port: int
    headers: tuple[str, ...]

    def __call__(self, method: str, params: dict[str, Any], *headers: str) -> tuple[str, str]:
        """The head and the body of the answer to one request."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        usual = ("Content-Type: application/json", "Accept: application/json, text/event-stream")
        words = [word for header in (*usual, *self.headers, *headers) for word in ("-H", header)]
        url = f"http://127.0.0.1:{self.port}/mcp"
        done = run(self.program, "-sS", "-i", "-m", "20", url, "-d", body, *words)
        assert done.returncode == 0, done.stderr
        head, _, answer = done.stdout.replace("\r\n", "\n").partition("\n\n")
        return head, answer

    def result(self, method: str, params: dict[str, Any], *headers: str) -> dict[str, Any]:
        """What a request comes to, out of JSON or the events of a stream."""
        _, answer = self(method, params, *headers)
        lines = [line.removeprefix("data: ") for line in answer.splitlines()]
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return dict(next(message["result"] for message in found if message.get("id") == 1))


def test_curl(guarded: Guarded, curl: str) -> None:
    """The recipe that people try first: a challenge without a token, an answer with one."""
    head, _ = Curl(curl, guarded.port, ())("initialize", INITIALIZE)
    assert "401" in head.splitlines()[0]
    assert 'www-authenticate: bearer scope="kubeport:read"' in head.lower()
    head, answer = Curl(curl, guarded.port, (f"Authorization: Bearer {guarded.token()}",))(
        "initialize", INITIALIZE
    )
    assert "200" in head.splitlines()[0] and '"name":"kubeport"' in answer


@pytest.mark.parametrize("era", ERAS)
def test_curl_lists_the_tools_and_calls_one(guarded: Guarded, curl: str, era: str) -> None:
    """In a session of 2025-11-25, and without any in 2026-07-28."""
    asking = Curl(curl, guarded.port, (f"Authorization: Bearer {guarded.token()}",))
    meta: dict[str, Any] = {}
    listing: tuple[str, ...] = (MODERN, "Mcp-Method: tools/list")
    calling: tuple[str, ...] = (MODERN, "Mcp-Method: tools/call", "Mcp-Name: kubectl")
    if era == "legacy":
        head, _ = asking("initialize", INITIALIZE)
        session = next(line for line in head.splitlines() if line.lower().startswith("mcp-session-id:"))
        listing = calling = (session, "MCP-Protocol-Version: 2025-11-25")
    else:
        meta = {"_meta": MODERN_META}
    tools = asking.result("tools/list", meta, *listing)["tools"]
    names = [tool["name"] for tool in tools]
    assert "kubectl" in names and "kubectl_change" not in names
    arguments = {"command": "get pods -n shop -o name | grep -c web"}
    called = asking.result("tools/call", {"name": "kubectl", "arguments": arguments, **meta}, *calling)
    assert called["structuredContent"]["status"] == "success"
    assert int(called["structuredContent"]["output"]) > 0
    assert [(one["caller"], one["tool"]) for one in guarded.records()] == [("ann", "kubectl")]


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
