"""What to ask for the children of an object, which of the rows are its own, and how they are told."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import attrs

from ..tools.values import SELECTOR
from .links import MOST, row_link
from .rows import Row, worst_first
from .tree import Tree


@attrs.frozen
class Question:
    """The rows to ask for: *kinds* as kubectl takes them, and what selects among them."""

    kinds: str
    flags: tuple[str, ...] = ()
    everywhere: bool = False


def question(kind: str, name: str, obj: Tree) -> Question | None:
    """What to ask for the children of *obj*; None where it has none, or no way to tell them."""
    if kind == "nodes":
        return Question("pods", (f"--field-selector=spec.nodeName={name}",), everywhere=True)
    kinds = _CHILDREN.get(kind, "")
    if kind == "cronjobs.batch" or not kinds:
        return Question(kinds) if kinds else None
    chosen = selector(obj.at("spec", "selector"))
    return Question(kinds, (f"--selector={chosen}",)) if chosen else None


def selector(value: Tree) -> str:
    """A selector object as kubectl takes it; empty where it selects nothing or is none."""
    labels = value.at("matchLabels") if value.at("matchLabels") or value.at("matchExpressions") else value
    parts = [f"{key}={one.text(63)}" for key, one in labels.pairs()]
    parts += [_expression(one) for one in value.at("matchExpressions").items()]
    text = ",".join(parts)
    return text if SELECTOR.accepts(text) else ""


def _expression(one: Tree) -> str:
    key, operator = one.at("key").text(320), one.at("operator").text(20)
    values = ",".join(one.at("values").texts())
    forms = {"In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})", "Exists": key}
    return {**forms, "DoesNotExist": f"!{key}"}.get(operator, "?")  # which SELECTOR does not take


def own(kind: str, name: str, found: Iterable[Row]) -> list[Row]:
    """The rows that belong to the object *name*: its own, and those of its own ReplicaSets."""
    rows = list(found)
    if kind in ("services", "nodes"):
        return rows
    owners = {name}
    if kind == "deployments.apps":
        owners |= {row.name for row in rows if row.kind == "ReplicaSet" and row.owner == name}
    return [row for row in rows if row.owner in owners]


def counted(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """How many there are of each kind, by how they are."""
    found = dict[str, Counter[str]]()
    for row in rows:
        health = row.health
        found.setdefault(row.kind, Counter())[health.word if health else "total"] += 1
    return {kind: dict(sorted(counts.items())) for kind, counts in sorted(found.items())[:_MOST_KINDS]}


def listed(context: str, rows: Iterable[Row], most: int = MOST) -> list[dict[str, Any]]:
    """The first *most* of them with their URIs, those in trouble first."""
    found = ((row, row_link(context, row)) for row in worst_first(rows))
    return [_listed(row, uri) for row, uri in found if uri][:most]


def _listed(row: Row, uri: str) -> dict[str, Any]:
    health = row.health
    told = health.as_dict() if health is not None else {}
    return {"uri": uri, **told, **({"restarts": row.restarted} if row.restarted else {})}


_MOST_KINDS = 30
_CHILDREN = {
    "deployments.apps": "replicasets.apps,pods",
    "statefulsets.apps": "pods",
    "daemonsets.apps": "pods",
    "replicasets.apps": "pods",
    "jobs.batch": "pods",
    "services": "pods",
    "cronjobs.batch": "jobs.batch",
}
