"""One listener to one URI: what it hears of, as long as its caller may read it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import attrs

from ...domain.errors import ExecutionFailed, KubeportError, PolicyDenied
from ...domain.policy import Caller, Policy
from ..ports import Change, WatchPlace
from ..request import Origin
from .admission import Admission, Asked
from .coalescing import Coalesced
from .interests import Interest, interests
from .watches import Hold, Listener, SharedWatches

_log = logging.getLogger("kubeport.subscriptions")
FIRST, LONGEST = 1.0, 30.0
"""Seconds before a watch that could not begin again is tried once more, and at most between two tries."""


class Owner(Protocol):
    """What a subscription needs of all of them."""

    @property
    def admission(self) -> Admission:
        """By which it is judged."""
        ...

    @property
    def watches(self) -> SharedWatches:
        """In which it takes part."""
        ...

    @property
    def quiet(self) -> float:
        """Seconds between two messages."""
        ...

    def forget(self, subscription: "Subscription") -> None:
        """It has ended; may be called twice."""
        ...

    def run(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Do *work* beside everything else."""
        ...


@attrs.define(eq=False)
class Subscription:
    """One listener to one URI, until ``stop``; also an asynchronous context manager.

    It ends by itself when its caller may not read the URI any more: *error* is why then.
    """

    uri: str
    asked: Asked
    _owner: Owner
    _changed: Callable[[str], None]
    _ended: Callable[[str, KubeportError], None] | None = None
    error: KubeportError | None = attrs.field(default=None, init=False)
    _wanted: tuple[Interest, ...] = attrs.field(init=False)
    _coalesced: Coalesced = attrs.field(init=False)
    _holds: dict[Interest, Hold] = attrs.field(factory=dict[Interest, Hold], init=False)
    _known: tuple[Asked, Policy] | None = attrs.field(default=None, init=False)
    _trying: tuple[Asked, Policy] | None = attrs.field(default=None, init=False)
    _begun: bool = attrs.field(default=False, init=False)
    _released: bool = attrs.field(default=False, init=False)
    _going_on: "asyncio.Task[None] | None" = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._wanted = interests(self.asked.uri)
        self._coalesced = Coalesced(self._tell, self._owner.quiet)

    async def __aenter__(self) -> "Subscription":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def begin(self) -> None:
        """Watch what is wanted; what is refused beside the thing itself is left out.

        Who may see one namespace need not be allowed to watch all of them: any of the watches will do.

        Raises:
            KubeportError: refused, or not possible now.
        """
        while (now := self._now) != self._known:
            self._trying = now
            allowed = self._allowed()
            self._let_go(allowed)
            await self._join(allowed)
            self._known = now
        self._begun, self._trying = True, None

    def renew(self, caller: Caller, origin: Origin = Origin()) -> None:
        """Go on with what *caller* may do now, who is the one that subscribed, with other groups or scopes.

        Raises:
            ValueError: it is another one.
        """
        if caller.name != self.asked.caller.name:
            raise ValueError("a subscription has one caller")
        if caller != self.asked.caller:
            self.asked = attrs.evolve(self.asked, caller=caller, origin=origin)
            self.check()

    def check(self) -> None:
        """Go on with what the rules in force allow now, and end if that is not the thing itself."""
        if not self._begun or self._released or self._is_known:
            return
        now = self._now
        self._stop_going_on()
        try:
            allowed = self._allowed()
        except KubeportError as error:
            self._end(error)
            return
        gone = self._let_go(allowed)
        if allowed.keys() - self._holds.keys():
            self._trying, self._going_on = now, self._owner.run(self._go_on(tell=gone))
            return
        self._known = now
        if gone:
            self._coalesced()  # it reads differently now

    def release(self) -> None:
        """Tell nothing more, and let go of the watches, which end by themselves; may be called twice."""
        self._released = True
        self._coalesced.stop()
        self._stop_going_on()
        self._let_go({})
        self._owner.forget(self)

    async def stop(self) -> None:
        """As ``release``, and wait until watches that nobody else needs have ended."""
        self.release()
        await self._owner.watches.settle()

    @property
    def thing(self) -> Interest:
        """The URI's own object."""
        return self._wanted[0]

    @property
    def _now(self) -> tuple[Asked, Policy]:
        return self.asked, self._owner.admission.policy()

    @property
    def _is_known(self) -> bool:
        """Whether what is watched, or about to be, is what the rules in force allow."""
        return self._now in (self._known, self._trying)

    def _allowed(self) -> dict[Interest, WatchPlace]:
        """What its caller may watch now, and where; raises if that is not the thing itself."""
        admission, allowed = self._owner.admission, dict[Interest, WatchPlace]()
        for interest in self._wanted:
            try:
                admission.judge(self.asked, interest)
                allowed[interest] = admission.place(self.asked, interest)
            except PolicyDenied:
                if interest is self.thing:
                    raise
        return allowed

    async def _join(self, allowed: dict[Interest, WatchPlace]) -> None:
        refused, caller = list[ExecutionFailed](), self.asked.caller.name
        for interest in [interest for interest in allowed if interest not in self._holds]:
            try:
                hold = await self._owner.watches.join(allowed[interest], self._listener(interest), caller)
            except ExecutionFailed as failure:
                if failure.reason not in _REFUSALS:
                    raise
                refused.append(failure)
                continue
            if self._released:
                self._owner.watches.leave(hold)
                raise closed()
            self._holds[interest] = hold
        if not self._holds:
            raise refused[0]

    def _listener(self, interest: Interest) -> Listener:
        def heard(change: Change) -> None:
            if interest.covers(change):
                self.check()
                if interest in self._holds and self._is_known:
                    self._coalesced()

        return heard

    def _let_go(self, allowed: dict[Interest, WatchPlace]) -> bool:
        """Leave the watches that are not *allowed*; whether there were any."""
        gone = [one for one, hold in self._holds.items() if hold.place != allowed.get(one)]
        for interest in gone:
            self._owner.watches.leave(self._holds.pop(interest))
        return bool(gone)

    async def _go_on(self, *, tell: bool) -> None:
        """Watch what may be watched now, under the name that it has now, as soon as it can be."""
        pause, before = FIRST, len(self._holds)
        while (error := await self._again()) is not None and passes(error):
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST)
        self._going_on = self._trying = None
        if error is not None:
            self._end(error)
        elif tell or len(self._holds) > before:
            self._coalesced()  # in between nothing was heard

    async def _again(self) -> KubeportError | None:
        """Begin once more, on record as the first time; why that is not possible.

        A fault of our own passes, too: who is told of nothing must not be left so in silence.
        """
        admission, request_id = self._owner.admission, self._owner.admission.request_id()
        try:
            await admission.intend(self.asked, self.thing, request_id)
            await self.begin()
            await admission.keep(self.asked, self.thing, request_id)
        except KubeportError as error:
            return error
        except Exception:
            _log.exception("A subscription to %s could not begin again; it is tried once more.", self.uri)
            return ExecutionFailed("The watch could not begin again.", reason="internal")
        return None

    def _stop_going_on(self) -> None:
        going_on, self._going_on, self._trying = self._going_on, None, None
        if going_on is not None:
            going_on.cancel()

    def _end(self, error: KubeportError) -> None:
        """Its caller may not be told any more: say so once, so that a read tells why."""
        if self._released:
            return
        self.error = error
        self.release()
        _log.warning("A subscription of %r to %s ends: %s", self.asked.caller.name, self.uri, error.message)
        admission = self._owner.admission
        self._owner.run(admission.keep(self.asked, self.thing, admission.request_id(), error))
        self._tell()

    def _tell(self) -> None:
        """A listener that fails is on record, and goes on being told."""
        try:
            if self.error is not None and self._ended is not None:
                self._ended(self.uri, self.error)
            else:
                self._changed(self.uri)
        except Exception:
            _log.exception("A listener to %s failed.", self.uri)


def passes(error: KubeportError) -> bool:
    """Whether what failed may be possible soon, without anybody's doing."""
    return isinstance(error, ExecutionFailed) and error.reason not in _REFUSALS | {"closed"}


def closed() -> ExecutionFailed:
    """The error at the end."""
    return ExecutionFailed("The server is ending: it takes no subscriptions any more.", reason="closed")


_REFUSALS = frozenset({"forbidden", "unknown_kind"})
"""Reasons why the cluster does not let us watch one kind, while others may do."""
