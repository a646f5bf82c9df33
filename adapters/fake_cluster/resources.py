"""Operands of kubectl: which kinds and which objects a call is about."""

import attrs

from . import derived
from .admission import admit
from .answer import Trouble, not_found
from .data import Obj, name_of, namespace_of
from .kinds import ALL, Kind
from .objects import Store
from .selectors import Test, by_fields, by_labels
from .world import Call
from .yaml_text import manifests


@attrs.frozen
class Found:
    """The objects of one kind that a call is about."""

    kind: Kind
    objects: tuple[Obj, ...]


@attrs.define
class Selection:
    """What the operands of a call lead to, and the errors on the way.

    *listed* tells that kinds were asked for, and not single objects by name.
    """

    found: list[Found] = attrs.field(factory=list[Found])
    missing: list[str] = attrs.field(factory=list[str])
    listed: bool = False

    @property
    def pairs(self) -> list[tuple[Kind, Obj]]:
        """Every object with its kind."""
        return [(found.kind, obj) for found in self.found for obj in found.objects]

    @property
    def stderr(self) -> str:
        """The errors, a line each."""
        return "".join(f"{line}\n" for line in self.missing)


def kind_named(store: Store, word: str) -> Kind:
    """The kind that *word* means.

    Raises:
        Trouble: the server has no such resource type.
    """
    kind = store.kind(word)
    if kind is None:
        raise Trouble(f'error: the server doesn\'t have a resource type "{word}"')
    return kind


def kinds_named(store: Store, words: str) -> list[Kind]:
    """The kinds in a list with commas; ``all`` stands for the usual ones."""
    names = [name for word in words.split(",") for name in (ALL if word == "all" else (word,))]
    return [kind_named(store, name) for name in names]


def select(call: Call, operands: tuple[str, ...] | None = None) -> Selection:
    """The objects that the operands (or the manifest) and the selectors of *call* name.

    Raises:
        Trouble: an unknown kind, or operands that do not go together.
    """
    words = call.operands if operands is None else operands
    if call.value("filename"):
        return _from_manifest(call)
    if not words:
        raise Trouble(
            f"error: Required resource not specified.\nSee 'kubectl {call.path} -h' for help and examples"
        )
    if any("/" in word for word in words):
        return _by_slash(call, words)
    kinds = kinds_named(call.store, words[0])
    return _by_names(call, kinds, words[1:]) if words[1:] else _by_kind(call, kinds)


def listing(call: Call, kind: Kind, scope: str | None) -> list[Obj]:
    """All objects of *kind* in *scope* that the selectors of *call* let through."""
    asked = call.value("selector"), call.value("field-selector")
    try:
        labels, fields = by_labels(asked[0]), by_fields(asked[1], kind.kind)
    except ValueError as error:
        resource = f"{kind.group}/{kind.version}, Resource={kind.plural}"
        raise Trouble(
            f'Error from server (BadRequest): Unable to find "{resource}" that match label '
            f'selector "{asked[0]}", field selector "{asked[1]}": {error}'
        ) from None
    every = derived.every(call.store, kind, scope)
    return [obj for obj in every if labels(obj) and fields(obj)]


def labelled(selector: str) -> Test:
    """The test of a label selector that kubectl itself reads.

    Raises:
        Trouble: it cannot be read.
    """
    try:
        return by_labels(selector)
    except ValueError as error:
        raise Trouble(f"error: {error}") from None


def _by_kind(call: Call, kinds: list[Kind]) -> Selection:
    found = [Found(kind, tuple(listing(call, kind, call.scope))) for kind in kinds]
    return Selection(found, listed=True)


def _by_names(call: Call, kinds: list[Kind], names: tuple[str, ...]) -> Selection:
    if call.value("selector"):
        raise Trouble(
            "error: selectors and the all flag cannot be used when passing resource/name arguments"
            if len(kinds) > 1
            else "error: name cannot be provided when a selector is specified"
        )
    if call.true("all-namespaces"):
        raise Trouble("error: a resource cannot be retrieved by name across all namespaces")
    result = Selection()
    for kind in kinds:
        _collect(call, result, kind, names)
    return result


def _by_slash(call: Call, words: tuple[str, ...]) -> Selection:
    if not all("/" in word for word in words):
        raise Trouble(
            "error: there is no need to specify a resource type as a separate argument "
            "when passing arguments in "
            "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of "
            "'kubectl get resource resource/<resource_name>'"
        )
    result = Selection()
    for word in words:
        kind, _, name = word.partition("/")
        _collect(call, result, kind_named(call.store, kind), (name,))
    return result


def _collect(call: Call, result: Selection, kind: Kind, names: tuple[str, ...]) -> None:
    every = derived.every(call.store, kind, call.namespace)
    there = {name_of(obj): obj for obj in every}
    result.found.append(Found(kind, tuple(there[name] for name in names if name in there)))
    result.missing += [not_found(kind.resource, name).stderr for name in names if name not in there]


def _from_manifest(call: Call) -> Selection:
    if call.value("filename") != "-":
        raise Trouble(f"error: the in-memory cluster cannot read the file {call.value('filename')}")
    result = Selection()
    for given in manifests(call.stdin, call.path):
        kind = known(call, given)
        obj = call.store.find(kind, namespace_of(given) or call.namespace, name_of(given))
        if obj is None:
            missing = not_found(kind.resource, name_of(given)).stderr
            verb = {"delete": "deleting", "get": "retrieving"}.get(call.path, "reading")
            result.missing.append(missing.replace(": ", f': error when {verb} "STDIN": ', 1))
        result.found.append(Found(kind, () if obj is None else (obj,)))
    return result


def known(call: Call, given: Obj) -> Kind:
    """The kind of *given*.

    Raises:
        Trouble: the server does not know it, or the object has no name.
    """
    admit(given)
    if not call.store.defines(given):
        raise Trouble(
            f'error: resource mapping not found for name: "{name_of(given)}" '
            f'namespace: "{namespace_of(given)}" from '
            f'"STDIN": no matches for kind "{given["kind"]}" in version "{given.get("apiVersion", "")}"\n'
            "ensure CRDs are installed first"
        )
    if not name_of(given):
        raise Trouble(
            'error: error when retrieving current configuration from "STDIN": resource name may not be empty'
        )
    return call.store.kind_of(given)


def one(call: Call, word: str, default_kind: str = "pods") -> tuple[Kind, Obj]:
    """The single object that *word* names, ``name`` or ``kind/name``.

    Raises:
        Trouble: it is not there.
    """
    head, slash, tail = word.partition("/")
    kind = kind_named(call.store, head if slash else default_kind)
    obj = call.store.find(kind, call.namespace, tail if slash else head)
    if obj is None:
        raise not_found(kind.resource, tail if slash else head)
    return kind, obj
