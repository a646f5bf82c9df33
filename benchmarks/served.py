"""A Kubeport server in a process of its own, and a client of the mcp package connected to it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import attrs
from mcp import Client, StdioServerParameters

from .bench import Bench
from .measure import SECONDS, children

_COMMAND = (sys.executable, "-m", "kubeport", "serve", "--log-level", "error", "--set", "limits.rate=0")


@attrs.frozen
class Served:
    """A *client*, and the *pid* of its server."""

    client: Client
    pid: int

    async def kubectl(self, line: str) -> str:
        """The output of a call that must succeed."""
        answer = await self.client.call_tool("kubectl", {"command": line})
        content: dict[str, Any] = answer.structured_content or {}
        if answer.is_error:
            raise RuntimeError(f"{line} failed: {content.get('error')}")
        return str(content.get("output", ""))


Transport = Callable[[Bench, str], AbstractAsyncContextManager[Served]]


def serve_argv(kubectl: str = "", *options: str) -> list[str]:
    """The words that start a server which takes *kubectl* for kubectl."""
    where = ("--set", f"tools.paths_kubectl={kubectl}") if kubectl else ()
    return [*_COMMAND, *where, *options]


@asynccontextmanager
async def over_stdio(bench: Bench, kubectl: str) -> AsyncGenerator[Served]:
    """A server that is a child of this process and talks over its stdin and stdout."""
    command, *args = serve_argv(kubectl)
    before = children(os.getpid())
    server = StdioServerParameters(command=command, args=args, env=bench.environ, cwd=bench.folder)
    async with Client(server, read_timeout_seconds=SECONDS) as client:
        (pid,) = children(os.getpid()) - before
        yield Served(client, pid)


@asynccontextmanager
async def over_http(bench: Bench, kubectl: str) -> AsyncGenerator[Served]:
    """A server on a free port of loopback."""
    with listening(bench, serve_argv(kubectl)) as (pid, port):
        async with Client(f"http://127.0.0.1:{port}/mcp", read_timeout_seconds=SECONDS) as client:
            yield Served(client, pid)


TRANSPORTS: dict[str, Transport] = {"stdio": over_stdio, "HTTP": over_http}


@contextmanager
def listening(bench: Bench, argv: list[str]) -> Generator[tuple[int, int]]:
    """A server that *argv* starts, on a free port of loopback: its process and its port."""
    port = _free_port()
    words = [*argv, "--transport", "http", "--port", str(port)]
    process = subprocess.Popen(words, env=bench.environ, stdin=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield process.pid, port
    finally:
        _end(process)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the HTTP server did not start")
        time.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
