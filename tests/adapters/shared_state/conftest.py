"""A real Redis for the tests of the state that replicas share."""

import secrets
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.enabling import enabled_or_skip

from kubeport.adapters.shared_state import SharedState

SECRET = "a secret of at least thirty-two characters"


@pytest.fixture(scope="module")  # gone before tests that look for children of ours
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real redis-server of this test run's own, on a socket in its folder."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        enabled_or_skip("There is no redis-server here.", "Install it: apt-get install redis-server")
    folder = tmp_path_factory.mktemp("redis")
    words = ("--port", "0", "--unixsocket", str(folder / "s"), "--save", "", "--dir", str(folder))
    server = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
    try:
        _wait_for(folder / "s")
        yield f"unix://{folder / 's'}"
    finally:
        server.terminate()
        server.wait(10)


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
