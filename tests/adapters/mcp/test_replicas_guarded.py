"""Replicas behind nginx that want tokens: rights, streams of every kind, and one that is killed at work."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import attrs
import httpx2
import pytest
from mcp import Client, MCPError
from mcp import types as T
from mcp.client.streamable_http import streamable_http_client
from tests.adapters.authentication.provider import Provider, provider

from .conftest import ERAS
from .http_servers import ended, launched, pids_in, started
from .older_era import subscribe
from .processes import Sleeper
from .proxied import Replicas, need, nginx, redis, sets, state
from .test_authentication import asked, bearer, client, flags
from .test_other_transports import frames

pytestmark = pytest.mark.anyio
WEB = "k8s-deployment://demo/shop/web"
CHANGES = tuple({"command": f"scale deploy/web --replicas={count} -n shop"} for count in (3, 4))


@attrs.frozen
class Team:
    """Replicas, the provider of their callers, and a folder for each."""

    replicas: Replicas
    idp: Provider
    folders: tuple[Path, ...]

    def token(self, sub: str = "ann", scope: str = "kubeport:read") -> str:
        """A token that is good now."""
        now = time.time()
        return self.idp.token("a", None, sub=sub, scope=scope, iat=now, nbf=now, exp=now + 300)

    def records(self) -> list[dict[str, Any]]:
        """The audit of all of them."""
        files = [folder / "audit.jsonl" for folder in self.folders]
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """Two demo servers at the level admin behind nginx, with WebSocket; each has its own cluster."""
    need("redis-server", "nginx")
    store, shared = redis(tmp_path), tuple(sets(state(tmp_path)))
    folders = tuple(tmp_path / name for name in ("one", "two"))
    more = {"server__websocket": "true", "limits__output_tokens": "200"}
    with provider() as idp:
        servers = list[tuple["subprocess.Popen[bytes]", int]]()
        for folder in folders:
            folder.mkdir(mode=0o700)
            servers.append(started("--demo", *flags(idp, folder, **more), *shared))
        proxy, port = nginx(tmp_path, [one[1] for one in servers])
        found = Replicas(tuple(one[0] for one in servers), tuple(one[1] for one in servers), port)
        yield Team(found, idp, folders)
        for process in (proxy, *found.processes, store):
            ended(process)


def test_strangers_are_challenged_through_the_proxy(team: Team) -> None:
    """As without it: the header, and the scope of a call that lacks one."""
    port = team.replicas.proxy
    status, headers, _ = asked(port)
    assert status == 401 and 'scope="kubeport:read"' in headers["www-authenticate"]
    assert asked(port, bearer("garbled"))[0] == 401
    call = {"name": "kubectl_change", "arguments": CHANGES[0]}
    session = ("Mcp-Session-Id", asked(port, bearer(team.token()))[1]["mcp-session-id"])
    body = json.dumps({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": call}).encode()
    status, headers, _ = asked(port, bearer(team.token()), session, body=body)
    assert status == 403 and 'scope="kubeport:write"' in headers["www-authenticate"]
    assert asked(port, bearer(team.token("bob")), session, body=body)[0] in (403, 404)


@pytest.mark.parametrize("era", ERAS)
async def test_callers_have_their_own_rights_at_every_replica(team: Team, era: str) -> None:
    """What ann was given by one replica, bob gets from none, and ann from both."""
    port = team.replicas.proxy
    async with client(port, team.token(), era) as ann, client(port, team.token("bob"), era) as bob:
        long = await ann.call_tool("kubectl", {"command": "get pods -A -o yaml"})
        assert long.structured_content is not None
        handle = {"handle": long.structured_content["continuation"]}
        assert "kubectl_change" not in [tool.name for tool in (await ann.list_tools()).tools]
        for _ in range(3):
            assert (await bob.call_tool("more", handle)).is_error
    for own in team.replicas.ports:
        async with client(own, team.token("bob"), era) as bob, client(own, team.token(), era) as ann:
            assert (await bob.call_tool("more", handle)).is_error
            assert not (await ann.call_tool("more", handle)).is_error
    assert {record["caller"] for record in team.records()} == {"ann", "bob"}


async def change_until(told: anyio.Event, port: int, token: str) -> None:
    """Change web at both replicas, again and again: each has a cluster of its own."""
    async with client(port, token, "auto") as writer:
        for place in range(200):
            if told.is_set():
                return
            await writer.call_tool("kubectl_change", CHANGES[place % 2])
            await anyio.sleep(0.1)


@pytest.mark.parametrize("era", ERAS)
async def test_subscriptions_through_the_proxy(team: Team, era: str) -> None:
    """Nothing is held back on the way: a change is told while its stream is open."""
    told = anyio.Event()

    async def hear(message: object) -> None:
        if isinstance(message, T.ResourceUpdatedNotification) and str(message.params.uri) == WEB:
            told.set()

    async def listen(ann: Client) -> None:
        async with ann.listen(resource_subscriptions=[WEB]) as events:
            async for event in events:
                assert WEB in str(event)
                told.set()
                return

    headers = dict((bearer(team.token()),))
    with anyio.fail_after(40):
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            transport = streamable_http_client(team.replicas.url, http_client=http)
            async with (
                Client(transport, mode=era, cache=None, message_handler=hear) as ann,
                anyio.create_task_group() as group,
            ):
                if era == "legacy":
                    await subscribe(ann, WEB)
                else:
                    group.start_soon(listen, ann)
                writer = team.token("bob", "kubeport:write")
                group.start_soon(change_until, told, team.replicas.proxy, writer)
                await told.wait()


@pytest.mark.parametrize("era", ERAS)
async def test_a_websocket_through_the_proxy(team: Team, era: str) -> None:
    """It is handed on as it is, with its caller."""
    url = f"ws://127.0.0.1:{team.replicas.proxy}/ws"
    async with Client(frames(url, Authorization=f"Bearer {team.token()}"), mode=era, cache=None) as ann:
        for _ in range(3):
            answer = await ann.call_tool("kubectl", {"command": "get pods | grep -c Running"})
            assert not answer.is_error
        assert (await ann.read_resource(WEB)).contents
    assert {(one["caller"], one["transport"]) for one in team.records()} == {("ann", "websocket")}


POD = ("unshare", "--pid", "--fork", "--kill-child=KILL")
"""A replica's processes end with it, as those of a Pod do."""


