"""Telling that a list has changed: contexts and namespaces come and go, a policy is replaced."""

import asyncio
import enum
import logging
from collections.abc import Callable, Iterator

import attrs

from ...domain.context import Kubeconfig
from ...domain.errors import KubeportError
from ...domain.policy import Caller, Policy
from ..list_contexts import ListContexts
from ..ports import Change, WatchPlace
from ..rules import Rules
from .coalescing import QUIET, Coalesced

_log = logging.getLogger("kubeport.subscriptions")
EVERY = 1.0
"""Seconds between two looks at the files; a look is one ``stat`` each where nothing has changed."""


class ChangedList(enum.Enum):
    """What has changed: the list of resources, or the policy, by which tools may come and go."""

    RESOURCES = "resources"
    POLICY = "policy"


@attrs.define(eq=False)
class _Listener:
    """One listener, what *caller* was seen to have last, and how each list is told.

    It is *behind* until its list has been made of that.
    """

    caller: Caller
    told: dict[ChangedList, Coalesced]
    known: Kubeconfig | None = None
    policy: Policy | None = None
    names: tuple[str, ...] = ()
    behind: bool = False


@attrs.define(eq=False)
class Lists:
    """Looks after the kubeconfigs and the policy while somebody listens, and hears of namespaces."""

    contexts: ListContexts
    rules: Rules
    every: float = EVERY
    quiet: float = QUIET
    _listeners: dict[_Listener, None] = attrs.field(factory=dict[_Listener, None], init=False)
    _looks: dict[Callable[[], None], None] = attrs.field(factory=dict[Callable[[], None], None], init=False)
    _looking: "asyncio.Task[None] | None" = attrs.field(default=None, init=False)

    def listen(
        self, changed: Callable[[ChangedList], None], caller: Caller = Caller()
    ) -> Callable[[], None]:
        """Call *changed* for what changes for *caller*, until the function that is returned is called."""
        told = {one: Coalesced(_telling(changed, one), self.quiet) for one in ChangedList}
        listener = _Listener(caller, told)
        list(self._compare(listener, self._kubeconfig(caller), self._policy()))  # what there is at first
        self._listeners[listener] = None
        self._begin()
        return lambda: self._leave(listener)

    def on_look(self, look: Callable[[], None]) -> Callable[[], None]:
        """Call *look* at every look at the files, until the function that is returned is called."""
        self._looks[look] = None
        self._begin()
        return lambda: self._look_no_more(look)

    def heard(self, place: WatchPlace, change: Change) -> None:
        """A watch of *place* has told *change*: namespaces that come and go are in the list of resources.

        What one caller's watch tells is told to those who would be answered in the same name.
        """
        if place.kind == "namespaces" and (change.new or change.gone or change.anything):
            for listener in [*self._listeners]:
                if self._own(place, listener.caller) == place:
                    listener.told[ChangedList.RESOURCES]()

    async def aclose(self) -> None:
        """Forget all listeners."""
        looking = self._looking
        self._looks.clear()
        for listener in [*self._listeners]:
            self._leave(listener)
        self._end()
        if looking is not None:
            await asyncio.wait([looking])

    def _leave(self, listener: _Listener) -> None:
        self._listeners.pop(listener, None)
        for told in listener.told.values():
            told.stop()
        self._end()

    def _look_no_more(self, look: Callable[[], None]) -> None:
        self._looks.pop(look, None)
        self._end()

    def _begin(self) -> None:
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())

    def _end(self) -> None:
        if not self._listeners and not self._looks and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self.every)
            try:
                for look in [*self._looks]:
                    look()
                self._look_once()
            except Exception:
                _log.exception("A look at policy and kubeconfigs failed; the next one comes.")

    def _look_once(self) -> None:
        policy, seen = self._policy(), dict[str, Kubeconfig | None]()
        for listener in [*self._listeners]:
            key = listener.caller.name if self.contexts.is_kept else ""
            if key not in seen:
                seen[key] = self._kubeconfig(listener.caller)
            for changed in self._compare(listener, seen[key], policy):
                listener.told[changed]()

    def _compare(
        self, listener: _Listener, known: Kubeconfig | None, policy: Policy | None
    ) -> Iterator[ChangedList]:
        """What is new to *listener*; a file that is wrong or being written (None) says nothing new."""
        before = listener.known, listener.policy, listener.names
        listener.known, listener.policy = known or before[0], policy or before[1]
        if listener.policy is not before[1]:
            listener.behind = True
            yield ChangedList.POLICY
        elif listener.known != before[0]:
            listener.behind = True
        if not listener.behind:
            return
        try:
            listener.names = self.contexts(listener.caller, listener.policy).names
        except KubeportError:
            return  # it stays behind: the next look tries again
        listener.behind = False
        if listener.names != before[2]:
            yield ChangedList.RESOURCES

    def _own(self, place: WatchPlace, caller: Caller) -> WatchPlace | None:
        """*place* in the name of *caller*; None for who has none."""
        try:
            return self.contexts.identities.place(place, caller)
        except KubeportError:
            return None

    def _kubeconfig(self, caller: Caller) -> Kubeconfig | None:
        try:
            return self.contexts.all(caller)
        except KubeportError:
            return None

    def _policy(self) -> Policy | None:
        try:
            return self.rules.policy()
        except KubeportError:
            return None


def _telling(changed: Callable[[ChangedList], None], which: ChangedList) -> Callable[[], None]:
    def tell() -> None:
        try:
            changed(which)
        except Exception:
            _log.exception("A listener to the list of %s failed.", which.value)

    return tell
