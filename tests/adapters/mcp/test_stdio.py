"""The server as a host starts it: over stdin and stdout, in both eras, clean at its end."""

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from .conftest import ERAS
from .processes import INITIALIZE, MODERN_META, Server, Sleeper, environment, living


@pytest.fixture
def sleeping(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """A live server whose kubectl notes its pid, starts a grandchild and sleeps."""
    sleeper = Sleeper.write(tmp_path)
    server = Server.start(*sleeper.arguments, KUBECONFIG=sleeper.kubeconfig)
    yield server, sleeper.note
    if server.process.poll() is None:
        server.process.kill()
    server.end()


def begin(server: Server, note: Path) -> list[int]:
    """Start a call and wait until its processes live; returns their pids."""
    server.initialize()
    server.send("tools/call", {"name": "kubectl", "arguments": {"command": "get pods"}})
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text().strip()):
        assert time.monotonic() < deadline, "the program never started"
        time.sleep(0.02)
    return [int(pid) for pid in note.read_text().split()]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_real_client(era: str) -> None:
    """The mcp package's own client lists tools and makes the main call, in each era."""
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "kubeport", "serve", "--demo"], env=environment()
    )
    async with Client(parameters, mode=era) as client:
        assert "kubectl" in [tool.name for tool in (await client.list_tools()).tools]
        answer = await client.call_tool("kubectl", {"command": "get pods -A | grep -c Running"})
    assert not answer.is_error and answer.structured_content is not None
    assert int(answer.structured_content["output"]) > 0


def test_a_probe_does_not_decide_the_era() -> None:
    """``server/discover`` followed by ``initialize`` on one pipe works, as some hosts do it."""
    server = Server.start("--demo")
    probe = server.ask("server/discover", {"_meta": MODERN_META})
    assert "2026-07-28" in str(probe["result"])
    assert server.ask("initialize", INITIALIZE)["result"]["protocolVersion"] == "2025-11-25"
    server.send("notifications/initialized", notify=True)
    assert server.ask("tools/list")["result"]["tools"]
    assert server.end() == 0


def test_it_starts_without_cluster_kubeconfig_or_kubectl(tmp_path: Path) -> None:
    """It lists its tools; a call says which program is missing, and the server lives on."""
    config = tmp_path / "config"
    config.write_text("contexts: [{name: a, context: {}}]\ncurrent-context: a\n")
    server = Server.start(PATH=str(tmp_path), KUBECONFIG=str(config))
    server.initialize()
    assert server.ask("tools/list")["result"]["tools"]
    call = {"name": "kubectl", "arguments": {"command": "get pods"}}
    answer = server.ask("tools/call", call)["result"]
    assert answer["isError"] and answer["structuredContent"]["error"]["code"] == "TOOL_NOT_FOUND"
    assert "kubectl" in answer["structuredContent"]["error"]["message"]
    assert server.ask("tools/list")["result"]["tools"]
    assert server.end() == 0


def test_end_of_input_ends_the_children(sleeping: tuple[Server, Path]) -> None:
    """When the host goes away, the running command and what it started go, too."""
    server, note = sleeping
    pids = begin(server, note)
    assert living(pids) == pids
    assert server.end() == 0
    assert living(pids) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_children(sleeping: tuple[Server, Path], number: signal.Signals) -> None:
    """The exit code tells the signal, and nothing is left behind."""
    server, note = sleeping
    pids = begin(server, note)
    server.process.send_signal(number)
    assert server.process.wait(10) == 128 + number
    assert living(pids) == []


def test_children_that_ignore_it_do_not_hold_a_signal_up(tmp_path: Path) -> None:
    """They are killed: within five seconds all is gone, without a traceback."""
    sleeper = Sleeper.write(tmp_path, "trap '' TERM")
    server = Server.start(*sleeper.arguments, KUBECONFIG=sleeper.kubeconfig)
    pids = begin(server, sleeper.note)
    server.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert server.process.wait(10) == 128 + signal.SIGTERM
    assert time.monotonic() - began < 5 and living(pids) == []
    assert "Traceback" not in server.stderr()
    server.end()


def test_a_cancelled_call_ends_its_children(sleeping: tuple[Server, Path]) -> None:
    """notifications/cancelled ends the process group, and the server answers the next request."""
    server, note = sleeping
    pids = begin(server, note)
    server.send("notifications/cancelled", {"requestId": server.next_id, "reason": "test"}, notify=True)
    assert living(pids) == []
    assert server.ask("tools/list")["result"]["tools"]


def test_a_timeout_ends_the_children(sleeping: tuple[Server, Path]) -> None:
    """The answer is TIMEOUT_ERROR with the literal message."""
    server, note = sleeping
    server.initialize()
    arguments = {"command": "get pods", "timeout": 1}
    answer = server.ask("tools/call", {"name": "kubectl", "arguments": arguments})["result"]
    error = answer["structuredContent"]["error"]
    assert (error["code"], error["message"]) == (
        "TIMEOUT_ERROR",
        "Command timed out after 1 seconds.",
    )
    assert living([int(pid) for pid in note.read_text().split()]) == []


def test_children_do_not_read_the_protocol(tmp_path: Path) -> None:
    """A program that reads its input sees the manifest or nothing, never the next request."""
    program = tmp_path / "bin" / "kubectl"
    program.parent.mkdir(mode=0o755)
    program.write_text("#!/bin/sh\nprintf 'read<'; cat; printf '>'\n")
    program.chmod(0o755)
    config = tmp_path / "config"
    config.write_text("contexts: [{name: a, context: {}}]\ncurrent-context: a\n")
    server = Server.start(
        "--level", "write", "--set", f"tools.paths_kubectl={program}", KUBECONFIG=str(config)
    )
    server.initialize()
    first = server.send("tools/call", {"name": "kubectl", "arguments": {"command": "get pods"}})
    second = server.send("tools/list")
    assert server.answer(first)["result"]["structuredContent"]["output"] == "read<>"
    assert server.answer(second)["result"]["tools"]
    manifest = "kind: ConfigMap\nmetadata: {name: a}\n"
    answer = server.ask(
        "tools/call",
        {"name": "kubectl_change", "arguments": {"command": "apply -f -", "manifest": manifest}},
    )["result"]
    assert answer["structuredContent"]["output"] == f"read<{manifest}>"
    assert server.end() == 0


def test_an_input_that_ends_before_any_message_ends_the_server() -> None:
    """``kubeport serve </dev/null`` is over at once, with exit code 0."""
    server = Server.start("--demo")
    assert server.end() == 0
