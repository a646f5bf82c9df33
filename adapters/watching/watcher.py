"""KubernetesWatcher: the Watcher port over the Kubernetes API."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from ...application.ports import Change, Watch, WatchPlace

if TYPE_CHECKING:
    import asyncio

    from .contexts import Contexts
    from .timing import Timing


def _own_environment() -> Mapping[str, str]:
    return os.environ


@attrs.define(eq=False)
class _Running:
    """A watch that runs as a task."""

    place: WatchPlace
    _task: asyncio.Task[None]
    _watcher: KubernetesWatcher

    async def stop(self) -> None:
        """Cancel the task and wait until it has given everything back."""
        import asyncio

        self._task.cancel()
        try:
            await asyncio.wait([self._task])
        finally:
            await self._watcher.ended(self)


@attrs.define(eq=False)
class KubernetesWatcher:
    """Watches what the kubeconfig's contexts lead to; see ``Watcher``.

    Only metadata is asked for: no watch ever carries a spec, a status or the data of a Secret.
    *environment* tells, whenever it is needed, what of the server's environment tools get: it says where
    the kubeconfig is and which proxies there are, and is all that a credential plugin gets to see.
    *timing* changes how long things may take.
    """

    environment: Callable[[], Mapping[str, str]] = _own_environment
    timing: Timing | None = None
    _contexts: Contexts | None = attrs.field(default=None, init=False)
    _running: set[_Running] = attrs.field(factory=lambda: set[_Running](), init=False)

    @property
    def watching(self) -> int:
        """How many watches run."""
        return len(self._running)

    async def watch(self, place: WatchPlace, changed: Callable[[Change], None]) -> Watch:
        """Begin to tell every change at *place*; see ``Watcher``."""
        import asyncio

        from .faults import unreachable
        from .following import Following

        contexts = self._known_contexts()
        connection, kinds = contexts.reach(place.context, place.kubeconfig)
        following = Following(place, connection, kinds, changed, contexts.timing)
        running = _Running(place, asyncio.create_task(following.run()), self)
        self._running.add(running)
        try:
            async with asyncio.timeout(contexts.timing.start):
                await following.running
        except TimeoutError:
            await running.stop()
            raise unreachable(place.context) from None
        except BaseException:
            await running.stop()
            raise
        return running

    async def aclose(self) -> None:
        """End all watches and close every connection; may be called twice."""
        for running in [*self._running]:
            await running.stop()

    async def ended(self, running: _Running) -> None:
        """*running* has ended; the last one of a context closes its connections."""
        self._running.discard(running)
        shared = _shared(running.place)
        if self._contexts and not any(_shared(one.place) == shared for one in self._running):
            await self._contexts.leave(*shared)

    def _known_contexts(self) -> Contexts:
        from .contexts import Contexts
        from .timing import Timing

        if self._contexts is None:
            self._contexts = Contexts(self.environment, self.timing or Timing())
        return self._contexts


def _shared(place: WatchPlace) -> tuple[str, str]:
    """What watches with one connection have in common."""
    return place.context, place.kubeconfig
