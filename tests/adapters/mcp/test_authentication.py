"""A server over HTTP that wants to know who calls: challenges, scopes, sessions, audit; in both eras."""

import contextlib
import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import attrs
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from tests.adapters.authentication.provider import AUDIENCE, Provider, provider

from kubeport.__main__ import main
from kubeport.adapters.authentication import hashed

from .conftest import ERAS
from .http_servers import ended, started
from .processes import INITIALIZE

METADATA = "http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp"


@attrs.frozen
class Guarded:
    """A demo server at level admin that takes tokens of *idp*; *audit* is its file."""

    process: "subprocess.Popen[bytes]"
    port: int
    idp: Provider
    audit: Path

    def token(self, kid: str = "a", **changes: Any) -> str:
        """A token that is good now."""
        now = time.time()
        claims: dict[str, Any] = {"iat": now, "nbf": now, "exp": now + 300, **changes}
        return self.idp.token(kid, None, **claims)

    def records(self) -> list[dict[str, Any]]:
        """The audit so far."""
        return [json.loads(line) for line in self.audit.read_text().splitlines()]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """The server and its provider; both are gone afterwards."""
    with provider() as idp:
        process, port = started("--demo", *flags(idp, tmp_path))
        yield Guarded(process, port, idp, tmp_path / "audit.jsonl")
        ended(process)


def flags(idp: Provider, folder: Path, **more: str) -> list[str]:
    """What makes a server take the provider's tokens."""
    settings = {
        "auth.mode": "jwt", "auth.issuer": idp.url, "auth.resource": AUDIENCE, "auth.leeway": "0",
        "security.level": "admin", "audit.file": str(folder / "audit.jsonl"),
        **{name.replace("__", "."): value for name, value in more.items()},
    }  # fmt: skip
    return [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]


def asked(
    port: int, *headers: tuple[str, str], path: str = "/mcp", body: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a request; initialize, if no *body* is given."""
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
    content = json.dumps(initialize).encode() if body is None else body
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", content if path == "/mcp" else None)
    request.add_header("Content-Type", "application/json")
    request.add_header("Accept", "application/json, text/event-stream")
    for name, value in headers:
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def bearer(token: str) -> tuple[str, str]:
    """The header that hands *token* over."""
    return ("Authorization", f"Bearer {token}")


@asynccontextmanager
async def client(port: int, token: str, era: str) -> AsyncGenerator[Client]:
    """The mcp package's own client with a token."""
    headers = dict((bearer(token),))
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        transport = streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)
        async with Client(transport, mode=era, cache=None) as connected:
            yield connected


def test_challenges(guarded: Guarded) -> None:
    """RFC 6750: no token is no error; a bad one is; too small a scope says which is needed; all say where."""
    port = guarded.port
    status, headers, _ = asked(port)
    assert (status, headers["www-authenticate"]) == (
        401, f'Bearer scope="kubeport:read", resource_metadata="{METADATA}"'
    )  # fmt: skip
    endless = guarded.token(exp=time.time() + 90_000)
    for token in (
        "garbled", endless, guarded.token(exp=time.time() - 1), guarded.token(aud="https://other.example")
    ):  # fmt: skip
        status, headers, body = asked(port, bearer(token))
        assert status == 401 and 'error="invalid_token"' in headers["www-authenticate"]
        assert token.encode() not in body
    status, headers, _ = asked(port, bearer(guarded.token(scope="openid email")))
    assert status == 403
    assert 'error="insufficient_scope"' in headers["www-authenticate"]
    assert 'scope="kubeport:read"' in headers["www-authenticate"]
    assert asked(port, ("Authorization", "Basic YTpi"))[0] == 401

    assert asked(port, ("Authorization", "Bearer"))[0] == 400
    assert asked(port, bearer("two words"))[0] == 400
    assert asked(port, bearer(guarded.token()))[0] == 200


def test_refusals_are_on_record(guarded: Guarded) -> None:
    """Each kind with its reason, and the caller where the token proved one; a bad Host, too."""
    port = guarded.port
    for headers in ((), (bearer("garbled"),), (bearer(guarded.token(scope="openid")),)):
        asked(port, *headers)
    assert asked(port, bearer(guarded.token()), ("Host", "evil.example"))[0] == 421
    assert asked(port, path="/readyz")[0] == 200
    ended(guarded.process)
    told = [(one["event"], one["http_status"], one["caller"]) for one in guarded.records()]
    assert told == [("denied", 401, ""), ("denied", 401, ""), ("denied", 403, "ann"), ("denied", 421, "")]
    assert [one["reason"] for one in guarded.records()][::2] == ["no token", "no scope of ours"]
    assert {one["address"] for one in guarded.records()} == {"127.0.0.1"}


