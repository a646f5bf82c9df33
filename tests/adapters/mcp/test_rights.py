"""Rights that change while a client listens, in each era: in memory, and over HTTP with tokens."""

import asyncio
import re
import subprocess
import time
import urllib.request
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx2
import pytest
from mcp import Client, MCPError
from mcp import types as T
from mcp.client.session import MessageHandlerFnT
from mcp.client.streamable_http import streamable_http_client
from mcp.server.subscriptions import ResourcesListChanged, ResourceUpdated, ToolsListChanged
from tests.adapters.authentication.provider import Provider, provider

from kubeport.adapters.mcp import resources, subscriptions, tools
from kubeport.application.settings import SecuritySettings, Settings
from kubeport.domain.policy import Caller

from .conftest import ERAS
from .http_servers import ended, started
from .older_era import subscribe, unsubscribe
from .test_authentication import bearer, flags
from .test_subscriptions import CART, WEB, Scene, event_of, refused, scene_of

pytestmark = pytest.mark.anyio
TEAMS = """access = "none"
[[rules]]
name = "ops"
reason = "ops does what it must"
access = "admin"
callers = ["group:ops"]
[[rules]]
name = "private"
reason = "{private} is private"
access = "none"
names = ["{private}"]
[[rules]]
name = "blue"
reason = "blue reads"
access = "read-only"
callers = ["group:blue"]
"""
ANN = Caller("ann", ("blue",))


@attrs.define
class Speaking:
    """Who calls, from now on."""

    caller: Caller = ANN

    def of(self, _: object) -> Caller:
        """That one."""
        return self.caller


@pytest.fixture
def speaking(monkeypatch: pytest.MonkeyPatch) -> Speaking:
    """Who calls may change within a session, as with tokens."""
    found = Speaking()
    for module in (tools, resources, subscriptions):
        monkeypatch.setattr(module, "caller_of", found.of)
    return found


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy by groups, in which nothing that there is is private."""
    path = tmp_path / "teams.toml"
    path.write_text(TEAMS.format(private="nothing"))
    return path


def scene(era: str, policy: Path) -> Any:
    """A scene under that policy."""
    return scene_of(era, Settings(security=SecuritySettings(policy_file=str(policy))))


async def watching(scene: Scene, count: int) -> None:
    """Wait until so many watches run."""
    async with asyncio.timeout(5):
        while scene.cluster.watching != count:
            await asyncio.sleep(0.01)


async def change(scene: Scene, name: str, replicas: int) -> None:
    """Scale a Deployment, as ops does."""
    command = f"kubectl scale deployment {name} --replicas={replicas} -n shop"
    result = await scene.kubeport.command(command, context="demo", caller=Caller("ole", ("ops",)))
    assert result.error is None, result.error


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize("era", ERAS)
async def test_a_policy_that_withdraws_one_uri_ends_its_watch(era: str, policy: Path) -> None:
    """The client is told that it was updated, and a read says why; the other URI goes on."""
    async with scene(era, policy) as told, told.subscribed(WEB, CART):
        policy.write_text(TEAMS.format(private="web"))
        assert await told.next() == ResourceUpdated(WEB)
        with refused("web is private"):
            await told.client.read_resource(WEB)
        await change(told, "web", 7)
        await change(told, "cart", 3)
        assert await told.next() == ResourceUpdated(CART)
        await asyncio.sleep(0.1)
        assert told.told.empty() and len(told.kubeport.subscriptions) == 1
        if era == "legacy":
            with refused("web is private"):
                await subscribe(told.client, WEB)
        policy.write_text(TEAMS.format(private="cart"))
        assert await told.next() == ResourceUpdated(CART)
        await watching(told, 0)


@pytest.mark.usefixtures("speaking")
async def test_a_stream_that_has_nothing_left_to_tell_ends(policy: Path) -> None:
    """2026-07-28: after the last word. One that tells of lists goes on."""
    async with scene("auto", policy) as told:
        one = told.client.listen(resource_subscriptions=[WEB])
        both = told.client.listen(resource_subscriptions=[WEB], resources_list_changed=True)
        async with one as stream, both as other:
            policy.write_text(TEAMS.format(private="web"))
            async with asyncio.timeout(5):
                assert [event async for event in stream] == [ResourceUpdated(WEB)]
                assert await anext(aiter(other)) == ResourceUpdated(WEB)
            await watching(told, 0)


async def test_a_session_goes_on_with_its_newest_rights(policy: Path, speaking: Speaking) -> None:
    """2025-11-25: less ends subscriptions, and lists change; more does not bring them back."""
    async with scene("legacy", policy) as told:
        await subscribe(told.client, WEB)
        speaking.caller = attrs.evolve(ANN, groups=("blue", "ops"))
        await told.client.list_tools()
        await asyncio.sleep(0.1)
        await change(told, "web", 7)
        lists = {ResourcesListChanged(), ToolsListChanged()}
        assert {await told.next() for _ in range(3)} == {ResourceUpdated(WEB), *lists}
        assert told.cluster.watching == 1
        speaking.caller = attrs.evolve(ANN, groups=("red",))
        with refused("not found"):
            await told.client.read_resource(CART)
        await watching(told, 0)
        assert {await told.next() for _ in range(3)} == {ResourceUpdated(WEB), *lists}
        speaking.caller = ANN
        await told.client.list_tools()
        await asyncio.sleep(0.1)
        assert told.cluster.watching == 0
        await subscribe(told.client, WEB)
        await watching(told, 1)
        await unsubscribe(told.client, WEB)


async def test_a_session_has_one_caller(policy: Path, speaking: Speaking) -> None:
    """2025-11-25: another one is refused, and changes nothing for the first."""
    async with scene("legacy", policy) as told:
        await subscribe(told.client, WEB)
        speaking.caller = Caller("bob", ("blue",))
        with refused("another caller"):
            await told.client.list_tools()
        speaking.caller = ANN
        await told.client.list_tools()
        assert told.cluster.watching == 1
        await unsubscribe(told.client, WEB)


@attrs.frozen
class Served:
    """A server over HTTP with *policy* that takes tokens of *idp*, and tells how much it watches."""

    process: "subprocess.Popen[bytes]"
    port: int
    idp: Provider
    policy: Path
    log: Path

    def token(self, name: str, *groups: str, scope: str = "kubeport:read") -> str:
        """One that is good now."""
        now = time.time()
        claims: dict[str, Any] = {"iat": now, "nbf": now, "exp": now + 300, "scope": scope}
        return self.idp.token("a", None, sub=name, groups=list(groups), **claims)

    async def watches(self, count: int) -> None:
        """Wait until so many watches run."""
        async with asyncio.timeout(10):
            while await asyncio.to_thread(self._watches) != count:
                await asyncio.sleep(0.05)

    def _watches(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            found = re.search(r"^kubeport_watches ([\d.]+)$", answer.read().decode(), re.MULTILINE)
        assert found is not None
        return int(float(found[1]))

    @asynccontextmanager
    async def connected(
        self, era: str, token: str, heard: MessageHandlerFnT
    ) -> AsyncGenerator["Connected"]:
        """The mcp package's own client, whose token can be exchanged."""
        async with httpx2.AsyncClient(headers=dict((bearer(token),)), timeout=30) as http:
            transport = streamable_http_client(f"http://127.0.0.1:{self.port}/mcp", http_client=http)
            async with Client(transport, mode=era, cache=None, message_handler=heard) as client:
                yield Connected(client, http)

    async def change(self, replicas: int) -> None:
        """Scale a Deployment, as ops does."""

        async def ignore(message: object) -> None:
            """Of no interest."""

        token = self.token("ole", "ops", scope="kubeport:admin")
        async with self.connected("auto", token, ignore) as ole:
            scale = {"command": f"scale deployment web -n shop --replicas={replicas}"}
            assert not (await ole.client.call_tool("kubectl_change", scale)).is_error


