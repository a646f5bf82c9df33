"""Two replicas behind a real nginx, with the configuration of docs/how-to/replicas.md and one Redis."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from mcp import Client, MCPError

from .conftest import ERAS
from .http_servers import call, ended, pids_in, started, status
from .processes import living
from .proxied import Replicas, need, nginx, redis, sets, state
from .test_elicitation import SCALE, User, answered, reason, round_of

_LONG = {"command": "get pods -A -o yaml"}


@pytest.fixture
def replicas(tmp_path: Path) -> Iterator[Replicas]:
    """Redis, two replicas and nginx; all of them are gone afterwards."""
    need("redis-server", "nginx")
    store = redis(tmp_path)
    policy = tmp_path / "team.toml"
    policy.write_text('access = "write"\napproval = "changes"\n')
    flags = ("--demo", *sets(_settings(tmp_path, policy)))
    servers = [started(*flags) for _ in range(2)]
    proxy, port = nginx(tmp_path, [one[1] for one in servers])
    try:
        yield Replicas(tuple(one[0] for one in servers), tuple(one[1] for one in servers), port)
    finally:
        for process in (proxy, *(one[0] for one in servers), store):
            ended(process)


def _settings(folder: Path, policy: Path) -> dict[str, str]:
    return {"limits.output_tokens": "200", "security.policy_file": str(policy), **state(folder)}


def _shares_state(port: int) -> bool:
    """Whether the replica says that it reaches Redis."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        return json.load(answer)["checks"]["state"] is True


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_calls_pass_the_proxy(replicas: Replicas, era: str) -> None:
    """Lists and calls work through nginx in both eras, and the checks of Host and Origin still hold."""
    async with Client(replicas.url, mode=era) as client:
        assert "kubectl" in [tool.name for tool in (await client.list_tools()).tools]
        for _ in range(10):
            answer = await client.call_tool("kubectl", {"command": "get pods | grep -c Running"})
            assert not answer.is_error
    assert status(replicas.proxy, Host="evil.example") == 421
    assert status(replicas.proxy, Origin="https://evil.example") == 403
    assert all(_shares_state(port) for port in replicas.ports)


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_what_one_replica_kept_the_other_gives(replicas: Replicas, era: str) -> None:
    """A handle that one replica gave out is good at the other."""
    first, second = (f"http://127.0.0.1:{port}/mcp" for port in replicas.ports)
    async with Client(first, mode=era) as client:
        long = await client.call_tool("kubectl", _LONG)
    assert long.structured_content is not None
    handle = long.structured_content["continuation"]
    async with Client(second, mode=era) as client:
        more = await client.call_tool("more", {"handle": handle})
    assert not more.is_error and more.structured_content is not None
    assert more.structured_content["output"]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_user_approves_through_the_proxy(replicas: Replicas, era: str) -> None:
    """Whichever replica gets the question and whichever the answer."""
    user = User()
    async with Client(replicas.url, mode=era, elicitation_callback=user) as client:
        answers = [await client.call_tool("kubectl_change", SCALE) for _ in range(4)]
    assert not any(answer.is_error for answer in answers) and len(user.forms) == 4


@pytest.mark.anyio
async def test_an_approval_that_one_replica_used_is_used_on_the_other(replicas: Replicas) -> None:
    """2026-07-28: asked by one, answered at the other, and replayed at both."""
    first, second = (
        Client(f"http://127.0.0.1:{port}/mcp", elicitation_callback=User()) for port in replicas.ports
    )
    async with first, second:
        state = await round_of(first)
        assert [reason(await answered(one, state)) for one in (second, first, second)] == ["", "used", "used"]


@pytest.mark.anyio
async def test_a_replica_that_is_killed_is_not_missed(replicas: Replicas) -> None:
    """2026-07-28: of forty calls in a row, with a replica killed after ten, at most one is lost."""
    lost = 0
    async with Client(replicas.url, mode="auto") as client:
        long = await client.call_tool("kubectl", _LONG)
        for place in range(40):
            if place == 10:
                replicas.processes[0].kill()
            try:
                answer = await client.call_tool("kubectl", {"command": "get pods -n shop"})
                assert not answer.is_error
            except MCPError:
                lost += 1
        assert long.structured_content is not None
        more = await client.call_tool("more", {"handle": long.structured_content["continuation"]})
    assert lost <= 1
    assert not more.is_error


@pytest.mark.anyio
@pytest.mark.parametrize("victim", [0, 1])  # the session is in one of them, whichever that is
async def test_a_new_session_works_whichever_replica_is_killed(replicas: Replicas, victim: int) -> None:
    """2025-11-25: a client of the dead replica has to begin anew, and then it works."""
    assert await _works_anew(replicas.url)
    replicas.processes[victim].kill()
    replicas.processes[victim].wait(10)
    assert await _works_anew(replicas.url)


async def _works_anew(url: str) -> bool:
    """Whether a session that begins now answers."""
    with anyio.fail_after(20):
        async with Client(url, mode="legacy") as client:
            return not (await client.call_tool("kubectl", {"command": "get pods"})).is_error


@pytest.mark.anyio
async def test_a_client_that_goes_away_is_noticed_behind_the_proxy(
    sleeping: tuple["subprocess.Popen[bytes]", int, Path], tmp_path: Path
) -> None:
    """2026-07-28: the closed stream reaches the replica through nginx, and the call's children end."""
    _, port, note = sleeping
    proxy, front = nginx(tmp_path, [port, port])
    pids = list[int]()
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(call, front, "auto")
            pids = await pids_in(note)
            group.cancel_scope.cancel()
        assert len(pids) == 2 and await anyio.to_thread.run_sync(living, pids) == []
    finally:
        ended(proxy)
