"""``kubectl describe``: which kind is described how, and what all descriptions share."""

from .ages import age
from .answer import Answer
from .cells import seen
from .data import Obj, annotations_of, dig, labels_of, name_of, namespace_of
from .describe_kinds import DESCRIBERS
from .describe_text import fields, pairs
from .get import nothing
from .kinds import Kind
from .objects import Store
from .resources import select
from .tabs import align
from .world import Call


def describe(call: Call) -> Answer:
    """``kubectl describe``: one text for each object, two blank lines between them."""
    selection = select(call)
    if not selection.pairs:
        return Answer(
            stderr=selection.stderr or nothing(call, selection),
            exit_code=1 if selection.missing else 0,
        )
    texts = [_described(call, kind, obj) for kind, obj in selection.pairs]
    return Answer("\n\n".join(texts), selection.stderr, 1 if selection.missing else 0)


def _described(call: Call, kind: Kind, obj: Obj) -> str:
    body = DESCRIBERS.get(kind.resource, _generic)(obj, call)
    silent = obj["kind"] in _WITHOUT_EVENTS or not _wanted(call)
    return align(body + ("" if silent else _events(call.store, obj, call.now)))


_WITHOUT_EVENTS = (
    "Secret",
    "Namespace",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "NetworkPolicy",
)


def _wanted(call: Call) -> bool:
    return "show-events" not in call.flags or call.true("show-events")


def _events(store: Store, obj: Obj, now: float) -> str:
    kind, name, space = obj["kind"], name_of(obj), namespace_of(obj)
    about = [
        event
        for event in store.named("events", space or None)
        if (dig(event, "involvedObject", "kind"), dig(event, "involvedObject", "name")) == (kind, name)
    ]
    if not about:
        return "Events:\t<none>\n"
    lines = "".join(_event(event, now) for event in sorted(about, key=lambda event: str(seen(event))))
    return f"Events:\n  Type\tReason\tAge\tFrom\tMessage\n  ----\t------\t----\t----\t-------\n{lines}"


def _event(event: Obj, now: float) -> str:
    count, last = int(event.get("count", 1) or 1), age(seen(event), now)
    if count > 1:
        last = f"{last} (x{count} over {age(event.get('firstTimestamp'), now)})"
    source = dig(event, "source", "component") or event.get("reportingComponent", "")
    message = str(event.get("message", "")).strip()
    return f"  {event.get('type')}\t{event.get('reason')}\t{last}\t{source}\t{message}\n"


def _generic(obj: Obj, call: Call) -> str:
    head = f"Name:\t{name_of(obj)}\nNamespace:\t{namespace_of(obj)}\n" + pairs("Labels", labels_of(obj))
    head += pairs("Annotations", annotations_of(obj), ": ")
    head += f"API Version:\t{obj.get('apiVersion')}\nKind:\t{obj['kind']}\n"
    hidden = ("apiVersion", "kind")
    body = {key: value for key, value in obj.items() if key not in hidden}
    body["metadata"] = {
        key: value
        for key, value in obj["metadata"].items()
        if key not in ("name", "namespace", "labels", "annotations", "managedFields")
    }
    return head + fields(body)
