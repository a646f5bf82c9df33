"""What only a token's scope stands against: HTTP 403 says which one is needed, before anything has begun."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from tests.adapters.authentication.provider import provider

from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.mcp.identity import CALLER_KEY
from kubeport.adapters.mcp.stepping_up import SteppingUp, lacking
from kubeport.application.settings import LimitSettings, SecuritySettings, Settings
from kubeport.containers import in_memory
from kubeport.domain.effect import Level
from kubeport.domain.policy import Caller, Policy, Rule

from .conftest import ERAS
from .http_servers import ended, started
from .processes import MODERN_META
from .test_authentication import METADATA, Guarded, asked, bearer, client, flags, session_of
from .test_other_transports import frames

__all__ = ["METADATA"]
SCALE = "scale deploy/web --replicas=3 -n shop"
READER, WRITER = (Caller("ann", granted=level) for level in (Level.READ_ONLY, Level.WRITE))


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A demo server that wants tokens, at the level admin, with WebSocket."""
    with provider() as idp:
        process, port = started("--demo", *flags(idp, tmp_path, server__websocket="true"))
        yield Guarded(process, port, idp, tmp_path / "audit.jsonl")
        ended(process)


def calling(tool: str, command: str, era: str) -> bytes:
    """The body of a call."""
    params: dict[str, Any] = {"name": tool, "arguments": {"command": command}}
    if era == "auto":
        params["_meta"] = MODERN_META
    return json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}).encode()


def headers(guarded: Guarded, tool: str, era: str) -> list[tuple[str, str]]:
    """What a reader sends with it."""
    own = [bearer(guarded.token())]
    if era == "legacy":
        return [*own, ("Mcp-Session-Id", session_of(guarded, guarded.token()))]
    return [*own, ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool)]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("tool", "command", "wanted"),
    [
        ("kubectl_change", SCALE, "kubeport:write"),
        ("kubectl", SCALE, "kubeport:write"),
        ("kubectl_change", "cordon node-1", "kubeport:admin"),
    ],
)
def test_the_scope_that_is_needed(guarded: Guarded, era: str, tool: str, command: str, wanted: str) -> None:
    """RFC 6750 section 3.1, and the error in JSON-RPC for whoever reads no headers; it is on record."""
    given = headers(guarded, tool, era)
    status, told, body = asked(guarded.port, *given, body=calling(tool, command, era))
    assert (status, told["cache-control"]) == (403, "no-store")
    assert told["www-authenticate"] == (
        f'Bearer error="insufficient_scope", error_description="This call needs the scope {wanted}.", '
        f'scope="{wanted}", resource_metadata="{METADATA}"'
    )
    message = json.loads(body)
    assert message["id"] == 7 and wanted in message["error"]["message"]
    assert (message["error"]["data"]["code"], message["error"]["data"]["rule"]) == ("POLICY_DENIED", "scope")
    (record,) = guarded.records()
    assert (record["event"], record["caller"], record["command"]) == ("answer", "ann", command)
    assert not record["allowed"] and record["rule"] == "scope" and record["tool"] == "kubectl"
    # with the scope the same call is no matter of scopes any more, in the same session
    given[0] = bearer(guarded.token(scope="kubeport:read kubeport:admin"))
    status, _, body = asked(guarded.port, *given, body=calling(tool, command, era))
    assert status == 200 and b'"rule":"scope"' not in body
    assert (b'"rule":"read-tool"' in body) == (tool == "kubectl")


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("command", ["get pods", "get pods; rm", "get --nonsense", "exec -it web -- sh"])
def test_what_no_scope_would_help(guarded: Guarded, era: str, command: str) -> None:
    """It is answered as for everybody: a call that may be made, and one that nobody may make."""
    given = headers(guarded, "kubectl", era)
    status, told, _ = asked(guarded.port, *given, body=calling("kubectl", command, era))
    assert status == 200 and "www-authenticate" not in told


