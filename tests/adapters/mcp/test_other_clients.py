"""Clients that are not the mcp package's: curl, and the MCP Inspector's command line."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.adapters.authentication.provider import provider
from tests.enabling import enabled_or_skip

from .http_servers import ended, started
from .processes import INITIALIZE
from .test_authentication import Guarded, flags

INSPECTOR = ("npx", "--yes", "-p", "node@22", "-p", "@modelcontextprotocol/inspector@2.12.0", "mcp-inspector")


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A demo server that wants tokens."""
    with provider() as idp:
        process, port = started("--demo", *flags(idp, tmp_path))
        yield Guarded(process, port, idp, tmp_path / "audit.jsonl")
        ended(process)


def test_curl(guarded: Guarded) -> None:
    """A request written by hand: refused without a token, answered with one."""
    if shutil.which("curl") is None:
        enabled_or_skip("There is no curl here.", "Install it: apt-get install curl")
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE})
    words = [
        "curl", "-sS", "-i", "--max-time", "10", f"http://127.0.0.1:{guarded.port}/mcp", "-d", message,
        "-H", "Content-Type: application/json", "-H", "Accept: application/json, text/event-stream",
    ]  # fmt: skip
    without = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert without.startswith("HTTP/1.1 401") and "www-authenticate: Bearer" in without
    with_token = [*words, "-H", f"Authorization: Bearer {guarded.token()}"]
    answered = subprocess.run(with_token, capture_output=True, text=True, check=True).stdout
    assert answered.startswith("HTTP/1.1 200") and '"serverInfo"' in answered


def test_the_inspector(guarded: Guarded, tmp_path: Path) -> None:
    """The protocol's own debugging tool lists the tools and calls one."""
    if shutil.which("npx") is None:
        enabled_or_skip("There is no npx here.", "Install Node.js 20 or newer.")
    words = [*INSPECTOR, "--cli", f"http://127.0.0.1:{guarded.port}/mcp", "--transport", "http"]
    header = ("--header", f"Authorization: Bearer {guarded.token()}", "--format", "json")
    own = {"MCP_INSPECTOR_SECRET_STORE": "memory", "MCP_CATALOG_PATH": str(tmp_path / "catalog.json")}
    environ = {**os.environ, **own}

    def inspected(*more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*words, *more, *header],
            capture_output=True,
            text=True,
            env=environ,
            cwd=tmp_path,
            timeout=180,
            check=False,
        )

    listed = inspected("--method", "tools/list")
    if "ENOTFOUND" in listed.stderr or "E404" in listed.stderr or "network" in listed.stderr:
        enabled_or_skip("npm cannot fetch the MCP Inspector here.", "Run with a reachable npm registry.")
    assert listed.returncode == 0, listed.stderr
    assert "kubectl" in [tool["name"] for tool in json.loads(listed.stdout)["result"]["tools"]]
    called = inspected(
        "--method", "tools/call", "--tool-name", "kubectl", "--tool-arg", "command=get deploy web -o name"
    )
    assert called.returncode == 0, called.stderr
    assert "deployment.apps/web" in called.stdout
