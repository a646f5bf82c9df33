"""What one client is told: its subscriptions, and the messages that it has not read yet."""

import asyncio
import logging
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
from ...application.subscriptions.subscription import FIRST, LONGEST, Subscription, passes
from ...domain.errors import KubeportError, RateLimited
from ...domain.policy import Caller
from .catalogue import offers

_log = logging.getLogger("kubeport.mcp")


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
    """One client's subscriptions; what they tell goes into the *backlog*.

    *caller* is whose rights count now. A *stream* ends when there is nothing left that could be told.
    """

    kubeport: Kubeport
    caller: Caller
    stream: bool = False
    backlog: Backlog = attrs.field(factory=Backlog, init=False)
    _open: dict[str, Subscription] = attrs.field(factory=dict[str, Subscription], init=False)
    _paused: dict[str, Origin] = attrs.field(factory=dict[str, Origin], init=False)
    _asked: dict[str, Origin] = attrs.field(factory=dict[str, Origin], init=False)
    _resuming: "asyncio.Task[None] | None" = attrs.field(default=None, init=False)
    _beginning: dict[object, str] = attrs.field(factory=dict[object, str], init=False)
    _tools: tuple[str, ...] | None = attrs.field(default=None, init=False)
    _resources: bool = attrs.field(default=False, init=False)
    _leave: Callable[[], None] | None = attrs.field(default=None, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    async def subscribe(self, uri: str, origin: Origin) -> None:
        """Tell of *uri*, once however often it is asked for; see ``Subscriptions.subscribe``."""
        if uri in self._open:
            return
        attempt = object()  # another one for the same URI may fail, which must not cancel this one
        self._beginning[attempt] = uri
        try:
            subscribe, caller = self.kubeport.subscriptions.subscribe, self.caller
            found = await subscribe(uri, self._updated, caller, origin, ended=self._ended)
            wanted = attempt in self._beginning and uri not in self._open
        finally:
            self._beginning.pop(attempt, None)
        try:
            found.renew(self.caller)  # who may have shown another token meanwhile
        except BaseException:
            found.release()
            raise
        if found.error is not None:
            raise found.error
        if self._closed or not wanted:
            found.release()
            return
        self._open[uri], self._asked[uri] = found, origin
        self._paused.pop(uri, None)

    def heed(self, caller: Caller) -> None:
        """From now on what *caller* may do counts: the same one, who has shown another token."""
        if caller == self.caller:
            return
        self.caller = caller
        _log.info("What %r may do has changed within a session.", caller.name)
        for subscription in [*self._open.values()]:
            subscription.renew(caller)
        if self._leave is not None:
            self._leave()
            self._leave = self.kubeport.subscriptions.on_lists(self._list_changed, caller)
            for changed in ChangedList:
                self._list_changed(changed)

    async def unsubscribe(self, uri: str) -> None:
        """Tell of *uri* no more, not even what has been on its way."""
        for known in (self._asked, self._paused):
            known.pop(uri, None)
        for attempt in [attempt for attempt, begun in self._beginning.items() if begun == uri]:
            del self._beginning[attempt]
        self.backlog.drop(ResourceUpdated(uri))
        if (found := self._open.pop(uri, None)) is not None:
            await found.stop()

    def pause(self) -> None:
        """The client cannot be told: let the watches go, and remember what was wanted."""
        self._stop_resuming()
        self._paused |= self._asked
        self._release()

    def resume(self) -> None:
        """The client is back: begin again, and tell that everything may have changed meanwhile."""
        if self._paused and not self._closed:
            self._stop_resuming()
            self._resuming = asyncio.create_task(self._resume())

    def tell_lists(self, *, resources: bool, tools: bool) -> None:
        """Tell when the list of resources, or the one of tools, is another one."""
        if self._leave is None and (resources or tools):
            self._resources, self._tools = resources, self._offered() if tools else None
            self._leave = self.kubeport.subscriptions.on_lists(self._list_changed, self.caller)

    def close(self) -> None:
        """End all of it; watches that nobody else needs end by themselves."""
        self._closed = True
        if self._leave is not None:
            self._leave()
        self._stop_resuming()
        self._paused.clear()
        self._release()
        self.backlog.close()

    async def _resume(self) -> None:
        await asyncio.gather(*(self._begin_again(uri, origin) for uri, origin in self._paused.items()))

    async def _begin_again(self, uri: str, origin: Origin) -> None:
        """Until it is watched again, may not be any more, or is given up; the client is told, then."""
        pause = FIRST
        while uri in self._paused:
            wait = 0.0
            try:
                await self.subscribe(uri, origin)
                if uri in self._open:
                    self._updated(uri)
                return
            except KubeportError as error:
                wait = error.retry_after if isinstance(error, RateLimited) else 0.0
                if not (wait or passes(error)):
                    self._ended(uri, error)
                    _log.info("A client that came back is not told of %s any more: %s", uri, error.message)
            except Exception:
                _log.exception("A watch of %s could not begin again; it is tried once more.", uri)
            await asyncio.sleep(max(wait, pause))
            pause = min(2 * pause, LONGEST)

    def _stop_resuming(self) -> None:
        if self._resuming is not None:
            self._resuming.cancel()
            self._resuming = None

    def _release(self) -> None:
        for subscription in self._open.values():
            subscription.release()
        self._open.clear()
        self._asked.clear()

    def _updated(self, uri: str) -> None:
        self.backlog.put(ResourceUpdated(uri))

    def _ended(self, uri: str, error: KubeportError) -> None:
        """It may not be read any more: whoever reads it is told why."""
        for known in (self._open, self._asked, self._paused):
            known.pop(uri, None)
        self._updated(uri)
        if self.stream and self._leave is None and not (self._open or self._beginning):
            self.backlog.close()

    def _list_changed(self, changed: ChangedList) -> None:
        if changed is ChangedList.RESOURCES:
            if self._resources:
                self.backlog.put(ResourcesListChanged())
        elif self._tools is not None and (now := self._offered()) != self._tools:
            self._tools = now
            self.backlog.put(ToolsListChanged())

    def _offered(self) -> tuple[str, ...]:
        return tuple(offer.name for offer in offers(self.kubeport, self.caller))
