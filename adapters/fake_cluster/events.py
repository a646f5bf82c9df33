"""``kubectl events``: in the order in which they were seen."""

from .ages import age
from .answer import Answer
from .cells import seen
from .data import Obj, dig, namespace_of
from .output import printed
from .resources import kind_named
from .tabs import table
from .world import Call


def events(call: Call) -> Answer:
    """``kubectl events``: in the order in which they were seen."""
    kind = kind_named(call.store, "events")
    wanted = [event for event in call.store.every(kind, call.scope) if _asked(call, event)]
    wanted.sort(key=lambda event: str(seen(event)))
    if call.value("output"):
        return Answer(printed(call, [(kind, event) for event in wanted], single=False))
    if not wanted:
        where = "" if call.scope is None else f" in {call.namespace} namespace."
        return Answer(stderr=f"No events found{where}\n")
    spaced = call.scope is None
    heads = ["NAMESPACE"] * spaced + ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    rows = [] if call.true("no-headers") else [heads]
    return Answer(
        table(rows + [[namespace_of(event)] * spaced + _event(event, call.now) for event in wanted])
    )


def _asked(call: Call, event: Obj) -> bool:
    involved, types = dig(event, "involvedObject", default={}), call.values("types")
    if types and event.get("type") not in types:
        return False
    if not call.value("for"):
        return True
    word, _, name = call.value("for").partition("/")
    kind = kind_named(call.store, word)
    return (kind.kind, name) == (involved.get("kind"), involved.get("name"))


def _event(event: Obj, now: float) -> list[str]:
    involved, count = dig(event, "involvedObject", default={}), int(event.get("count", 1) or 1)
    last = age(seen(event), now)
    if count > 1:
        last = f"{last} (x{count} over {age(event.get('firstTimestamp'), now)})"
    cells = [
        event.get("type"),
        event.get("reason"),
        f"{involved.get('kind')}/{involved.get('name')}",
    ]
    return [last, *(str(cell or "") for cell in cells), str(event.get("message", "")).strip()]