@pytest.mark.anyio
async def test_over_a_websocket_the_error_says_it(guarded: Guarded) -> None:
    """There is no status any more: the tool's error has the scope, and so has that of a tool not listed."""
    url = f"ws://127.0.0.1:{guarded.port}/ws"
    async with Client(frames(url, Authorization=f"Bearer {guarded.token()}"), mode="auto") as ann:
        answer = await ann.call_tool("kubectl", {"command": SCALE})
        assert answer.is_error and answer.structured_content is not None
        assert "kubeport:write" in answer.structured_content["error"]["hint"]
        with pytest.raises(MCPError, match="tokens with the scope kubeport:write") as refused:
            await ann.call_tool("kubectl_change", {"command": SCALE})
        assert refused.value.error.code == -32602


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_the_sdks_client_tells_its_user(guarded: Guarded, era: str) -> None:
    """One that cannot log in by itself shows the error, and its session goes on."""
    async with client(guarded.port, guarded.token(), era) as ann:
        with pytest.raises(MCPError, match="Log in again with the scope kubeport:write"):
            await ann.call_tool("kubectl", {"command": SCALE})
        assert not (await ann.call_tool("kubectl", {"command": "get pods"})).is_error


def port_of(policy: Policy | None = None) -> Any:
    """A Kubeport over the shop, which allows everything but for *policy*."""
    settings = Settings(security=SecuritySettings(level=Level.ADMIN), limits=LimitSettings(rate=60, burst=2))
    return in_memory(shop(), settings, policy=policy)


def wanted(caller: Caller, tool: str, command: str, policy: Policy | None = None) -> str:
    """The level that *caller* lacks for a call; empty where it lacks none."""
    found = lacking(port_of(policy), caller, {"name": tool, "arguments": {"command": command}})
    return "" if found is None or found.decision is None else found.decision.level


def test_a_scope_is_asked_for_only_if_it_would_do() -> None:
    """Not where the policy refuses the call whatever the token, or the other axis withholds its output."""
    assert wanted(READER, "kubectl_change", SCALE) == "write"
    assert wanted(WRITER, "kubectl_change", SCALE) == ""
    assert wanted(WRITER, "kubectl_change", "cordon node-1") == "admin"
    frozen = Policy("team", Level.ADMIN, rules=(Rule("freeze", "no", Level.READ_ONLY, namespaces=("shop",)),))
    assert wanted(READER, "kubectl_change", SCALE, frozen) == ""
    withheld = Policy("team", Level.ADMIN, sensitive=())
    assert wanted(READER, "kubectl_change", "exec web -n shop -- cat /etc/hosts", withheld) == ""
    assert wanted(READER, "nothing", SCALE) == "" and wanted(READER, "more", SCALE) == ""
    for params in ({}, {"name": 7}, {"name": "kubectl", "arguments": 7}, {"name": "kubectl"}):
        assert lacking(port_of(), READER, params) is None


class Behind:
    """An application that reads a body and answers 200."""

    def __init__(self) -> None:
        self.read = list[bytes]()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.read.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def through(stepping: SteppingUp, *parts: bytes, caller: Caller = READER) -> int:
    """The status of a POST whose body comes in *parts*."""
    waiting = [
        {"type": "http.request", "body": part, "more_body": place < len(parts) - 1}
        for place, part in enumerate(parts)
    ]
    status = list[int]()

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        status.extend([message["status"]] if "status" in message else [])

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/mcp", "headers": []}
    scope[CALLER_KEY] = caller
    await stepping(scope, receive, send)
    return status[0]


@pytest.mark.anyio
async def test_the_body_is_handed_on() -> None:
    """In parts, not JSON, too deep, too long, cut off: what is behind reads the very bytes."""
    behind, kubeport = Behind(), port_of()
    stepping = SteppingUp(behind, kubeport, "https://kubeport.example.com/mcp", "/mcp", 100_000)
    call = calling("kubectl", "get pods", "legacy")
    deep = b'"tools/call"' + b"[" * 50_000
    for parts in ((call,), (call[:9], call[9:]), (b"",), (b'"tools/call"',), (deep,), (call, b" " * 200_000)):
        assert await through(stepping, *parts) == 200
        assert behind.read[-1] == b"".join(parts)
    refused = calling("kubectl", SCALE, "legacy")
    assert await through(stepping, refused[:30], refused[30:]) == 403
    assert await through(stepping, refused, caller=Caller("bob")) == 200


@pytest.mark.anyio
async def test_challenges_count_as_calls() -> None:
    """Whoever asks too often gets to what is behind, which says so; the audit is not filled by challenges."""
    behind, kubeport = Behind(), port_of()
    stepping = SteppingUp(behind, kubeport, "https://kubeport.example.com/mcp", "/mcp", 100_000)
    refused = calling("kubectl", SCALE, "legacy")
    assert [await through(stepping, refused) for _ in range(4)] == [403, 403, 200, 200]
    assert len(kubeport.run.audit.records) == 2
