"""The use case: tell a listener when what a resource URI names has changed."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import attrs

from ...domain.errors import KubeportError
from ...domain.policy import Caller, Policy
from ...domain.resources.uri import parse_request
from ..request import Origin
from ..settings import LimitSettings
from .admission import Admission, Asked
from .coalescing import QUIET
from .lists import ChangedList, Lists
from .subscription import Subscription, closed
from .watches import SharedWatches, too_many

_log = logging.getLogger("kubeport.subscriptions")


@attrs.define(eq=False)
class Subscriptions:
    """Subscriptions to resource URIs; those that need the same watch share it.

    While there are any, the policy is looked at: what it does not allow any more ends.
    *quiet* is the least number of seconds between two messages about one URI.
    """

    admission: Admission
    watches: SharedWatches
    lists: Lists
    limits: LimitSettings
    quiet: float = QUIET
    _open: dict[Subscription, None] = attrs.field(factory=dict[Subscription, None], init=False)
    _callers: Counter[str] = attrs.field(factory=Counter[str], init=False)
    _tasks: "set[asyncio.Task[None]]" = attrs.field(factory=lambda: set[asyncio.Task[None]](), init=False)
    _policy: Policy | None = attrs.field(default=None, init=False)
    _look_no_more: Callable[[], None] | None = attrs.field(default=None, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def __len__(self) -> int:
        return len(self._open)

    async def subscribe(
        self,
        uri: str,
        changed: Callable[[str], None],
        caller: Caller = Caller(),
        origin: Origin = Origin(),
        *,
        ended: Callable[[str, KubeportError], None] | None = None,
    ) -> Subscription:
        """Call *changed* with *uri*, as it is written here, whenever what it names may read differently.

        No change after the return is missed; many at once are told once or twice, the last one within
        a second. Nothing needs to be there yet. *changed* runs in the event loop and must not block.

        When *caller* may not read it any more, *ended* is called once, with why; without it *changed* is,
        since a read tells the same. Nothing is told after that.

        Raises:
            CommandError: not a URI of ours.
            KubeportError: refused by the policy or the cluster, not reachable, or one too many.
        """
        asked = Asked(uri, parse_request(uri).uri, caller, origin)
        subscription, request_id = Subscription(uri, asked, self, changed, ended), self.admission.request_id()
        try:
            await self._begin(subscription, request_id)
        except KubeportError as error:
            subscription.release()
            await self.admission.keep(asked, subscription.thing, request_id, error)
            raise
        except BaseException:
            subscription.release()
            raise
        return subscription

    def on_lists(
        self, changed: Callable[[ChangedList], None], caller: Caller = Caller()
    ) -> Callable[[], None]:
        """Call *changed* when a list is another one for *caller*, until what is returned is called."""
        return self.lists.listen(changed, caller)

    async def aclose(self) -> None:
        """End all subscriptions and every watch, and take no more; may be called twice."""
        self._closed = True
        for subscription in [*self._open]:
            subscription.release()
        await self.lists.aclose()
        while self._tasks:
            await asyncio.wait([*self._tasks])
        await self.watches.settle()
        await self.watches.watcher.aclose()

    def forget(self, subscription: Subscription) -> None:
        """*subscription* has ended."""
        if subscription not in self._open:
            return
        del self._open[subscription]
        self._callers[subscription.asked.caller.name] -= 1
        self._callers += Counter()
        if not self._open and self._look_no_more is not None:
            self._look_no_more()
            self._look_no_more = None

    def run(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Do *work* beside everything else; ``aclose`` waits for its end."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _begin(self, subscription: Subscription, request_id: str) -> None:
        """Take a place among all, judge, and start the watches."""
        asked, thing = subscription.asked, subscription.thing
        self._take(subscription, asked.caller)
        await self.admission.count(asked.caller)
        self.admission.judge(asked, thing)
        await self.admission.intend(asked, thing, request_id)
        await subscription.begin()
        await self.admission.keep(asked, thing, request_id)

    def _take(self, subscription: Subscription, caller: Caller) -> None:
        if self._closed:
            raise closed()
        if len(self._open) >= self.limits.subscriptions:
            raise too_many(f"of this server, {self.limits.subscriptions}", "subscriptions")
        if self._callers[caller.name] >= self.limits.caller_subscriptions:
            raise too_many(f"of one caller's, {self.limits.caller_subscriptions}", "subscriptions")
        self._open[subscription] = None
        self._callers[caller.name] += 1
        if self._look_no_more is None:
            self._look_no_more = self.lists.on_look(self._look)

    def _look(self) -> None:
        """The policy may be another one."""
        if (now := self.admission.policy()) is not self._policy:
            self._policy = now
            for subscription in [*self._open]:
                try:
                    subscription.check()
                except Exception:  # it is asked again before it tells anything
                    _log.exception("A subscription to %s could not be judged anew.", subscription.uri)
