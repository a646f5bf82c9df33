"""What a server over HTTP counts and traces of real requests, in both protocol eras."""

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from mcp import Client, MCPError
from tests.adapters.telemetry.collector import Collected, collector

from .conftest import ERAS
from .http_servers import ended, pids_in, started, status
from .processes import INITIALIZE, MODERN_META, Sleeper

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


def posted(port: int, message: dict[str, Any], **headers: str) -> Any:
    """The answer to a message."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, **message}).encode()
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/mcp", body, {**usual, **given})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.headers, answer.read()


def traced(port: int, era: str) -> bytes:
    """The answer to a call that belongs to the client's trace."""
    params: dict[str, Any] = {"name": "kubectl", "arguments": {"command": "get pods hunter2"}}
    params["_meta"] = {"traceparent": TRACEPARENT, **(MODERN_META if era == "auto" else {})}
    message = {"method": "tools/call", "params": params}
    if era == "auto":
        names = {"Mcp_Method": "tools/call", "Mcp_Name": "kubectl"}
        return bytes(posted(port, message, MCP_Protocol_Version="2026-07-28", **names)[1])
    headers, _ = posted(port, {"method": "initialize", "params": INITIALIZE})
    return bytes(posted(port, message, Mcp_Session_Id=headers["mcp-session-id"])[1])


@pytest.fixture
def collected() -> Iterator[Collected]:
    """A collector that listens."""
    with collector() as made:
        yield made


@pytest.mark.parametrize("era", ERAS)
def test_a_clients_trace_goes_on_in_ours(collected: Collected, era: str, tmp_path: Path) -> None:
    """The client's span is the parent of the SDK's, that of ours; the server's end loses none of them."""
    audit = tmp_path / "audit.jsonl"
    traces = f"server.traces=http://127.0.0.1:{collected.port}/v1/traces"
    process, port = started("--demo", "--set", traces, "--set", f"audit.file={audit}")
    try:
        assert b"not found" in traced(port, era)
        process.send_signal(signal.SIGTERM)
        process.wait(15)
    finally:
        ended(process)
    spans = [span for span in collected.spans() if span.trace_id.hex() == TRACE]
    named = {span.name: span for span in spans}
    call_ = next(span for name, span in named.items() if "tools/call" in name)
    assert call_.parent_span_id.hex() == PARENT
    assert named["kubeport.run"].parent_span_id == call_.span_id
    assert named["kubeport.execute"].parent_span_id == named["kubeport.run"].span_id
    assert not any(b"hunter2" in span.SerializeToString() for span in named.values())
    assert json.loads(audit.read_text().splitlines()[-1])["trace_id"] == TRACE


def scraped(port: int) -> dict[str, str]:
    """Each series and its value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


async def given_up(client: Client) -> None:
    """A call that its client gives up after two seconds, and says so."""
    with pytest.raises(MCPError):
        await client.call_tool("kubectl", {"command": "get pods"}, read_timeout_seconds=2)


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_children_and_refusals_are_counted(tmp_path: Path, era: str) -> None:
    """A kubectl that runs is one child, and none when its client has given it up; a bad Host is refused."""
    sleeper = Sleeper.write(tmp_path)
    flags = (*sleeper.arguments, "--set", "server.metrics=true")
    process, port = started(*flags, KUBECONFIG=sleeper.kubeconfig)
    try:
        url = f"http://127.0.0.1:{port}/mcp"
        async with Client(url, mode=era) as client, anyio.create_task_group() as group:
            group.start_soon(given_up, client)
            await pids_in(sleeper.note)
            busy = await anyio.to_thread.run_sync(scraped, port)
            assert (busy["kubeport_children"], busy["kubeport_calls_running"]) == ("1.0", "1.0")
        found = await anyio.to_thread.run_sync(scraped, port)
        with anyio.fail_after(10):
            while found["kubeport_children"] != "0.0":
                await anyio.sleep(0.05)
                found = await anyio.to_thread.run_sync(scraped, port)
        series = 'kubeport_requests_total{code="CANCELLED",method="tools/call",tool="kubectl"}'
        assert found[series] == "1.0"
        (counted,) = (name for name in found if name.startswith("kubeport_calls_total"))
        assert 'code="CANCELLED"' in counted and 'decision="allowed"' in counted
        assert status(port, Host="evil.example") == 421
        found = await anyio.to_thread.run_sync(scraped, port)
        assert found['kubeport_http_refused_total{status="421"}'] == "1.0"
    finally:
        ended(process)


def test_a_trace_is_optional(served: tuple["subprocess.Popen[bytes]", int]) -> None:
    """Without a collector a client's trace is of no consequence."""
    _, port = served
    assert b"not found" in traced(port, "auto")
