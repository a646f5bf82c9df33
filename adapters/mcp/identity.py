"""Who calls: the identity that the transport has verified, never one that a message claims."""

from typing import Any

from mcp.server import ServerRequestContext

from ...domain.policy import Caller


def caller_of(_: ServerRequestContext[Any]) -> Caller:
    """The caller of the message; over stdio, and without authentication, the anonymous one."""
    return Caller()
