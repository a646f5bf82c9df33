"""Fixtures for tests of agents that use Kubeport; pytest loads them by itself once kubeport is installed.

Nothing here needs a cluster, a process, a file, a clock or a socket. Override a fixture in your own
``conftest.py`` to change what the others are made of:

    @pytest.fixture
    def fake_cluster():
        return FakeCluster([my_deployment])

Imports stay inside the fixtures, since pytest loads this module in every run of the environment.
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mcp import Client

    from .adapters.fake_cluster import FakeCluster
    from .application.kubeport import Kubeport
    from .application.settings import Settings


@pytest.fixture
def fake_cluster() -> "FakeCluster":
    """A small shop with something wrong in it: contexts, workloads, events, logs and a Helm release."""
    from .adapters.fake_cluster import shop

    return shop()


@pytest.fixture
def kubeport_settings() -> "Settings":
    """The settings that ship: commands are only read, nothing is changed."""
    from .application.settings import Settings

    return Settings()


@pytest.fixture
def kubeport(fake_cluster: "FakeCluster", kubeport_settings: "Settings") -> "Kubeport":
    """A Kubeport over ``fake_cluster`` with ``kubeport_settings``."""
    from .containers import in_memory

    return in_memory(fake_cluster, kubeport_settings)


@pytest.fixture
async def mcp_client(kubeport: "Kubeport") -> AsyncIterator["Client"]:
    """A connected MCP client of a server over ``kubeport``; the test is a coroutine of anyio's plugin."""
    from mcp import Client

    from . import __version__
    from .adapters.mcp.server import build_server

    async with Client(build_server(kubeport, __version__), cache=None) as client:
        yield client
