"""What a server over HTTP logs at its most talkative: no id of a session, and no token."""

import hashlib
import json
import time
from pathlib import Path

import httpx2
import pytest
from tests.adapters.authentication.provider import provider
from websockets.asyncio.client import connect

from .http_servers import ended, launched, set_to
from .processes import INITIALIZE
from .test_authentication import asked, bearer, flags
from .test_connections import LISTING

pytestmark = pytest.mark.anyio


async def _used(port: int, token: str) -> list[str]:
    """Open sessions over each transport; their ids, which nobody else may know."""
    session = asked(port, bearer(token))[1]["mcp-session-id"]
    listing = json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}).encode()
    assert asked(port, bearer(token), ("Mcp-Session-Id", session), body=listing)[0] == 200
    assert asked(port, bearer(token), ("Mcp-Session-Id", "0" + session[1:]), body=listing)[0] == 404
    headers = {"Authorization": f"Bearer {token}"}
    base = f"http://127.0.0.1:{port}"
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        async with http.stream("GET", f"{base}/sse") as events:
            lines = events.aiter_lines()
            while not (line := await anext(lines)).startswith("data:"):
                continue
            older = line.partition("session_id=")[2]
            message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
            posted = await http.post(f"{base}/messages/?session_id={older}", json=message)
            assert posted.status_code == 202
        ended_by_client = await http.delete(f"{base}/mcp", headers={"Mcp-Session-Id": session})
        assert ended_by_client.status_code == 200
    async with connect(f"ws://127.0.0.1:{port}/ws", additional_headers=headers) as socket:
        await socket.send(LISTING.decode())
        await socket.recv()
    return [session, "0" + session[1:], older]


@pytest.mark.parametrize("level", ["info", "debug"])
async def test_no_id_of_a_session_and_no_token(tmp_path: Path, level: str) -> None:
    """The SDK logs ids in clear; who has one has the session, where there is no authentication."""
    log = tmp_path / "log"
    more = set_to(server__websocket="true", server__legacy_sse="true", server__log_level=level)
    with provider() as idp:
        process, port = launched(["--demo", *flags(idp, tmp_path), *more], log=log)
        try:
            now = time.time()
            token = idp.token("a", None, iat=now, nbf=now, exp=now + 300)
            ids = await _used(port, token)
        finally:
            ended(process)
    text = log.read_text()
    assert len(text.splitlines()) > 5 and all(len(one) == 32 for one in ids)
    for one in ids:
        dashed = "-".join((one[:8], one[8:12], one[12:16], one[16:20], one[20:]))
        assert one not in text and dashed not in text
    assert hashlib.sha256(ids[0].encode()).hexdigest()[:16] in text
    assert token not in text and token.rpartition(".")[2] not in text
