"""A user's yes over the real transports: stdio and HTTP, in both eras."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp import types as T

from .conftest import ERAS
from .http_servers import ended, started
from .processes import environment
from .test_elicitation import SCALE, User, refused
from .test_tools import structure, text

pytestmark = pytest.mark.anyio
TRANSPORTS = ("stdio", "http")


@asynccontextmanager
async def served(transport: str, era: str, user: User | None, policy: Path) -> AsyncGenerator[Client]:
    """A client of a demo server whose policy wants changes approved."""
    changes = {"KUBEPORT_SECURITY_POLICY_FILE": str(policy)}
    if transport == "stdio":
        words = ["-m", "kubeport", "serve", "--demo", "--log-level", "error"]
        process = StdioServerParameters(command=sys.executable, args=words, env=environment(**changes))
        async with Client(process, mode=era, elicitation_callback=user) as client:
            yield client
        return
    server, port = started("--demo", **changes)
    try:
        async with Client(f"http://127.0.0.1:{port}/mcp", mode=era, elicitation_callback=user) as client:
            yield client
    finally:
        ended(server)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy file that wants changes approved."""
    file = tmp_path / "team.toml"
    file.write_text("access = 'admin'\napproval = 'changes'\n")
    return file


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_yes_and_no(transport: str, era: str, policy: Path) -> None:
    """A yes runs the call, a no does not, and each is asked once."""
    user = User()
    async with served(transport, era, user, policy) as client:
        done = await client.call_tool("kubectl_change", SCALE)
        assert not done.is_error, text(done)
        user.answer = T.ElicitResult(action="decline")
        declined = await client.call_tool("kubectl_change", {"command": "scale deploy/web --replicas=9"})
        command = "get deploy web -o jsonpath='{.spec.replicas}'"
        shown = await client.call_tool("kubectl", {"command": command})
    assert structure(declined)["error"]["reason"] == "declined" and len(user.forms) == 2
    assert structure(shown)["output"].strip() == "3"


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_client_that_cannot_ask(transport: str, era: str, policy: Path) -> None:
    """It is told the command line, and nothing runs."""
    async with served(transport, era, None, policy) as client:
        error, _ = await refused(client, "kubectl_change", SCALE)
    assert error["reason"] == "unavailable" and "kubectl scale" in error["hint"]
