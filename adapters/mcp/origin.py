"""What a message came by, for the audit: what a client says of itself, cut to size."""

import hashlib
import re
from contextvars import ContextVar
from typing import Any

from mcp.server import ServerRequestContext

from ...application.request import Origin
from .asgi import client_address

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
    client: Any = getattr(ctx.request, "client", None)
    return Origin(
        _client(ctx),
        _session(str(headers.get("mcp-session-id", ""))),
        _trace(str(meta.get("traceparent") or headers.get("traceparent", ""))),
        TRANSPORT.get() if ctx.request is None else "http",
        _address(client.host if client is not None else ""),
    )


def origin_of_scope(scope: Any) -> Origin:
    """The origin of a request of which only the ASGI *scope* is known; the client is its User-Agent."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Origin(
        _printable(headers.get("user-agent", "")),
        _session(headers.get("mcp-session-id", "")),
        _trace(headers.get("traceparent", "")),
        scope["type"],
        _address(client_address(scope)),
    )


def _session(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()[:16] if told else ""


def _trace(told: str) -> str:
    found = _TRACE.fullmatch(told)
    return found[1] if found else ""


def _address(host: str) -> str:
    """Where an HTTP request came from; uvicorn believes the X-Forwarded-For of trusted proxies alone."""
    return str(host)[:_LONGEST]


def _client(ctx: ServerRequestContext[Any]) -> str:
    params = ctx.session.client_params
    if params is None:
        return ""
    return _printable(f"{params.client_info.name} {params.client_info.version}")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:_LONGEST]).strip()
