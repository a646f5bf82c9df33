"""A real MCP client connected to a server over the in-memory shop, in each era; servers over HTTP."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from mcp import Client

from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.mcp.server import build_server
from kubeport.application.settings import SecuritySettings, Settings
from kubeport.containers import in_memory
from kubeport.domain.effect import Level

from .http_servers import ended, started
from .processes import Sleeper

ERAS = ("auto", "legacy")  # 2026-07-28 and 2025-11-25


def client_of(level: Level, era: str) -> Client:
    """A client, not yet connected, of a server at *level*."""
    settings = Settings(security=SecuritySettings(level=level))
    return Client(build_server(in_memory(shop(), settings), "0"), mode=era, cache=None)


@pytest.fixture(params=ERAS)
async def reader(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """A connected client at the level read-only."""
    async with client_of(Level.READ_ONLY, request.param) as client:
        yield client


@pytest.fixture(params=ERAS)
async def admin(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """A connected client at the level admin."""
    async with client_of(Level.ADMIN, request.param) as client:
        yield client


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A demo server over HTTP, and its port."""
    process, port = started("--demo")
    yield process, port
    ended(process)


@pytest.fixture
def sleeping(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """A live server whose kubectl notes its pid and sleeps; the note is the last part."""
    sleeper = Sleeper.write(tmp_path)
    process, port = started(*sleeper.arguments, KUBECONFIG=sleeper.kubeconfig)
    yield process, port, sleeper.note
    ended(process)
