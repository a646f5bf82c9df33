"""What a message came by, for the audit: what a client says of itself, cut to size."""

import hashlib
import re
from contextvars import ContextVar
from typing import Any

from mcp.server import ServerRequestContext

from ...application.request import Origin

_TRACE = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
_LONGEST = 100
TRANSPORT: ContextVar[str] = ContextVar("kubeport.transport", default="stdio")
"""What a connection is whose messages are no HTTP requests of their own."""


def origin_of(ctx: ServerRequestContext[Any]) -> Origin:
    """The origin of the message that *ctx* belongs to.

    The session's id is told as a part of its hash: records can be matched, and nobody can use it.
    """
    headers: Any = getattr(ctx.request, "headers", None) or dict[str, str]()
    meta: dict[str, Any] = dict(ctx.meta or {})
    session = str(headers.get("mcp-session-id", ""))
    found = _TRACE.fullmatch(str(meta.get("traceparent") or headers.get("traceparent", "")))
    return Origin(
        _client(ctx),
        hashlib.sha256(session.encode()).hexdigest()[:16] if session else "",
        found[1] if found else "",
        TRANSPORT.get() if ctx.request is None else "http",
        _address(ctx),
    )


def _address(ctx: ServerRequestContext[Any]) -> str:
    """Where an HTTP request came from; uvicorn believes the X-Forwarded-For of trusted proxies alone."""
    client: Any = getattr(ctx.request, "client", None)
    return str(client.host)[:_LONGEST] if client is not None else ""


def _client(ctx: ServerRequestContext[Any]) -> str:
    params = ctx.session.client_params
    if params is None:
        return ""
    text = f"{params.client_info.name} {params.client_info.version}"
    return "".join(c if c.isprintable() else "?" for c in text)[:_LONGEST].strip()
