"""Streamable HTTP on loopback: both eras, Host and Origin checked, a clean end."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from mcp import Client

from kubeport.adapters.mcp.http import check_loopback
from kubeport.domain.errors import CommandError

from .conftest import ERAS
from .processes import INITIALIZE, environment, living


def started(*arguments: str, **changes: str) -> tuple[subprocess.Popen[bytes], int]:
    """A server over HTTP that listens already, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "kubeport", "serve", "--transport", "http", "--port", str(port), *arguments],
        env=environment(**changes),
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while not _listens(port):
        assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    return process, port


def ended(process: subprocess.Popen[bytes]) -> None:
    """Make sure that it is gone."""
    if process.poll() is None:
        process.kill()
    process.wait(10)


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A demo server over HTTP, and its port."""
    process, port = started("--demo")
    yield process, port
    ended(process)


@pytest.fixture
def sleeping(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """A live server whose kubectl notes its pid and sleeps; the note is the last part."""
    note = tmp_path / "pids"
    program = tmp_path / "bin" / "kubectl"
    program.parent.mkdir(mode=0o755)
    program.write_text(f'#!/bin/sh\nsleep 300 &\necho $$ $! > "{note}"\nsleep 300\n')
    program.chmod(0o755)
    config = tmp_path / "config"
    config.write_text("contexts: [{name: a, context: {}}]\ncurrent-context: a\n")
    process, port = started("--set", f"tools.paths_kubectl={program}", KUBECONFIG=str(config))
    yield process, port, note
    ended(process)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def status(port: int, **headers: str) -> int:
    """The status of an initialize request with *headers* (``_`` for ``-``) beside the usual ones."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}).encode()
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/mcp", body, {**usual, **given})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_real_client(served: tuple[subprocess.Popen[bytes], int], era: str) -> None:
    """The mcp package's own client lists tools and makes the main call, in each era."""
    async with Client(f"http://127.0.0.1:{served[1]}/mcp", mode=era) as client:
        assert "kubectl" in [tool.name for tool in (await client.list_tools()).tools]
        answer = await client.call_tool("kubectl", {"command": "get pods | grep -c Running"})
    assert not answer.is_error and answer.structured_content is not None
    assert int(answer.structured_content["output"]) > 0


def test_host_and_origin_are_checked(served: tuple[subprocess.Popen[bytes], int]) -> None:
    """A page in a browser that resolves its name to loopback gets nothing."""
    port = served[1]
    assert status(port) == 200
    assert status(port, Origin=f"http://localhost:{port}") == 200
    assert status(port, Host="evil.example") == 421
    assert status(port, Origin="https://evil.example") == 403


def test_sigterm_ends_it(served: tuple[subprocess.Popen[bytes], int]) -> None:
    """Within the grace period, and without a traceback's exit code."""
    process, _ = served
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) in (0, -signal.SIGTERM)


async def _call(port: int, era: str) -> None:
    async with Client(f"http://127.0.0.1:{port}/mcp", mode=era) as client:
        await client.call_tool("kubectl", {"command": "get pods"})


async def _call_until_the_server_goes(port: int, era: str) -> None:
    """The client is told that there will be no answer, in one way or another."""
    try:
        await _call(port, era)
    except* Exception as errors:
        assert errors.exceptions


async def _pids(note: Path) -> list[int]:
    with anyio.fail_after(20):
        while not (note.exists() and note.read_text().strip()):
            await anyio.sleep(0.02)
    return [int(pid) for pid in note.read_text().split()]


@pytest.mark.anyio
async def test_a_client_that_goes_away_ends_its_call(
    sleeping: tuple[subprocess.Popen[bytes], int, Path],
) -> None:
    """2026-07-28: closing the stream is a cancellation, and the children go."""
    _, port, note = sleeping
    pids = list[int]()
    async with anyio.create_task_group() as group:
        group.start_soon(_call, port, "auto")
        pids = await _pids(note)
        assert living(pids) == pids
        group.cancel_scope.cancel()
    assert len(pids) == 2 and await anyio.to_thread.run_sync(living, pids) == []


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_sigterm_ends_the_children(
    sleeping: tuple[subprocess.Popen[bytes], int, Path], era: str
) -> None:
    """A server that is asked to end in the middle of a call leaves nothing behind."""
    process, port, note = sleeping
    pids = list[int]()
    async with anyio.create_task_group() as group:
        group.start_soon(_call_until_the_server_goes, port, era)
        pids = await _pids(note)
        process.send_signal(signal.SIGTERM)
        await anyio.to_thread.run_sync(process.wait, 15)
        group.cancel_scope.cancel()
    assert len(pids) == 2 and await anyio.to_thread.run_sync(living, pids) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "example.com", "::", ""])
def test_only_loopback_is_served(host: str) -> None:
    """There is no authentication, so nobody else may connect."""
    with pytest.raises(CommandError, match="loopback"):
        check_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_is_served(host: str) -> None:
    """Each spelling of the own machine."""
    check_loopback(host)
