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

import pytest
from mcp import Client

from kubeport.adapters.mcp.http import check_loopback
from kubeport.domain.errors import CommandError

from .conftest import ERAS
from .processes import INITIALIZE, environment


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A demo server over HTTP, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "kubeport", "serve", "--demo", "--transport", "http", "--port", str(port)],
        env=environment(),
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while not _listens(port):
        assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    yield process, port
    if process.poll() is None:
        process.kill()
    process.wait(10)


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


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "example.com", "::", ""])
def test_only_loopback_is_served(host: str) -> None:
    """There is no authentication, so nobody else may connect."""
    with pytest.raises(CommandError, match="loopback"):
        check_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_is_served(host: str) -> None:
    """Each spelling of the own machine."""
    check_loopback(host)
