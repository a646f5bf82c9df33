"""What a watch knows of its objects, and what is new about what it hears."""

from collections.abc import Iterable, Iterator

import attrs

from ...application.ports import Change
from .answers import Event, Meta

_Key = tuple[str, str]


@attrs.frozen
class _Stamp:
    """One version of one object, and the name under which its changes are told."""

    uid: str
    version: str
    name: str


@attrs.define(eq=False)
class Known:
    """The objects of one place: for each its uid and version, and nothing else.

    With *releases* the objects are Secrets in which helm keeps the revisions of a release: what is told
    is the release, which is gone when its last Secret is.
    """

    releases: bool = False
    _stamps: dict[_Key, _Stamp] = attrs.field(factory=dict[_Key, _Stamp], init=False)

    def __len__(self) -> int:
        return len(self._stamps)

    def fill(self, objects: Iterable[Meta]) -> None:
        """Know *objects* and no others, and tell nothing."""
        self._stamps = dict(map(self._stamped, objects))

    def replace(self, objects: Iterable[Meta]) -> list[Change]:
        """Know *objects* and no others; the changes since what was known, one for each name.

        Only what went and came again under the same name is told twice: as gone, then as new.
        """
        before, self._stamps = self._stamps, dict(map(self._stamped, objects))
        old, new = _by_name(before), _by_name(self._stamps)
        return [change for key in {**new, **old} for change in _between(key, old.get(key), new.get(key))]

    def hear(self, event: Event) -> Change | None:
        """Know what *event* says; None where that is nothing new."""
        if event.meta is None:
            return None
        key, stamp = self._stamped(event.meta)
        before = self._stamps.get(key)
        if event.gone:
            return self._went(key, before)
        if before == stamp:
            return None
        first = before is None and not self._has(key[0], stamp.name)
        self._stamps[key] = stamp
        return Change(key[0], stamp.name, new=first)

    def _went(self, key: _Key, before: _Stamp | None) -> Change | None:
        if before is None:
            return None
        del self._stamps[key]
        return Change(key[0], before.name, gone=not self._has(key[0], before.name))

    def _has(self, namespace: str, name: str) -> bool:
        """Whether an object is known whose changes are told under *name*."""
        if not self.releases:
            return (namespace, name) in self._stamps
        return any(key[0] == namespace and stamp.name == name for key, stamp in self._stamps.items())

    def _stamped(self, meta: Meta) -> tuple[_Key, _Stamp]:
        name = meta.release if self.releases and meta.release else meta.name
        return (meta.namespace, meta.name), _Stamp(meta.uid, meta.version, name)


def _by_name(stamps: dict[_Key, _Stamp]) -> dict[_Key, frozenset[tuple[str, str]]]:
    """Namespace and name as told → uids and versions of the objects behind it."""
    found = dict[_Key, frozenset[tuple[str, str]]]()
    for (namespace, _), stamp in stamps.items():
        key = namespace, stamp.name
        found[key] = found.get(key, frozenset()) | {(stamp.uid, stamp.version)}
    return found


def _between(
    key: _Key, old: frozenset[tuple[str, str]] | None, new: frozenset[tuple[str, str]] | None
) -> Iterator[Change]:
    if old == new:
        return
    again = old is not None and new is not None and not {uid for uid, _ in old} & {uid for uid, _ in new}
    if new is None or again:
        yield Change(*key, gone=True)
    if new is not None:
        yield Change(*key, new=old is None or again)
