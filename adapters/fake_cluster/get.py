"""``kubectl get``, ``events``, ``top`` and ``api-resources``: what lists things."""

import re
from typing import Any

from .answer import Answer, Trouble
from .data import compact
from .output import printed, tables
from .paths import find
from .quantities import quantity
from .resources import Found, Selection, select
from .world import Call


def get(call: Call) -> Answer:
    """``kubectl get``: objects as a table or in another format."""
    if not call.operands and not call.value("filename"):
        raise Trouble(
            'You must specify the type of resource to get. Use "kubectl api-resources" '
            "for a complete list of "
            "supported resources.\n\nerror: Required resource not specified.\nUse "
            '"kubectl explain <resource>" for a '
            "detailed description of that resource (e.g. kubectl explain pods).\nSee "
            "'kubectl get -h' for help and examples"
        )
    selection = select(call)
    if call.true("ignore-not-found"):
        selection.missing.clear()
    if call.value("sort-by"):
        _sort(selection, call.value("sort-by"))
    stdout, stderr = _printed(call, selection), selection.stderr
    if (
        not selection.pairs
        and selection.listed
        and call.value("output") in ("", "wide")
        and not call.true("ignore-not-found")
    ):
        stderr += nothing(call, selection)
    return Answer(stdout, stderr, 1 if selection.missing else 0)


def nothing(call: Call, selection: Selection) -> str:
    """The line that tells of an empty list."""
    spaced = call.scope is not None and any(found.kind.namespaced for found in selection.found)
    return f"No resources found in {call.namespace} namespace.\n" if spaced else "No resources found\n"


def _printed(call: Call, selection: Selection) -> str:
    if call.value("output") in ("", "wide"):
        return tables(call, selection.found)
    if not selection.pairs and not selection.listed:
        return ""
    return printed(call, selection.pairs, single=not selection.listed)


def _sort(selection: Selection, path: str) -> None:
    """Order all objects of each kind by what *path* leads to; those without it come first."""
    field = path.strip().removeprefix("{").removesuffix("}")
    selection.found = [
        Found(found.kind, tuple(sorted(found.objects, key=lambda obj: _rank(find(field, obj)))))
        for found in selection.found
    ]


def _rank(found: list[Any]) -> tuple[int, float, str]:
    if not found:
        return (0, 0, "")
    value = found[0]
    if isinstance(value, int | float):
        return (1, value, "")
    if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?(m|[KMGT]i?)", value):
        return (1, quantity(value), "")
    return (2, 0, value if isinstance(value, str) else compact(value))
