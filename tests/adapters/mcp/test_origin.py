"""What the audit is told of a client: name, version, trace id, transport, of its session only a digest."""

import hashlib
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mcp import Client
from mcp import types as T

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.mcp.origin import origin_of
from kubeport.adapters.mcp.server import build_server
from kubeport.application.request import Origin
from kubeport.containers import in_memory

from .conftest import ERAS

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_the_record_of_a_tool_call(era: str) -> None:
    """Both eras tell the client; trace context in the request's _meta is kept; `help` is on record, too."""
    audit = MemoryAudit()
    info = T.Implementation(name="probe", version="9.1")
    server = build_server(in_memory(shop(), audit=audit), "0")
    async with Client(server, mode=era, cache=None, client_info=info) as client:
        meta = cast("T.RequestParamsMeta", {"traceparent": PARENT})
        answer = await client.call_tool("kubectl", {"command": "get pods"}, meta=meta)
        await client.call_tool("help", {"tool": "kubectl"})
    call, described = audit.records
    assert (call["client"], call["trace_id"]) == ("probe 9.1", TRACE)
    assert answer.structured_content and answer.structured_content["request_id"] == call["request_id"]
    assert (described["client"], described["command"]) == ("probe 9.1", "kubectl --help")


def _told(meta: dict[str, Any] | None, headers: dict[str, str] | None, name: str = "x") -> Origin:
    info = SimpleNamespace(name=name, version="1")
    context = SimpleNamespace(
        meta=meta,
        request=None if headers is None else SimpleNamespace(headers=headers),
        session=SimpleNamespace(client_params=SimpleNamespace(client_info=info)),
    )
    return origin_of(cast("Any", context))


def test_over_http() -> None:
    """The trace id may stand in a header; the session's id is not told."""
    told = _told(None, {"mcp-session-id": "s3cret", "traceparent": PARENT})
    digest = hashlib.sha256(b"s3cret").hexdigest()[:16]
    assert told == Origin("x 1", digest, TRACE, "http")


@pytest.mark.parametrize(
    "parent",
    ["", "x", PARENT.replace(TRACE, "0" * 32), PARENT.replace("00-", "ff-", 1), PARENT.upper(), 7, [PARENT]],
)
def test_a_garbled_trace_is_none(parent: object) -> None:
    """Only what W3C trace context allows is taken."""
    assert _told({"traceparent": parent}, None).trace_id == ""


def test_a_hostile_name_is_cut_to_size() -> None:
    """A client's name is one line of bounded length."""
    told = _told(None, None, "a\n\x1b[31m" + "b" * 9999).client
    assert told.startswith("a??[31mb") and len(told) == 100