@attrs.frozen
class Connected:
    """A client and what sends its requests."""

    client: Client
    http: httpx2.AsyncClient

    def use(self, token: str) -> None:
        """From the next request on."""
        self.http.headers.update(dict((bearer(token),)))


@pytest.fixture
def served(tmp_path: Path, policy: Path) -> Iterator[Served]:
    """The server and its provider; both are gone afterwards."""
    with provider() as idp:
        more = {"security__policy_file": str(policy), "server__metrics": "true"}
        process, port = started("--demo", *flags(idp, tmp_path, **more))
        yield Served(process, port, idp, policy, tmp_path / "audit.jsonl")
        ended(process)


@pytest.fixture
async def told() -> AsyncIterator["asyncio.Queue[object]"]:
    """What a client of 2025-11-25 hears."""
    yield asyncio.Queue()


async def test_over_http_a_newer_token_with_less_ends_the_watch(
    served: Served, told: "asyncio.Queue[object]"
) -> None:
    """2025-11-25: while the stream that the older one opened goes on; another subject finds no session."""

    async def heard(message: object) -> None:
        if (event := event_of(message)) is not None:
            told.put_nowait(event)

    async with served.connected("legacy", served.token("ann", "blue"), heard) as ann:
        await subscribe(ann.client, WEB)
        await served.watches(1)
        await served.change(7)
        async with asyncio.timeout(10):
            assert await told.get() == ResourceUpdated(WEB)
        ann.use(served.token("ann", "red"))
        await ann.client.list_tools()
        await served.watches(0)
        async with asyncio.timeout(10):
            while await told.get() != ResourceUpdated(WEB):
                continue
        with pytest.raises(MCPError, match="not found"):
            await ann.client.read_resource(WEB)
        await served.change(8)
        await asyncio.sleep(0.5)
        assert ResourceUpdated(WEB) not in [told.get_nowait() for _ in range(told.qsize())]
        ann.use(served.token("bob", "blue"))
        with pytest.raises(MCPError):
            await ann.client.list_tools()


@pytest.mark.parametrize("era", ERAS)
async def test_over_http_a_policy_file_that_takes_rights_away_ends_the_watch(
    served: Served, told: "asyncio.Queue[object]", era: str
) -> None:
    """In both eras: the client is told, a read says why, and the server watches nothing any more."""

    async def heard(message: object) -> None:
        if isinstance(message, T.ResourceUpdatedNotification):
            told.put_nowait(event_of(message))

    async with served.connected(era, served.token("ann", "blue"), heard) as ann:
        if era == "legacy":
            await subscribe(ann.client, WEB)
            await served.watches(1)
            served.policy.write_text(TEAMS.format(private="web"))
            async with asyncio.timeout(10):
                assert await told.get() == ResourceUpdated(WEB)
        else:
            async with ann.client.listen(resource_subscriptions=[WEB]) as stream, asyncio.timeout(10):
                await served.watches(1)
                served.policy.write_text(TEAMS.format(private="web"))
                assert [event async for event in stream] == [ResourceUpdated(WEB)]
        await served.watches(0)
        with pytest.raises(MCPError, match="web is private"):
            await ann.client.read_resource(WEB)
        assert served.process.poll() is None
    assert '"event":"subscribe"' in served.log.read_text().replace(" ", "")
