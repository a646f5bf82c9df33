"""Telling that a list has changed: contexts and namespaces come and go, a policy is replaced."""

import asyncio
import enum
import logging
from collections.abc import Callable

import attrs

from ...domain.errors import KubeportError
from ...domain.policy import Policy
from ..ports import Change, KubeconfigReader, WatchPlace
from ..rules import Rules
from .coalescing import QUIET, Coalesced

_log = logging.getLogger("kubeport.subscriptions")
EVERY = 1.0
"""Seconds between two looks at the files; a look is one ``stat`` each where nothing has changed."""


class ChangedList(enum.Enum):
    """What has changed: the list of resources, or the policy, by which tools may come and go."""

    RESOURCES = "resources"
    POLICY = "policy"


@attrs.frozen(eq=False)
class _Listener:
    """One listener; each list is told to it by itself."""

    told: dict[ChangedList, Coalesced]


@attrs.define(eq=False)
class Lists:
    """Looks after the kubeconfig and the policy while somebody listens, and hears of namespaces."""

    kubeconfig: KubeconfigReader
    rules: Rules
    every: float = EVERY
    quiet: float = QUIET
    _listeners: dict[_Listener, None] = attrs.field(factory=dict[_Listener, None], init=False)
    _looking: "asyncio.Task[None] | None" = attrs.field(default=None, init=False)

    def listen(self, changed: Callable[[ChangedList], None]) -> Callable[[], None]:
        """Call *changed* for what changes from now on, until the function that is returned is called."""
        listener = _Listener({one: Coalesced(_telling(changed, one), self.quiet) for one in ChangedList})
        self._listeners[listener] = None
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(self._contexts(), self._policy()))
        return lambda: self._leave(listener)

    def heard(self, place: WatchPlace, change: Change) -> None:
        """A watch of *place* has told *change*: namespaces that come and go are in the list of resources."""
        if place.kind == "namespaces" and (change.new or change.gone):
            self._tell(ChangedList.RESOURCES)

    async def aclose(self) -> None:
        """Forget all listeners."""
        looking = self._looking
        for listener in [*self._listeners]:
            self._leave(listener)
        if looking is not None:
            await asyncio.wait([looking])

    def _leave(self, listener: _Listener) -> None:
        self._listeners.pop(listener, None)
        for told in listener.told.values():
            told.stop()
        if not self._listeners and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look(self, contexts: tuple[str, ...], policy: Policy | None) -> None:
        while True:
            await asyncio.sleep(self.every)
            now, ruling = self._contexts(contexts), self._policy(policy)
            if now != contexts:
                self._tell(ChangedList.RESOURCES)
            if ruling is not policy:
                self._tell(ChangedList.POLICY)
            contexts, policy = now, ruling

    def _tell(self, changed: ChangedList) -> None:
        for listener in [*self._listeners]:
            listener.told[changed]()

    def _contexts(self, known: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The names of the contexts; the *known* ones while the file is being written or is wrong."""
        try:
            return self.kubeconfig.read().names
        except KubeportError:
            return known

    def _policy(self, known: Policy | None = None) -> Policy | None:
        try:
            return self.rules.policy()
        except KubeportError:
            return known


def _telling(changed: Callable[[ChangedList], None], which: ChangedList) -> Callable[[], None]:
    def tell() -> None:
        try:
            changed(which)
        except Exception:
            _log.exception("A listener to the list of %s failed.", which.value)

    return tell
