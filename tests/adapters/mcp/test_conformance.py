"""MCP's own conformance suite against a server over HTTP, in both protocol eras.

What it can only try with diagnostic tools of its own (``test_…``) does not apply to us; it says so itself.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.enabling import enabled_or_skip

from .http_servers import ended, started

SUITE = "@modelcontextprotocol/conformance@0.2.0-alpha.12"  # the first that knows 2026-07-28
OLDER = (
    "server-initialize", "server-session-lifecycle", "ping", "tools-list", "completion-complete",
    "server-sse-multiple-streams", "resources-list", "prompts-list", "dns-rebinding-protection",
)  # fmt: skip
NEWER = (
    "server-stateless", "tools-list", "completion-complete", "server-sse-multiple-streams", "resources-list",
    "prompts-list", "dns-rebinding-protection", "caching", "http-header-validation",
    "sep-2164-resource-not-found", "input-required-result-unsupported-methods",
)  # fmt: skip
CASES = [*(("2025-11-25", name) for name in OLDER), *(("2026-07-28", name) for name in NEWER)]
NOT_TESTABLE = ("Not testable", "Mutated the ")
"""How the suite begins where it misses a tool of its own, also one that would change a list."""


@pytest.fixture(scope="module")
def suite() -> tuple[str, ...]:
    """The words that run it; it wants Node.js 22 or newer."""
    npx = os.environ.get("KUBEPORT_TEST_NPX", "")
    words = (npx, "--yes", "-p", SUITE, "conformance")
    if not npx or subprocess.run([*words, "--help"], capture_output=True, check=False).returncode:
        how = "Run `make cluster-test`, or set KUBEPORT_TEST_NPX to the npx of Node.js 22 or newer."
        enabled_or_skip("The conformance suite of MCP cannot be had here.", how)
    return words


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A demo server; the suite wants to call it localhost."""
    process, port = started("--demo")
    yield f"http://localhost:{port}/mcp"
    ended(process)


@pytest.mark.parametrize(("revision", "scenario"), CASES)
def test_conformance(
    suite: tuple[str, ...], url: str, revision: str, scenario: str, tmp_path: Path
) -> None:
    """No check fails that the suite could make, and at least one was made."""
    subprocess.run(
        [*suite, "server", "--url", url, "--scenario", scenario, "--spec-version", revision, "-o", tmp_path],
        capture_output=True,
        timeout=120,
        check=False,
    )
    (found,) = tmp_path.rglob("checks.json")
    checks: list[dict[str, Any]] = json.loads(found.read_text())
    bad = [check for check in checks if check["status"] in ("FAILURE", "WARNING")]
    told = {check["id"]: str(check.get("errorMessage")) for check in bad}
    assert {name: why for name, why in told.items() if not why.startswith(NOT_TESTABLE)} == {}
    assert any(check["status"] == "SUCCESS" for check in checks)
