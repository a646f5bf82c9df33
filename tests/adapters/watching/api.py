"""A very small API server on loopback: ConfigMaps of one namespace, and canned answers."""

import asyncio
import contextlib
import json
import os
import ssl
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs

from kubeport.adapters.watching import KubernetesWatcher
from kubeport.adapters.watching.timing import Timing

QUICK = Timing(start=5.0, connect=2.0, settled=0.0)


@attrs.frozen
class Asked:
    """A request: path, query and headers."""

    path: str
    query: dict[str, str]
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> list[str]:
        """The values of one header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@attrs.frozen
class Answer:
    """An answer; with *open* it goes on with what the test says."""

    body: bytes = b""
    status: int = 200
    headers: tuple[str, ...] = ()
    open: bool = False


def metadata(name: str, uid: str, version: int, /, **labels: str) -> dict[str, Any]:
    """An object as metadata only."""
    about = {"name": name, "namespace": "default", "uid": uid, "resourceVersion": str(version)}
    return {"kind": "PartialObjectMetadata", "metadata": {**about, "labels": labels}}


def line(kind: str, obj: dict[str, Any]) -> bytes:
    """One event of a watch."""
    return json.dumps({"type": kind, "object": obj}).encode() + b"\n"


def expired() -> bytes:
    """The event that says that the version is too old."""
    return line("ERROR", {"kind": "Status", "code": 410, "reason": "Expired"})


@attrs.define(eq=False)
class Api:
    """Use it as a context; *lists* and *watches* hold answers to give before the usual ones.

    With *tokens* it answers 401 to whoever brings none of them.
    """

    objects: dict[str, dict[str, Any]] = attrs.field(factory=dict[str, dict[str, Any]])
    version: int = 100
    lists: deque[Answer] = attrs.field(factory=deque[Answer])
    watches: deque[Answer] = attrs.field(factory=deque[Answer])
    asked: list[Asked] = attrs.field(factory=list[Asked])
    tls: ssl.SSLContext | None = None
    verbs: list[str] = attrs.field(factory=lambda: ["list", "watch"])
    tokens: set[str] = attrs.field(factory=set[str])
    port: int = 0
    connections: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = attrs.field(factory=lambda: set[asyncio.StreamWriter]())
    _moved: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def __aenter__(self) -> "Api":
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.end()

    def watcher(
        self, folder: Path, timing: Timing = QUICK, cluster: dict[str, Any] | None = None, **user: Any
    ) -> KubernetesWatcher:
        """A watcher whose context ``here`` leads to this server, as *user*."""
        self.configure(folder, cluster, **user)
        path = os.environ.get("PATH", os.defpath)
        return KubernetesWatcher(lambda: {"KUBECONFIG": str(folder / "config"), "PATH": path}, timing)

    def configure(self, folder: Path, cluster: dict[str, Any] | None = None, **user: Any) -> None:
        """Write the kubeconfig anew."""
        server = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"
        config = {
            "clusters": [{"name": "c", "cluster": {"server": server, **(cluster or {})}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        }
        (folder / "config").write_text(json.dumps(config))

    def put(self, name: str, uid: str = "", /, **labels: str) -> dict[str, Any]:
        """Create or change an object, and tell nobody; returns it."""
        self.version += 1
        self.objects[name] = metadata(name, uid or f"uid-{name}", self.version, **labels)
        return self.objects[name]

    def take(self, name: str) -> dict[str, Any]:
        """Remove an object, and tell nobody; returns it."""
        self.version += 1
        gone = self.objects.pop(name)
        return metadata(name, gone["metadata"]["uid"], self.version)

    async def say(self, text: bytes) -> None:
        """Send *text* on every open watch, once there is one."""
        await self.until_watched()
        for writer in self._open:
            writer.write(b"%x\r\n%b\r\n" % (len(text), text))
            await writer.drain()

    async def until_watched(self) -> None:
        """Wait until a watch is open."""
        async with asyncio.timeout(10):
            while not self._open:
                self._moved.clear()
                await self._moved.wait()

    async def until_left(self) -> None:
        """Wait until nobody is connected."""
        async with asyncio.timeout(3):
            while self.connections:
                self._moved.clear()
                await self._moved.wait()

    def end(self) -> None:
        """End every open watch in an orderly way."""
        for writer in self._open:
            with contextlib.suppress(OSError):
                writer.write(b"0\r\n\r\n")
                writer.close()
        self._open.clear()

    def reset(self) -> None:
        """Break every open watch off."""
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while await self._answer(reader, writer):
                pass
            await reader.read()
        writer.close()
        self._open.discard(writer)
        self.connections -= 1
        self._moved.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether there may be another on this connection."""
        asked = _asked(await reader.readuntil(b"\r\n\r\n"))
        self.asked.append(asked)
        answer = self._chosen(asked) if self._knows(asked) else Answer(status=401)
        head = [f"HTTP/1.1 {answer.status} Said", "Transfer-Encoding: chunked", *answer.headers]
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n")
        if answer.body:
            writer.write(b"%x\r\n%b\r\n" % (len(answer.body), answer.body))
        if answer.open:
            self._open.add(writer)
            self._moved.set()
        else:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return not answer.open

    def _knows(self, asked: Asked) -> bool:
        return not self.tokens or asked.header("Authorization") in [[f"Bearer {one}"] for one in self.tokens]

    def _chosen(self, asked: Asked) -> Answer:
        if "watch" in asked.query:
            return self.watches.popleft() if self.watches else Answer(open=True)
        if not asked.path.endswith(("/configmaps", "/secrets")):
            rows = [{"name": "configmaps", "namespaced": True, "verbs": self.verbs}]
            return Answer(json.dumps({"resources": rows}).encode())
        return self.lists.popleft() if self.lists else self._page(asked)

    def _page(self, asked: Asked) -> Answer:
        """The objects from the one that ``continue`` names on, as many as ``limit`` allows."""
        names = [name for name in sorted(self.objects) if name >= asked.query.get("continue", "")]
        limit = int(asked.query["limit"])
        about = {"resourceVersion": str(self.version), "continue": (names[limit:] or [""])[0]}
        found = [self.objects[name] for name in names[:limit]]
        whole = {"kind": "PartialObjectMetadataList", "metadata": about, "items": found}
        return Answer(json.dumps(whole).encode())


def _asked(head: bytes) -> Asked:
    first, *rest = head.decode().split("\r\n")
    address = urlsplit(first.split(" ")[1])
    query = {key: values[0] for key, values in parse_qs(address.query).items()}
    pairs = (one.partition(": ") for one in rest if one)
    return Asked(address.path, query, tuple((key, value) for key, _, value in pairs))
