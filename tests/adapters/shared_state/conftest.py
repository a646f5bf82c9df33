"""A real Redis for the tests of the state that replicas share."""

import asyncio
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.passing import Pass
from tests.enabling import enabled_or_skip

from kubeport.adapters.shared_state import SharedState

SECRET = "a secret of at least thirty-two characters"


class Server:
    """A real redis-server of this test run's own, on a socket in *folder*; it keeps nothing when it stops."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "s"
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            enabled_or_skip("There is no redis-server here.", "Install it: apt-get install redis-server")
        words = ("--port", "0", "--unixsocket", str(self._socket), "--save", "")
        folder = ("--dir", str(self._socket.parent))
        self._process = subprocess.Popen([program, *words, *folder], stdout=subprocess.DEVNULL)
        _wait_for(self._socket)

    def pause(self, paused: bool = True) -> None:
        """Let it neither answer nor end, or go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP if paused else signal.SIGCONT)

    def stop(self) -> None:
        """End it, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(10)

    def kill(self) -> None:
        """End it without a word to anybody; it can be started again."""
        assert self._process is not None
        self._process.kill()
        self.stop()
        self._socket.unlink()


def redis_itself(url: str) -> Any:
    """A client of Redis, past our adapters."""
    redis: Any = import_module("redis.asyncio")
    return redis.Redis.from_url(url)


async def clients(url: str) -> list[str]:
    """What the others are doing who are connected to the Redis at *url*: a last command each."""
    redis = redis_itself(url)
    own = await redis.client_id()
    found = [str(one["cmd"]) for one in await redis.client_list() if int(one["id"]) != own]
    await redis.aclose()
    return found


@pytest.fixture(scope="module")  # gone before tests that look for children of ours
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real redis-server of this test run's own."""
    server = Server(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.stop()


def _wait_for(socket: Path) -> None:
    until = time.monotonic() + 10
    while not socket.exists():
        assert time.monotonic() < until, "redis-server did not start"
        time.sleep(0.02)


@pytest.fixture
async def state(redis: str) -> AsyncIterator[SharedState]:
    """State of one test's own: a prefix that nobody else has."""
    shared = SharedState(redis, SECRET, f"test-{secrets.token_hex(4)}")
    yield shared
    await shared.aclose()


@pytest.fixture
def let_pass() -> Pass:
    """Redis has a clock of its own: the test waits."""
    return asyncio.sleep
