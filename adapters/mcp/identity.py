"""Who calls: the identity that the transport has verified, never one that a message or a header claims."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from mcp import MCPError
from mcp import types as T
from mcp.server import ServerRequestContext

from ...domain.policy import Caller

CALLER_KEY = "kubeport.caller"
"""Where the guard leaves the caller of an HTTP request, in its ASGI scope."""
CALLER: ContextVar[Caller | None] = ContextVar("kubeport.caller", default=None)
"""The caller of the connection, where a message has no request of its own (WebSocket)."""


def caller_of(ctx: ServerRequestContext[Any]) -> Caller:
    """The caller of the message; over stdio, and without authentication, the anonymous one.

    A session of the 2025 era runs in the task of its first request, so that what counts is the request of the
    message itself: a token that was renewed in between has its own scopes and groups.
    """
    return _verified(ctx) or Caller()


def _verified(ctx: ServerRequestContext[Any]) -> Caller | None:
    scope: Any = getattr(ctx.request, "scope", None)
    found = CALLER.get() if scope is None else scope.get(CALLER_KEY)
    return found if isinstance(found, Caller) else None


async def require_caller(
    ctx: ServerRequestContext[Any], call_next: Callable[[ServerRequestContext[Any]], Awaitable[Any]]
) -> Any:
    """Where callers are verified, a message of nobody is refused: nobody is not anonymous."""
    if _verified(ctx) is None:
        raise MCPError(code=T.INTERNAL_ERROR, message="It is not known who sent this message.")
    return await call_next(ctx)
