"""Streamable HTTP on loopback: both eras, Host and Origin checked, a clean end."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from mcp import Client

from kubeport.adapters.mcp.http import check_reach
from kubeport.application.settings import ServerSettings, Settings
from kubeport.domain.errors import CommandError

from .conftest import ERAS
from .http_servers import call, ended, launched, pids_in, status
from .processes import environment, living


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
    """At once where nothing is open, and without a traceback's exit code."""
    process, _ = served
    process.send_signal(signal.SIGTERM)
    assert process.wait(3) in (0, -signal.SIGTERM)


async def _call_until_the_server_goes(port: int, era: str) -> None:
    """The client is told that there will be no answer, in one way or another."""
    try:
        await call(port, era)
    except* Exception as errors:
        assert errors.exceptions


@pytest.mark.anyio
async def test_a_client_that_goes_away_ends_its_call(
    sleeping: tuple[subprocess.Popen[bytes], int, Path],
) -> None:
    """2026-07-28: closing the stream is a cancellation, and the children go."""
    _, port, note = sleeping
    pids = list[int]()
    async with anyio.create_task_group() as group:
        group.start_soon(call, port, "auto")
        pids = await pids_in(note)
        assert living(pids) == pids
        group.cancel_scope.cancel()
    assert len(pids) == 2 and await anyio.to_thread.run_sync(living, pids) == []


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_sigterm_ends_the_children(
    sleeping: tuple[subprocess.Popen[bytes], int, Path], era: str
) -> None:
    """A server that is asked to end in the middle of a call leaves nothing behind within five seconds."""
    process, port, note = sleeping
    pids = list[int]()
    async with anyio.create_task_group() as group:
        group.start_soon(_call_until_the_server_goes, port, era)
        pids = await pids_in(note)
        process.send_signal(signal.SIGTERM)
        await anyio.to_thread.run_sync(process.wait, 5)
        group.cancel_scope.cancel()
    assert len(pids) == 2 and await anyio.to_thread.run_sync(living, pids) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "example.com", "::", ""])
def test_others_are_served_only_if_they_are_known(host: str) -> None:
    """Beyond loopback a server needs authentication, and a list of the hosts that it is called by."""
    settings = ServerSettings(transport="http", host=host)
    with pytest.raises(CommandError, match="without authentication only loopback"):
        check_reach(Settings(server=settings), authenticated=False)
    with pytest.raises(CommandError, match="any Host header"):
        check_reach(Settings(server=settings), authenticated=True)
    named = ServerSettings(transport="http", host=host, allowed_hosts=("kubeport.example.com",))
    check_reach(Settings(server=named), authenticated=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_is_served(host: str) -> None:
    """Each spelling of the own machine."""
    check_reach(Settings(server=ServerSettings(host=host)), authenticated=False)


def test_the_address_is_told(tmp_path: Path) -> None:
    """Whole, so that it can be given to a client; and what uvicorn does for it is not."""
    process, port = launched(("--demo",), log=tmp_path / "log")
    assert status(port) == 200
    ended(process)
    told = (tmp_path / "log").read_text()
    assert told.count(f" kubeport.http: serving at http://127.0.0.1:{port}/mcp\n") == 1
    assert "uvicorn" not in told


def test_a_port_that_is_taken_is_a_mistake_in_the_settings(capfd: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and what to do: it is no refusal of a policy, which is 3."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        serve = [sys.executable, "-m", "kubeport", "serve", "--demo", "--transport", "http"]
        done = subprocess.run([*serve, "--port", str(port)], env=environment(), timeout=30, check=False)
    assert done.returncode == 2
    told = capfd.readouterr().err
    assert f"kubeport: Cannot listen on 127.0.0.1, port {port}: Address already in use.\n" in told
    assert "--port" in told and "Traceback" not in told
