"""Two servers that share one Redis and one API server, and clients of both that listen."""

import asyncio
import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import attrs
import httpx2
from mcp import Client
from mcp import types as T
from mcp.client.streamable_http import streamable_http_client
from mcp.server.subscriptions import ResourceUpdated
from tests.adapters.authentication.provider import Provider
from tests.adapters.mcp.older_era import subscribe
from tests.adapters.mcp.test_authentication import bearer
from tests.adapters.shared_state.conftest import Server
from tests.cluster.conftest import Kubectl
from tests.cluster.teams import Trail

LISTS = "the list of resources"


@attrs.define(eq=False)
class Ear:
    """What one client was told: URIs, and ``LISTS`` for a list that has changed."""

    client: Client
    http: httpx2.AsyncClient
    told: list[str] = attrs.field(factory=list[str])

    def use(self, token: str) -> None:
        """From the next request on."""
        self.http.headers.update(dict((bearer(token),)))

    async def hears(self, *expected: str, within: float = 2.0) -> None:
        """Exactly that, from now on, in whatever order; and nothing more for a while."""
        async with asyncio.timeout(within):
            while len(self.told) < len(expected):
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.7)
        told = sorted(self.told)
        self.told.clear()
        assert told == sorted(expected)

    async def read(self, uri: str) -> str:
        """What a read answers."""
        (content,) = (await self.client.read_resource(uri)).contents
        return str(getattr(content, "text", ""))


@attrs.frozen
class Replicas:
    """The servers with their ports, the provider of tokens, their Redis, and the API server's own audit."""

    processes: tuple["subprocess.Popen[bytes]", ...]
    ports: tuple[int, ...]
    idp: Provider
    redis: Server
    admin: Kubectl
    trail: Trail
    api_port: int
    before: int

    def token(self, name: str, group: str) -> str:
        """One that is good now."""
        now = time.time()
        claims: dict[str, Any] = {"iat": now, "nbf": now, "exp": now + 600, "scope": "kubeport:read"}
        return self.idp.token("a", None, sub=name, groups=[group], **claims)

    @asynccontextmanager
    async def listening(
        self, which: int, era: str, who: tuple[str, str], *uris: str
    ) -> AsyncGenerator[Ear]:
        """A client of one server, told of *uris* and of lists within the block."""
        told = list[str]()

        async def heard(message: object) -> None:
            if isinstance(message, T.ResourceUpdatedNotification):
                told.append(str(message.params.uri))
            elif isinstance(message, T.ResourceListChangedNotification):
                told.append(LISTS)

        headers = dict((bearer(self.token(*who)),))
        handler = heard if era == "legacy" else None
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            transport = streamable_http_client(f"http://127.0.0.1:{self.ports[which]}/mcp", http_client=http)
            async with Client(transport, mode=era, cache=None, message_handler=handler) as client:
                ear = Ear(client, http, told)
                if era == "legacy":
                    for uri in uris:
                        await subscribe(client, uri)
                    yield ear
                    return
                flags = {"resources_list_changed": True}
                async with client.listen(resource_subscriptions=list(uris), **flags) as stream:

                    async def read() -> None:
                        with suppress(Exception):  # its server may be killed: nothing is told, then
                            async for event in stream:
                                ear.told.append(event.uri if isinstance(event, ResourceUpdated) else LISTS)

                    reading = asyncio.create_task(read())
                    try:
                        yield ear
                    finally:
                        reading.cancel()

    def running(self) -> int:
        """How many watches of ConfigMaps in one namespace the API server has, beside those of its own."""
        return gauge(self.admin) - self.before

    async def runs(self, count: int, within: float) -> float:
        """Wait until so many do; how long that took."""
        began = time.monotonic()
        while (found := await asyncio.to_thread(self.running)) != count:
            assert time.monotonic() - began < within, f"{found} watches, expected {count}"
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    def watched(self, namespace: str) -> Counter[str]:
        """In whose names ConfigMaps in *namespace* were watched; only of watches that have ended."""
        found = Counter[str]()
        for entry in map(json.loads, self.trail.lines()):
            about = (entry["verb"], entry.get("objectRef", {}).get("namespace"), entry["stage"])
            if about == ("watch", namespace, "ResponseComplete"):
                found[entry.get("impersonatedUser", entry["user"])["username"]] += 1
        return found


def gauge(admin: Kubectl) -> int:
    """Watches of ConfigMaps in one namespace that the API server has now."""
    text = admin.output("get", "--raw", "/metrics")
    rows = re.findall(r"^apiserver_longrunning_gauge\{(.*)\} (\d+)$", text, re.MULTILINE)
    wanted = ('resource="configmaps"', 'scope="namespace"', 'verb="WATCH"')
    return sum(int(count) for labels, count in rows if all(word in labels for word in wanted))
