"""The use case: tell a listener when what a resource URI names has changed."""

import logging
from collections import Counter
from collections.abc import Callable

import attrs

from ...domain.errors import ExecutionFailed, KubeportError, PolicyDenied
from ...domain.policy import Caller, Policy
from ...domain.resources.uri import parse_request
from ..ports import Change
from ..request import Origin
from ..settings import LimitSettings
from .admission import Admission, Asked
from .coalescing import QUIET, Coalesced
from .interests import Interest, interests
from .lists import ChangedList, Lists
from .watches import Hold, SharedWatches, too_many

_log = logging.getLogger("kubeport.subscriptions")


@attrs.define(eq=False)
class Subscription:
    """One listener to one URI, until ``stop``; also an asynchronous context manager."""

    uri: str
    _asked: Asked
    _owner: "Subscriptions"
    _changed: Callable[[str], None]
    _coalesced: Coalesced = attrs.field(init=False)
    _holds: list[Hold] = attrs.field(factory=list[Hold], init=False)
    _judged: dict[Interest, tuple[Policy, bool]] = attrs.field(
        factory=dict[Interest, tuple[Policy, bool]], init=False
    )

    def __attrs_post_init__(self) -> None:
        self._coalesced = Coalesced(self._tell, self._owner.quiet)

    async def __aenter__(self) -> "Subscription":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def release(self) -> None:
        """Tell nothing more, and let go of the watches, which end by themselves; may be called twice."""
        self._coalesced.stop()
        for hold in self._holds:
            self._owner.watches.leave(hold)
        self._holds.clear()
        self._owner.forget(self, self._asked.caller)

    async def stop(self) -> None:
        """As ``release``, and wait until watches that nobody else needs have ended."""
        self.release()
        await self._owner.watches.settle()

    @property
    def watching(self) -> int:
        """How many watches it takes part in."""
        return len(self._holds)

    async def watch(self, interest: Interest) -> None:
        """Hear of *interest* from now on; see ``SharedWatches.join``."""

        def heard(change: Change) -> None:
            if interest.covers(change) and self._may_hear(interest):
                self._coalesced()

        self._judged[interest] = self._owner.admission.judge(self._asked, interest), True
        own = self._owner.admission.explain.contexts.identities
        place = own.place(interest.place(self._asked.uri.context), self._asked.caller)
        hold = await self._owner.watches.join(place, heard, self._asked.caller.name)
        self._holds.append(hold)
        if not self._owner.knows(self):  # everything was closed meanwhile
            self.release()
            raise _closed()

    def _may_hear(self, interest: Interest) -> bool:
        """Whether the policy still allows *interest*; one that has changed since is asked again."""
        admission, (policy, allowed) = self._owner.admission, self._judged[interest]
        if (now := admission.policy()) is not policy:
            allowed = admission.allows(self._asked, interest)
            self._judged[interest] = now, allowed
        return allowed

    def _tell(self) -> None:
        """A listener that fails is on record, and goes on being told."""
        try:
            self._changed(self.uri)
        except Exception:
            _log.exception("A listener to %s failed.", self.uri)


@attrs.define(eq=False)
class Subscriptions:
    """Subscriptions to resource URIs; those that need the same watch share it.

    *quiet* is the least number of seconds between two messages about one URI.
    """

    admission: Admission
    watches: SharedWatches
    lists: Lists
    limits: LimitSettings
    quiet: float = QUIET
    _open: dict[Subscription, None] = attrs.field(factory=dict[Subscription, None], init=False)
    _callers: Counter[str] = attrs.field(factory=Counter[str], init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def __len__(self) -> int:
        return len(self._open)

    async def subscribe(
        self,
        uri: str,
        changed: Callable[[str], None],
        caller: Caller = Caller(),
        origin: Origin = Origin(),
    ) -> Subscription:
        """Call *changed* with *uri*, as it is written here, whenever what it names may read differently.

        No change after the return is missed; many at once are told once or twice, the last one within
        a second. Nothing needs to be there yet. *changed* runs in the event loop and must not block.

        Raises:
            CommandError: not a URI of ours.
            KubeportError: refused by the policy or the cluster, not reachable, or one too many.
        """
        asked = Asked(uri, parse_request(uri).uri, caller, origin)
        wanted, request_id = interests(asked.uri), self.admission.request_id()
        subscription = Subscription(uri, asked, self, changed)
        try:
            await self._begin(subscription, asked, wanted, request_id)
        except KubeportError as error:
            subscription.release()
            await self.admission.keep(asked, wanted[0], request_id, error)
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
        await self.watches.settle()
        await self.watches.watcher.aclose()

    def knows(self, subscription: Subscription) -> bool:
        """Whether *subscription* has begun and not ended."""
        return subscription in self._open

    def forget(self, subscription: Subscription, caller: Caller) -> None:
        """*subscription* has ended."""
        if subscription in self._open:
            del self._open[subscription]
            self._callers[caller.name] -= 1
            self._callers += Counter()

    async def _begin(
        self, subscription: Subscription, asked: Asked, wanted: tuple[Interest, ...], request_id: str
    ) -> None:
        """Take a place among all, judge, and start the watches."""
        self._take(subscription, asked.caller)
        await self.admission.count(asked.caller)
        self.admission.judge(asked, wanted[0])
        await self.admission.intend(asked, wanted[0], request_id)
        await self._watch(subscription, wanted)
        await self.admission.keep(asked, wanted[0], request_id)

    def _take(self, subscription: Subscription, caller: Caller) -> None:
        if self._closed:
            raise _closed()
        if len(self._open) >= self.limits.subscriptions:
            raise too_many(f"of this server, {self.limits.subscriptions}", "subscriptions")
        if self._callers[caller.name] >= self.limits.caller_subscriptions:
            raise too_many(f"of one caller's, {self.limits.caller_subscriptions}", "subscriptions")
        self._open[subscription] = None
        self._callers[caller.name] += 1

    async def _watch(self, subscription: Subscription, wanted: tuple[Interest, ...]) -> None:
        """Watch what is wanted; what is refused beside the thing itself is left out.

        Who may see one namespace need not be allowed to watch all of them: any of the watches will do.
        """
        refused = list[KubeportError]()
        for interest in wanted:
            try:
                await subscription.watch(interest)
            except PolicyDenied as denied:
                if interest is wanted[0]:
                    raise
                refused.append(denied)
            except ExecutionFailed as failure:
                if failure.reason not in _REFUSALS:
                    raise
                refused.append(failure)
        if not subscription.watching:
            raise refused[0]


def _closed() -> ExecutionFailed:
    return ExecutionFailed("The server is ending: it takes no subscriptions any more.", reason="closed")


_REFUSALS = frozenset({"forbidden", "unknown_kind"})
"""Reasons why the cluster does not let us watch one kind, while others may do."""
