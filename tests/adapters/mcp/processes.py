"""A Kubeport server as a process, spoken to in raw JSON lines, as a host does it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import attrs

SRC = str(Path(__file__).parents[3] / "src")
INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "0"},
}
MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "0"},
}


def environment(**changes: str) -> dict[str, str]:
    """Our environment with the package importable, no kubeconfig, and *changes*."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("KUBE", "HELM"))}
    return {**kept, "PYTHONPATH": SRC, "HOME": "/nonexistent", **changes}


@attrs.frozen
class Sleeper:
    """A kubectl that notes its pid and a grandchild's in *note* and sleeps, and a kubeconfig with it."""

    note: Path
    arguments: tuple[str, ...]
    kubeconfig: str

    @classmethod
    def write(cls, place: Path, first: str = "") -> "Sleeper":
        """Put its files in *place*; *arguments* and *kubeconfig* are for the server that shall start it.

        *first* is what its script does before all else.
        """
        note, program, config = place / "pids", place / "bin" / "kubectl", place / "config"
        program.parent.mkdir(mode=0o755)
        program.write_text(f'#!/bin/sh\n{first}\nsleep 300 &\necho $$ $! > "{note}"\nsleep 300\n')
        program.chmod(0o755)
        config.write_text("contexts: [{name: a, context: {}}]\ncurrent-context: a\n")
        return cls(note, ("--set", f"tools.paths_kubectl={program}"), str(config))


@attrs.define
class Server:
    """``kubeport serve`` with pipes; close it with ``end``."""

    process: subprocess.Popen[bytes]
    next_id: int = 0
    early: dict[int, dict[str, Any]] = attrs.field(factory=dict[int, dict[str, Any]])

    @classmethod
    def start(cls, *arguments: str, **changes: str) -> "Server":
        """Start it with *arguments* behind ``serve`` and *changes* of the environment."""
        process = subprocess.Popen(
            [sys.executable, "-m", "kubeport", "serve", "--log-level", "error", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(**changes),
        )
        return cls(process)

    def send(self, method: str, params: dict[str, Any] | None = None, *, notify: bool = False) -> int:
        """Send one message; returns its id."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params or {}}
        if not notify:
            self.next_id += 1
            message["id"] = self.next_id
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
        return self.next_id

    def answer(self, wanted: int) -> dict[str, Any]:
        """The answer to the request *wanted*; other answers are kept, notifications passed over."""
        assert self.process.stdout is not None
        if wanted in self.early:
            return self.early.pop(wanted)
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            if message.get("id") == wanted:
                return message
            if "id" in message:
                self.early[message["id"]] = message
        raise AssertionError("the server closed its output: " + self.stderr())

    def ask(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        return self.answer(self.send(method, params))

    def initialize(self) -> None:
        """The handshake of the 2025-11-25 era."""
        self.ask("initialize", INITIALIZE)
        self.send("notifications/initialized", notify=True)

    def stderr(self) -> str:
        """What it logged; only once it has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def end(self) -> int:
        """Close its input and wait for the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(10)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return code


def living(pids: list[int]) -> list[int]:
    """Those that still run; a moment is given to the kernel."""
    deadline = time.monotonic() + 1
    while (left := [pid for pid in pids if _lives(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _lives(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return not (state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z")
    except ProcessLookupError:  # also from reading the state of one that has just gone
        return False