def test_metadata_and_probes_are_for_everybody(guarded: Guarded) -> None:
    """RFC 9728: at both addresses; probes need no token, and say that the keys are known."""
    for path in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"):
        status, _, body = asked(guarded.port, path=path)
        told = json.loads(body)
        assert (status, told["resource"], told["authorization_servers"]) == (200, AUDIENCE, [guarded.idp.url])
        assert told["scopes_supported"] == ["kubeport:read", "kubeport:write", "kubeport:admin"]
    assert asked(guarded.port, path="/livez")[0] == 200
    status, _, body = asked(guarded.port, path="/readyz")
    assert (status, json.loads(body)["checks"]["jwks"]) == (200, True)


SMUGGLED = (
    ("X-Remote-User", "root"), ("X-Remote-Group", "system:masters"), ("Impersonate-User", "root"),
    ("X-Forwarded-User", "root"), ("X-Auth-Request-User", "root"), ("X-Forwarded-For", "6.6.6.6"),
)  # fmt: skip


@pytest.mark.anyio
async def test_nobody_is_who_a_header_says(guarded: Guarded) -> None:
    """Headers that name a user do not let anybody in, and do not change who it is."""
    assert asked(guarded.port, *SMUGGLED)[0] == 401
    headers = dict((bearer(guarded.token()), *SMUGGLED))
    async with httpx2.AsyncClient(headers=headers) as http:
        transport = streamable_http_client(f"http://127.0.0.1:{guarded.port}/mcp", http_client=http)
        async with Client(transport, mode="auto") as connected:
            await connected.call_tool("kubectl", {"command": "get pods"})
    denied, record = guarded.records()
    assert (denied["event"], denied["caller"]) == ("denied", "")
    assert (record["caller"], record["groups"], record["address"]) == ("ann", ["team-a"], "127.0.0.1")


@pytest.mark.anyio
async def test_a_trusted_proxy_says_where_a_call_came_from(tmp_path: Path) -> None:
    """The address nearest to the proxies that are trusted; what a client put before it is not believed."""
    with provider() as idp:
        trusted = {"server__trusted_proxies": "127.0.0.1"}
        process, port = started("--demo", *flags(idp, tmp_path, **trusted))
        now = time.time()
        token = idp.token("a", None, iat=now, nbf=now, exp=now + 300)
        headers = dict((bearer(token), ("X-Forwarded-For", "6.6.6.6, 203.0.113.9")))
        try:
            async with httpx2.AsyncClient(headers=headers) as http:
                transport = streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)
                async with Client(transport, mode="auto") as connected:
                    await connected.call_tool("kubectl", {"command": "get pods"})
        finally:
            ended(process)
    (record,) = (json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines())
    assert (record["caller"], record["address"]) == ("ann", "203.0.113.9")


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_scopes_bound_what_a_caller_may(guarded: Guarded, era: str) -> None:
    """The policy gives admin; a token for reading sees no tool for changes, and cannot call one."""
    change = {"command": "scale deploy/web --replicas=3 -n shop"}
    async with client(guarded.port, guarded.token(), era) as reader:
        assert "kubectl_change" not in [tool.name for tool in (await reader.list_tools()).tools]
        assert not (await reader.call_tool("kubectl", {"command": "get pods"})).is_error
    async with client(guarded.port, guarded.token(sub="bob", scope="kubeport:write"), era) as writer:
        assert "kubectl_change" in [tool.name for tool in (await writer.list_tools()).tools]
        assert not (await writer.call_tool("kubectl_change", change)).is_error
        with pytest.raises(MCPError, match="kubeport:admin") as refused:
            await writer.call_tool("kubectl_change", {"command": "cordon node-1"})
        assert refused.value.error.data["code"] == "POLICY_DENIED"
    assert [record["caller"] for record in guarded.records()] == ["ann", "bob", "bob", "bob"]


def session_of(guarded: Guarded, token: str) -> str:
    """A session of the 2025 era."""
    return asked(guarded.port, bearer(token))[1]["mcp-session-id"]


def test_a_session_is_its_principals(guarded: Guarded) -> None:
    """Another caller does not find it, and a renewed token of the same one does."""
    session = ("Mcp-Session-Id", session_of(guarded, guarded.token()))
    listing = json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}).encode()
    assert asked(guarded.port, bearer(guarded.token()), session, body=listing)[0] == 200
    assert asked(guarded.port, bearer(guarded.token(sub="bob")), session, body=listing)[0] == 404
    assert asked(guarded.port, session, body=listing)[0] == 401


