"""Changing objects: what all such verbs share, and the small ones among them."""

from collections.abc import Callable, Iterable

from .ages import stamp
from .answer import Answer, Trouble, beyond
from .controllers import Controllers
from .data import Obj, annotations_of, clone, dig, name_of
from .kinds import Kind
from .output import printed
from .resources import Selection, select
from .world import Call

Edit = Callable[[Obj], str]


def keep(call: Call, obj: Obj) -> None:
    """Keep the changed *obj* and let the cluster act on it; nothing in a dry run."""
    if not call.dry_run:
        call.store.put(obj)
        Controllers(call.store, call.now).settle(obj)


def told(call: Call, kind: Kind, obj: Obj, what: str) -> str:
    """The line that says what was done to *obj*, or *obj* itself in the format asked for."""
    if call.value("output"):
        return printed(call, [(kind, obj)], single=True)
    return f"{kind.noun}/{name_of(obj)} {what}{call.dry_run}\n"


def edit(call: Call, edit_one: Edit, operands: tuple[str, ...] | None = None) -> Answer:
    """Apply *edit_one*, which returns the word for what it did, to each object that is named."""
    selection = chosen(call, operands)
    text, errors = "", selection.stderr
    for kind, obj in selection.pairs:
        changed = clone(obj)
        try:
            what = edit_one(changed)
        except Trouble as trouble:
            errors += trouble.stderr + "\n"
            continue
        if changed != obj:
            keep(call, changed)
        text += told(call, kind, changed, what)
    return Answer(text, errors, 1 if errors else 0)


def chosen(call: Call, operands: tuple[str, ...] | None) -> Selection:
    """The objects that a change is about; all of a kind only where that is said."""
    selection = select(call, operands)
    if selection.listed and not (call.true("all") or call.value("selector") or call.value("field-selector")):
        raise Trouble("error: resource(s) were provided, but no name was specified")
    return selection


def split_changes(operands: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The operands that name objects, and those that are changes: ``key=value`` and ``key-``."""
    words = tuple(operands)
    changes = tuple(word for word in words if "=" in word or word.endswith("-"))
    return tuple(word for word in words if word not in changes), changes


def scale(call: Call) -> Answer:
    """``kubectl scale``."""
    if "replicas" not in call.flags:
        raise Trouble('error: required flag(s) "replicas" not set')
    replicas, expected = call.number("replicas", 0), call.number("current-replicas", -1)
    if replicas < 0:
        raise Trouble(
            "error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"
        )

    def edit_one(obj: Obj) -> str:
        if obj["kind"] not in ("Deployment", "StatefulSet", "ReplicaSet"):
            raise Trouble("Error from server (NotFound): the server could not find the requested resource")
        present = obj["spec"].get("replicas", 1)
        if expected not in (-1, present):
            raise Trouble(f"error: Expected replicas to be {expected}, was {present}")
        obj["spec"]["replicas"] = replicas
        return "scaled"

    return edit(call, edit_one)


def label(call: Call) -> Answer:
    """``kubectl label``."""
    return _mark(call, "labels", "label", ("labeled", "unlabeled"))


def annotate(call: Call) -> Answer:
    """``kubectl annotate``."""
    return _mark(call, "annotations", "annotation", ("annotated", "annotated"))


def _mark(call: Call, field: str, noun: str, words: tuple[str, str]) -> Answer:
    objects, changes = split_changes(call.operands)
    if call.true("list"):
        values = [dig(obj, "metadata", field, default={}) for _, obj in chosen(call, objects).pairs]
        return Answer("".join(f"{key}={value}\n" for found in values for key, value in sorted(found.items())))
    if not changes:
        raise Trouble(f"error: at least one {noun} update is required")
    warnings: list[str] = []

    def edit_one(obj: Obj) -> str:
        before = dict(dig(obj, "metadata", field, default={}))
        marks = dict(before)
        for change in changes:
            _mark_one(call, marks, change, noun, warnings)
        if marks == before:
            return f"not {words[0]}"
        obj["metadata"][field] = marks
        return words[0] if set(marks) >= set(before) else words[1]

    answer = edit(call, edit_one, objects)
    return Answer("".join(warnings) + answer.stdout, answer.stderr, answer.exit_code)


def _mark_one(call: Call, marks: dict[str, str], change: str, noun: str, warnings: list[str]) -> None:
    key, equals, value = change.partition("=")
    if not equals:
        if marks.pop(key[:-1], None) is None:
            warnings.append(f'{noun} "{key[:-1]}" not found.\n')
        return
    if marks.get(key, value) != value and not call.true("overwrite"):
        raise Trouble(f"error: '{key}' already has a value ({marks[key]}), and --overwrite is false")
    marks[key] = value


def cordon(call: Call) -> Answer:
    """``kubectl cordon`` and ``uncordon``."""
    word, closed = call.path, call.path == "cordon"

    def edit_one(obj: Obj) -> str:
        if bool(dig(obj, "spec", "unschedulable")) is closed:
            return f"already {word}ed"
        spec = obj.setdefault("spec", {})
        spec.pop("unschedulable", None)
        if closed:
            spec["unschedulable"] = True
        return f"{word}ed"

    return edit(call, edit_one, ("nodes", *call.operands))


def restarted(obj: Obj, now: float) -> None:
    """Mark the pod template so that new pods are made."""
    template = dig(obj, "spec", "template", "metadata")
    if template is None:
        raise beyond(f"restart a {obj['kind']}")
    template["annotations"] = {
        **annotations_of(obj["spec"]["template"]),
        "kubectl.kubernetes.io/restartedAt": stamp(now),
    }
