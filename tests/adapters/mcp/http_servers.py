"""Servers over HTTP as processes, for the tests of this folder."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import anyio
from mcp import Client

from .processes import INITIALIZE, environment


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def started(*arguments: str, **changes: str) -> tuple[subprocess.Popen[bytes], int]:
    """A server over HTTP that listens already, and its port."""
    return launched(arguments, changes)


def launched(
    arguments: Sequence[str],
    changes: Mapping[str, str] | None = None,
    log: Path | None = None,
    files: int = 0,
    by: Sequence[str] = (),
    port: int = 0,
) -> tuple[subprocess.Popen[bytes], int]:
    """As ``started``; it logs to *log*, may open *files* at most, is started *by* a command, on *port*."""
    port = port or free_port()
    serve = [sys.executable, "-m", "kubeport", "serve", "--transport", "http", "--port", str(port)]
    bounded = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh"] if files else []
    with open(log or os.devnull, "wb") as stderr:
        process = subprocess.Popen(
            [*by, *bounded, *serve, *arguments], env=environment(**(changes or {})), stderr=stderr
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


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def set_to(**settings: object) -> list[str]:
    """The words of the command line for *settings*, ``__`` for the dot."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return [word for name, value in named.items() for word in ("--set", f"{name}={value}")]


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


async def call(port: int, era: str) -> None:
    """The main call, by the mcp package's own client."""
    async with Client(f"http://127.0.0.1:{port}/mcp", mode=era) as client:
        await client.call_tool("kubectl", {"command": "get pods"})


async def pids_in(note: Path) -> list[int]:
    """What the sleeping kubectl notes, as soon as it is there."""
    with anyio.fail_after(20):
        while not (note.exists() and note.read_text().strip()):
            await anyio.sleep(0.02)
    return [int(pid) for pid in note.read_text().split()]
