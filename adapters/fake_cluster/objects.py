"""The objects of one cluster, as its API server keeps them."""

import uuid
from collections.abc import Iterable

import attrs

from .admission import admit
from .ages import stamp
from .data import Obj, clone, dig, name_of, namespace_of
from .kinds import KINDS, Kind, defined_by, implied_by

_DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
_Key = tuple[str, str, str]


@attrs.define
class Store:
    """Objects by kind, namespace and name; hands out the objects themselves, not copies.

    *born* is the creation time of objects that do not state one.
    """

    born: float
    kinds: list[Kind] = attrs.field(factory=lambda: list(KINDS))
    _objects: dict[_Key, Obj] = attrs.field(factory=dict[_Key, Obj])
    _version: int = 100

    def kind(self, word: str) -> Kind | None:
        """The kind that *word* means, or None."""
        return next((kind for kind in self.kinds if kind.spelled(word)), None)

    def kind_of(self, obj: Obj) -> Kind:
        """The kind of *obj*; one that nothing defines becomes known now."""
        group = str(obj.get("apiVersion", "v1")).rpartition("/")[0]
        for kind in self.kinds:
            if (kind.kind, kind.group) == (obj["kind"], group):
                return kind
        self.kinds.append(implied_by(obj))
        return self.kinds[-1]

    def defines(self, obj: Obj) -> bool:
        """Whether the kind of *obj* is known."""
        group = str(obj.get("apiVersion", "v1")).rpartition("/")[0]
        return any((kind.kind, kind.group) == (obj.get("kind"), group) for kind in self.kinds)

    def add(self, given: Obj, namespace: str = "default") -> Obj:
        """Keep a copy of *given*, with what a server adds where it is missing.

        Raises:
            Malformed: it cannot be read.
        """
        obj = clone(given)
        admit(obj)
        kind = self.kind_of(obj)
        meta = obj.setdefault("metadata", {})
        if kind.namespaced:
            meta.setdefault("namespace", namespace)
        else:
            meta.pop("namespace", None)
        if meta.get("creationTimestamp") is None:
            meta["creationTimestamp"] = stamp(self.born)
        meta.setdefault("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(self._key(kind, obj)))))
        if kind.resource == _DEFINITIONS and not any(k.resource == name_of(obj) for k in self.kinds):
            self.kinds.append(defined_by(obj))
        self._objects[self._key(kind, obj)] = obj
        self.touch(obj)
        return obj

    def touch(self, obj: Obj) -> None:
        """Note that *obj* has changed."""
        self._version += 1
        obj["metadata"]["resourceVersion"] = str(self._version)

    def put(self, obj: Obj) -> None:
        """Keep *obj* in the place of the one with its name.

        Raises:
            Malformed: it cannot be read.
        """
        admit(obj)
        self._objects[self._key(self.kind_of(obj), obj)] = obj
        self.touch(obj)

    def find(self, kind: Kind, namespace: str, name: str) -> Obj | None:
        """The object with that name, or None."""
        return self._objects.get((kind.resource, namespace if kind.namespaced else "", name))

    def every(self, kind: Kind, namespace: str | None = None) -> list[Obj]:
        """The objects of *kind* in *namespace* (None: in all), ordered as the server lists them."""
        return [
            self._objects[key]
            for key in sorted(self._objects)
            if key[0] == kind.resource and (namespace is None or not kind.namespaced or key[1] == namespace)
        ]

    def named(self, word: str, namespace: str | None = None) -> list[Obj]:
        """As ``every``, for a kind that is known by its plural."""
        kind = self.kind(word)
        return [] if kind is None else self.every(kind, namespace)

    def owned(self, owner: Obj) -> list[Obj]:
        """The objects that name *owner* in their owner references."""
        uid = dig(owner, "metadata", "uid")
        return [
            obj
            for _, obj in sorted(self._objects.items())
            if any(ref.get("uid") == uid for ref in dig(obj, "metadata", "ownerReferences", default=[]))
        ]

    def remove(self, obj: Obj) -> None:
        """Forget *obj*, what it owns and, for a namespace, what is in it."""
        if self._objects.pop(self._key(self.kind_of(obj), obj), None) is None:
            return
        inside: Iterable[Obj] = ()
        if obj["kind"] == "Namespace":
            inside = [other for key, other in self._objects.items() if key[1] == name_of(obj)]
        for other in (*self.owned(obj), *inside):
            self.remove(other)

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        return self._version

    @staticmethod
    def _key(kind: Kind, obj: Obj) -> _Key:
        return (kind.resource, namespace_of(obj), name_of(obj))
