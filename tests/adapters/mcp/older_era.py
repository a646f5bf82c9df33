"""What a client of 2025-11-25 does and one of 2026-07-28 does not; the SDK's own methods are deprecated."""

from mcp import Client
from mcp import types as T


async def subscribe(client: Client, uri: str) -> None:
    """Ask to be told of *uri*."""
    params = T.SubscribeRequestParams(uri=uri)
    await client.session.send_request(T.SubscribeRequest(params=params), T.EmptyResult)


async def unsubscribe(client: Client, uri: str) -> None:
    """Ask not to be told any more."""
    params = T.UnsubscribeRequestParams(uri=uri)
    await client.session.send_request(T.UnsubscribeRequest(params=params), T.EmptyResult)
