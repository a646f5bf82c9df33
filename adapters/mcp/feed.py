"""What one client is told: its subscriptions, and the messages that it has not read yet."""

import asyncio
from collections.abc import AsyncIterator, Callable

import attrs
from mcp.server.subscriptions import (
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
    ToolsListChanged,
)

from ...application.kubeport import Kubeport
from ...application.request import Origin
from ...application.subscriptions.lists import ChangedList
from ...application.subscriptions.subscriptions import Subscription
from ...domain.policy import Caller
from .catalogue import offers


@attrs.define(eq=False)
class Backlog:
    """Events in the order in which they came, each once: a client that never reads costs no more."""

    _events: dict[ServerEvent, None] = attrs.field(factory=dict[ServerEvent, None], init=False)
    _more: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: ServerEvent) -> None:
        """Add *event*, unless it is still to be told anyway."""
        self._events[event] = None
        self._more.set()

    def drop(self, event: ServerEvent) -> None:
        """*event* need not be told any more."""
        self._events.pop(event, None)

    def close(self) -> None:
        """Let whoever reads come to an end, once everything is told."""
        self._closed = True
        self._more.set()

    async def __aiter__(self) -> AsyncIterator[ServerEvent]:
        while self._events or not self._closed:
            if not self._events:
                self._more.clear()
                await self._more.wait()
            elif (event := next(iter(self._events), None)) is not None:
                del self._events[event]
                yield event


@attrs.define(eq=False)
class Feed:
    """One client's subscriptions, on behalf of *caller*; what they tell goes into the *backlog*."""

    kubeport: Kubeport
    caller: Caller
    backlog: Backlog = attrs.field(factory=Backlog, init=False)
    _open: dict[str, Subscription] = attrs.field(factory=dict[str, Subscription], init=False)
    _beginning: set[str] = attrs.field(factory=set[str], init=False)
    _tools: tuple[str, ...] | None = attrs.field(default=None, init=False)
    _resources: bool = attrs.field(default=False, init=False)
    _leave: Callable[[], None] | None = attrs.field(default=None, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    async def subscribe(self, uri: str, origin: Origin) -> None:
        """Tell of *uri*, once however often it is asked for; see ``Subscriptions.subscribe``."""
        if uri in self._open:
            return
        self._beginning.add(uri)
        try:
            found = await self.kubeport.subscriptions.subscribe(uri, self._updated, self.caller, origin)
            wanted = uri in self._beginning and uri not in self._open
        finally:
            self._beginning.discard(uri)
        if self._closed or not wanted:
            found.release()
        else:
            self._open[uri] = found

    async def unsubscribe(self, uri: str) -> None:
        """Tell of *uri* no more, not even what has been on its way."""
        self._beginning.discard(uri)
        if (found := self._open.pop(uri, None)) is not None:
            self.backlog.drop(ResourceUpdated(uri))
            await found.stop()

    def tell_lists(self, *, resources: bool, tools: bool) -> None:
        """Tell when the list of resources, or the one of tools, is another one."""
        if self._leave is None and (resources or tools):
            self._resources, self._tools = resources, self._offered() if tools else None
            self._leave = self.kubeport.subscriptions.on_lists(self._list_changed)

    def close(self) -> None:
        """End all of it; watches that nobody else needs end by themselves."""
        self._closed = True
        if self._leave is not None:
            self._leave()
        for subscription in self._open.values():
            subscription.release()
        self._open.clear()
        self.backlog.close()

    def _updated(self, uri: str) -> None:
        self.backlog.put(ResourceUpdated(uri))

    def _list_changed(self, changed: ChangedList) -> None:
        if changed is ChangedList.RESOURCES:
            if self._resources:
                self.backlog.put(ResourcesListChanged())
        elif self._tools is not None and (now := self._offered()) != self._tools:
            self._tools = now
            self.backlog.put(ToolsListChanged())

    def _offered(self) -> tuple[str, ...]:
        return tuple(offer.name for offer in offers(self.kubeport))
