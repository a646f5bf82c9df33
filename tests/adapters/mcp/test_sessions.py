"""Which sessions end when one too many begins: in memory, before an SDK of a few lines."""

import itertools
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import attrs
import pytest

from kubeport.adapters.mcp.sessions import Sessions

from .test_shares import LISTING, OPENING

pytestmark = pytest.mark.anyio


@attrs.define
class Sdk:
    """Opens a session for each POST that initializes, ends them by DELETE, and reads the first header.

    A GET of a session is a stream that stays open.
    """

    sessions: list[str] = attrs.field(factory=list[str])
    bodies: list[bytes] = attrs.field(factory=list[bytes])
    opened: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        named = next((value.decode() for key, value in scope["headers"] if key == b"mcp-session-id"), None)
        if named is None:
            self.bodies.append((await receive())["body"])
            if scope["method"] != "POST" or not self._initializes(self.bodies[-1]):
                await send({"type": "http.response.start", "status": 400, "headers": []})
                return
            self.opened += 1
            named = f"s{self.opened}"
            self.sessions.append(named)
        known = named in self.sessions
        if scope["method"] == "DELETE" and known:
            self.sessions.remove(named)
        headers = [(b"mcp-session-id", named.encode())]
        await send({"type": "http.response.start", "status": 200 if known else 404, "headers": headers})
        if scope["method"] == "GET":
            await anyio.sleep_forever()

    def _initializes(self, body: bytes) -> bool:
        try:
            message = json.loads(body)
            return bool(message["method"] == "initialize" and message["id"])
        except (ValueError, RecursionError, LookupError, TypeError):
            return False


async def asked(
    app: Any,
    *headers: tuple[bytes, bytes],
    host: str = "10.0.0.1",
    method: str = "POST",
    body: bytes = json.dumps(OPENING).encode(),
) -> list[int]:
    """The status that one client's request is answered with."""
    found = list[int]()

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        found.extend([message["status"]] if "status" in message else [])

    scope = {"type": "http", "method": method, "path": "/mcp", "headers": list(headers), "client": (host, 1)}
    await app(scope, receive, send)
    return found


@asynccontextmanager
async def in_use(app: Any, *sessions: tuple[str, str]) -> AsyncGenerator[None]:
    """While each of the *sessions* of a host has its stream."""

    async def stream(host: str, named: str) -> None:
        await asked(app, (b"mcp-session-id", named.encode()), host=host, method="GET")

    async with anyio.create_task_group() as group:
        for host, named in sessions:
            group.start_soon(stream, host, named)
        await anyio.wait_all_tasks_blocked()
        yield
        group.cancel_scope.cancel()


def bounded(sdk: Sdk, most: int) -> Any:
    """*sdk* with at most so many sessions, and a clock on which each look is a second later than the last."""
    seconds = itertools.count()
    return Sessions("/mcp", most, most, 10_000, 4_096, lambda: next(seconds)).bounding(sdk)


async def test_where_everybody_has_one_the_longest_idle_makes_room() -> None:
    """A fifth caller is let in; whoever was pushed out comes back the same way."""
    sdk = Sdk()
    app = bounded(sdk, 4)
    for host in ("a", "b", "c", "d"):
        await asked(app, host=host)
    await asked(app, (b"mcp-session-id", b"s1"), host="a")
    assert await asked(app, host="e") == [200]
    assert sdk.sessions == ["s1", "s3", "s4", "s5"]
    assert await asked(app, host="b") == [200]
    assert sdk.sessions == ["s1", "s4", "s5", "s6"]


async def test_whoever_has_most_and_uses_them_all_leaves_it_to_the_next() -> None:
    """A newcomer gets an idle session, whosever it is, and is refused only where there is none."""
    sdk = Sdk()
    app = bounded(sdk, 6)
    for host in ("a", "a", "a", "b", "c", "c"):
        await asked(app, host=host)
    async with in_use(app, ("a", "s1"), ("a", "s2"), ("a", "s3")):
        assert await asked(app, host="d") == [200]
        assert sdk.sessions == ["s1", "s2", "s3", "s4", "s6", "s7"]
        async with in_use(app, ("b", "s4"), ("c", "s6"), ("d", "s7")):
            assert await asked(app, host="e") == [503]
    assert sdk.sessions == ["s1", "s2", "s3", "s4", "s6", "s7"]


