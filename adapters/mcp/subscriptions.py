"""Subscriptions in both protocol eras.

2025-11-25: ``resources/subscribe`` on a connection, told on its standing channel. 2026-07-28:
``subscriptions/listen``, whose response is the stream. The SDK's own ``ListenHandler`` lets anybody
listen to any URI and keeps a backlog of every event; here each URI is judged, and told once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
from mcp import MCPError
from mcp import types as T
from mcp.server import ServerRequestContext
from mcp.server.connection import Connection
from mcp.server.subscriptions import (
    SUBSCRIPTION_ID_META_KEY,
    ResourcesListChanged,
    ResourceUpdated,
)
from mcp.shared.subscriptions import event_to_notification

from ...application.kubeport import Kubeport
from ...domain.errors import (
    CommandError,
    ContextNotFound,
    KubeportError,
    PolicyDenied,
    ResourceNotFound,
    ToolNotFound,
)
from ...domain.result import ErrorDetails
from .feed import Backlog, Feed
from .identity import caller_of
from .origin import origin_of
from .standing import Standing

Context = ServerRequestContext[Any]
STREAMS = 1024
"""How many streams may be open at once; what they hear of is bounded by the settings."""


@attrs.define(eq=False)
class Subscribing:
    """The handlers of one Kubeport's subscriptions."""

    kubeport: Kubeport
    _sessions: dict[Connection, Feed] = attrs.field(factory=dict[Connection, Feed], init=False)
    _streams: dict[Feed, None] = attrs.field(factory=dict[Feed, None], init=False)
    standing: Standing = attrs.field(factory=Standing, init=False)
    _ending: bool = attrs.field(default=False, init=False)

    async def subscribe(self, ctx: Context, params: T.SubscribeRequestParams) -> T.EmptyResult:
        """Tell this connection of a URI.

        Raises:
            MCPError: −32602 for what is no URI of ours or not allowed, else −32603 with the reason.
        """
        await _subscribed(self._session(ctx), ctx, str(params.uri))
        self._expect(_connection_of(ctx))  # who has been found away meanwhile is waited for once more
        return T.EmptyResult()

    async def unsubscribe(self, ctx: Context, params: T.UnsubscribeRequestParams) -> T.EmptyResult:
        """Tell it no more; of what was not subscribed there is nothing to end."""
        await self._session(ctx).unsubscribe(str(params.uri))
        return T.EmptyResult()

    async def listen(
        self, ctx: Context, params: T.SubscriptionsListenRequestParams
    ) -> T.SubscriptionsListenResult:
        """Be one stream, until its client goes or the server ends; all of what is asked for, or nothing.

        Raises:
            MCPError: as ``subscribe``, for the first URI that is refused.
        """
        if ctx.request_id is None or len(self._streams) >= STREAMS:
            raise MCPError(T.INVALID_REQUEST, f"Not more than {STREAMS} streams, each with a request id.")
        if self._ending:
            raise MCPError(T.INTERNAL_ERROR, "The server is ending.")
        feed = Feed(self.kubeport, caller_of(ctx), stream=True)
        self._streams[feed] = None
        try:
            return await _stream(feed, ctx, params.notifications)
        finally:
            del self._streams[feed]
            feed.close()

    async def initialized(self, ctx: Context, _: T.NotificationParams) -> None:
        """A client of the 2025 era is told of changed lists without asking."""
        self._session(ctx)

    async def heed(self, ctx: Context, call_next: Callable[[Context], Awaitable[Any]]) -> Any:
        """What the caller of a message may do holds for all that its session is told, from now on.

        Raises:
            MCPError: the session is another's, which the transports refuse before.
        """
        feed, caller = self._sessions.get(_connection_of(ctx)), caller_of(ctx)
        if feed is not None:
            if feed.caller.name != caller.name:
                raise MCPError(T.INVALID_REQUEST, "This session is another caller's: begin a new one.")
            feed.heed(caller)
        return await call_next(ctx)

    def close(self) -> None:
        """The server ends: let every stream come to its end."""
        self._ending = True
        for feed in [*self._streams, *self._sessions.values()]:
            feed.close()

    def _session(self, ctx: Context) -> Feed:
        """What the connection of *ctx* is told, until it ends."""
        connection = _connection_of(ctx)
        if connection not in self._sessions:
            feed = self._sessions[connection] = Feed(self.kubeport, caller_of(ctx))
            feed.tell_lists(resources=True, tools=True)
            sending = asyncio.create_task(drain(connection, feed.backlog))
            connection.exit_stack.callback(self._drop, connection, sending)
        self._expect(connection)
        return self._sessions[connection]

    def _expect(self, connection: Connection) -> None:
        """Wait for the stream of *connection*, unless it has one, needs none or has ended."""
        feed = self._sessions.get(connection)
        if feed is not None and connection.session_id is not None:
            self.standing.expect(connection.session_id, feed)

    def _drop(self, connection: Connection, sending: "asyncio.Task[None]") -> None:
        """The connection has ended."""
        self._sessions.pop(connection).close()
        if connection.session_id is not None:
            self.standing.forget(connection.session_id)
        sending.cancel()


def _connection_of(ctx: Context) -> Connection:
    # mcp 2.3 has no public way from a request to its connection
    return ctx.session._connection  # pyright: ignore[reportPrivateUsage]


async def drain(connection: Connection, backlog: Backlog) -> None:
    """Send what is in *backlog* until it is closed; a client that takes nothing keeps only itself waiting."""
    async for event in backlog:
        if isinstance(event, ResourceUpdated):
            await connection.send_resource_updated(event.uri)
        elif isinstance(event, ResourcesListChanged):
            await connection.send_resource_list_changed()
        else:
            await connection.send_tool_list_changed()


async def _stream(feed: Feed, ctx: Context, wanted: T.SubscriptionFilter) -> T.SubscriptionsListenResult:
    uris = list(dict.fromkeys(wanted.resource_subscriptions or ()))
    feed.tell_lists(resources=bool(wanted.resources_list_changed), tools=bool(wanted.tools_list_changed))
    for uri in uris:
        await _subscribed(feed, ctx, uri)
    honored = T.SubscriptionFilter(
        tools_list_changed=wanted.tools_list_changed or None,
        resources_list_changed=wanted.resources_list_changed or None,
        resource_subscriptions=uris or None,
    )
    meta: dict[str, Any] = {SUBSCRIPTION_ID_META_KEY: ctx.request_id}
    begun = T.SubscriptionsAcknowledgedNotificationParams(notifications=honored, _meta=meta)
    told = T.SubscriptionsAcknowledgedNotification(params=begun)
    await ctx.session.send_notification(told, related_request_id=ctx.request_id)
    async for event in feed.backlog:
        message = event_to_notification(event, meta)
        await ctx.session.send_notification(message, related_request_id=ctx.request_id)
    return T.SubscriptionsListenResult(_meta=meta)


async def _subscribed(feed: Feed, ctx: Context, uri: str) -> None:
    try:
        await feed.subscribe(uri, origin_of(ctx))
    except KubeportError as error:
        raise refusal(error, uri) from None


def refusal(error: KubeportError, uri: str) -> MCPError:
    """*error* in the protocol's words: whether another request would do, and all that is known."""
    asked = isinstance(error, (CommandError, ContextNotFound, PolicyDenied, ResourceNotFound))
    asked = asked and not isinstance(error, ToolNotFound)
    code = T.INVALID_PARAMS if asked else T.INTERNAL_ERROR
    told = {"uri": uri} if uri else {}
    return MCPError(code=code, message=str(error), data={**told, **ErrorDetails.of(error).as_dict()})
