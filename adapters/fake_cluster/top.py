"""``kubectl top``: what pods and nodes use, where the cluster was given metrics."""

from .answer import Answer, Trouble
from .data import Obj, dig, name_of, namespace_of
from .get import nothing
from .pods import keys
from .quantities import quantity
from .resources import kind_named, select
from .tabs import table
from .world import Call, Usage


def top(call: Call) -> Answer:
    """``kubectl top``: what pods or nodes use, where the cluster was given metrics."""
    kind = kind_named(call.store, call.path.split()[1])
    if not call.world.usage:
        raise Trouble("error: Metrics API not available")
    scoped = Call(call.world, call.path, call.flags, (kind.plural, *call.operands))
    selection = select(scoped)
    if selection.missing:
        raise Trouble("\n".join(selection.missing))
    rows = [(obj, used) for _, obj in selection.pairs if (used := _usage(call, obj)) is not None]
    if not rows:
        return Answer(stderr=nothing(call, selection))
    if call.value("sort-by"):
        rows.sort(
            key=lambda row: -quantity(row[1].memory if call.value("sort-by") == "memory" else row[1].cpu)
        )
    return Answer(_usage_table(call, kind.kind, rows))


def _usage(call: Call, obj: Obj) -> Usage | None:
    names = keys(obj) if obj["kind"] == "Pod" else [name_of(obj)]
    return next((call.world.usage[name] for name in names if name in call.world.usage), None)


def _usage_table(call: Call, kind: str, rows: list[tuple[Obj, Usage]]) -> str:
    spaced = kind == "Pod" and call.scope is None
    heads = ["NAMESPACE"] * spaced + [
        "NAME",
        "CPU(cores)",
        *(["CPU(%)"] if kind == "Node" else []),
        "MEMORY(bytes)",
    ]
    table_rows = [] if call.true("no-headers") else [heads + ["MEMORY(%)"] * (kind == "Node")]
    for obj, used in rows:
        cells = [used.cpu, used.memory]
        if kind == "Node":
            cells = [
                used.cpu,
                _share(obj, "cpu", used.cpu),
                used.memory,
                _share(obj, "memory", used.memory),
            ]
        table_rows.append([namespace_of(obj)] * spaced + [name_of(obj), *cells])
    return table(table_rows)


def _share(node: Obj, resource: str, used: str) -> str:
    whole = dig(node, "status", "allocatable", resource)
    return "<unknown>" if whole is None else f"{int(quantity(used) / quantity(whole) * 100)}%"