async def test_nobody_pushes_out_who_has_fewer() -> None:
    """One more costs its caller one of its own, or is refused while those are in use."""
    sdk = Sdk()
    app = bounded(sdk, 4)
    for host in ("a", "b", "c", "c"):
        await asked(app, host=host)
    assert await asked(app, host="c") == [200]
    assert sdk.sessions == ["s1", "s2", "s4", "s5"]
    async with in_use(app, ("c", "s4"), ("c", "s5")):
        assert await asked(app, host="c") == [503]
        assert await asked(app, host="a") == [200]
    assert sdk.sessions == ["s2", "s4", "s5", "s6"]


async def test_two_versions_in_one_request_open_no_session_beside_the_bound() -> None:
    """What counts for the SDK is the first header, and so it is for us."""
    sdk = Sdk()
    app = Sessions("/mcp", 10, 2, 60, 4_096).bounding(sdk)
    version = b"mcp-protocol-version"
    for _ in range(5):
        await asked(app, (version, b"2025-11-25"), (version, b"2026-07-28"))
    assert sdk.sessions == ["s4", "s5"]


async def test_one_more_costs_one() -> None:
    """Of a caller who has all of its own while all of the server's are taken, too."""
    sdk = Sdk()
    app = Sessions("/mcp", 3, 2, 60, 4_096).bounding(sdk)
    for host in ("10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.2"):
        await asked(app, host=host)
    assert sdk.sessions == ["s1", "s3", "s4"]


async def test_sessions_that_ended_by_themselves_are_forgotten() -> None:
    """The SDK ends idle ones, and clients their own; neither counts any more."""
    sdk, now = Sdk(), [0.0]
    app = Sessions("/mcp", 2, 2, 60, 4_096, lambda: now[0]).bounding(sdk)
    await asked(app)
    await asked(app)
    sdk.sessions.clear()
    now[0] = 66
    await asked(app)
    await asked(app, (b"mcp-session-id", b"s3"))
    await asked(app)
    assert sdk.sessions == ["s3", "s4"]
    sdk.sessions.remove("s3")
    await asked(app, (b"mcp-session-id", b"s3"))
    await asked(app)
    assert sdk.sessions == ["s4", "s5"]


async def test_what_begins_no_session_ends_none() -> None:
    """At the limit, whoever asks: not a POST, not JSON, another method, no request; it is handed on."""
    sdk = Sdk()
    app = bounded(sdk, 2)
    await asked(app)
    await asked(app)
    notified = {"jsonrpc": "2.0", "method": "initialize"}
    listing, opening = json.dumps(LISTING).encode(), json.dumps(OPENING).encode()
    bodies = (b"", b"{", b"[]", b"7", b"[" * 4_000, b"\xff", listing, json.dumps(notified).encode())
    for host in ("10.0.0.1", "10.0.0.2"):
        for body in bodies:
            assert await asked(app, host=host, body=body) == [400]
        for method in ("GET", "DELETE", "PUT"):
            assert await asked(app, host=host, method=method, body=opening) == [400]
    assert sdk.sessions == ["s1", "s2"]
    assert sdk.bodies[2:] == [*bodies, *[opening] * 3] * 2
    async with in_use(app, ("10.0.0.1", "s1"), ("10.0.0.1", "s2")):
        assert await asked(app, body=b"{") == [400]
        assert await asked(app) == [429]
    assert await asked(app, body=opening.replace(b'"initialize"', b'"initi\\u0061lize"')) == [200]
    assert sdk.sessions[1:] == ["s3"]


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_that_is_too_long_ends_no_session(declared: bool) -> None:
    """It is refused behind; one that is said to be is not even waited for."""
    refused = list[bool]()

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        refused.append(True)

    async def receive() -> Any:
        assert not declared
        return {"type": "http.request", "body": b" " * 4_097, "more_body": True}

    scope = {"type": "http", "method": "POST", "path": "/mcp", "client": ("10.0.0.1", 1)}
    headers = [(b"content-length", b"4097")] if declared else [(b"content-length", b"many")]
    sessions = Sessions("/mcp", 2, 2, 60, 4_096)
    await sessions.bounding(behind)({**scope, "headers": headers}, receive, None)
    assert refused == [True]