def test_a_renewed_token_counts_at_once(guarded: Guarded) -> None:
    """In a session that began with more, a token for reading only reads."""
    many = guarded.token(scope="kubeport:admin")
    session = ("Mcp-Session-Id", session_of(guarded, many))
    call = {"name": "kubectl_change", "arguments": {"command": "scale deploy/web --replicas=3 -n shop"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": call}).encode()
    assert b"POLICY_DENIED" not in asked(guarded.port, bearer(many), session, body=body)[2]
    found = asked(guarded.port, bearer(guarded.token()), session, body=body)[2]
    assert b"POLICY_DENIED" in found or b"Unknown tool" in found


def test_host_and_origin_are_checked_all_the_same(guarded: Guarded) -> None:
    """A good token does not help a page in a browser."""
    token = bearer(guarded.token())
    assert asked(guarded.port, token, ("Host", "evil.example"))[0] == 421
    assert asked(guarded.port, token, ("Origin", "https://evil.example"))[0] == 403


def test_a_provider_that_is_down(tmp_path: Path) -> None:
    """Not 401, which would send clients to log in again: 503, until it is back."""
    with provider() as idp:
        idp.down = True
        process, port = started("--demo", *flags(idp, tmp_path))
        try:
            now = time.time()
            token = bearer(idp.token(iat=now, nbf=now, exp=now + 300))
            status, headers, body = asked(port, token)
            assert (status, headers["retry-after"]) == (503, "5")
            assert b"Tokens cannot be checked now" in body
            status, _, body = asked(port, path="/readyz")
            assert (status, json.loads(body)["checks"]["jwks"]) == (503, False)
            idp.down = False
            until = time.monotonic() + 15
            while asked(port, token)[0] != 200:
                assert time.monotonic() < until
                time.sleep(0.5)
            idp.down = True
            assert asked(port, token)[0] == 200
        finally:
            ended(process)


@pytest.mark.anyio
async def test_a_stream_ends_with_its_token(guarded: Guarded) -> None:
    """2026-07-28: what was subscribed to with a token is told as long as the token is good."""
    heard = 0
    with anyio.fail_after(15):
        async with (
            client(guarded.port, guarded.token(exp=time.time() + 3), "auto") as connected,
            connected.listen(resource_subscriptions=["k8s-deployment://demo/shop/web"]) as events,
        ):
            began = time.monotonic()
            with contextlib.suppress(Exception):  # in which way a client tells its end is the client's
                async for _ in events:
                    heard += 1
    assert time.monotonic() - began < 10 and heard == 0


@pytest.fixture
def tokens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[Path, str]]:
    """A file with one token that the command line made, and the token."""
    assert main(["auth", "token", "ann", "--group", "team-a", "--scope", "write", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(["auth", "token", "bob", "--days", "30"]) == 0
    lines = capsys.readouterr().out
    assert made["row"]["sha256"] not in lines
    file = tmp_path / "tokens.toml"
    rows = [f"{key} = {json.dumps(value)}" for key, value in made["row"].items()]
    file.write_text("\n".join(("[[tokens]]", *rows, lines)))
    file.chmod(0o600)
    yield file, made["token"]


@pytest.mark.anyio
async def test_tokens_of_a_file(tmp_path: Path, tokens: tuple[Path, str]) -> None:
    """A token of the file is good until it is taken out of it."""
    file, token = tokens
    settings = ("auth.mode=tokens", f"auth.tokens_file={file}", f"auth.resource={AUDIENCE}")
    words = [word for one in settings for word in ("--set", one)]
    process, port = started("--demo", "--level", "admin", *words)
    try:
        async with client(port, token, "auto") as connected:
            change = {"command": "scale deploy/web --replicas=3 -n shop"}
            assert not (await connected.call_tool("kubectl_change", change)).is_error
        assert asked(port, bearer(token + "x"))[0] == 401
        file.write_text("")
        assert asked(port, bearer(token))[0] == 401
    finally:
        ended(process)


def test_a_session_is_its_bearers_whatever_made_the_token(tmp_path: Path) -> None:
    """Tokens of a file have no issuer, and bind a session all the same."""
    file = tmp_path / "tokens.toml"
    rows = [f'[[tokens]]\nname = "{name}"\nsha256 = "{hashed(name)}"\nscopes = ["kubeport:read"]\n'
            for name in ("ann", "bob")]  # fmt: skip
    file.write_text("".join(rows))
    settings = ("auth.mode=tokens", f"auth.tokens_file={file}", f"auth.resource={AUDIENCE}")
    process, port = started("--demo", *[word for one in settings for word in ("--set", one)])
    try:
        session = ("Mcp-Session-Id", asked(port, bearer("ann"))[1]["mcp-session-id"])
        listing = json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}).encode()
        assert asked(port, bearer("ann"), session, body=listing)[0] == 200
        assert asked(port, bearer("bob"), session, body=listing)[0] == 404
    finally:
        ended(process)
