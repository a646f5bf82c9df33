"""The end of a server over HTTP: it drains, lets calls end or answers for them, and is gone in time."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import attrs
import httpx2
import pytest
from mcp import Client
from websockets.asyncio.client import connect

from .conftest import ERAS
from .http_servers import ended, launched, pids_in, set_to
from .processes import MODERN_META, living

pytestmark = pytest.mark.anyio
STUBBORN = """trap '' TERM
sleep 300 &
echo $$ $! > "{note}"
sleep 300
sleep 300
"""
SHORT = """echo $$ > "{note}"
sleep 1
echo web
"""


@attrs.frozen
class Running:
    """A live server whose kubectl is a script that notes its pids, and logs to a file."""

    process: "subprocess.Popen[bytes]"
    port: int
    note: Path
    log: Path
    audit: Path

    @property
    def url(self) -> str:
        """Where it speaks MCP."""
        return f"http://127.0.0.1:{self.port}/mcp"


def running(folder: Path, script: str, **settings: object) -> Running:
    """Start it with *script* for a kubectl."""
    note, program, config = folder / "pids", folder / "bin" / "kubectl", folder / "config"
    program.parent.mkdir(mode=0o755)
    program.write_text("#!/bin/sh\n" + script.format(note=note))
    program.chmod(0o755)
    config.write_text("contexts: [{name: a, context: {}}]\ncurrent-context: a\n")
    log, audit = folder / "log", folder / "audit.jsonl"
    words = set_to(
        tools__enabled="kubectl", tools__paths_kubectl=program, audit__file=audit, **settings
    )
    return Running(*launched(words, {"KUBECONFIG": str(config)}, log), note, log, audit)


@pytest.fixture
def stubborn(tmp_path: Path) -> Iterator[Running]:
    """Its kubectl and the child of that ignore SIGTERM."""
    found = running(tmp_path, STUBBORN)
    yield found
    ended(found.process)


@pytest.fixture
def short(tmp_path: Path) -> Iterator[Running]:
    """Its kubectl takes a second."""
    found = running(tmp_path, SHORT)
    yield found
    ended(found.process)


async def _call_and_end(served: Running, era: str) -> tuple[Any, float, list[int]]:
    """The answer to a call in the middle of which the server is told to end, how long that took, the pids."""
    answers, took, pids = list[Any](), 0.0, list[int]()

    async def call() -> None:
        answers.append(await client.call_tool("kubectl", {"command": "get pods"}))

    try:
        async with Client(served.url, mode=era, cache=None) as client:
            await client.list_tools()
            async with anyio.create_task_group() as group:
                group.start_soon(call)
                pids = await pids_in(served.note)
                served.process.send_signal(signal.SIGTERM)
                began = time.monotonic()
                await anyio.to_thread.run_sync(served.process.wait, 15)
                took = time.monotonic() - began
    except* (httpx2.HTTPError, OSError):
        pass  # the server is gone when the client says goodbye
    return answers[0], took, pids


@pytest.mark.parametrize("era", ERAS)
async def test_children_that_ignore_it_do_not_hold_it_up(stubborn: Running, era: str) -> None:
    """Less than five seconds, with an answer and a record for the call, no child left and no traceback."""
    answer, took, pids = await _call_and_end(stubborn, era)
    assert took < 5
    assert answer.is_error and answer.structured_content["error"]["code"] == "EXECUTION_ERROR"
    assert "shutting down" in answer.structured_content["error"]["message"]
    assert len(pids) == 2 and await anyio.to_thread.run_sync(living, pids) == []
    (record,) = (json.loads(line) for line in stubborn.audit.read_text().splitlines())
    assert (record["event"], record["reason"]) == ("outcome", "closed")
    assert "Traceback" not in stubborn.log.read_text()


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_that_ends_soon_is_let_to_its_end(short: Running, era: str) -> None:
    """Its client has the whole answer, in both eras."""
    answer, took, _ = await _call_and_end(short, era)
    assert not answer.is_error and answer.structured_content["output"].strip() == "web"
    assert took < 5
    text = short.log.read_text()
    assert "Traceback" not in text and "without completing response" not in text


async def test_a_call_over_a_websocket_is_let_to_its_end(tmp_path: Path) -> None:
    """Its answer comes, and then the goodbye of a service that restarts."""
    served = running(tmp_path, SHORT, server__websocket="true")
    params = {"name": "kubectl", "arguments": {"command": "get pods"}, "_meta": MODERN_META}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    try:
        async with connect(f"ws://127.0.0.1:{served.port}/ws") as socket:
            await socket.send(json.dumps(call))
            await pids_in(served.note)
            served.process.send_signal(signal.SIGTERM)
            with anyio.fail_after(10):
                while "id" not in (answer := json.loads(await socket.recv())):
                    continue
                await socket.wait_closed()
        assert "web" in answer["result"]["structuredContent"]["output"]
        assert socket.close_code == 1012
        await anyio.to_thread.run_sync(served.process.wait, 5)
    finally:
        ended(served.process)
    assert "Traceback" not in served.log.read_text()


async def _ready(port: int) -> tuple[int, dict[str, Any]]:
    async with httpx2.AsyncClient(timeout=10) as http:
        answer = await http.get(f"http://127.0.0.1:{port}/readyz")
        return answer.status_code, answer.json()


async def test_it_drains(tmp_path: Path) -> None:
    """From the signal on it is not ready, and serves new connections all the same; a second one ends that."""
    served = running(tmp_path, "echo web\n", server__drain_seconds=60)
    try:
        assert (await _ready(served.port))[0] == 200
        served.process.send_signal(signal.SIGTERM)
        with anyio.fail_after(10):
            while (found := await _ready(served.port))[0] == 200:
                await anyio.sleep(0.05)
        assert found == (503, {"ready": False, "draining": True, "checks": {}})
        for era in ERAS:
            async with Client(served.url, mode=era, cache=None) as client:
                answer = await client.call_tool("kubectl", {"command": "get pods"})
                assert not answer.is_error
        assert served.process.poll() is None
        served.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        await anyio.to_thread.run_sync(served.process.wait, 15)
        assert time.monotonic() - began < 5
    finally:
        ended(served.process)
    assert "Traceback" not in served.log.read_text()


async def test_draining_is_over_by_itself(tmp_path: Path) -> None:
    """After the seconds that are set."""
    served = running(tmp_path, "echo web\n", server__drain_seconds=1.5)
    try:
        served.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        await anyio.to_thread.run_sync(served.process.wait, 15)
        assert 1.4 < time.monotonic() - began < 6
    finally:
        ended(served.process)


async def test_who_never_reads_does_not_hold_it_up(tmp_path: Path) -> None:
    """A client that takes no byte of its answers is let go like everybody else."""
    served = running(tmp_path, 'echo $$ > "{note}"\nexec yes\n', limits__output_bytes=16_777_216,
                     limits__output_tokens=10_000_000)  # fmt: skip
    params = {"name": "kubectl", "arguments": {"command": "get pods"}, "_meta": MODERN_META}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
    head = (
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        "accept: application/json, text/event-stream\r\nmcp-protocol-version: 2026-07-28\r\n"
        f"mcp-method: tools/call\r\nmcp-name: kubectl\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode()
    try:
        async with await anyio.connect_tcp("127.0.0.1", served.port) as deaf:
            await deaf.send(head + body)
            await pids_in(served.note)
            await anyio.sleep(1)
            served.process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            await anyio.to_thread.run_sync(served.process.wait, 15)
            assert time.monotonic() - began < 5
    finally:
        ended(served.process)
    assert "Traceback" not in served.log.read_text()
