"""Watches over the in-memory cluster: after each command, what it changed is told."""

from collections.abc import Callable, Iterable

import attrs

from ...application.ports import Change, Stage, WatchPlace
from ...domain.diagnosis import diagnose
from ...domain.errors import AuthenticationFailed, ExecutionFailed, KubeportError
from ...domain.resources.uri import RELEASE
from .data import dig, name_of, namespace_of
from .failures import Failure
from .world import World

_State = dict[tuple[str, str], str]


@attrs.define(eq=False)
class FakeWatch:
    """One watch: it knows the versions of what is at *place*, and tells what differs."""

    place: WatchPlace
    world: World
    changed: Callable[[Change], None]
    _all: "set[FakeWatch]"
    _known: _State = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._known = self._state()
        self._all.add(self)

    async def stop(self) -> None:
        """Tell nothing more."""
        self._all.discard(self)

    def look(self) -> None:
        """Tell what is new, what changed and what is gone, in order of namespace and name."""
        before, self._known = self._known, self._state()
        for key in sorted({**before, **self._known}):
            old, new = before.get(key), self._known.get(key)
            if old != new and self in self._all:
                self.changed(Change(*key, gone=new is None, new=old is None))

    def _state(self) -> _State:
        if self.place.kind == RELEASE:
            return self._releases()
        found = self.world.store.named(self.place.kind, self.place.namespace or None)
        return {
            (namespace_of(obj), name_of(obj)): str(dig(obj, "metadata", "resourceVersion")) for obj in found
        }

    def _releases(self) -> _State:
        state = _State()
        for one in self.world.releases:
            if self.place.namespace in ("", one.namespace):
                key = one.namespace, one.name
                state[key] = state.get(key, "") + f"{one.revision}={one.status};"
        return state


@attrs.define(eq=False)
class FakeWatches:
    """All watches of one FakeCluster; those of the contexts in *lost* hear nothing for the time being."""

    running: set[FakeWatch] = attrs.field(factory=lambda: set[FakeWatch]())
    lost: set[str] = attrs.field(factory=set[str])

    def begin(
        self, place: WatchPlace, world: World, changed: Callable[[Change], None], failures: Iterable[Failure]
    ) -> FakeWatch:
        """Start to watch *place* of *world*.

        Raises:
            AuthenticationFailed, ExecutionFailed: one of *failures* is about such a watch, the API
                server is lost, or there is no such kind.
        """
        _check(place, failures)
        if place.context in self.lost:
            raise _failed(Failure.unreachable().stderr)
        kind = world.store.kind(place.kind)
        if place.kind != RELEASE and (kind is None or kind.resource != place.kind):
            raise _failed(f'error: the server doesn\'t have a resource type "{place.kind}"')
        if kind is not None and place.namespace and not kind.namespaced:
            raise ExecutionFailed(f"{place.kind} belong to no namespace.", reason="invalid")
        return FakeWatch(place, world, changed, self.running)

    def look(self) -> None:
        """A command has run: tell every watch that can hear what it changed."""
        for watch in [*self.running]:
            if watch.place.context not in self.lost:
                watch.look()


def _check(place: WatchPlace, failures: Iterable[Failure]) -> None:
    """Fail as ``kubectl get KIND --watch`` would."""
    flags = (f"--context={place.context}", f"--namespace={place.namespace}", "--watch=true")
    kind = "secrets" if place.kind == RELEASE else place.kind.partition(".")[0]
    stage = Stage(("kubectl", "get", *flags, kind))
    for failure in failures:
        if failure.matches(stage.argv):
            raise _failed(failure.stderr)


def _failed(stderr: str) -> KubeportError:
    told = diagnose(stderr)
    error = AuthenticationFailed if told.authentication else ExecutionFailed
    return error(told.message, hint=told.hint, reason=told.reason)