@attrs.frozen
class Working:
    """Live replicas whose kubectl sleeps, a sleeper for each."""

    team: Team
    sleepers: tuple[Sleeper, ...]

    def runs(self, place: int) -> bool:
        """Whether a kubectl of that replica lives."""
        program = self.sleepers[place].arguments[1].partition("=")[2].encode()
        return any(program in _words(process) for process in Path("/proc").glob("[0-9]*"))


def _words(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture
def working(tmp_path: Path) -> Iterator[Working]:
    """Two live servers behind nginx, each in a namespace of its own."""
    need("nginx", "unshare")
    folders = tuple(tmp_path / name for name in ("one", "two"))
    with provider() as idp:
        servers, sleepers = list[tuple["subprocess.Popen[bytes]", int]](), list[Sleeper]()
        for folder in folders:
            folder.mkdir(mode=0o700)
            sleepers.append(Sleeper.write(folder))
            arguments = (*flags(idp, folder), *sleepers[-1].arguments)
            servers.append(launched(arguments, {"KUBECONFIG": sleepers[-1].kubeconfig}, by=POD))
        proxy, port = nginx(tmp_path, [one[1] for one in servers])
        found = Replicas(tuple(one[0] for one in servers), tuple(one[1] for one in servers), port)
        yield Working(Team(found, idp, folders), tuple(sleepers))
        for process in (proxy, *found.processes):
            ended(process)


@pytest.mark.parametrize("era", ERAS)
async def test_a_replica_is_killed_with_a_call_in_flight(working: Working, era: str) -> None:
    """The client gets an error, the kubectl is gone, and the audit says that a change was meant, no more."""
    team, lost, victim = working.team, list[str](), -1
    token = team.token(scope="kubeport:write")

    async def call() -> None:
        try:
            async with client(team.replicas.proxy, token, era) as ann:
                with pytest.raises(MCPError) as error:
                    await ann.call_tool("kubectl_change", CHANGES[0])
                lost.append(str(error.value))
        except BaseExceptionGroup as group:  # ending a session of a replica that is gone
            lost.append(str(group))

    with anyio.fail_after(40):
        async with anyio.create_task_group() as group:
            group.start_soon(call)
            notes = [sleeper.note for sleeper in working.sleepers]
            while not any(note.exists() for note in notes):
                await anyio.sleep(0.02)
            victim = next(place for place, note in enumerate(notes) if note.exists())
            await pids_in(notes[victim])
            assert await anyio.to_thread.run_sync(working.runs, victim)
            team.replicas.processes[victim].kill()
    assert lost
    with anyio.fail_after(5):
        while await anyio.to_thread.run_sync(working.runs, victim):
            await anyio.sleep(0.05)
    # the end of its session finds the other replica, which does not know it
    (kept,) = (one for one in team.records() if one["event"] != "denied")
    assert (kept["event"], kept["caller"], kept["effect"]) == ("intent", "ann", "write")
    async with client(team.replicas.proxy, token, era) as ann:
        assert not (await ann.call_tool("contexts", {})).is_error
